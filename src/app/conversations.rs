//! Commands to conversations: load, handle, commit; then what the pool must do, inline where it
//! can be and by the sweeper where it cannot.

use super::error::{AppError, AppResult};
use super::keys::{self, Due, Topic};
use super::recent::{self, Recent};
use super::stats::Stats;
use super::stored::{Owed, RequestRecord};
use super::{App, STRIPES, TRIES_MAX};
use crate::domain::conversation::command::{Command, Decision, Input, Rejection};
use crate::domain::conversation::deadline::next_deadline;
use crate::domain::conversation::event::{Event, LoggedEvent};
use crate::domain::conversation::state::{Conversation, State, text_hash};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, RequestId};
use crate::domain::language::is_blank;
use crate::domain::parts::Part;
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::store::{EntityKey, Index, Slot, Snapshot, StoreError, Transaction};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The inline path has so long before the sweeper takes an outbox entry up.
const INLINE_SPAN: Duration = Duration::from_secs(2);

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Done {
    /// The conversation after it.
    pub conversation: Conversation,
    /// The events it made.
    pub events: Vec<Logged>,
}

/// The caller's id of a request and a hash of what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The id.
    pub id: RequestId,
    /// The hash.
    pub fingerprint: u64,
    /// Whose id it is: two callers may choose the same.
    pub who: String,
}

impl Request {
    /// A request with these contents. `who` keeps two principals' ids apart.
    pub fn new(id: RequestId, who: &str, contents: &str) -> Self {
        let fingerprint = text_hash(&format!("{who}\n{contents}"));
        Request { id, fingerprint, who: who.to_owned() }
    }
}

/// One record of a log, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Its place in the log.
    pub seq: u64,
    /// Tells two histories with the same numbers apart.
    pub event_id: u128,
    /// What happened.
    pub logged: LoggedEvent,
}

/// An event as it is written: with the record of the request that made it, so that both leave the
/// store together.
#[derive(Serialize)]
pub(super) struct Written<'a> {
    pub(super) at: &'a Timestamp,
    pub(super) event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<&'a str>,
}

/// Which request made an event; `None` for what no request made, and for all but its first event.
#[derive(Deserialize)]
pub(super) struct Marked {
    #[serde(default)]
    pub(super) request: Option<String>,
}

impl App {
    /// The customer says something; the bot's reply, if it is the bot's turn, is part of it.
    pub async fn say(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        input: Input,
    ) -> AppResult<Done> {
        match &input {
            Input::Text(text) => self.check_text(text)?,
            Input::Parts { text, parts } => self.check_said(text, parts)?,
            Input::Choice(_) | Input::SayAgain => {}
        }
        let rules = self.rules();
        // Understood once, from what the first load saw; a retry does not read again.
        let mut understood: Option<Box<Reading>> = None;
        self.run(id, request, |conversation, at| {
            let c = conversation.ok_or(Rejection::NotFound)?;
            let reading = understood.get_or_insert_with(|| read_input(&rules, c, &input, at));
            let waits = c.state == State::Queued;
            let wait = waits.then(|| self.waiting_status(id, at));
            let wait = wait.and_then(|(position, delay)| Some((position?, delay)));
            Ok(Command::CustomerSays { input: input.clone(), reading: reading.clone(), wait })
        })
        .await
    }

    /// An agent says something.
    pub async fn agent_says(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        agent: AgentId,
        token: Token,
        said: (String, Vec<Part>),
    ) -> AppResult<Done> {
        let (text, parts) = said;
        self.check_said(&text, &parts)?;
        self.command(id, request, Command::AgentSays { agent, token, text, parts }).await
    }

    /// An agent leaves a note for colleagues.
    pub async fn note(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        agent: AgentId,
        token: Token,
        text: String,
    ) -> AppResult<Done> {
        self.check_text(&text)?;
        self.command(id, request, Command::AgentNotes { agent, token, text }).await
    }

    /// Any other command whose contents are known beforehand.
    pub async fn command(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        command: Command,
    ) -> AppResult<Done> {
        self.run(id, request, |_, _| Ok(command.clone())).await
    }

    /// The conversation as it is.
    pub async fn conversation(&self, id: &ConversationId) -> AppResult<Conversation> {
        let key = keys::conversation(id);
        let slot = self.slot_of(id);
        let snapshot = self.store.load(&slot, std::slice::from_ref(&key), &[]).await?;
        snapshot.get(&key)?.ok_or(AppError::NotFound { what: "conversation" })
    }

    /// Where a conversation is kept.
    pub(super) fn slot_of(&self, id: &ConversationId) -> Slot {
        keys::bucket(keys::bucket_of(id, self.settings.buckets))
    }

    /// Whoever changes a conversation in this process does so alone.
    pub(super) fn stripe_of(&self, id: &ConversationId) -> &tokio::sync::Mutex<Recent> {
        &self.stripes[text_hash(id.as_str()) as usize % STRIPES]
    }

