//! What a customer does with what is their own: logs in amid a conversation, takes it up on another
//! device, has it handed out, has it erased; and now and then reaches for what is somebody else's.

use super::{Customer, TRIES_MAX};
use crate::app::App;
use crate::app::conversations::Done;
use crate::app::error::AppResult;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::facts::{Fact, Facts};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::sim::among_staff;
use crate::sim::model::Invariant;
use crate::sim::mutant::Mutant;
use crate::sim::privacy;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many neighbours share a key of the host site.
const NEIGHBOURS: usize = 9;

/// Whose conversations they have, and what they may rely on.
pub(super) struct Own {
    /// As whom they log in some time.
    login: Option<CustomerId>,
    /// No store has lost its tail since this became theirs.
    since: u64,
    /// What they said and were told is stored, with the rewinds there had been.
    said: Vec<(u64, u64, String)>,
}

impl Own {
    /// Of each three one is known from the beginning, and one of two others logs in some time.
    pub(super) fn of(number: usize, anonymous: CustomerId) -> (CustomerId, Own) {
        let key =
            CustomerId::known(&format!("k{}", number / NEIGHBOURS)).unwrap_or(anonymous.clone());
        let (customer, login) = match number % 3 {
            0 => (key, None),
            1 => (anonymous, Some(key)),
            _ => (anonymous, None),
        };
        (customer, Own { login, since: 0, said: Vec::new() })
    }
}

impl Customer {
    /// What the host tells of them.
    fn facts(&self) -> Facts {
        Facts::from([("name".to_owned(), Fact::Text(privacy::mark(&self.id)))])
    }

    /// Begins, as whoever they are.
    pub(super) async fn begin(&mut self) -> Result<Done, crate::sim::world::Trouble> {
        let language = (self.random.below(2) == 0).then_some(self.language);
        let (id, customer, facts) = (self.id.clone(), self.customer.clone(), self.facts());
        let epoch = self.belongs();
        let begun = self
            .call(async move |app| match customer.is_known() {
                true => app.start_known(id, customer, language, facts).await,
                false => app.start(id, customer, language).await,
            })
            .await?;
        self.is_theirs(epoch);
        Ok(begun)
    }

    /// Says in the model whose it will be; returns how many rewinds there have been.
    fn belongs(&self) -> u64 {
        let mut model = self.world.model();
        model.privacy.belongs(&self.id, &self.customer);
        model.rewinds
    }

    /// It was said to be theirs: their record leads to it.
    fn is_theirs(&mut self, epoch: u64) {
        self.own.since = epoch;
        let mut model = self.world.model();
        if !self.customer.is_known() || model.rewinds != epoch {
            return;
        }
        let gone = model.conversation(&self.id).is_none_or(|c| c.is_erased());
        let found = gone || model.is_found_by(&self.customer, &self.id);
        model.check(Invariant::Private, found, || {
            format!("{} became {}'s, whose record does not name it", self.id, self.customer)
        });
    }

    /// Remembers what was acknowledged.
    pub(super) fn is_said(&mut self, epoch: u64, done: &Done) {
        for logged in &done.events {
            if let Event::CustomerSaid { text, .. } = &logged.logged.event {
                self.own.said.push((epoch, logged.seq, text.clone()));
            }
        }
    }

    /// One of these things, now and then.
    pub(super) async fn see_to_own(&mut self) {
        if self.own.login.is_some() && self.random.below(12) == 0 {
            self.log_in().await;
        }
        match (self.customer.is_known(), self.random.below(40)) {
            (true, 0) => self.take_up_elsewhere().await,
            (true, 1) => self.reach_for_others().await,
            (_, 2) => self.have_handed_out().await,
            (_, 3) if self.random.below(4) == 0 => self.have_erased().await,
            (_, _) => {}
        }
    }

    async fn log_in(&mut self) {
        let Some(key) = self.own.login.take() else { return };
        let before = std::mem::replace(&mut self.customer, key.clone());
        let epoch = self.belongs();
        for _ in 0..TRIES_MAX {
            let (id, key, facts) = (self.id.clone(), key.clone(), self.facts());
            let unnoted = self.world.options.mutant == Some(Mutant::RecordForgotten);
            let claimed = self.call(async move |app: Arc<App>| match unnoted {
                true => app.command(&id, None, Command::Identify { customer: key, facts }).await,
                false => app.identify(&id, None, key, facts).await,
            });
            match claimed.await {
                Ok(done) => {
                    self.world.model().privacy.count("claimed");
                    self.is_theirs(epoch);
                    self.view = Some(done.conversation);
                    return;
                }
                Err(trouble) if trouble.is_passing() => self.pause_to_retry().await,
                Err(_) => break,
            }
        }
        self.customer = before;
    }

