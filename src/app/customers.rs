//! Customers whom the host site knows: which conversations are theirs, and whether they may be asked
//! for a recommendation.
//!
//! A customer's record names every conversation of theirs, and perhaps one that was never begun: it
//! is written before the conversation, so that nothing of a customer is ever out of reach, and once
//! more after it: an erasure that goes on meanwhile took the record away, or must look again.

use super::begin::Opening;
use super::conversations::{Done, Request};
use super::error::{AppError, AppResult};
use super::keys;
use super::{App, TRIES_MAX};
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::Conversation;
use crate::domain::conversation::wants_nps;
use crate::domain::facts::Facts;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::time::Timestamp;
use crate::ports::store::{EntityKey, Slot, Snapshot, StoreError};
use serde::{Deserialize, Serialize};

/// Conversations of one customer; a further one is refused until old ones are erased.
const CONVERSATIONS_MAX: usize = 10_000;

/// What is kept of a known customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRecord {
    /// Their conversations, oldest first.
    pub conversations: Vec<ConversationId>,
    /// When they were last asked whether they would recommend us.
    #[serde(default)]
    pub nps_asked_at: Option<Timestamp>,
    /// The conversation in which they were blocked last; whether they still are, it says itself.
    #[serde(default)]
    pub blocked_in: Option<ConversationId>,
}

impl App {
    /// Begins a conversation of a known customer, with what the host tells of them.
    pub async fn start_known(
        &self,
        id: ConversationId,
        customer: CustomerId,
        opening: impl Into<Opening>,
        facts: Facts,
    ) -> AppResult<Done> {
        self.remember(&customer, &id).await?;
        let done = self.start(id.clone(), customer.clone(), opening).await?;
        self.confirm(&customer, &id).await?;
        if facts.is_empty() || done.conversation.facts == facts {
            return self.follow_block(done, &customer).await;
        }
        let identify = Command::Identify { customer: customer.clone(), facts };
        let told = self.command(&id, None, identify).await?;
        let events = done.events.into_iter().chain(told.events).collect();
        let done = Done { conversation: told.conversation, events };
        self.follow_block(done, &customer).await
    }

    /// Makes an anonymous conversation the customer's.
    pub async fn identify(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        customer: CustomerId,
        facts: Facts,
    ) -> AppResult<Done> {
        let known = self.conversation(id).await?;
        if known.customer.is_known() && known.customer != customer {
            return Err(Rejection::OtherCustomer.into());
        }
        self.remember(&customer, id).await?;
        let identify = Command::Identify { customer: customer.clone(), facts };
        let done = self.command(id, request, identify).await?;
        self.confirm(&customer, id).await?;
        self.note_block(&done.conversation).await;
        self.follow_block(done, &customer).await
    }

