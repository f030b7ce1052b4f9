//! One decision in the making: events are applied as they are added, so that each rule sees the
//! state that the ones before it have left.

use super::apply::{apply, go_on};
use super::command::{Decision, Effect};
use super::event::{Alert, Choice, Event, LeaveReason};
use super::headline::remembered;
use super::need::quoted;
use super::promise::{Fate, fate_by};
use super::state::Conversation;
use crate::domain::bot::outcome::Outcome;
use crate::domain::detectors::EmergencyKind;
use crate::domain::handoff::{Handoff, HandoffReason, Origin, Token};
use crate::domain::ids::{AgentId, EntryId};
use crate::domain::routing::route::{self, Wish};
use crate::domain::rules::Rules;
use crate::domain::texts::{TextKey, Values};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

pub(super) struct Turn<'a> {
    pub(super) rules: &'a Rules,
    pub(super) c: Conversation,
    pub(super) at: Timestamp,
    events: Vec<Event>,
    effects: Vec<Effect>,
}

/// What a handoff keeps of the stay before it.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    pub(super) returned: bool,
    pub(super) preferred: Option<AgentId>,
    pub(super) exclude: Option<AgentId>,
}

impl Keeping {
    /// Of work that comes back: its place, nobody in particular.
    pub(super) fn returned() -> Keeping {
        Keeping { returned: true, ..Keeping::default() }
    }
}

impl<'a> Turn<'a> {
    pub(super) fn new(rules: &'a Rules, c: &Conversation, at: Timestamp) -> Self {
        Turn { rules, c: c.clone(), at, events: Vec::new(), effects: Vec::new() }
    }

    pub(super) fn begin(rules: &'a Rules, first: Event, at: Timestamp) -> Option<Self> {
        let c = apply(None, &first, at)?;
        Some(Turn { rules, c, at, events: vec![first], effects: Vec::new() })
    }

    pub(super) fn done(self) -> Decision {
        Decision { events: self.events, next: self.c, effects: self.effects }
    }

    pub(super) fn happen(&mut self, event: Event) {
        go_on(&mut self.c, &event, self.at);
        let fate = self
            .c
            .promise
            .as_ref()
            .and_then(|open| Some((open.number, fate_by(open, &event, self.at)?)));
        let is_broken = matches!(event, Event::PromiseEnded { fate: Fate::Broken, .. });
        self.events.push(event);
        if is_broken {
            // However it came out: also where an agent answers when the time is over.
            self.happen(Event::SupervisorAlerted { what: Alert::PromiseBroken });
        }
        if let Some((number, fate)) = fate {
            self.happen(Event::PromiseEnded { number, fate });
        }
    }

    /// The agent is no longer here; the customer knew them by the name of their own language.
    pub(super) fn agent_leaves(&mut self, agent: AgentId, why: LeaveReason, token: Token) {
        let name = self.c.agent_name.clone();
        self.happen(Event::AgentLeft { agent, why, token, name });
    }

    /// The pool no longer needs to find anyone for the present term.
    pub(super) fn release(&mut self) {
        self.effects.push(Effect::Release { term: self.c.token.term });
    }

    /// The place stays what it is; what the pool knows of it has changed.
    pub(super) fn renew_place(&mut self) {
        if !self.effects.contains(&Effect::Enqueue) {
            self.effects.push(Effect::Enqueue);
        }
    }

    /// The first of these texts that the customer has not seen in this episode.
    pub(super) fn unsent(&self, wordings: Vec<String>) -> Option<String> {
        wordings.into_iter().find(|text| !self.was_sent(text))
    }

    /// Whether the customer has seen this very text in this episode.
    pub(super) fn was_sent(&self, text: &str) -> bool {
        self.c.memory.was_sent(text)
    }

    /// A system text; another wording than before where there is one. Notices may repeat.
    pub(super) fn text(&self, key: TextKey, count: Option<u64>, values: Values<'_>) -> String {
        let wordings = self.rules.texts.wordings(self.c.language, key, count, values);
        let first = wordings.first().cloned().unwrap_or_default();
        self.unsent(wordings).unwrap_or(first)
    }

