//! Live rules: what Sanad runs by now, and how a change of the files becomes the next rules.
//!
//! A change goes live whole or not at all. Files are read, checked and rehearsed; only then one
//! pointer is swapped. What is refused leaves the old rules where they are and is told to whoever
//! watches the [`RulesStatus`]. Turns that run keep the rules they began with.

mod kept;
mod watch;

pub use kept::{Kept, KeptVersion, VERSIONS_MAX};
pub use watch::{Watcher, follow};

use super::check::{Checked, check};
use super::problem::{Code, Place, Problem, Problems};
use super::script::Script;
use super::service::OnBadConfig;
use super::source::Sources;
use crate::domain::ids::RulesVersion;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use arc_swap::ArcSwap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What rules must pass before they go live: the scripted conversations, played by whoever can.
pub type Gate = dyn Fn(&Arc<Rules>, &[Script]) -> Result<(), Vec<Problem>> + Send + Sync;

/// The rules that are live, and all that is needed to replace them.
pub struct LiveRules {
    surroundings: Surroundings,
    current: ArcSwap<Rules>,
    status: tokio::sync::watch::Sender<RulesStatus>,
    /// One reload at a time: the later of two changes must win.
    reloading: Mutex<()>,
}

/// Where rules come from, what they must pass, and where they are kept.
pub struct Surroundings {
    /// The config folder.
    pub folder: PathBuf,
    /// The accepted versions.
    pub kept: Kept,
    /// What rules must pass.
    pub gate: Box<Gate>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Which rules are live, and what was refused last.
#[derive(Debug, Clone)]
pub struct RulesStatus {
    /// The version that is live.
    pub version: RulesVersion,
    /// Since when.
    pub since: Timestamp,
    /// Set while the files say something that was refused.
    pub last_refused: Option<Refused>,
}

/// Files that were refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub problems: Arc<Vec<Problem>>,
    /// The files as they were read, to show the problems in.
    pub sources: Arc<Sources>,
}

/// What came of a reload.
#[derive(Debug, Clone)]
pub enum Reload {
    /// The files say what is live already.
    Unchanged,
    /// The files are live now.
    Accepted {
        /// Their version.
        version: RulesVersion,
        /// What somebody should look at.
        warnings: Vec<Problem>,
    },
    /// The old rules stay.
    Refused(Refused),
}

impl LiveRules {
    /// The first rules: those of the files as they were read and checked, or else, if that is
    /// wanted, the last ones that were accepted. Without either there is nothing to run.
    pub fn open(
        surroundings: Surroundings,
        sources: Sources,
        checked: Checked,
        on_bad_config: OnBadConfig,
    ) -> Result<LiveRules, Refused> {
        let at = surroundings.clock.now();
        let (rules, last_refused) = match surroundings.admit(sources, checked, at) {
            Ok((rules, _)) => (rules, None),
            Err(refused) => match on_bad_config {
                OnBadConfig::Refuse => return Err(refused),
                OnBadConfig::LastGood => match surroundings.last_good() {
                    Some(rules) => (Arc::new(rules), Some(refused)),
                    None => return Err(refused),
                },
            },
        };
        let status = RulesStatus { version: rules.version.clone(), since: at, last_refused };
        Ok(LiveRules {
            surroundings,
            current: ArcSwap::new(rules),
            status: tokio::sync::watch::Sender::new(status),
            reloading: Mutex::new(()),
        })
    }

    /// The rules that are live now.
    pub fn current(&self) -> Arc<Rules> {
        self.current.load_full()
    }

    /// Which rules are live, and what was refused last; changes are told.
    pub fn status(&self) -> tokio::sync::watch::Receiver<RulesStatus> {
        self.status.subscribe()
    }

    /// The accepted versions.
    pub fn kept(&self) -> &Kept {
        &self.surroundings.kept
    }

    /// Reads the files again. Takes as long as training and rehearsing take, so it belongs on a
    /// thread that may block.
    pub fn reload(&self) -> Reload {
        // The lock guards no data: after a panic in a gate the next reload may go on.
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.surroundings.clock.now();
        let (sources, checked) =
            super::load_with(&self.surroundings.folder, self.surroundings.kept.data());
        match self.surroundings.admit(sources, checked, at) {
            Err(refused) => {
                self.status.send_modify(|status| status.last_refused = Some(refused.clone()));
                Reload::Refused(refused)
            }
            Ok((rules, _)) if rules.version == self.current.load().version => {
                self.status.send_if_modified(|status| status.last_refused.take().is_some());
                Reload::Unchanged
            }
            Ok((rules, warnings)) => {
                let version = rules.version.clone();
                self.current.store(rules);
                let status =
                    RulesStatus { version: version.clone(), since: at, last_refused: None };
                self.status.send_replace(status);
                Reload::Accepted { version, warnings }
            }
        }
    }
}

impl Surroundings {
    /// Rules that passed everything and are kept, with their warnings.
    fn admit(
        &self,
        sources: Sources,
        checked: Checked,
        at: Timestamp,
    ) -> Result<(Arc<Rules>, Vec<Problem>), Refused> {
        let Checked { rules, scripts, problems, .. } = checked;
        let refuse = |problems, sources| Refused {
            at,
            problems: Arc::new(problems),
            sources: Arc::new(sources),
        };
        let Some(rules) = rules.map(Arc::new) else { return Err(refuse(problems, sources)) };
        if let Err(failed) = (self.gate)(&rules, &scripts) {
            return Err(refuse(failed, sources));
        }
        // What cannot be kept cannot be replayed, nor started from again.
        if let Err(error) = self.kept.keep(&rules.version, &sources, at) {
            let folder = self.kept.folder().display();
            let problem = Problem::new(Code::NotKept, &Place::top_of(""));
            let problem = problem.with("folder", folder).with("reason", error);
            return Err(refuse(vec![problem], sources));
        }
        Ok((rules, problems))
    }

    /// The newest accepted version that is still understood. Its gate was passed when it was
    /// accepted.
    fn last_good(&self) -> Option<Rules> {
        self.kept.newest()
    }
}

impl Kept {
    /// The rules of an accepted version, as this program understands them.
    pub fn rules(&self, version: &RulesVersion) -> Option<Rules> {
        let mut problems = Problems::new();
        let sources = self.sources(version, &mut problems)?;
        check(&sources, problems).rules
    }

    /// The newest accepted rules that are still understood.
    pub fn newest(&self) -> Option<Rules> {
        self.list().into_iter().find_map(|kept| self.rules(&kept.version))
    }
}

#[cfg(test)]
mod tests;
