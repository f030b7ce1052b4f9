//! The checkers of what is a customer's own: nobody else reads or lists it, every conversation of a known
//! customer can be found by them, and what they had erased is gone wherever it was.
//!
//! Each conversation has a mark of its own in what its customer says and in what the host tells of
//! them, so that a trace is recognised in whatever the application writes.

use super::model::{Counts, Invariant, Model};
use super::witness::{Witness, at_once};
use crate::app::customers::CustomerRecord;
use crate::app::keys::{self, Due};
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::pool::item::Place;
use crate::ports::store::*;
use std::collections::{BTreeMap, BTreeSet};

const MARK: &str = "zq";

/// What is known of customers and their traces.
#[derive(Clone, Default)]
pub(super) struct Privacy {
    /// As whose customers began them or logged in.
    pub(super) whose: BTreeMap<ConversationId, CustomerId>,
    records: BTreeMap<String, CustomerRecord>,
    /// How often a customer could be asked for a recommendation, less how often they were.
    askable: BTreeMap<CustomerId, u64>,
    /// Where marks were written.
    marked: BTreeSet<(Slot, Where)>,
    /// For the report.
    pub(super) counts: Counts,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Entity(EntityKey),
    Log(LogId),
}

/// The mark of a conversation.
pub(super) fn mark(id: &ConversationId) -> String {
    format!("{MARK}{id}x")
}

/// The conversations whose marks are in this text.
pub(super) fn marks(body: &[u8]) -> BTreeSet<ConversationId> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(MARK) {
        let rest = &text[at + MARK.len()..];
        if let Some((id, _)) = rest.split_once('x')
            && let Ok(id) = ConversationId::parse(id)
        {
            found.insert(id);
        }
    }
    found
}

impl Privacy {
    pub(super) fn count(&mut self, what: &'static str) {
        self.counts.count(what);
    }

    /// A conversation that began, or was claimed, under this customer.
    pub(super) fn belongs(&mut self, id: &ConversationId, customer: &CustomerId) {
        self.whose.insert(id.clone(), customer.clone());
    }
}

impl Model {
    /// What a change writes about one conversation has no mark of another.
    pub(super) fn judge_marks(&mut self, change: &Transaction) {
        for write in change.writes() {
            let (place, about, body) = match write {
                Write::Put { key, body } => (Where::Entity(key.clone()), about(key), body.as_ref()),
                Write::Append { log, record, .. } => {
                    let about =
                        log.0.strip_prefix("l/").and_then(|id| ConversationId::parse(id).ok());
                    (Where::Log(log.clone()), about, record.body.as_ref())
                }
                Write::Delete { .. }
                | Write::DropLog { .. }
                | Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::CounterAdd { .. } => continue,
            };
            let found = marks(body);
            if found.is_empty() {
                continue;
            }
            let own = about.is_none_or(|about| found.iter().all(|id| *id == about));
            self.check(Invariant::Private, own, || format!("{place:?} has the words of {found:?}"));
            self.privacy.marked.insert((change.slot().clone(), place));
        }
    }

    /// The record of a known customer changed, or went.
    pub(super) fn record_changed(&mut self, key: &EntityKey, record: Option<CustomerRecord>) {
        let Some(record) = record else {
            self.privacy.records.remove(&key.id);
            return;
        };
        let before = self.privacy.records.insert(key.id.clone(), record.clone());
        let before = before.unwrap_or_default();
        if before.nps_asked_at == record.nps_asked_at {
            return;
        }
        let (last, next) = (before.nps_asked_at, record.nps_asked_at);
        let rested = last.zip(next).is_none_or(|(last, next)| next.since(last) >= self.nps_every);
        let moved_on = next.is_some();
        self.check(Invariant::Private, rested && moved_on, || {
            format!("{key} is asked for a recommendation at {next:?} after {last:?}")
        });
        if let Ok(customer) = CustomerId::parse(&key.id) {
            *self.privacy.askable.entry(customer).or_default() += 1;
        }
    }

    /// A customer is asked what they think. Only whom the host knows is asked whether they would
    /// recommend us, and not sooner than after a while.
    pub(super) fn survey_asked(&mut self, c: Option<&Conversation>, measure: Measure) {
        self.privacy.count(measure.name());
        if measure != Measure::Nps {
            return;
        }
        let customer = c.map(|c| c.customer.clone());
        let left = customer.as_ref().and_then(|customer| self.privacy.askable.get_mut(customer));
        let may = match left {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        };
        self.check(Invariant::Private, may, || {
            format!("{customer:?} is asked for a recommendation without being noted down")
        });
    }

    /// Whether a customer's record leads to this conversation.
    pub(super) fn is_found_by(&self, customer: &CustomerId, id: &ConversationId) -> bool {
        let record = self.privacy.records.get(customer.as_str());
        record.is_some_and(|record| record.conversations.contains(id))
    }

    /// A stored customer's record, as it was read again.
    pub(super) fn known_customers(&self) -> Vec<String> {
        self.privacy.records.keys().cloned().collect()
    }