    /// Whether their conversation must be there: nothing was lost since, and nobody erased it.
    fn must_be_there(&self, epoch: u64) -> bool {
        let model = self.world.model();
        let stable = model.rewinds == epoch && self.own.since == epoch;
        stable && model.conversation(&self.id).is_some_and(|c| c.customer == self.customer)
    }

    /// Which conversations are theirs is all that another device knows.
    async fn take_up_elsewhere(&self) {
        let epoch = self.world.model().rewinds;
        let (customer, id) = (self.customer.clone(), self.id.clone());
        let seen = self.call(async move |app: Arc<App>| {
            let listed = app.conversations_of(&customer, 100, |_| true).await?;
            let listed: Vec<ConversationId> = listed.into_iter().map(|c| c.id).collect();
            let read = match listed.contains(&id) {
                true => app.read_log(&id, 0, usize::MAX).await?.0,
                false => Vec::new(),
            };
            Ok((listed, read))
        });
        let Ok((listed, read)) = seen.await else { return };
        self.are_all_theirs(&listed);
        let expected = self.must_be_there(epoch);
        let mut model = self.world.model();
        model.privacy.count("resumed");
        model.check(Invariant::Private, !expected || listed.contains(&self.id), || {
            format!("{} is not among {}'s: {listed:?}", self.id, self.customer)
        });
        if model.rewinds == epoch {
            model.acknowledged(&self.id, &read);
        }
    }

    fn are_all_theirs(&self, found: &[ConversationId]) {
        let mut model = self.world.model();
        let other = found.iter().find(|id| {
            let whose = model.privacy.whose.get(*id);
            **id != self.id && whose != Some(&self.customer)
        });
        let other = other.cloned();
        model.check(Invariant::Private, other.is_none(), || {
            format!("{} was shown {other:?}, which is not theirs", self.customer)
        });
    }

    /// What is another known customer's can be neither read nor claimed.
    async fn reach_for_others(&self) {
        let others: Vec<ConversationId> = {
            let model = self.world.model();
            let known = model.conversations.values().map(|known| &known.conversation);
            let others = known.filter(|c| c.customer.is_known() && c.customer != self.customer);
            others.map(|c| c.id.clone()).collect()
        };
        if others.is_empty() {
            return;
        }
        let other = self.random.pick(&others).clone();
        let epoch = self.world.model().rewinds;
        let (me, id, facts) = (self.customer.clone(), other.clone(), self.facts());
        let unasked = self.world.options.mutant == Some(Mutant::OwnerUnasked);
        let reached = self.call(async move |app: Arc<App>| {
            let read = match unasked {
                true => app.conversation(&id).await.is_ok(),
                false => app.conversation_of(&me, &id).await.is_ok(),
            };
            Ok((read, app.identify(&id, None, me, facts).await.is_ok()))
        });
        let Ok(reached) = reached.await else { return };
        let mut model = self.world.model();
        model.privacy.count("refused");
        let refused = reached == (false, false) || model.rewinds != epoch;
        model.check(Invariant::Private, refused, || {
            format!("{} read or claimed {other}: {reached:?}", self.customer)
        });
    }

