//! What those who look after the deployment are shown: readings, reasons, queues, counters. One
//! direction, one place.

use super::encode;
use super::pb;
use crate::app::App;
use crate::app::conversations::Logged;
use crate::app::explain::Explained;
use crate::app::listing::Parked;
use crate::domain::bot::matcher::{Basis, Candidate, Ground, Grounds};
use crate::domain::conversation::event::Event;
use crate::domain::detectors::Signal;
use crate::domain::ids::{EntryId, RulesVersion};
use crate::domain::language::{Evidence, Language, SocialAct};
use crate::domain::pool::item::Item;
use crate::domain::pool::work::meets;
use crate::domain::routing::explain::{QueueStats, Verdict, WhyNot};
use crate::domain::routing::settings::QueueRules;
use crate::domain::time::Timestamp;
use crate::ports::store::Slot;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// How a message would be read and answered.
pub fn explained(explained: Explained, text: &str) -> pb::ExplainMessageResponse {
    let reading = reading(&explained, text);
    let says = explained.says.into_iter();
    pb::ExplainMessageResponse {
        reading: Some(reading),
        outcome: explained.outcome.map_or(0, |outcome| encode::outcome(outcome).into()),
        entry_id: explained.entry.map(|entry| entry.to_string()).unwrap_or_default(),
        handoff_reason: explained.reason.map_or(0, |reason| encode::reason(reason).into()),
        says: says.map(|(language, text)| encode::text(text, language)).collect(),
        rules_version: explained.rules.to_string(),
    }
}

fn reading(explained: &Explained, text: &str) -> pb::Reading {
    let (reading, language) = (&explained.reading, explained.language);
    let candidates = reading.matched.candidates.iter();
    let basis = match reading.matched.basis {
        Basis::None => pb::MatchBasis::None,
        Basis::Exact => pb::MatchBasis::Exact,
        Basis::Pattern => pb::MatchBasis::Pattern,
        Basis::Examples => pb::MatchBasis::Examples,
        Basis::OtherLanguage => pb::MatchBasis::OtherLanguage,
    };
    let evidence = reading.matched.evidence.iter();
    let signals = reading.assessment.signals.iter();
    pb::Reading {
        variety: encode::variety(reading.variety).into(),
        language: language.tag().to_owned(),
        social_act: reading.social.map_or("", social_act).to_owned(),
        normalised: reading.normalised.clone(),
        candidates: candidates.map(|one| candidate(one, &explained.grounds, text)).collect(),
        basis: basis.into(),
        evidence: evidence.map(|found| encode::evidence(found, 0, Some(text))).collect(),
        signals: signals.map(|found| encode::signal(found, 0, Some(text))).collect(),
    }
}

fn candidate(found: &Candidate, grounds: &[Grounds], text: &str) -> pb::Candidate {
    let grounds = grounds.iter().filter(|grounds| grounds.entry == found.entry);
    let evidence = grounds.flat_map(|grounds| &grounds.clues).map(|ground| {
        let Ground { clue, weight, .. } = ground;
        let found = Evidence { span: ground.span(), what: clue.to_string(), weight: *weight };
        encode::evidence(&found, 0, Some(text))
    });
    let (entry_id, score) = (found.entry.to_string(), found.score);
    pb::Candidate { entry_id, score, evidence: evidence.collect() }
}

fn social_act(act: SocialAct) -> &'static str {
    match act {
        SocialAct::Greeting => "greeting",
        SocialAct::Thanks => "thanks",
        SocialAct::Goodbye => "goodbye",
        SocialAct::Acknowledgement => "acknowledgement",
        SocialAct::Attention => "attention",
        SocialAct::Emoji => "emoji",
        SocialAct::Anger => "anger",
    }
}

