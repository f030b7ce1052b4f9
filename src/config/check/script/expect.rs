//! What must hold after a step.

use super::{all, check_agent, check_entry, check_language, check_queue, optional};
use crate::config::check::names::Names;
use crate::config::check::value::{self, PRIORITIES, number};
use crate::config::problem::Problems;
use crate::config::raw::conversation::Expect;
use crate::config::raw::{At, OneOrMore, Text};
use crate::config::script::{
    ALERTS, DELAY_REASONS, ETAS, Expectation, ExpectedOutcome, SURVEYS, StateName,
};
use crate::domain::conversation::state::CloseReason;
use crate::domain::detectors::SignalKind;
use crate::domain::handoff::HandoffReason;

/// How a conversation may end.
const CLOSES: [CloseReason; 4] =
    [CloseReason::Timeout, CloseReason::Left, CloseReason::Abandoned, CloseReason::Erased];

/// A checked value at the place of the raw one; `Some(None)` for what is absent.
fn at<R, T>(raw: &Option<At<R>>, check: impl FnOnce(&At<R>) -> Option<T>) -> Option<Option<At<T>>> {
    optional(raw.as_ref(), |raw| check(raw).map(|value| At { value, place: raw.place.clone() }))
}

pub(super) fn check(raw: &Expect, names: &Names, problems: &mut Problems) -> Option<Expectation> {
    let outcome = at(&raw.outcome, |text| value::one_of(text, &ExpectedOutcome::NAMES, problems));
    let entry = at(&raw.entry, |id| check_entry(id, names, problems));
    let language = at(&raw.language, |tag| check_language(tag, problems));
    let state = at(&raw.state, |text| value::one_of(text, &StateName::NAMES, problems));
    let closes = CLOSES;
    let closes = closes.map(|reason| (reason.name(), reason));
    let close_reason = at(&raw.close_reason, |text| value::one_of(text, &closes, problems));
    let reasons = HandoffReason::ALL.map(|reason| (reason.name(), reason));
    let reason = at(&raw.reason, |text| value::one_of(text, &reasons, problems));
    let queue = at(&raw.queue, |id| check_queue(id, names, problems));
    let priority = at(&raw.priority, |text| value::one_of(text, &PRIORITIES, problems));
    let position =
        at(&raw.position, |position| number(position, "position", 1..=1_000_000, problems));
    let signals = all(raw.signals.as_deref(), |text| {
        let kinds = SignalKind::ALL.map(|kind| (kind.name(), kind));
        value::one_of(text, &kinds, problems).map(|value| At { value, place: text.place.clone() })
    });
    let says = said(raw.says.as_ref(), problems);
    let says_not = said(raw.says_not.as_ref(), problems);
    let choices = optional(raw.choices.as_ref(), |ids| {
        all(Some(ids), |id| {
            check_entry(id, names, problems).map(|value| At { value, place: id.place.clone() })
        })
    });
    let owner = at(&raw.owner, |id| check_agent(id, names, problems));
    let delays = DELAY_REASONS.map(|reason| (reason, reason));
    let delay_reason = at(&raw.delay_reason, |text| value::one_of(text, &delays, problems));
    let surveys = SURVEYS.map(|(name, _)| (name, name));
    let survey = at(&raw.survey, |text| value::one_of(text, &surveys, problems));
    let closed_falsely = at(&raw.closed_falsely, |wanted| Some(wanted.value));
    let etas = ETAS.map(|name| (name, name));
    let eta = at(&raw.eta, |text| value::one_of(text, &etas, problems));
    let offered_to = at(&raw.offered_to, |id| check_agent(id, names, problems));
    let agent_reads = said(raw.agent_reads.as_ref(), problems);
    let suggests = said(raw.suggests.as_ref(), problems);
    let unread = at(&raw.unread, |count| number(count, "unread", 0..=1_000, problems));
    let told = ALERTS.map(|name| (name, name));
    let alerts = all(raw.alerts.as_deref(), |text| {
        value::one_of(text, &told, problems).map(|value| At { value, place: text.place.clone() })
    });
    let faults = at(&raw.faults, |count| number(count, "faults", 0..=1_000, problems));
    let refused = at(&raw.refused, |text| value::said(text, problems));
    Some(Expectation {
        place: raw.place.clone(),
        outcome: outcome?,
        entry: entry?,
        language: language?,
        state: state?,
        close_reason: close_reason?,
        reason: reason?,
        queue: queue?,
        priority: priority?,
        position: position?,
        signals: signals?,
        says: says?,
        says_not: says_not?,
        choices: choices?,
        owner: owner?,
        delay_reason: delay_reason?,
        survey: survey?,
        closed_falsely: closed_falsely?,
        eta: eta?,
        offered_to: offered_to?,
        agent_reads: agent_reads?,
        suggests: suggests?,
        unread: unread?,
        alerts: alerts?,
        faults: faults?,
        refused: refused?,
    })
}

fn said(raw: Option<&OneOrMore<Text>>, problems: &mut Problems) -> Option<Vec<At<String>>> {
    all(raw.map(|texts| texts.0.as_slice()), |text| {
        value::said(text, problems).map(|value| At { value, place: text.place.clone() })
    })
}
