//! The language of whoever sits in front of the terminal, as the system tells every program.

use crate::domain::language::Language;

/// The language the system is set to; `None` if it is none of ours, or none at all (`C`).
pub fn of_system() -> Option<Language> {
    of(|name| std::env::var(name).ok())
}

/// The first of these that is set counts, for us as for every program.
fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Language> {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| {
        let value = variable(name)?;
        (!value.is_empty()).then_some(value)
    })?;
    Language::from_tag(set.split(['.', '@']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_set_names_the_language_or_none_of_ours() {
        for (set, expected) in [
            (&[("LANG", "ar_SA.UTF-8")][..], Some(Language::Ar)),
            (&[("LANG", "en_GB.UTF-8"), ("LC_MESSAGES", "ar")], Some(Language::Ar)),
            (&[("LANG", "ar_EG"), ("LC_ALL", "en_US.UTF-8")], Some(Language::En)),
            (&[("LANG", "ar_EG"), ("LC_ALL", "")], Some(Language::Ar)),
            (&[("LANG", "ar_EG"), ("LC_ALL", "C.UTF-8")], None),
            (&[("LANG", "fr_FR.UTF-8")], None),
            (&[("LANG", "C")], None),
            (&[], None),
        ] {
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(of(variable), expected, "{set:?}");
        }
    }
}
