//! Whether the servers still keep what is written as safely as they did when they were opened. Whoever
//! looks after them may change that at any time, and a restart or a takeover may bring other settings; so
//! it is looked at again every ten seconds and after each new connection, and until then nothing that came
//! over one is called more than accepted.

use super::deployment::{self, OpenError, Safety};
use super::keys::Keys;
use super::link::Link;
use std::sync::Weak;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// So often it is looked at while nothing else asks for it.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What the servers were last seen to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// Nobody has looked since the connection was made anew; until then no more than this is promised.
    Unseen(Safety),
    /// What is written survives this.
    Keep(Safety),
    /// They would be refused at a start, for this reason.
    Against {
        /// What a write survives at most.
        safety: Safety,
        /// Why.
        reason: String,
    },
}

impl Settings {
    /// What may be promised of what is written now.
    pub fn safety(&self) -> Safety {
        match self {
            Settings::Unseen(safety)
            | Settings::Keep(safety)
            | Settings::Against { safety, .. } => *safety,
        }
    }

    /// Whoever is talked to from now on may keep it otherwise: that it is flushed is not said, and what
    /// was kept less safely before is not called safer.
    pub(super) fn unseen(&self) -> Settings {
        Settings::Unseen(self.safety().max(Safety::Doubtful))
    }

    fn of(error: OpenError) -> Option<Settings> {
        let safety = match &error {
            // Whoever cannot be asked is told of by the calls themselves.
            OpenError::Unreachable { .. } => return None,
            OpenError::NoAof { .. } | OpenError::Evicts { .. } => Safety::Memory,
            _ => Safety::Doubtful,
        };
        Some(Settings::Against { safety, reason: error.to_string() })
    }

    /// Why it is less than it was, if it is.
    pub(super) fn weaker_than(&self, first: Safety) -> Option<String> {
        match self {
            Settings::Unseen(_) => None,
            Settings::Keep(safety) if *safety <= first => None,
            Settings::Keep(safety) => Some(format!(
                "the settings of Redis were changed while it is in use: {}",
                match safety {
                    Safety::Flushed | Safety::OnOne =>
                        "another server that takes over may lack the end",
                    Safety::Doubtful =>
                        "whether a restart brings back what is written is not known",
                    Safety::Written => "it flushes each second at most; set `appendfsync always`",
                    Safety::Memory => "it keeps no append-only file; set `appendonly yes`",
                }
            )),
            Settings::Against { reason, .. } => {
                Some(format!("the settings of Redis were changed while it is in use: {reason}"))
            }
        }
    }
}

/// Looks again and again, as long as somebody uses the link. `every` says how often at least.
pub async fn look(link: Weak<Link>, every: Duration) {
    let Some(mut seen) = link.upgrade().map(|link| link.settings()) else { return };
    loop {
        let unseen = seen.wait_for(|settings| matches!(settings, Settings::Unseen(_)));
        if let Ok(Err(_)) = timeout(every, unseen).await {
            return;
        }
        let Some(link) = link.upgrade() else { return };
        let keys = Keys::new(&link.address().prefix);
        let ways = link.ways();
        let settings = match deployment::check_servers(&link, &keys).await {
            Ok(safety) => Some(Settings::Keep(safety)),
            Err(error) => Settings::of(error),
        };
        match settings {
            Some(settings) => link.settings_are(settings, ways),
            None => sleep(link.patience().breaker).await,
        }
    }
}

/// What was seen, for those who tell it.
pub type Seen = watch::Receiver<Settings>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_less_than_at_the_start_is_told() {
        let keep = Settings::Keep;
        assert_eq!(keep(Safety::Flushed).weaker_than(Safety::Flushed), None);
        assert_eq!(keep(Safety::Flushed).weaker_than(Safety::Written), None);
        let told = keep(Safety::Written).weaker_than(Safety::Flushed).unwrap();
        assert!(told.contains("appendfsync always"), "{told}");
        let told = keep(Safety::Memory).weaker_than(Safety::Written).unwrap();
        assert!(told.contains("appendonly yes"), "{told}");
        let error = OpenError::Evicts { address: "h".to_owned(), found: "allkeys-lru".to_owned() };
        let settings = Settings::of(error).unwrap();
        assert_eq!(settings.safety(), Safety::Memory, "it may be thrown away at any time");
        assert!(settings.weaker_than(Safety::Flushed).unwrap().contains("allkeys-lru"));
    }

    #[test]
    fn who_was_not_looked_at_keeps_no_more_than_was_seen_before() {
        let unseen = |safety| Settings::Keep(safety).unseen().safety();
        assert_eq!(unseen(Safety::Flushed), Safety::Doubtful);
        assert_eq!(unseen(Safety::Written), Safety::Written);
        assert_eq!(unseen(Safety::Memory), Safety::Memory, "not accepted where nothing is kept");
        assert_eq!(Settings::Keep(Safety::Memory).unseen().unseen().safety(), Safety::Memory);
    }
}