/// How each agent stands to a waiting conversation. Whether they could ever take it is told apart
/// from what stands in the way now.
pub fn fits(
    app: &App,
    item: Option<&Item>,
    verdicts: Vec<(crate::domain::ids::AgentId, Verdict)>,
) -> Vec<pb::AgentFit> {
    let fit = |(id, verdict)| {
        let known = app.router().agent(&id);
        let able = known.zip(item).is_some_and(|(agent, item)| {
            meets(&agent, &item.handoff.needs) && !item.excluded.contains(&id)
        });
        let fit = pb::AgentFit { agent_id: id.to_string(), eligible: able, ..Default::default() };
        match verdict {
            Verdict::Eligible => fit,
            Verdict::Not(why) => {
                let (why_not, detail, until) = why_not(&why);
                let until = until.map(encode::timestamp);
                pb::AgentFit { why_not: why_not.into(), detail, until, ..fit }
            }
        }
    };
    verdicts.into_iter().map(fit).collect()
}

fn why_not(why: &WhyNot) -> (pb::WhyNot, String, Option<Timestamp>) {
    let nothing = String::new();
    match why {
        WhyNot::NotSignedIn => (pb::WhyNot::NotSignedIn, nothing, None),
        WhyNot::Away => (pb::WhyNot::Away, nothing, None),
        WhyNot::Draining => (pb::WhyNot::Draining, nothing, None),
        WhyNot::Suspect => (pb::WhyNot::Lease, nothing, None),
        WhyNot::NoLanguage { language } => {
            (pb::WhyNot::Language, format!("needs {}", language.tag()), None)
        }
        WhyNot::SkillTooLow { skill, need, has } => {
            (pb::WhyNot::Skill, format!("needs {skill} {need}, has {has}"), None)
        }
        WhyNot::Excluded => (pb::WhyNot::Excluded, nothing, None),
        WhyNot::Declined { until } => (pb::WhyNot::Declined, nothing, Some(*until)),
        WhyNot::HeldForPreferred { agent, until } => {
            (pb::WhyNot::HeldForOther, format!("held for {agent}"), Some(*until))
        }
        WhyNot::WritingUp => (pb::WhyNot::WritingUp, nothing, None),
        WhyNot::NoRoom { load, capacity, cost } => {
            (pb::WhyNot::Full, format!("holds {load} of {capacity}, this takes {cost}"), None)
        }
        WhyNot::LiveOffer => (pb::WhyNot::LiveOffer, nothing, None),
        WhyNot::CoolingDown { until } => (pb::WhyNot::CoolDown, nothing, Some(*until)),
    }
}

/// The languages and skills that are required, with least levels.
pub fn requirements(item: &Item) -> BTreeMap<String, u32> {
    let needs = &item.handoff.needs;
    let skills = needs.skills.iter().map(|(skill, least)| (skill.to_string(), (*least).into()));
    skills.chain(needs.languages().map(|one| (one.tag().to_owned(), 1))).collect()
}

/// One queue at this moment.
pub fn queue(queue: &QueueRules, stats: &QueueStats, at: Timestamp) -> pb::QueueStats {
    let title = |language: Language| encode::text(queue.title.get(language), language);
    let open = queue.is_open(at);
    let hours = queue.hours.as_ref().filter(|_| !open);
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    pb::QueueStats {
        queue_id: queue.id.to_string(),
        title: Language::ALL.map(title).to_vec(),
        open,
        opens_at: hours.and_then(|hours| hours.next_opening(at)).map(encode::timestamp),
        waiting: count(stats.waiting),
        offered: count(stats.offered),
        assigned: count(stats.assigned),
        longest_wait: stats.oldest.map(|oldest| encode::duration(at.since(oldest))),
    }
}

/// What was understood last, while the events after it are gone through.
struct Understood<'a> {
    sequence: u64,
    rules: &'a RulesVersion,
    candidates: &'a [(EntryId, f32)],
    signals: &'a [Signal],
    /// The message it was read from.
    said: (u64, &'a str),
    /// Whether the bot has answered it.
    told: bool,
}

