//! The handoff packet: all that the next agent must know, so that the customer is never asked
//! twice. Computed from the conversation and its log whenever it is asked for; nothing of it is
//! stored.

use super::App;
use super::conversations::Logged;
use super::error::{AppError, AppResult};
use crate::domain::bot::outcome::Outcome;
use crate::domain::bot::suggest::{Line, Situation, Suggestion, suggest};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::headline::{Facts, headline};
use crate::domain::conversation::need::quoted;
use crate::domain::conversation::state::{Asked, Conversation};
use crate::domain::detectors::{Signal, Speaker};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, EntryId};
use crate::domain::language::Language;
use crate::domain::pool::agent::Holding;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use std::time::Duration;

/// The newest events that are looked at and shown.
const EVENTS_MAX: u64 = 300;
/// The newest findings that are told.
const SIGNALS_MAX: usize = 12;

/// All that the next agent must know.
#[derive(Debug, Clone)]
pub struct Packet {
    /// The conversation.
    pub conversation: Conversation,
    /// Why humans were asked, and since when the customer waits.
    pub asked: Asked,
    /// One sentence as things stand now, in the language of the agent's screen.
    pub headline: String,
    /// The language of that screen.
    pub screen: Language,
    /// A first sentence to the customer.
    pub opening: String,
    /// What was noticed: the place of the words in the log, the words, the finding.
    pub signals: Vec<(u64, String, Signal)>,
    /// What the bot answered: the place in the log, the entry, its title.
    pub tried: Vec<(u64, EntryId, String)>,
    /// What the customer said last that they need, if it was not answered.
    pub open_question: Option<String>,
    /// How often people were asked before.
    pub earlier_handoffs: u32,
    /// What may help, best first.
    pub suggestions: Vec<Suggestion>,
    /// What happened, oldest first.
    pub events: Vec<Logged>,
    /// The newest note of a colleague.
    pub note: Option<String>,
}

impl App {
    /// The packet, for an agent who is offered the conversation or owns it under this token. `screen`: the
    /// language the agent reads; without it, the customer's.
    pub async fn packet(
        &self,
        agent: &AgentId,
        id: &ConversationId,
        token: Token,
        screen: Option<Language>,
    ) -> AppResult<Packet> {
        let Held { name, conversation: c, asked, events } = self.held(agent, id, token).await?;
        let (rules, now) = (self.rules(), self.store_now().await?);
        let screen = screen.unwrap_or(c.language);
        let tried = tried(&rules, &events, screen);
        let facts = Facts {
            reason: asked.handoff.reason,
            entry: asked.handoff.entry.as_ref(),
            tried: tried.iter().map(|(_, _, title)| title.clone()).collect(),
            waited: match c.waits_since() {
                Some(since) => now.since(since),
                None => Duration::from_millis(u64::try_from(c.waited_ms).unwrap_or(0)),
            },
            language: screen,
        };
        let headline = headline(&rules, &c, &facts);
        let need = need(&rules, &c, &asked);
        let open_question = c.memory.need.clone().filter(|_| !c.memory.need_answered);
        Ok(Packet {
            opening: opening(&rules, c.language, &name, &asked, need),
            signals: signals(&rules, &events),
            tried,
            headline,
            screen,
            suggestions: suggested(&rules, &c, &asked, &events, None, ""),
            earlier_handoffs: earlier_handoffs(&events),
            note: note(&events),
            open_question,
            events,
            asked,
            conversation: c,
        })
    }
}

impl App {
    /// What an agent might answer next, best first; for whoever is offered the conversation or owns
    /// it under this token. `about`: what they look for, if it is not what the customer asks.
    pub async fn suggest_replies(
        &self,
        agent: &AgentId,
        id: &ConversationId,
        token: Token,
        about: &str,
    ) -> AppResult<Vec<Suggestion>> {
        let Held { name, conversation: c, asked, events } = self.held(agent, id, token).await?;
        let rules = self.rules();
        let is_agents = |logged: &Logged| matches!(logged.logged.event, Event::AgentSaid { .. });
        let spoken = events.iter().any(is_agents);
        let first = (!spoken).then(|| {
            let need = need(&rules, &c, &asked);
            opening(&rules, c.language, &name, &asked, need)
        });
        Ok(suggested(&rules, &c, &asked, &events, first, about))
    }

