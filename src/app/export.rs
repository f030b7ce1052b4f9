//! What is handed out to a customer: every conversation of theirs with all that they could see in
//! it, and what the host told of them, as JSON with one object a line. The store is read in pieces,
//! so that a long history costs no more memory than a short one; what is archived comes last.

use super::App;
use super::conversations::Logged;
use super::error::{AppError, AppResult};
use crate::domain::conversation::event::{Audience, Event};
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::parts::Part;
use crate::ports::archive::{Archive, Archived, Whose};
use crate::ports::store::StoreError;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Events of one piece.
const PIECE: usize = 64;

/// Where an export stands.
#[derive(Debug)]
pub struct Export {
    left: VecDeque<ConversationId>,
    /// The conversation that is being read, and the sequence it is read up to.
    at: Option<(ConversationId, u64)>,
    /// What has left the store.
    archived: VecDeque<Archived>,
}

impl App {
    /// Begins an export: of one conversation, of a known customer, or of both.
    pub async fn export(
        &self,
        customer: Option<&CustomerId>,
        conversation: Option<ConversationId>,
        archive: Option<&dyn Archive>,
    ) -> AppResult<Export> {
        let mut left: VecDeque<ConversationId> = conversation.into_iter().collect();
        let ids = left.iter().map(ToString::to_string).collect();
        let whose = Whose { customer: customer.cloned(), conversations: ids };
        if let Some(customer) = customer {
            let mine = self.conversations_of(customer, usize::MAX, |_| true).await?;
            let others = mine.into_iter().map(|c| c.id);
            let others: Vec<_> = others.filter(|id| !left.contains(id)).collect();
            left.extend(others);
        }
        let archived = match archive {
            Some(archive) => archive.find(&whose).await?.into(),
            None => VecDeque::new(),
        };
        Ok(Export { left, at: None, archived })
    }

    /// The next lines; `None` at the end.
    pub async fn next_piece(&self, export: &mut Export) -> AppResult<Option<String>> {
        if let Some((id, after)) = export.at.take() {
            let (events, head) = self.read_log(&id, after, PIECE).await?;
            let last = events.last().map_or(head, |logged| logged.seq);
            let lines = events.iter().filter_map(|logged| line(&id, logged));
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            if last < head {
                export.at = Some((id, last));
            }
            return Ok(Some(text));
        }
        while let Some(id) = export.left.pop_front() {
            match self.conversation(&id).await {
                Ok(c) => {
                    let mut head = heading(&c);
                    if let Some(marks) = self.read_marks(&id).await? {
                        head["read_through"] = marks.customer.into();
                    }
                    let head = format!("{head}\n");
                    export.at = Some((id, 0));
                    return Ok(Some(head));
                }
                // Erased or never begun.
                Err(AppError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        while let Some(row) = export.archived.pop_front() {
            let Ok(id) = ConversationId::parse(&row.conversation) else { continue };
            // A crash may have left in the store what is archived already.
            if let Err(AppError::NotFound { .. }) = self.conversation(&id).await {
                return archived(&id, row).map(Some);
            }
        }
        Ok(None)
    }
}

/// All lines of what has left the store.
fn archived(id: &ConversationId, row: Archived) -> AppResult<String> {
    let damaged = |error: serde_json::Error| {
        let (what, reason) = (format!("the archived conversation {id}"), error.to_string());
        AppError::Store(StoreError::Damaged { what, reason })
    };
    let c: Conversation = serde_json::from_value(row.state).map_err(damaged)?;
    let mut text = format!("{}\n", heading(&c));
    for event in row.events {
        let logged = serde_json::from_value(event.record).map_err(damaged)?;
        // Nobody compares the two histories here.
        let logged = Logged { seq: event.seq, event_id: 0, logged };
        text.extend(line(id, &logged).map(|line| format!("{line}\n")));
    }
    Ok(text)
}

fn heading(c: &Conversation) -> Value {
    json!({
        "type": "conversation",
        "conversation_id": c.id,
        "began_at": time(c.created_at.as_millis()),
        "last_event_at": time(c.last_event_at.as_millis()),
        "language": c.language.tag(),
        "state": c.state.name(),
        "facts": c.facts,
        "told_to_the_bot": c.memory.slots,
    })
}

/// One event, if the customer could see it.
fn line(id: &ConversationId, logged: &Logged) -> Option<Value> {
    let event = &logged.logged.event;
    if event.audience() != Audience::Customer {
        return None;
    }
    let mut line = json!({
        "type": "event",
        "conversation_id": id,
        "sequence": logged.seq,
        "at": time(logged.logged.at.as_millis()),
    });
    for (key, value) in shown(event) {
        line[key] = value;
    }
    Some(line)
}

/// What the customer could see of it. What has no words of its own is told by its name.
fn shown(event: &Event) -> Vec<(&'static str, Value)> {
    let said = |who: &str, text: &str| vec![("author", json!(who)), ("text", json!(text))];
    let with = |mut said: Vec<(&'static str, Value)>, parts: &[Part]| {
        if !parts.is_empty() {
            said.push(("parts", json!(parts)));
        }
        said
    };
    if let Event::CustomerSaid { text, parts, .. } = event {
        with(said("customer", text), parts)
    } else if let Event::BotSaid { text, .. } | Event::SurveyAsked { text, .. } = event {
        said("bot", text)
    } else if let Event::Notice { text, .. } | Event::WaitOptionsOffered { text, .. } = event {
        said("system", text)
    } else if let Event::AgentSaid { text, parts, .. } = event {
        with(said("agent", text), parts)
    } else if let Event::PromiseMade { promise } = event {
        let due = time(promise.due.as_millis());
        vec![("what", json!("promise_made")), ("text", json!(promise.what)), ("due", due)]
    } else if let Event::AnswerRated { answer, helpful, .. } = event {
        let rated = ("what", json!("answer_rated"));
        vec![rated, ("answer_sequence", json!(answer)), ("helpful", json!(helpful))]
    } else if let Event::ConversationRated { measure, score, comment, .. } = event {
        vec![
            ("what", json!("conversation_rated")),
            ("measure", json!(measure.name())),
            ("score", json!(score)),
            ("text", json!(comment)),
        ]
    } else {
        let stored = serde_json::to_value(event).unwrap_or_default();
        vec![("what", stored.get("event").cloned().unwrap_or_default())]
    }
}

fn time(millis: i64) -> Value {
    let at = jiff::Timestamp::from_millisecond(millis).ok();
    at.map_or(Value::Null, |at| json!(at.to_string()))
}