    /// Whether what this call did would still be there if the server of the store that answered
    /// were lost, as far as the deployment asks for that. Of a call that did nothing it is not said.
    pub async fn is_replicated(&self, done: &Done) -> bool {
        let Some(last) = done.events.last() else { return false };
        let c = &done.conversation;
        let slot = keys::bucket(keys::bucket_of(&c.id, self.settings.buckets));
        self.store.is_replicated(&slot, &keys::log(&c.id), last.seq, last.event_id).await
    }

    /// Runs a command: load, handle, commit, and again when others were faster; then carries the
    /// effects out.
    pub(super) async fn run(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        mut make: impl FnMut(Option<&Conversation>, Timestamp) -> Result<Command, Rejection>,
    ) -> AppResult<Done> {
        let bucket = keys::bucket_of(id, self.settings.buckets);
        let done = {
            let mut alone = self.stripe_of(id).lock().await;
            self.run_serialised(id, bucket, request, &mut alone, &mut make).await?
        };
        if done.1 {
            // Best effort: what does not succeed now is done by the sweeper.
            self.deliver_to_pool(bucket, id).await.ok();
            self.match_now().await;
            let after = self.conversation(id).await.unwrap_or(done.0.conversation.clone());
            let mut done = done.0;
            if after.seq > done.conversation.seq {
                let from = done.conversation.seq + 1;
                // What was asked is done, whether or not the store can still tell what came of it.
                if let Ok(events) = self.events_between(&after, from, after.seq).await {
                    done.events.extend(events);
                    done.conversation = after;
                }
            }
            return Ok(self.ask_for_recommendation(done).await);
        }
        Ok(self.ask_for_recommendation(done.0).await)
    }

    /// Runs a command without carrying its effects out; returns whether there are any.
    pub(crate) async fn run_quietly(
        &self,
        id: &ConversationId,
        command: Command,
    ) -> AppResult<bool> {
        let bucket = keys::bucket_of(id, self.settings.buckets);
        let mut alone = self.stripe_of(id).lock().await;
        let mut make = |_: Option<&Conversation>, _: Timestamp| Ok(command.clone());
        Ok(self.run_serialised(id, bucket, None, &mut alone, &mut make).await?.1)
    }