/// Why the bot did what it did: for each of its words what they rest on, and what was understood
/// where it kept silent.
pub fn explanations(events: &[Logged]) -> Vec<pb::DecisionExplanation> {
    let mut explanations = Vec::new();
    let mut said = (0, "");
    let mut last: Option<Understood<'_>> = None;
    for logged in events {
        match &logged.logged.event {
            Event::CustomerSaid { text, .. } => {
                explanations.extend(last.take().filter(|last| !last.told).map(|l| l.explain(None)));
                said = (logged.seq, text);
            }
            Event::Understood { rules, candidates, signals, .. } => {
                let sequence = logged.seq;
                last = Some(Understood { sequence, rules, candidates, signals, said, told: false });
            }
            Event::BotSaid { .. } => {
                explanations.extend(bot_said(logged, last.as_ref()));
                if let Some(last) = &mut last {
                    last.told = true;
                }
            }
            Event::HandoffRequested { handoff, .. } => {
                if let Some(explanation) = explanations.last_mut() {
                    let because = &mut explanation.because;
                    let reason = format!("handoff: {}", handoff.reason.name());
                    *because =
                        if because.is_empty() { reason } else { format!("{reason}; {because}") };
                }
            }
            Event::Started { .. }
            | Event::FragmentKept { .. }
            | Event::SlotFilled { .. }
            | Event::Notice { .. }
            | Event::Queued { .. }
            | Event::PositionTold { .. }
            | Event::LongWaitTold
            | Event::WaitOptionsOffered { .. }
            | Event::OtherLanguageAgreed { .. }
            | Event::PromiseMade { .. }
            | Event::PromiseLate { .. }
            | Event::PromiseEnded { .. }
            | Event::HandoffCancelled
            | Event::AgentJoined { .. }
            | Event::Claimed { .. }
            | Event::AgentLeft { .. }
            | Event::TokenAdvanced { .. }
            | Event::AgentSaid { .. }
            | Event::Noted { .. }
            | Event::TakenOver { .. }
            | Event::Whispered { .. }
            | Event::AgentNudged { .. }
            | Event::SupervisorAlerted { .. }
            | Event::ResolutionProposed { .. }
            | Event::ProposalDropped
            | Event::HoldEnded
            | Event::Reminded
            | Event::ResolutionConfirmed
            | Event::ResolutionDenied
            | Event::Closed { .. }
            | Event::AnswerRated { .. }
            | Event::SurveyAsked { .. }
            | Event::ConversationRated { .. }
            | Event::ClosedFalsely { .. }
            | Event::OnCallRung { .. }
            | Event::OnCallFailed { .. }
            | Event::OnCallReached { .. }
            | Event::OnCallMissed { .. }
            | Event::CustomerIdentified { .. }
            | Event::FactsTold { .. }
            | Event::Erased
            | Event::CustomerBlocked { .. }
            | Event::BlockReviewed { .. }
            | Event::BlockEnded { .. }
            | Event::Reopened => {}
        }
    }
    explanations.extend(last.filter(|last| !last.told).map(|last| last.explain(None)));
    explanations
}

fn bot_said(logged: &Logged, last: Option<&Understood<'_>>) -> Option<pb::DecisionExplanation> {
    let Event::BotSaid { outcome, entry, rules, .. } = &logged.logged.event else { return None };
    let told = last.map(|last| last.explain(entry.as_ref())).unwrap_or_default();
    Some(pb::DecisionExplanation {
        sequence: logged.seq,
        rules_version: rules.to_string(),
        outcome: encode::outcome(*outcome).into(),
        entry_id: entry.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..told
    })
}