    /// Puts back what was read again; no step of the record is judged.
    pub(super) fn record_is(&mut self, key: &EntityKey, record: Option<CustomerRecord>) {
        match record {
            Some(record) => self.privacy.records.insert(key.id.clone(), record),
            None => self.privacy.records.remove(&key.id),
        };
    }

    /// Everything is at rest: each conversation of a known customer can be found by them.
    pub(super) fn all_are_found(&mut self) {
        if self.rewinds > 0 {
            // A bucket that lost its tail may have lost the record alone.
            return;
        }
        let lost = self.conversations.values().map(|known| &known.conversation).find(|c| {
            c.customer.is_known() && !c.is_erased() && !self.is_found_by(&c.customer, &c.id)
        });
        let lost = lost.map(|c| (c.id.clone(), c.customer.clone()));
        self.check(Invariant::Private, lost.is_none(), || {
            format!("nobody finds this conversation of a known customer: {lost:?}")
        });
    }
}

impl Witness {
    /// Where the words of this conversation can still be read.
    pub(super) fn traces(&self, wanted: &BTreeSet<ConversationId>) -> Vec<String> {
        let marked = self.model().privacy.marked.clone();
        let store = self.inner();
        let mut found = Vec::new();
        for (slot, place) in marked {
            let bodies: Vec<Vec<u8>> = match &place {
                Where::Entity(key) => {
                    let load = store.load(&slot, std::slice::from_ref(key), &[]);
                    at_once(load).map_or(Vec::new(), |snapshot| match snapshot.observed(key) {
                        Observed::Present { body, .. } => vec![body.to_vec()],
                        Observed::Absent { .. } => Vec::new(),
                    })
                }
                Where::Log(log) => {
                    let page = at_once(store.read_log(&slot, log, 0, usize::MAX));
                    let records = page.map(|page| page.records).unwrap_or_default();
                    records.iter().map(|record| record.body.to_vec()).collect()
                }
            };
            let still: BTreeSet<_> = bodies.iter().flat_map(|body| marks(body)).collect();
            let still: Vec<_> = still.intersection(wanted).collect();
            if !still.is_empty() {
                found.push(format!("{slot} {place:?} has the words of {still:?}"));
            }
        }
        found
    }

    /// Everything is at rest: of what was erased nothing can be read, and nothing hangs on it.
    pub(super) fn nothing_is_left(&self, buckets: u16, pool: &Slot) {
        let erased: BTreeSet<ConversationId> = {
            let model = self.model();
            let known = model.conversations.values().map(|known| &known.conversation);
            known.filter(|c| c.is_erased()).map(|c| c.id.clone()).collect()
        };
        let traces = self.traces(&erased);
        let dangling: Vec<String> =
            erased.iter().filter_map(|id| self.dangling(id, buckets, pool)).collect();
        let mut model = self.model();
        model.check(Invariant::Private, traces.is_empty(), || format!("erased, but {traces:?}"));
        model.check(Invariant::Private, dangling.is_empty(), || {
            format!("of what was erased there is left {dangling:?}")
        });
    }

    fn dangling(&self, id: &ConversationId, buckets: u16, pool: &Slot) -> Option<String> {
        let store = self.inner();
        let bucket = keys::bucket(keys::bucket_of(id, buckets));
        let ours = [keys::outbox(id), keys::read_marks(id)];
        let due = |due: Due| (Index::DUE, due.member());
        let lists = [Index::ENTANGLED, Index::PROMISES, Index::BLOCKS, Index::PARKED];
        let mut scores: Vec<_> = lists.map(|list| (list, id.to_string())).into();
        scores.extend([due(Due::Conversation(id.clone())), due(Due::Outbox(id.clone()))]);
        let here = at_once(store.load(&bucket, &ours, &scores))?;
        let theirs = [keys::outbox(id), keys::place(id)];
        let lines = [(Index::ITEMS, id.to_string()), due(Due::Outbox(id.clone()))];
        let there = at_once(store.load(pool, &theirs, &lines))?;
        let place = there.get::<Place>(&theirs[1]).ok().flatten();
        let left = [&ours[0], &ours[1]].into_iter().any(|key| is_there(&here, key))
            || is_there(&there, &theirs[0])
            || matches!(place, Some(Place::Here(_)))
            || scores.iter().any(|(index, member)| here.score(*index, member).is_some())
            || lines.iter().any(|(index, member)| there.score(*index, member).is_some());
        left.then(|| format!("{id}: {here:?} {there:?}"))
    }
}

fn is_there(snapshot: &Snapshot, key: &EntityKey) -> bool {
    matches!(snapshot.observed(key), Observed::Present { .. })
}

/// Which conversation is written about.
fn about(key: &EntityKey) -> Option<ConversationId> {
    match key.kind {
        Kind::Conversation | Kind::Item | Kind::Outbox | Kind::ReadMarks => {
            ConversationId::parse(&key.id).ok()
        }
        Kind::Request => key.id.split('/').next().and_then(|id| ConversationId::parse(id).ok()),
        Kind::Agent
        | Kind::Fence
        | Kind::Deployment
        | Kind::Alerts
        | Kind::Customer
        | Kind::Directives => None,
    }
}