    /// What an agent is offered or owns under this token, with its newest events.
    async fn held(&self, agent: &AgentId, id: &ConversationId, token: Token) -> AppResult<Held> {
        let known = self.agent(agent).await?;
        let conversation = self.conversation(id).await?;
        let holds = known.held.get(id).is_some_and(|held| match held.how {
            Holding::Offer | Holding::Owned => held.token == token,
            Holding::WrapUp { .. } => false,
        });
        if !holds {
            return Err(AppError::OwnershipLost { current: conversation.token });
        }
        let asked = conversation.handoff.clone().ok_or(AppError::NotFound { what: "handoff" })?;
        let after = conversation.seq.saturating_sub(EVENTS_MAX);
        let (events, _) = self.read_log(id, after, EVENTS_MAX as usize).await?;
        let rules = self.rules();
        let declared = rules.routing.agent_name(agent, conversation.language);
        let name = declared.map_or(known.profile.name, str::to_owned);
        Ok(Held { name, conversation, asked, events })
    }
}

/// A conversation that an agent is offered or owns.
struct Held {
    /// The name customers see.
    name: String,
    conversation: Conversation,
    asked: Asked,
    events: Vec<Logged>,
}

/// What might be answered in the light of what was said.
fn suggested(
    rules: &Rules,
    c: &Conversation,
    asked: &Asked,
    events: &[Logged],
    opening: Option<String>,
    about: &str,
) -> Vec<Suggestion> {
    if asked.handoff.reason.is_emergency() && about.trim().is_empty() {
        // What the shop answers every day is no help to somebody in danger.
        return Vec::new();
    }
    let lines = lines(events);
    let situation = Situation {
        language: c.language,
        lines: &lines,
        need: c.memory.need.as_deref(),
        slots: &c.memory.slots,
        facts: &c.facts,
        topic: asked.handoff.entry.as_ref(),
        opening,
        about,
    };
    suggest(rules, &situation)
}

fn lines(events: &[Logged]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for logged in events {
        let (by, text) = match &logged.logged.event {
            Event::CustomerSaid { text, .. } if !text.is_empty() => (Speaker::Customer, text),
            Event::BotSaid { text, .. } => (Speaker::Bot, text),
            Event::AgentSaid { text, .. } => (Speaker::Agent, text),
            Event::Understood { need, .. } => {
                // What was understood stands behind the words it was understood of.
                if let Some(line) = lines.last_mut().filter(|line| line.by == Speaker::Customer) {
                    line.need |= *need;
                }
                continue;
            }
            _ => continue,
        };
        lines.push(Line { sequence: logged.seq, by, text: text.clone(), need: false });
    }
    lines
}

/// What the customer needs, in few words: their own, or the topic that was answered.
fn need(rules: &Rules, c: &Conversation, asked: &Asked) -> Option<String> {
    let entry = || asked.handoff.entry.as_ref().and_then(|id| rules.bot.entries.get(id));
    let topic =
        || entry().filter(|entry| entry.is_need).map(|entry| entry.title.get(c.language).clone());
    c.memory.need.as_deref().map(quoted).or_else(topic)
}

fn opening(
    rules: &Rules,
    language: Language,
    agent: &str,
    asked: &Asked,
    need: Option<String>,
) -> String {
    let agent = ("agent", agent.to_owned());
    if asked.handoff.reason.is_emergency() {
        // Nothing is looked into before it is known whether they are safe.
        let wordings = rules.texts.wordings(language, TextKey::PacketOpeningDanger, None, &[agent]);
        return wordings.into_iter().next().unwrap_or_default();
    }
    let wordings = match need {
        Some(need) => {
            let values = [agent, ("need", need)];
            rules.texts.wordings(language, TextKey::PacketOpening, None, &values)
        }
        None => rules.texts.wordings(language, TextKey::PacketOpeningNoNeed, None, &[agent]),
    };
    wordings.into_iter().next().unwrap_or_default()
}

