//! Where commands that need no service keep what the examples teach, so that the next start recalls
//! it instead of learning it again.

use crate::config::source::Sources;
use crate::config::{Checked, load_or_keep};
use clap::Args;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where to keep it.
#[derive(Debug, Clone, Default, Args)]
pub struct Keeping {
    /// Data folder; what the examples teach is kept in it, so that the next start need not learn it
    /// again. Where there is none it is kept in the user's cache folder, $XDG_CACHE_HOME/sanad or
    /// ~/.cache/sanad [default: data].
    #[arg(long, env = "SANAD_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl Keeping {
    /// Reads and checks a config folder, recalling what it teaches.
    pub fn load(&self, config: &Path) -> (Sources, Checked) {
        load_or_keep(config, self.data.as_deref(), users_cache(|name| std::env::var_os(name)))
    }
}

/// Our folder in the user's cache, by the rules of freedesktop.org; none for a user without a home.
fn users_cache(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(caches.join("sanad"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_cache_is_where_the_system_keeps_caches() {
        let cache = |set: &'static [(&str, &str)]| {
            users_cache(|name| {
                let value = set.iter().find(|(known, _)| *known == name)?.1;
                Some(value.into())
            })
        };
        let found = cache(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]);
        assert_eq!(found, Some(PathBuf::from("/c/sanad")));
        for unset in [&[("HOME", "/h")][..], &[("XDG_CACHE_HOME", "not/whole"), ("HOME", "/h")]] {
            assert_eq!(cache(unset), Some(PathBuf::from("/h/.cache/sanad")));
        }
        assert_eq!(cache(&[("HOME", "")]), None);
    }
}