    /// What stands on a button: always the same.
    pub(super) fn title(&self, key: TextKey) -> String {
        let wordings = self.rules.texts.wordings(self.c.language, key, None, &[]);
        wordings.into_iter().next().unwrap_or_default()
    }

    /// Whether the bot has said something in this turn.
    pub(super) fn bot_spoke(&self) -> bool {
        self.events.iter().any(|event| matches!(event, Event::BotSaid { .. }))
    }

    /// How much has happened in this turn so far.
    pub(super) fn so_far(&self) -> usize {
        self.events.len()
    }

    pub(super) fn notice(&mut self, key: TextKey, values: Values<'_>) {
        let text = self.text(key, None, values);
        self.notice_text(key, text);
    }

    pub(super) fn notice_text(&mut self, key: TextKey, text: String) {
        self.notice_named(key.name(), text);
    }

    /// A notice whose words are not from the text files.
    pub(super) fn notice_named(&mut self, key: &str, text: String) {
        let language = self.c.language;
        self.happen(Event::Notice { key: key.to_owned(), text, language });
    }

    pub(super) fn bot_says(
        &mut self,
        outcome: Outcome,
        text: String,
        entry: Option<EntryId>,
        choices: Vec<Choice>,
        slot: Option<String>,
    ) {
        let language = self.c.language;
        let rules = self.rules.version.clone();
        self.happen(Event::BotSaid { outcome, text, language, entry, choices, rules, slot });
    }

    /// Acknowledges, then asks for a human. Claims nothing about the queue: that is said when the
    /// pool has registered the place.
    pub(super) fn hand_off_with_words(&mut self, reason: HandoffReason, entry: Option<EntryId>) {
        let (outcome, text) = match reason.emergency() {
            Some(kind) => (Outcome::Emergency, self.safety_text(kind)),
            None => (Outcome::Handoff, self.text(acknowledgement(reason), None, &[])),
        };
        self.bot_says(outcome, text, entry.clone(), Vec::new(), None);
        self.hand_off(reason, entry, Keeping::default());
    }

    /// What a customer in danger should do, and whom to call.
    pub(super) fn say_what_to_do(&mut self, reason: HandoffReason) {
        if let Some(kind) = reason.emergency() {
            let text = self.safety_text(kind);
            self.bot_says(Outcome::Emergency, text, None, Vec::new(), None);
        }
    }

    /// Whether they have been told so in this episode.
    pub(super) fn was_told_what_to_do(&self, reason: HandoffReason) -> bool {
        let texts = reason.emergency().map(|kind| self.safety_texts(kind));
        texts.into_iter().flatten().any(|text| self.was_sent(&text))
    }

    /// Asks for a human: a new term, and a place in the queue of the reason.
    pub(super) fn hand_off(
        &mut self,
        reason: HandoffReason,
        entry: Option<EntryId>,
        keeping: Keeping,
    ) {
        let entry = entry.or_else(|| self.c.memory.last_answer.clone());
        let entry_queue = entry
            .as_ref()
            .and_then(|id| self.rules.bot.entries.get(id))
            .and_then(|entry| entry.queue.clone());
        let wish = Wish {
            reason,
            entry: entry.clone(),
            entry_queue,
            languages: self.c.languages(),
            skills: BTreeMap::new(),
            requested_at: self.at,
            origin: Origin { channel: self.c.channel.clone(), known: self.c.customer.is_known() },
        };
        let handoff = route::route(&self.rules.routing, wish, self.at).handoff;
        self.hand_over(handoff, keeping);
    }

    /// Asks for a human for what is known to be needed: a new term, and a place.
    pub(super) fn hand_over(&mut self, handoff: Handoff, keeping: Keeping) {
        let headline = remembered(self.rules, &self.c, handoff.reason, handoff.entry.as_ref());
        self.request(self.c.token.next_term(self.at), handoff, headline, keeping);
        self.effects.push(Effect::Enqueue);
    }