fn signals(rules: &Rules, events: &[Logged]) -> Vec<(u64, String, Signal)> {
    let mut found = Vec::new();
    let mut said = (0, "");
    for logged in events {
        if let Event::CustomerSaid { text, .. } = &logged.logged.event {
            said = (logged.seq, text);
        }
        if let Event::Understood { signals, levels, .. } = &logged.logged.event {
            let (seq, words) = said;
            let shown = signals.iter().filter(|found| rules.detectors.is_shown(found, levels));
            found.extend(shown.map(|s| (seq, words.to_owned(), s.clone())));
        }
    }
    found.split_off(found.len().saturating_sub(SIGNALS_MAX))
}

/// Each answer once, where it was given last: who comes back is often answered the same again.
fn tried(rules: &Rules, events: &[Logged], language: Language) -> Vec<(u64, EntryId, String)> {
    let answers = events.iter().filter_map(|logged| {
        let Event::BotSaid { outcome: Outcome::Answer, entry: Some(entry), .. } =
            &logged.logged.event
        else {
            return None;
        };
        let known = rules.bot.entries.get(entry);
        let title = known.map(|known| known.title.get(language).clone());
        Some((logged.seq, entry.clone(), title.unwrap_or_default()))
    });
    let mut tried: Vec<(u64, EntryId, String)> = Vec::new();
    for answer in answers {
        tried.retain(|(_, entry, _)| *entry != answer.1);
        tried.push(answer);
    }
    tried
}

/// Requests for people before the present one. What only came back to the queue is no new one, nor is
/// what the customer agreed to while they waited: nobody has passed them on.
fn earlier_handoffs(events: &[Logged]) -> u32 {
    let (mut asked, mut agreed) = (0_u32, false);
    for logged in events {
        match &logged.logged.event {
            Event::OtherLanguageAgreed { .. } => agreed = true,
            Event::HandoffRequested { returned, .. } => {
                asked += u32::from(!returned && !std::mem::take(&mut agreed));
            }
            _ => {}
        }
    }
    asked.saturating_sub(1)
}

/// What colleagues noted last: all notes since an agent joined, or else the newest one.
fn note(events: &[Logged]) -> Option<String> {
    let mut notes: Vec<&str> = Vec::new();
    for logged in events.iter().rev() {
        match &logged.logged.event {
            Event::Noted { text, .. } => notes.push(text),
            Event::AgentJoined { .. } if !notes.is_empty() => break,
            _ => {}
        }
    }
    notes.reverse();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The log of these events, as they are stored.
    fn log(events: &[&str]) -> Vec<Logged> {
        let logged = |(at, event): (usize, &&str)| {
            let row = format!(r#"{{"at":{at},"event":{event}}}"#);
            Logged { seq: at as u64, event_id: 0, logged: serde_json::from_str(&row).unwrap() }
        };
        events.iter().enumerate().map(logged).collect()
    }

    #[test]
    fn consent_to_another_language_is_no_earlier_handoff() {
        let asked = r#"{"event":"handoff_requested","token":{"term":1,"attempt":0},"handoff":{"reason":"abuse","priority":"normal","needs":{"queue":"general","language":"ar","skills":{}},"entry":null,"requested_at":1,"origin":{"known":false}},"headline":"","returned":false,"preferred":null,"exclude":null}"#;
        let agreed = r#"{"event":"other_language_agreed","language":"en"}"#;
        assert_eq!(earlier_handoffs(&log(&[asked, agreed, asked])), 0);
        assert_eq!(earlier_handoffs(&log(&[asked, agreed, asked, asked])), 1);
        assert_eq!(earlier_handoffs(&log(&[asked, asked])), 1);
    }
}