    /// A customer's conversations, the latest first; `wanted` says which.
    pub async fn conversations_of(
        &self,
        customer: &CustomerId,
        limit: usize,
        wanted: impl Fn(&Conversation) -> bool,
    ) -> AppResult<Vec<Conversation>> {
        let mut found = Vec::new();
        for id in self.record_of(customer).await?.conversations.iter().rev() {
            match self.conversation(id).await {
                Ok(c) if c.customer == *customer && wanted(&c) => found.push(c),
                // Never begun, or never became theirs.
                Ok(_) | Err(AppError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        found.sort_by_key(|c| std::cmp::Reverse(c.last_event_at));
        found.truncate(limit);
        Ok(found)
    }

    /// One conversation, if it is this customer's.
    pub async fn conversation_of(
        &self,
        customer: &CustomerId,
        id: &ConversationId,
    ) -> AppResult<Conversation> {
        let c = self.conversation(id).await?;
        let is_theirs = c.customer == *customer;
        if is_theirs { Ok(c) } else { Err(AppError::NotFound { what: "conversation" }) }
    }

    /// After a known customer's conversation has ended: asks for a recommendation, if this one is
    /// drawn and the customer was not asked for long enough. What goes wrong here costs a question.
    pub(super) async fn ask_for_recommendation(&self, done: Done) -> Done {
        let rules = self.rules();
        let ended = done.events.iter().any(|event| {
            matches!(event.logged.event, Event::ResolutionConfirmed | Event::Closed { .. })
        });
        if !ended || !wants_nps(&rules, &done.conversation) {
            return done;
        }
        let every = rules.bot.satisfaction.nps_every;
        let may = self.change_record(&done.conversation.customer, |record, at| {
            let rested = record.nps_asked_at.is_none_or(|asked| at.since(asked) >= every);
            rested.then(|| record.nps_asked_at = Some(at)).is_some()
        });
        if !may.await.unwrap_or(false) {
            return done;
        }
        let id = done.conversation.id.clone();
        match self.run_quietly(&id, Command::AskForRecommendation).await {
            Ok(_) => self.with_what_followed(done).await,
            Err(_) => done,
        }
    }

    async fn with_what_followed(&self, mut done: Done) -> Done {
        let from = done.conversation.seq + 1;
        if let Ok(after) = self.conversation(&done.conversation.id).await
            && let Ok(events) = self.events_between(&after, from, after.seq).await
        {
            done.events.extend(events);
            done.conversation = after;
        }
        done
    }

    /// Notes what is about to be the customer's.
    async fn remember(&self, customer: &CustomerId, id: &ConversationId) -> AppResult<()> {
        self.note_as_theirs(customer, id, false).await
    }

    /// Notes what has become the customer's: always written, so that an erasure that has not found it
    /// theirs sees that the record is not the one it looked at.
    async fn confirm(&self, customer: &CustomerId, id: &ConversationId) -> AppResult<()> {
        self.note_as_theirs(customer, id, true).await
    }

    async fn note_as_theirs(
        &self,
        customer: &CustomerId,
        id: &ConversationId,
        always: bool,
    ) -> AppResult<()> {
        let mut full = false;
        self.change_record(customer, |record, _| {
            let is_new = !record.conversations.contains(id);
            full = is_new && record.conversations.len() >= CONVERSATIONS_MAX;
            if is_new && !full {
                record.conversations.push(id.clone());
            }
            (is_new || always) && !full
        })
        .await?;
        match full {
            true => Err(AppError::TooManyOfCustomer { most: CONVERSATIONS_MAX }),
            false => Ok(()),
        }
    }

    pub(super) async fn record_of(&self, customer: &CustomerId) -> AppResult<CustomerRecord> {
        let (snapshot, key) = self.look_up(customer).await?;
        Ok(snapshot.get(&key)?.unwrap_or_default())
    }

    /// A customer's record as it is now, and its key.
    pub(super) async fn look_up(&self, customer: &CustomerId) -> AppResult<(Snapshot, EntityKey)> {
        let (slot, key) = (self.customers_slot(customer), keys::customer(customer));
        let snapshot = self.store().load(&slot, std::slice::from_ref(&key), &[]).await?;
        Ok((snapshot, key))
    }

    /// Changes a customer's record; returns whether there was something to change.
    pub(super) async fn change_record(
        &self,
        customer: &CustomerId,
        mut how: impl FnMut(&mut CustomerRecord, Timestamp) -> bool,
    ) -> AppResult<bool> {
        for _ in 0..TRIES_MAX {
            let (snapshot, key) = self.look_up(customer).await?;
            let mut record: CustomerRecord = snapshot.get(&key)?.unwrap_or_default();
            if !how(&mut record, snapshot.at()) {
                return Ok(false);
            }
            let mut change = snapshot.change(self.tag());
            change.put(key, &record);
            match self.store().commit(change).await {
                Ok(_) => return Ok(true),
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    fn customers_slot(&self, customer: &CustomerId) -> Slot {
        keys::bucket(keys::bucket_of_customer(customer, self.settings().buckets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Settings;
    use crate::domain::conversation::command::Input;
    use crate::domain::conversation::satisfaction::Measure;
    use crate::domain::language::Language;
    use crate::domain::rules::{Rules, SatisfactionRules};
    use crate::ports::clock::{Chance, Clock};
    use crate::store::memory::MemoryStore;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
    use std::time::Duration;

    const DAY: Duration = Duration::from_secs(86_400);

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    struct Counted(AtomicU64);

    impl Chance for Counted {
        fn bits(&self) -> u128 {
            u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1)
        }
    }

    /// An application whose rules ask every known customer for a recommendation.
    fn app(clock: &Arc<Hand>) -> App {
        let mut rules = Rules::clone(&crate::sim::rules::rules(1));
        rules.bot.satisfaction = SatisfactionRules {
            nps_share: 1.0,
            nps_every: 90 * DAY,
            ..SatisfactionRules::default()
        };
        let settings = Settings {
            buckets: 1,
            instance: "one".to_owned(),
            utterance_chars_max: 2_000,
            waiting_max: 100,
        };
        let store = Arc::new(MemoryStore::new(clock.clone()));
        App::new(store, Arc::new(Arc::new(rules)), Arc::new(Counted(AtomicU64::new(0))), settings)
    }

    /// The question at the end of a new conversation of this customer.
    async fn asked(app: &App, customer: &CustomerId, id: &str) -> Option<Measure> {
        let id = ConversationId::parse(id).unwrap();
        app.start_known(id.clone(), customer.clone(), Some(Language::En), Facts::new())
            .await
            .unwrap();
        app.say(&id, None, Input::Text("how much is delivery".to_owned())).await.unwrap();
        let done = app.command(&id, None, Command::Leave).await.unwrap();
        done.events.iter().find_map(|logged| match &logged.logged.event {
            Event::SurveyAsked { survey, .. } => Some(survey.measure),
            _ => None,
        })
    }

    #[tokio::test]
    async fn a_customer_is_asked_for_a_recommendation_once_in_the_interval_wherever_they_write() {
        let clock = Arc::new(Hand(AtomicI64::new(1_000_000)));
        let app = app(&clock);
        app.recover().await.unwrap();
        let pass = |days: u32| {
            clock.0.fetch_add((days * DAY).as_millis() as i64, Ordering::Relaxed);
        };
        let [mona, omar] = ["mona", "omar"].map(|name| CustomerId::known(name).unwrap());
        assert_eq!(asked(&app, &mona, "c1").await, Some(Measure::Nps));
        assert_eq!(asked(&app, &mona, "c2").await, None, "the same customer, another conversation");
        assert_eq!(asked(&app, &omar, "c3").await, Some(Measure::Nps), "another customer");
        pass(89);
        assert_eq!(asked(&app, &mona, "c4").await, None);
        pass(1);
        assert_eq!(asked(&app, &mona, "c5").await, Some(Measure::Nps));
        assert_eq!(asked(&app, &mona, "c6").await, None, "the interval begins again");
        let anybody = CustomerId::parse("a-device").unwrap();
        assert_eq!(asked(&app, &anybody, "c7").await, None, "not known to the host");
    }
}
