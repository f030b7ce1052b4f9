//! What customers and agents have been told, in the order in which they were told it. What was
//! never answered is not in here as done: whoever asked repeats it under the same id until it is.

use sanad::grpc::pb;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A message that was acknowledged.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub conversation: String,
    pub request: String,
    pub text: String,
    pub sequence: u64,
    pub event_id: Vec<u8>,
    pub durability: pb::Durability,
    /// During which fault, and when.
    pub fault: usize,
    pub at: Instant,
}

impl Acknowledged {
    /// What this answer says was saved; `request` begins with `m` for a customer, `s` for an agent.
    pub fn of(
        conversation: &str,
        request: &str,
        text: &str,
        message: &pb::Event,
        durability: pb::Durability,
    ) -> Acknowledged {
        Acknowledged {
            conversation: conversation.to_owned(),
            request: request.to_owned(),
            text: text.to_owned(),
            sequence: message.sequence,
            event_id: message.event_id.clone(),
            durability,
            fault: 0,
            at: Instant::now(),
        }
    }
}

/// What one fault has shown.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub fault: String,
    /// Messages of customers and agents that were acknowledged.
    pub acknowledged: usize,
    /// Of these, as durable.
    pub durable: usize,
    /// Answers that said that nothing was saved.
    pub unsaved: usize,
    /// Calls that were refused or failed, and were repeated.
    pub repeated: usize,
    /// The longest call.
    pub longest: Duration,
    /// From the end of the fault until everybody had been acknowledged again.
    pub recovered: Duration,
    /// Acknowledged, and gone.
    pub lost: usize,
    /// Of these, as durable.
    pub lost_durable: usize,
    /// Of these, those whose writer was told.
    pub told: usize,
}

/// What has happened.
#[derive(Default)]
pub struct History {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    messages: Vec<Acknowledged>,
    /// Who was assigned what under which token.
    taken: BTreeMap<(String, u64, u64), BTreeSet<String>>,
    /// When each customer was acknowledged last.
    last: BTreeMap<String, Instant>,
    rows: Vec<Row>,
    wrongs: Vec<String>,
}

impl History {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// From now on this is done to them.
    pub fn begin(&self, fault: &str) {
        self.inner().rows.push(Row { fault: fault.to_owned(), ..Row::default() });
    }

    fn note(&self, note: impl FnOnce(&mut Row)) {
        if let Some(row) = self.inner().rows.last_mut() {
            note(row);
        }
    }

    /// A message was acknowledged.
    pub fn acknowledged(&self, who: &str, mut message: Acknowledged) {
        let mut inner = self.inner();
        message.fault = inner.rows.len().saturating_sub(1);
        inner.last.insert(who.to_owned(), Instant::now());
        if let Some(row) = inner.rows.last_mut() {
            row.acknowledged += 1;
            row.durable += usize::from(message.durability == pb::Durability::Durable);
        }
        inner.messages.push(message);
    }

    /// An agent was told that a conversation is theirs.
    pub fn taken(&self, conversation: &str, token: pb::OwnershipToken, agent: &str) {
        let key = (conversation.to_owned(), token.term, token.attempt);
        self.inner().taken.entry(key).or_default().insert(agent.to_owned());
    }

    /// How often an agent was told that a conversation is theirs.
    pub fn assigned(&self) -> usize {
        self.inner().taken.len()
    }

    /// A call came back after so long.
    pub fn took(&self, span: Duration) {
        self.note(|row| row.longest = row.longest.max(span));
    }

    /// An answer said that nothing was saved.
    pub fn unsaved(&self) {
        self.note(|row| row.unsaved += 1);
    }

    /// A call is repeated.
    pub fn repeated(&self) {
        self.note(|row| row.repeated += 1);
    }

    /// Everybody is back.
    pub fn recovered(&self, span: Duration) {
        self.note(|row| row.recovered = span);
    }

    /// Something that must never be was seen.
    pub fn wrong(&self, what: String) {
        self.inner().wrongs.push(what);
    }

    /// Whether all of these were acknowledged since.
    pub fn all_since(&self, who: &[String], since: Instant) -> bool {
        let inner = self.inner();
        who.iter().all(|name| inner.last.get(name).is_some_and(|last| *last > since))
    }

    /// Takes off what was acknowledged and is lost: its writer knows and repeats it, if `is_told`.
    pub fn lost(
        &self,
        is_told: bool,
        is_lost: impl Fn(&Acknowledged) -> bool,
    ) -> Vec<Acknowledged> {
        let mut inner = self.inner();
        let all = std::mem::take(&mut inner.messages);
        let (lost, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(is_lost);
        inner.messages = kept;
        for said in &lost {
            let row = &mut inner.rows[said.fault];
            row.lost += 1;
            row.told += usize::from(is_told);
            row.lost_durable += usize::from(said.durability == pb::Durability::Durable);
        }
        lost
    }

    /// Everything that was acknowledged and not taken off.
    pub fn messages(&self) -> Vec<Acknowledged> {
        self.inner().messages.clone()
    }

    /// What is wrong with what was told, whatever the store has.
    pub fn wrongs(&self) -> Vec<String> {
        let inner = self.inner();
        let doubled = inner.taken.iter().filter(|(_, agents)| agents.len() > 1);
        let doubled = doubled.map(|(key, agents)| format!("{key:?} was given to {agents:?}"));
        inner.wrongs.iter().cloned().chain(doubled).collect()
    }

    /// The rows, as a table.
    pub fn table(&self) -> String {
        let mut lines = vec![
            "| fault | acknowledged | of these durable | unsaved answers | repeated calls | longest call | back after | lost | of these durable | told |".to_owned(),
            "|---|---|---|---|---|---|---|---|---|---|".to_owned(),
        ];
        for row in &self.inner().rows {
            lines.push(format!(
                "| {} | {} | {} | {} | {} | {:.1} s | {:.1} s | {} | {} | {} |",
                row.fault,
                row.acknowledged,
                row.durable,
                row.unsaved,
                row.repeated,
                row.longest.as_secs_f64(),
                row.recovered.as_secs_f64(),
                row.lost,
                row.lost_durable,
                row.told,
            ));
        }
        lines.join("\n")
    }

    /// The rows.
    pub fn rows(&self) -> Vec<Row> {
        self.inner().rows.clone()
    }
}
