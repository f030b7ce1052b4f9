//! The rules as commands need them: loaded, checked, rehearsed, shown.

use super::direction::readable;
use super::learning::Keeping;
use crate::config::Checked;
use crate::config::problem::{Code, Look, render, render_first};
use crate::config::reload::{Kept, LiveRules, Refused, Surroundings};
use crate::config::service::ServiceSettings;
use crate::config::source::Sources;
use crate::domain::ids::RulesVersion;
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::grpc::context::RulesReport;
use crate::grpc::{encode, pb};
use crate::ports::clock::Clock;
use crate::ports::rules::RulesSource;
use crate::rehearsal::rehearse;
use std::path::Path;
use std::sync::Arc;

/// The rules of a folder, for commands that need no service; what is wrong with them is shown.
pub fn of_folder(folder: &Path, keeping: &Keeping, language: Language) -> Option<Rules> {
    let (sources, checked) = keeping.load(folder);
    if checked.rules.is_none() {
        let look = Look { language, colour: false };
        eprint!("{}", readable(language, &render(&checked.problems, &sources, look)));
        let folder = folder.display();
        let told = match language {
            Language::En => format!("the rules in {folder} cannot be used"),
            Language::Ar => format!("القواعد في {folder} لا تصلح للاستعمال"),
        };
        eprintln!("sanad: {}", readable(language, &told));
    }
    checked.rules
}

/// The first rules: of the files, or the last good ones.
pub fn open(
    folder: &Path,
    settings: &ServiceSettings,
    sources: Sources,
    checked: Checked,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<LiveRules> {
    let surroundings = Surroundings {
        folder: folder.to_owned(),
        kept: Kept::in_data(&settings.data),
        gate: Box::new(|rules, scripts| match rehearse(rules, scripts) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(problems),
        }),
        clock,
    };
    LiveRules::open(surroundings, sources, checked, settings.on_bad_config).map_err(|refused| {
        if let [problem] = refused.problems.as_slice()
            && problem.code == Code::NotKept
        {
            // The rules are not to blame.
            let (what, hint) = (problem.what(Language::En), problem.hint(Language::En));
            return anyhow::anyhow!("{what}\n{hint}");
        }
        anyhow::anyhow!(
            "the rules in {} cannot go live:\n{}\nCorrect them (`sanad check` shows them again), \
             or name another folder with --config DIR.",
            folder.display(),
            shown(&refused)
        )
    })
}

/// So many problems are shown where something else is to be read as well.
const SHOWN_MAX: usize = 10;

/// The problems of refused rules, as plain text: the first, and how many more there are.
pub fn shown(refused: &Refused) -> String {
    let look = Look { language: Language::En, colour: false };
    render_first(&refused.problems, &refused.sources, look, SHOWN_MAX)
}

/// The live rules, and what became of the newest files, for the API and the metrics.
#[derive(Clone)]
pub struct LiveReport {
    live: Arc<LiveRules>,
}

impl LiveReport {
    /// A report on these rules.
    pub fn new(live: Arc<LiveRules>) -> Self {
        LiveReport { live }
    }

    /// How many problems keep the newest files from going live; 0 if they are live.
    pub fn problems(&self) -> usize {
        let status = self.live.status();
        let status = status.borrow();
        status.last_refused.as_ref().map_or(0, |refused| refused.problems.len())
    }
}

impl RulesSource for LiveReport {
    fn current(&self) -> Arc<Rules> {
        self.live.current()
    }
}

impl RulesReport for LiveReport {
    fn live_since(&self) -> Timestamp {
        self.live.status().borrow().since
    }

    fn kept(&self, version: &RulesVersion) -> Option<Arc<Rules>> {
        self.live.kept().rules(version).map(Arc::new)
    }

    fn refused(&self) -> Option<pb::RefusedReload> {
        let status = self.live.status();
        let refused = status.borrow().last_refused.clone()?;
        let problems = refused.problems.iter().map(|problem| pb::RulesProblem {
            file: problem.place.file.to_string(),
            line: problem.place.line,
            column: problem.place.column,
            code: problem.code.name().to_owned(),
            message: Language::ALL.map(|l| encode::text(problem.what(l), l)).to_vec(),
            hint: Language::ALL.map(|l| encode::text(problem.hint(l), l)).to_vec(),
        });
        Some(pb::RefusedReload {
            at: Some(encode::timestamp(refused.at)),
            problems: problems.collect(),
        })
    }
}
