//! Placeholders and plural forms.

use super::*;

#[test]
fn placeholders_are_filled_and_unknown_ones_stay() {
    let values = [("agent", "Sara".to_owned())];
    assert_eq!(fill("{agent} is here, {who}?", &values), "Sara is here, {who}?");
    assert_eq!(fill("open { brace", &values), "open { brace");
    assert_eq!(placeholders("a {b} c {d"), ["b"]);
}

#[test]
fn plural_forms_follow_each_language() {
    for (language, count, category) in [
        (Language::Ar, 0, "zero"),
        (Language::Ar, 1, "one"),
        (Language::Ar, 2, "two"),
        (Language::Ar, 5, "few"),
        (Language::Ar, 11, "many"),
        (Language::Ar, 100, "other"),
        (Language::En, 1, "one"),
        (Language::En, 2, "other"),
    ] {
        assert_eq!(plural_category(language, count), category, "{language:?} {count}");
    }
}