    async fn run_serialised(
        &self,
        id: &ConversationId,
        bucket: u16,
        request: Option<Request>,
        recent: &mut Recent,
        make: &mut impl FnMut(Option<&Conversation>, Timestamp) -> Result<Command, Rejection>,
    ) -> AppResult<(Done, bool)> {
        let slot = keys::bucket(bucket);
        let request_key =
            request.as_ref().map(|request| keys::request(id, &request.who, &request.id));
        let key = keys::conversation(id);
        let mut to_load = vec![key.clone(), keys::outbox(id)];
        to_load.extend(request_key.clone());
        for _ in 0..TRIES_MAX {
            let rules = self.rules();
            let snapshot = self.store.load(&slot, &to_load, &[]).await?;
            let before = recent.take(&snapshot, &key, id)?;
            if let Some(answer) =
                self.answered_before(&snapshot, before.as_ref(), &request, &request_key).await?
            {
                return Ok((answer, false));
            }
            let at = snapshot.at();
            let command = make(before.as_ref(), at)?;
            let decision = (self.machines.conversation)(&rules, before.as_ref(), &command, at)?;
            let record = request_key.clone().zip(request.as_ref());
            let owes = !decision.effects.is_empty();
            let (mut change, done) =
                self.change(&rules, &snapshot, before.as_ref(), decision, record);
            change.frees_if(command.frees());
            let written = recent::written(&change, &key);
            match self.store.commit(change).await {
                Ok(committed) => {
                    done.events.iter().for_each(|event| self.stats.event(&event.logged.event));
                    recent.keep(written, &done.conversation);
                    self.newest.wrote(&slot, id, committed.counter);
                    self.note_rings(&done);
                    return Ok((done, owes));
                }
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {
                    Stats::add(&self.stats.retries);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    /// The first answer, if this request was made before.
    pub(super) async fn first_answer(
        &self,
        id: &ConversationId,
        request: &Option<Request>,
    ) -> AppResult<Option<Done>> {
        let Some(asked) = request else { return Ok(None) };
        let slot = keys::bucket(keys::bucket_of(id, self.settings.buckets));
        let key = keys::request(id, &asked.who, &asked.id);
        let to_load = [keys::conversation(id), key.clone()];
        let snapshot = self.store.load(&slot, &to_load, &[]).await?;
        let before: Option<Conversation> = snapshot.get(&keys::conversation(id))?;
        self.answered_before(&snapshot, before.as_ref(), request, &Some(key)).await
    }

    /// The first answer, if this request was made before, as this snapshot has it.
    async fn answered_before(
        &self,
        snapshot: &Snapshot,
        before: Option<&Conversation>,
        request: &Option<Request>,
        key: &Option<EntityKey>,
    ) -> AppResult<Option<Done>> {
        let (Some(request), Some(key)) = (request, key) else { return Ok(None) };
        let Some(record) = snapshot.get::<RequestRecord>(key)? else { return Ok(None) };
        if record.fingerprint != request.fingerprint {
            return Err(AppError::RequestMismatch);
        }
        let conversation = before.ok_or(AppError::NotFound { what: "conversation" })?;
        let events = match record.from_seq {
            0 => Vec::new(),
            from => self.events_between(conversation, from, record.to_seq).await?,
        };
        Ok(Some(Done { conversation: conversation.clone(), events }))
    }

    /// Everything a decision writes, in one transaction.
    fn change(
        &self,
        rules: &Rules,
        snapshot: &Snapshot,
        before: Option<&Conversation>,
        decision: Decision,
        record: Option<(EntityKey, &Request)>,
    ) -> (Transaction, Done) {
        let Decision { events, next: c, effects } = decision;
        let at = snapshot.at();
        let mut change = snapshot.change(self.tag());
        let first = before.map_or(1, |before| before.seq + 1);
        let events: Vec<Logged> = (first..)
            .zip(events)
            .map(|(seq, event)| {
                let event_id = self.chance.bits();
                Logged { seq, event_id, logged: LoggedEvent { at, event } }
            })
            .collect();
        if !events.is_empty() {
            change.put(keys::conversation(&c.id), &c);
            let mut request = record.as_ref().map(|(key, _)| key.id.as_str());
            for Logged { seq, event_id, logged: LoggedEvent { at, event } } in &events {
                let written = Written { at, event, request: request.take() };
                // What is erased is gone from the log too; the numbers go on.
                let keep = matches!(event, Event::Erased).then_some(1);
                change.append(keys::log(&c.id), *seq, *event_id, &written, keep);
            }
            let id = c.id.as_str();
            // Minus the time, so that the latest comes first.
            change.index_put(Index::CONVERSATIONS, id, -at.as_millis());
            if c.is_entangled() {
                change.index_put(Index::ENTANGLED, id, at.as_millis());
            } else if before.is_some_and(Conversation::is_entangled) {
                change.index_remove(Index::ENTANGLED, id);
            }
            match &c.promise {
                Some(promise) => change.index_put(Index::PROMISES, id, promise.due.as_millis()),
                None if before.is_some_and(|before| before.promise.is_some()) => {
                    change.index_remove(Index::PROMISES, id)
                }
                None => &mut change,
            };
            match &c.block {
                Some(block) => change.index_put(Index::BLOCKS, id, block.ends_at().as_millis()),
                None if before.is_some_and(|before| before.block.is_some()) => {
                    change.index_remove(Index::BLOCKS, id)
                }
                None => &mut change,
            };
            let told = |c: &Conversation| c.satisfaction.told.last().map(|told| told.at);
            if let Some(last) = told(&c).filter(|last| before.and_then(told) != Some(*last)) {
                change.index_put(Index::SATISFACTION, id, -last.as_millis());
            }
            let due = Due::Conversation(c.id.clone()).member();
            match next_deadline(rules, &c) {
                Some(deadline) => change.index_put(Index::DUE, due, deadline.as_millis()),
                None => change.index_remove(Index::DUE, due),
            };
            change.ring(Topic::Log(c.id.clone()).name());
        }
        if !effects.is_empty() {
            owe(&mut change, &c.id, at);
        }
        if let Some((key, request)) = record {
            let record = RequestRecord {
                fingerprint: request.fingerprint,
                from_seq: if events.is_empty() { 0 } else { first },
                to_seq: if events.is_empty() { 0 } else { c.seq },
            };
            if events.is_empty() {
                change.index_put(Index::REQUESTS, key.id.clone(), keys::requests_score(&c.id));
            }
            change.put(key, &record);
        }
        (change, Done { conversation: c, events })
    }

    pub(super) async fn events_between(
        &self,
        c: &Conversation,
        from: u64,
        to: u64,
    ) -> AppResult<Vec<Logged>> {
        let count = (to + 1).saturating_sub(from) as usize;
        Ok(self.read_log(&c.id, from.saturating_sub(1), count).await?.0)
    }

    /// Something beside words may come without any.
    fn check_said(&self, text: &str, parts: &[Part]) -> AppResult<()> {
        if text.is_empty() && !parts.is_empty() { Ok(()) } else { self.check_text(text) }
    }

    pub(super) fn check_text(&self, text: &str) -> AppResult<()> {
        let max = self.settings.utterance_chars_max;
        let length = text.chars().count();
        if is_blank(text) {
            return Err(AppError::Empty);
        }
        if length > max {
            return Err(AppError::TooLong { max, length });
        }
        Ok(())
    }
}

/// Records that the pool must look at the conversation again.
pub(super) fn owe(change: &mut Transaction, id: &ConversationId, at: Timestamp) {
    change.put(keys::outbox(id), &Owed::new(at));
    let due = Due::Outbox(id.clone()).member();
    change.index_put(Index::DUE, due, (at + INLINE_SPAN).as_millis());
}

/// Reads what the customer says joined with the unanswered fragments before it.
fn read_input(rules: &Rules, c: &Conversation, input: &Input, at: Timestamp) -> Box<Reading> {
    // A button carries no words of the customer.
    let text = input.words().unwrap_or_default();
    Box::new(reading::read(rules, &c.memory.joined(text), &c.memory.earlier(), at))
}