impl Understood<'_> {
    fn explain(&self, entry: Option<&EntryId>) -> pb::DecisionExplanation {
        let (at, words) = self.said;
        let candidates = self.candidates.iter();
        let candidate = |(entry, score): &(EntryId, f32)| pb::Candidate {
            entry_id: entry.to_string(),
            score: *score,
            evidence: Vec::new(),
        };
        let signals = self.signals.iter().map(|found| encode::signal(found, at, Some(words)));
        pb::DecisionExplanation {
            sequence: self.sequence,
            rules_version: self.rules.to_string(),
            candidates: candidates.map(candidate).collect(),
            signals: signals.collect(),
            because: self.because(entry),
            ..Default::default()
        }
    }

    /// The names of the rules that spoke, the strongest first; else how well the entry fitted.
    fn because(&self, entry: Option<&EntryId>) -> String {
        let named = self.signals.iter().map(|signal| {
            let rules: Vec<&str> = signal.evidence.iter().map(|e| e.what.as_str()).collect();
            format!("{} ({})", signal.kind.name(), rules.join(", "))
        });
        let named: Vec<String> = named.collect();
        if !named.is_empty() {
            return named.join("; ");
        }
        let fitted = self.candidates.iter().find(|(id, _)| Some(id) == entry);
        fitted.map(|(id, score)| format!("match: {id} {score:.2}")).unwrap_or_default()
    }
}

/// A delivery that waits for a person.
pub fn parked(parked: &Parked) -> pb::ParkedEntry {
    let side = match parked.slot {
        Slot::Bucket(_) => "to-pool",
        Slot::Pool(_) | Slot::System => "to-conversation",
    };
    pb::ParkedEntry {
        entry_id: format!("{side}/{}", parked.conversation),
        conversation_id: parked.conversation.to_string(),
        step: parked.step.to_owned(),
        refusals: parked.owed.refusals,
        last_refusal: parked.owed.refused_because.clone().unwrap_or_default(),
    }
}

/// What an instance has counted, by name.
pub fn counters(app: &App) -> Vec<pb::Counter> {
    let stats = app.stats();
    let plain = [
        ("sanad_store_retries_total", &stats.retries),
        ("sanad_outbox_delivered_total", &stats.delivered),
        ("sanad_outbox_parked_total", &stats.parked),
        ("sanad_audit_repairs_total", &stats.repairs),
        ("sanad_agent_outages_total", &stats.outages),
        ("sanad_offers_total", &stats.offers),
        ("sanad_offers_refused_total", &stats.offers_refused),
        ("sanad_offers_gave_way_total", &stats.offers_gave_way),
    ];
    let plain = plain.map(|(name, counter)| (name.to_owned(), counter.load(Ordering::Relaxed)));
    let outcomes = stats.outcomes().into_iter().map(|(outcome, count)| {
        (format!("sanad_bot_replies_total{{outcome=\"{}\"}}", outcome.name()), count)
    });
    let handoffs = stats.handoffs().into_iter().map(|(reason, count)| {
        (format!("sanad_handoffs_total{{reason=\"{}\"}}", reason.name()), count)
    });
    let ends = stats.ends().into_iter();
    let ends = ends.map(|(how, count)| (format!("sanad_ends_total{{end=\"{how}\"}}"), count));
    let promises = stats.promises().into_iter();
    let promises =
        promises.map(|(fate, count)| (format!("sanad_promises_total{{fate=\"{fate}\"}}"), count));
    let told = stats.satisfaction().into_iter().map(|(count, value)| {
        let labels = count.labels();
        let labels = labels.iter().map(|(name, label)| format!("{name}=\"{label}\""));
        let labels = labels.collect::<Vec<_>>().join(",");
        (format!("{}_total{{{labels}}}", count.metric()), value)
    });
    let now = [
        ("sanad_waiting".to_owned(), app.router().waiting() as u64),
        ("sanad_watched_topics".to_owned(), app.hub().watched() as u64),
    ];
    let all =
        plain.into_iter().chain(outcomes).chain(handoffs).chain(ends).chain(promises).chain(told);
    let all = all.chain(now);
    let mut counters: Vec<pb::Counter> =
        all.map(|(name, value)| pb::Counter { name, value }).collect();
    counters.sort_by(|one, other| one.name.cmp(&other.name));
    counters
}