    /// Records a request for a human under a given token.
    pub(super) fn request(
        &mut self,
        token: Token,
        handoff: Handoff,
        headline: String,
        keeping: Keeping,
    ) {
        self.happen(Event::HandoffRequested {
            token,
            handoff,
            headline,
            returned: keeping.returned,
            preferred: keeping.preferred,
            exclude: keeping.exclude,
        });
    }

    fn safety_text(&self, kind: EmergencyKind) -> String {
        let texts = self.safety_texts(kind);
        let first = texts.first().cloned().unwrap_or_default();
        self.unsent(texts).unwrap_or(first)
    }

    /// The wordings for the danger that was spoken of in this turn.
    fn safety_texts(&self, kind: EmergencyKind) -> Vec<String> {
        let hazard = self.events.iter().rev().find_map(|event| match event {
            Event::Understood { signals, .. } => signals.iter().find_map(|signal| signal.hazard),
            _ => None,
        });
        let values = [("contacts", self.contacts(kind))];
        let key = TextKey::safety(kind, hazard);
        self.rules.texts.wordings(self.c.language, key, None, &values)
    }

    /// Whom to call in this danger.
    pub(super) fn contacts(&self, kind: EmergencyKind) -> String {
        let texts = self.rules.bot.contacts.get(&kind);
        texts.map(|texts| texts.get(self.c.language).clone()).unwrap_or_default()
    }

    /// What the customer needs in their own words, cut to a line; empty if they have not said it.
    pub(super) fn need(&self) -> String {
        quoted(self.c.memory.need.as_deref().unwrap_or_default())
    }
}

/// What the customer is told when a human is asked for.
fn acknowledgement(reason: HandoffReason) -> TextKey {
    match reason {
        HandoffReason::HumanRequest => TextKey::HandoffAcknowledgeHumanRequest,
        HandoffReason::Frustration => TextKey::HandoffAcknowledgeFrustration,
        HandoffReason::Confusion => TextKey::HandoffAcknowledgeConfusion,
        HandoffReason::NotUnderstood => TextKey::HandoffAcknowledgeNotUnderstood,
        HandoffReason::Repetition => TextKey::HandoffAcknowledgeRepetition,
        HandoffReason::Abuse => TextKey::HandoffAcknowledgeAbuse,
        HandoffReason::EmergencyLife => TextKey::EmergencyLife,
        HandoffReason::EmergencyMoney => TextKey::EmergencyMoney,
        HandoffReason::EmergencyProperty => TextKey::EmergencyProperty,
        HandoffReason::DeniedTwice => TextKey::HandoffAcknowledgeDeniedTwice,
        HandoffReason::HumanFirst => TextKey::HandoffAcknowledgeHumanFirst,
        HandoffReason::Reopened => TextKey::HandoffAcknowledgeReopened,
        HandoffReason::BotFailed => TextKey::HandoffAcknowledgeBotFailed,
    }
}

/// What the agent is told about the reason.
pub(super) fn reason_text(reason: HandoffReason) -> TextKey {
    match reason {
        HandoffReason::HumanRequest => TextKey::ReasonHumanRequest,
        HandoffReason::Frustration => TextKey::ReasonFrustration,
        HandoffReason::Confusion => TextKey::ReasonConfusion,
        HandoffReason::NotUnderstood => TextKey::ReasonNotUnderstood,
        HandoffReason::Repetition => TextKey::ReasonRepetition,
        HandoffReason::Abuse => TextKey::ReasonAbuse,
        HandoffReason::EmergencyLife => TextKey::ReasonEmergencyLife,
        HandoffReason::EmergencyMoney => TextKey::ReasonEmergencyMoney,
        HandoffReason::EmergencyProperty => TextKey::ReasonEmergencyProperty,
        HandoffReason::DeniedTwice => TextKey::ReasonDeniedTwice,
        HandoffReason::HumanFirst => TextKey::ReasonHumanFirst,
        HandoffReason::Reopened => TextKey::ReasonReopened,
        HandoffReason::BotFailed => TextKey::ReasonBotFailed,
    }
}
