//! What can be seen after a step.

use super::Stage;
use crate::app::conversations::Logged;
use crate::app::error::AppResult;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::AgentId;
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::Eta;
use crate::ports::clock::Clock;

/// What can be seen after a step.
pub struct Seen {
    /// The conversation.
    pub conversation: Conversation,
    /// What has happened in the step.
    pub events: Vec<Event>,
    /// The position, if it waits.
    pub position: Option<u32>,
    /// Why it waits.
    pub delay: DelayReason,
    /// How long it will wait.
    pub eta: Eta,
    /// Messages of the customer that the agent has not read.
    pub unread: u32,
    /// What was handed out to the customer.
    pub exported: Vec<String>,
    /// What a repair in this step found, or left.
    pub faults: Option<u32>,
    /// Why the step was refused, if it was.
    pub refused: Option<String>,
    /// What the agent sees.
    pub desk: Desk,
}

/// What an agent sees who has the conversation or is offered it.
#[derive(Default)]
pub struct Desk {
    /// Whose desk it is; nobody reads what nobody has.
    pub agent: Option<AgentId>,
    /// Who is offered it.
    pub offered_to: Option<AgentId>,
    /// What they read of it, beside the conversation itself.
    pub reads: Vec<String>,
    /// What they are offered to answer.
    pub suggestions: Vec<String>,
}

impl Stage {
    pub(super) async fn look(&mut self, refused: Option<String>) -> AppResult<Seen> {
        let conversation = self.app.conversation(&self.id).await?;
        let (logged, head) = self.app.read_log(&self.id, self.read, usize::MAX).await?;
        self.read = head;
        let is_customers =
            |logged: &&Logged| matches!(logged.logged.event, Event::CustomerSaid { .. });
        self.written.extend(logged.iter().filter(is_customers).map(|logged| logged.seq));
        let events: Vec<Event> =
            logged.into_iter().map(|Logged { logged, .. }| logged.event).collect();
        let offered = events.iter().rev().find_map(|event| match event {
            Event::BotSaid { choices, .. } if !choices.is_empty() => Some(choices.clone()),
            Event::WaitOptionsOffered { options, .. } => Some(options.clone()),
            Event::SurveyAsked { choices, .. } => Some(choices.clone()),
            _ => None,
        });
        if let Some(offered) = offered {
            self.choices = offered;
        }
        let now = self.clock.now();
        let (position, delay) = self.app.waiting_status(&self.id, now);
        let eta = self.app.eta(&self.id, now);
        let marks = self.app.read_marks(&self.id).await?.unwrap_or_default();
        let unread = self.written.iter().filter(|seq| **seq > marks.agent).count() as u32;
        let exported = std::mem::take(&mut self.exported);
        let faults = self.faults;
        let desk = self.desk(&conversation).await?;
        Ok(Seen {
            conversation,
            events,
            position,
            delay,
            eta,
            unread,
            exported,
            faults,
            refused,
            desk,
        })
    }

    /// What whoever has it, or is offered it, has before them.
    async fn desk(&self, c: &Conversation) -> AppResult<Desk> {
        let offer = self.offer().await?;
        let offered_to = offer.as_ref().map(|(asked, _)| asked.clone());
        let mut desk = Desk { offered_to, ..Desk::default() };
        let owned = || c.owner().map(|agent| (agent.clone(), c.token));
        let Some((agent, token)) = offer.or_else(owned) else { return Ok(desk) };
        // Nobody holds what has just changed hands.
        let Ok(packet) = self.app.packet(&agent, &self.id, token, None).await else {
            return Ok(desk);
        };
        desk.reads.push(packet.headline);
        desk.reads.push(packet.opening);
        desk.reads.extend(packet.note);
        let looked = self.about.as_ref().filter(|(by, _)| *by == agent);
        let about = looked.map_or("", |(_, about)| about.as_str());
        let suggested = self.app.suggest_replies(&agent, &self.id, token, about).await?;
        desk.suggestions = suggested.into_iter().map(|suggestion| suggestion.text).collect();
        desk.agent = Some(agent);
        Ok(desk)
    }
}