    /// What is handed out is all they were told is stored, and nothing of others or of colleagues.
    async fn have_handed_out(&self) {
        let epoch = self.world.model().rewinds;
        let (customer, id) = (self.customer.clone(), self.id.clone());
        let expected = self.own.said.clone();
        let Ok(text) = self.call(async move |app| hand_out(&app, &customer, id).await).await else {
            return;
        };
        let lines: Vec<serde_json::Value> =
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let of = |line: &serde_json::Value| {
            ConversationId::parse(line["conversation_id"].as_str().unwrap_or_default()).ok()
        };
        let listed: BTreeSet<ConversationId> = lines.iter().filter_map(of).collect();
        self.are_all_theirs(&Vec::from_iter(listed));
        self.are_all_theirs(&Vec::from_iter(privacy::marks(text.as_bytes())));
        let has = |seq: u64, said: &str| {
            lines.iter().any(|line| {
                of(line).as_ref() == Some(&self.id)
                    && line["sequence"] == seq
                    && line["author"] == "customer"
                    && line["text"] == said
            })
        };
        let lost = expected.iter().find(|(at, seq, said)| *at == epoch && !has(*seq, said));
        let mut model = self.world.model();
        let gone = model.conversation(&self.id).is_none_or(|c| c.is_erased());
        let whole = lost.is_none() || gone || model.rewinds != epoch;
        model.privacy.count("handed out");
        model.check(Invariant::Private, whole, || {
            format!("{}: {lost:?} was stored and is not handed out", self.id)
        });
        let told = among_staff::ALL.iter().find(|said| text.contains(*said));
        model.check(Invariant::Private, told.is_none(), || {
            format!("{}: {told:?} was handed out to the customer", self.id)
        });
    }

    /// Has erased what is theirs, whatever is going on in it; asks until it is done.
    pub(super) async fn have_erased(&mut self) {
        self.count_what_is_erased();
        for _ in 0..TRIES_MAX {
            let (epoch, before) = self.erasable();
            let (customer, id) = (self.customer.clone(), self.id.clone());
            let erased = self.call(async move |app| match customer.is_known() {
                true => app.erase_customer(&customer, None).await,
                false => app.erase_conversation(&id, None).await,
            });
            match erased.await {
                Ok(_) => {
                    self.is_gone(epoch, &before);
                    self.look().await;
                    return;
                }
                Err(trouble) if trouble.is_passing() => self.pause_to_retry().await,
                Err(_) => return self.look().await,
            }
        }
    }

    /// Whether an erasure that begins now must take this along.
    fn is_to_go(&self, c: &Conversation) -> bool {
        let own = match self.customer.is_known() {
            true => c.customer == self.customer,
            false => c.id == self.id,
        };
        own && !c.is_erased()
    }

    fn count_what_is_erased(&self) {
        let mut model = self.world.model();
        let known = model.conversations.values().map(|known| &known.conversation);
        let own = known.filter(|c| self.is_to_go(c)).map(|c| erased_in(&c.state));
        own.collect::<Vec<_>>().into_iter().for_each(|state| model.privacy.count(state));
    }

    /// What must be gone after an erasure that begins now.
    fn erasable(&self) -> (u64, BTreeSet<ConversationId>) {
        let model = self.world.model();
        let epoch = model.rewinds;
        // A record that a store has lost leads nowhere.
        let found = |c: &&Conversation| {
            !self.customer.is_known() || epoch == 0 || model.is_found_by(&self.customer, &c.id)
        };
        let known = model.conversations.values().map(|known| &known.conversation);
        let own = known.filter(|c| self.is_to_go(c)).filter(found);
        (epoch, own.map(|c| c.id.clone()).collect())
    }

    fn is_gone(&self, epoch: u64, before: &BTreeSet<ConversationId>) {
        let traces = self.world.witness.traces(before);
        let mut model = self.world.model();
        model.privacy.count("erasures");
        if model.rewinds != epoch {
            return;
        }
        let left = before.iter().find(|id| model.conversation(id).is_none_or(|c| !c.is_erased()));
        let left = left.cloned();
        model.check(Invariant::Private, left.is_none(), || {
            format!("{}: {left:?} was said to be erased", self.customer)
        });
        model.check(Invariant::Private, traces.is_empty(), || {
            format!("{} was erased, but {traces:?}", self.customer)
        });
    }
}

/// What was going on in a conversation when its erasure was asked for.
fn erased_in(state: &State) -> &'static str {
    match state {
        State::Queued => "erased waiting",
        State::Human { .. } | State::Confirming(_) => "erased served",
        State::Pending { .. } => "erased promised",
        State::Bot | State::Blocked => "erased alone",
        State::Resolved { .. } | State::Closed { .. } => "erased ended",
    }
}

/// Everything an export says.
async fn hand_out(app: &App, customer: &CustomerId, id: ConversationId) -> AppResult<String> {
    let known = Some(customer).filter(|customer| customer.is_known());
    let mut export = app.export(known, Some(id), None).await?;
    let mut text = String::new();
    while let Some(piece) = app.next_piece(&mut export).await? {
        text.push_str(&piece);
    }
    Ok(text)
}
