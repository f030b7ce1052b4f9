//! What the simulation has found, each as a scenario of its own.

mod begins;
mod erasing;
mod lost;
mod receipts;
mod staff;
mod waits;

use super::executor::VirtualClock;
use super::noted::Noted;
use super::random::Random;
use crate::app::conversations::{Done, Request};
use crate::app::error::AppError;
use crate::app::requests::Once;
use crate::app::{App, Settings, keys};
use crate::domain::conversation::command::{Command, Input};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::State;
use crate::domain::facts::Facts;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, RequestId};
use crate::domain::language::Language;
use crate::domain::pool::agent::Presence;
use crate::domain::pool::command::PoolRefusal;
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::pool::why::Gone;
use crate::domain::routing::line::Rise;
use crate::domain::time::Timestamp;
use crate::ports::erasures::{Erasures, ErasuresError};
use crate::ports::store::{Doorbell, Index, Kind, Observed, Slot, Store, Write};
use crate::store::faulty::{Call, Fate, Fault, Faulty, NoFaults, Op};
use crate::store::memory::MemoryStore;
use crate::store::stored::Rewind;
use futures::FutureExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

struct Shop {
    clock: Arc<VirtualClock>,
    memory: Arc<MemoryStore>,
    faulty: Arc<Faulty>,
    app: App,
    id: ConversationId,
}

impl Shop {
    async fn open(agents: usize) -> Shop {
        let clock = Arc::new(VirtualClock::starting_at(Timestamp::from_millis(1_000_000)));
        let memory = Arc::new(MemoryStore::new(clock.clone()));
        let faulty = Arc::new(Faulty::new(memory.clone(), NoFaults));
        let app = app_on(faulty.clone(), agents, "one");
        app.recover().await.unwrap();
        let id = ConversationId::parse("c1").unwrap();
        let customer = CustomerId::parse("customer").unwrap();
        app.start(id.clone(), customer, Some(Language::Ar)).await.unwrap();
        Shop { clock, memory, faulty, app, id }
    }

    async fn asks_for_human(&self) {
        self.app.command(&self.id, None, Command::RequestHuman).await.unwrap();
    }

    async fn arrives(&self, agent: &str) -> (AgentId, u64) {
        let agent = AgentId::parse(agent).unwrap();
        let session =
            self.app.sign_in(&agent, Duration::from_secs(600), None).await.unwrap().incarnation;
        self.app.set_presence(&agent, session, Presence::Available, None).await.unwrap();
        (agent, session)
    }

    async fn offered(&self) -> Option<(AgentId, Token)> {
        match self.app.place(&self.id).await.unwrap() {
            Some(Place::Here(item)) => match item.state {
                ItemState::Offered { agent, .. } => Some((agent, item.token)),
                ItemState::Waiting | ItemState::Assigned { .. } => None,
            },
            Some(Place::Gone { .. }) | None => None,
        }
    }

    async fn accepts(&self) -> AgentId {
        let (agent, token) = self.offered().await.unwrap();
        self.app.accept(&agent, &self.id, token, None).await.unwrap();
        agent
    }

    async fn says(&self, text: &str) -> Done {
        self.app.say(&self.id, None, Input::Text(text.to_owned())).await.unwrap()
    }
}

/// All that has rung meanwhile.
async fn hear(app: &App, bell: &mut Box<dyn Doorbell>) {
    while let Some(ring) = bell.next().now_or_never().flatten() {
        app.hear(&ring).await.unwrap();
    }
}

fn app_on(store: Arc<dyn Store>, agents: usize, instance: &str) -> App {
    app_over(store, 1, agents, instance)
}

fn app_over(store: Arc<dyn Store>, buckets: u16, agents: usize, instance: &str) -> App {
    let rules = super::rules::rules(agents);
    let settings = Settings {
        buckets,
        instance: instance.to_owned(),
        utterance_chars_max: 2_000,
        waiting_max: 100,
    };
    let chance = Arc::new(Random::new(instance.len() as u64));
    App::new(store, Arc::new(rules), chance, settings)
}

/// Whether a call writes such a thing.
fn writes(call: &Call<'_>, which: impl Fn(&Write) -> bool) -> bool {
    call.change.is_some_and(|change| change.writes().iter().any(which))
}

/// A call that takes so many polls to begin, in some cases.
fn late_if(polls: u32, is_late: bool) -> Fate {
    Fate { polls_before: if is_late { polls } else { 0 }, ..Fate::default() }
}

fn answers(done: &Done) -> Vec<String> {
    let said = done.events.iter().filter_map(|logged| {
        let Event::BotSaid { text, .. } = &logged.logged.event else { return None };
        Some(text.clone())
    });
    said.collect()
}

#[tokio::test]
async fn an_unbind_that_arrives_while_it_is_offered_again_does_not_spoil_the_next_bind() {
    let shop = Shop::open(3).await;
    shop.arrives("agent0").await;
    shop.asks_for_human().await;
    let first = shop.accepts().await;
    let session = shop.app.agent(&first).await.unwrap().incarnation;
    // The conversation cannot be told that its agent is gone.
    shop.faulty.set_plan(|call: &Call<'_>| match call.slot {
        Some(Slot::Bucket(_)) => Fate::from(Fault::unavailable()),
        Some(Slot::Pool(_) | Slot::System) | None => Fate::default(),
    });
    shop.app.set_presence(&first, session, Presence::Offline, None).await.unwrap();
    shop.arrives("agent2").await;
    assert!(shop.offered().await.is_some());
    shop.faulty.set_plan(NoFaults);
    shop.clock.advance(Duration::from_secs(3));
    shop.app.sweep(&keys::pool(&shop.app.rules().routing.pool)).await.unwrap();
    assert_eq!(shop.app.conversation(&shop.id).await.unwrap().state, State::Queued);
    let second = shop.accepts().await;
    let c = shop.app.conversation(&shop.id).await.unwrap();
    assert_eq!(c.owner(), Some(&second));
}

#[tokio::test]
async fn a_pool_that_lost_an_acceptance_learns_of_it_from_the_conversation() {
    let shop = Shop::open(1).await;
    shop.arrives("agent0").await;
    shop.asks_for_human().await;
    let pool = keys::pool(&shop.app.rules().routing.pool);
    let put_back = shop.memory.checkpoint(&pool);
    let agent = shop.accepts().await;
    put_back();
    shop.app.recover().await.unwrap();
    let Some(Place::Here(item)) = shop.app.place(&shop.id).await.unwrap() else {
        panic!("the place is gone")
    };
    assert_eq!(item.state, ItemState::Assigned { agent: agent.clone() });
    assert_eq!(shop.app.conversation(&shop.id).await.unwrap().owner(), Some(&agent));
}

#[tokio::test]
async fn a_matcher_that_missed_rings_finds_out_by_itself() {
    let shop = Shop::open(1).await;
    shop.asks_for_human().await;
    shop.app.repair_view().await.unwrap();
    // Another instance takes the agent in; it does not match, and nobody here hears of it.
    let other = app_on(shop.memory.clone(), 1, "other");
    let agent = AgentId::parse("agent0").unwrap();
    let session = other.sign_in(&agent, Duration::from_secs(60), None).await.unwrap().incarnation;
    other.set_presence(&agent, session, Presence::Available, None).await.unwrap();
    shop.app.match_now().await;
    assert_eq!(shop.offered().await, None, "else this proves nothing");
    for _ in 0..2 {
        shop.app.repair_view().await.unwrap();
    }
    shop.app.match_now().await;
    assert!(shop.offered().await.is_some());
}

#[tokio::test]
async fn the_matcher_knows_at_once_of_work_that_another_instance_brought() {
    let shop = Shop::open(1).await;
    shop.arrives("agent0").await;
    let mut bell = shop.memory.doorbell().await.unwrap();
    let other = app_on(shop.memory.clone(), 1, "other");
    other.command(&shop.id, None, Command::RequestHuman).await.unwrap();
    assert_eq!(shop.offered().await, None, "else this proves nothing");
    assert!(!shop.app.router().has_work(), "it has not heard of it");
    hear(&shop.app, &mut bell).await;
    assert!(shop.app.router().has_work());
    assert!(!other.router().has_work(), "whoever does not match has no work");
    shop.app.match_now().await;
    assert!(shop.offered().await.is_some());
    assert!(!shop.app.router().has_work(), "what it did itself is known to it");
}

#[tokio::test]
async fn what_others_may_have_written_is_not_known_while_the_store_is_away() {
    let shop = Shop::open(1).await;
    let mut bell = shop.memory.doorbell().await.unwrap();
    let known = async || {
        let now = shop.app.store_now().await.unwrap();
        shop.app.last_known(&shop.id, now).await.map(|c| c.state)
    };
    shop.says("opening hours").await;
    hear(&shop.app, &mut bell).await;
    shop.app.repair_rings().await.unwrap();
    assert_eq!(known().await, Some(State::Bot), "nobody else has written");
    let other = app_on(shop.memory.clone(), 1, "other");
    other.command(&shop.id, None, Command::RequestHuman).await.unwrap();
    hear(&shop.app, &mut bell).await;
    assert_eq!(known().await, None, "a person may have it by now");
    // The same where the ring is lost.
    shop.app.command(&shop.id, None, Command::CancelHumanRequest).await.unwrap();
    hear(&shop.app, &mut bell).await;
    assert_eq!(known().await, Some(State::Bot));
    other.command(&shop.id, None, Command::RequestHuman).await.unwrap();
    shop.app.repair_rings().await.unwrap();
    assert_eq!(known().await, None);
}

#[tokio::test]
async fn where_the_matcher_vanishes_another_instance_offers_within_five_seconds() {
    let shop = Shop::open(1).await;
    shop.arrives("agent0").await;
    shop.app.match_now().await;
    assert!(shop.app.router().leads(), "else this proves nothing");
    let other = app_on(shop.memory.clone(), 1, "other");
    other.command(&shop.id, None, Command::RequestHuman).await.unwrap();
    assert!(!other.router().leads() && shop.offered().await.is_none(), "one matches at a time");
    // From here on the first does nothing any more.
    shop.clock.advance(Duration::from_secs(5));
    other.match_now().await;
    assert!(other.router().leads());
    assert!(shop.offered().await.is_some());
    shop.app.match_now().await;
    assert!(!shop.app.router().leads(), "it comes back and finds that it was replaced");
}

#[tokio::test]
async fn who_accepts_a_moment_too_late_is_told_what_became_of_the_offer() {
    let shop = Shop::open(2).await;
    shop.arrives("agent0").await;
    shop.asks_for_human().await;
    let (first, lapsed) = shop.offered().await.unwrap();
    shop.arrives("agent1").await;
    let too_late =
        async |agent: &AgentId, token| match shop.app.accept(agent, &shop.id, token, None).await {
            Err(AppError::Refused(PoolRefusal::OfferGone { why })) => why,
            other => panic!("{other:?}"),
        };
    shop.clock.advance(shop.app.rules().routing.offers.timeout + Duration::from_secs(1));
    assert_eq!(too_late(&first, lapsed).await, Gone::Lapsed, "nobody has looked at it yet");
    for slot in shop.app.slots() {
        shop.app.sweep(&slot).await.unwrap();
    }
    shop.app.match_now().await;
    let (second, token) = shop.offered().await.unwrap();
    assert_ne!(first, second);
    assert_eq!(too_late(&first, lapsed).await, Gone::Lapsed, "another agent is being asked");
    shop.app.accept(&second, &shop.id, token, None).await.unwrap();
    assert_eq!(too_late(&first, lapsed).await, Gone::Taken);
    shop.app.command(&shop.id, None, Command::Leave).await.unwrap();
    assert_eq!(too_late(&first, lapsed).await, Gone::NotWaiting);
}

#[tokio::test]
async fn work_that_came_back_is_offered_again_to_whoever_is_alone() {
    let shop = Shop::open(1).await;
    shop.arrives("agent0").await;
    shop.asks_for_human().await;
    let agent = shop.accepts().await;
    shop.app.requeue(&shop.id, None, String::new()).await.unwrap();
    assert_eq!(shop.offered().await.map(|(again, _)| again), Some(agent));
}

#[tokio::test]
async fn whoever_was_denied_twice_is_asked_again_when_nobody_else_has_come_for_long() {
    let shop = Shop::open(1).await;
    shop.arrives("agent0").await;
    shop.asks_for_human().await;
    let agent = shop.accepts().await;
    for _ in 0..2 {
        let token = shop.app.conversation(&shop.id).await.unwrap().token;
        let disposition = "solved".to_owned();
        let proposes = Command::AgentProposes { agent: agent.clone(), token, disposition };
        shop.app.command(&shop.id, None, proposes).await.unwrap();
        shop.app.command(&shop.id, None, Command::Respond { resolved: false }).await.unwrap();
    }
    assert_eq!(shop.offered().await, None);
    let wait = shop.app.rules().bot.ends.queue_wait_max;
    shop.clock.advance(wait + Duration::from_secs(1));
    shop.app.sweep(&keys::bucket(0)).await.unwrap();
    assert_eq!(shop.offered().await.map(|(again, _)| again), Some(agent));
}

#[tokio::test]
async fn no_answer_comes_twice_while_a_human_is_awaited() {
    let shop = Shop::open(1).await;
    shop.asks_for_human().await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.extend(answers(&shop.says("كيف أدفع").await));
    }
    let mut different = seen.clone();
    different.sort();
    different.dedup();
    assert_eq!((seen.len(), different.len()), (2, 2), "there are two wordings: {seen:?}");
}

#[tokio::test]
async fn an_instance_that_does_not_match_learns_what_it_did_not_hear() {
    let shop = Shop::open(1).await;
    shop.app.match_now().await;
    let second = app_on(shop.faulty.clone(), 1, "second");
    second.recover().await.unwrap();
    shop.asks_for_human().await;
    assert!(shop.app.router().leads() && !second.router().leads());
    assert_eq!(second.router().waiting(), 0, "no ring came");
    // What was there at the last look should have been heard by the next.
    for _ in 0..2 {
        second.repair_view().await.unwrap();
    }
    assert_eq!(second.router().waiting(), 1);
    // So the page of a customer who hangs on it is noted.
    let _page = second.attach(&shop.id);
    second.renew_pages().await.unwrap();
    let pool = keys::pool(&shop.app.rules().routing.pool);
    let page = [(Index::PAGES, shop.id.to_string())];
    let noted = shop.memory.load(&pool, &[], &page).await.unwrap();
    assert!(noted.score(Index::PAGES, shop.id.as_str()).is_some());
}

#[tokio::test]
async fn a_takeover_goes_on_where_the_customer_asks_for_a_person_at_that_moment() {
    let shop = Shop::open(1).await;
    let desk = AgentId::parse("supervisor-one").unwrap();
    let once = |name: &str| {
        let request = Request::new(RequestId::parse(name).unwrap(), "one", name);
        Once::of_staff("supervisor", "one", request)
    };
    shop.app.open_desk(&desk, None, "the supervisor", &once("open")).await.unwrap();
    shop.app.sign_in(&desk, Duration::from_secs(600), None).await.unwrap();
    // Between the look at the conversation and what is made of it, the customer asks.
    let late = Arc::new(Faulty::new(shop.memory.clone(), NoFaults));
    let tried = AtomicBool::new(false);
    late.set_plan(move |call: &Call<'_>| {
        let is_first = call.change.is_some() && !tried.swap(true, Ordering::Relaxed);
        late_if(3, is_first)
    });
    let other = app_on(late, 1, "other");
    let take = once("take");
    let (taken, ()) =
        futures::join!(other.take_over_once(&desk, &shop.id, &take), shop.asks_for_human());
    assert_eq!(taken.unwrap().owner(), Some(&desk));
}

#[tokio::test]
async fn a_number_in_line_keeps_its_reason_although_an_answer_with_it_was_lost() {
    let shop = Shop::open(1).await;
    shop.asks_for_human().await;
    assert_eq!(shop.app.place_in_line(&shop.id), Some((1, None)));
    for number in 2..=3 {
        let id = ConversationId::parse(&format!("c{number}")).unwrap();
        let customer = CustomerId::parse(&format!("customer{number}")).unwrap();
        shop.app.start(id.clone(), customer, Some(Language::En)).await.unwrap();
        shop.app.say(&id, None, Input::Text("حريق في البيت".to_owned())).await.unwrap();
    }
    let lost = shop.app.place_in_line(&shop.id);
    assert_eq!(lost, Some((3, Some(Rise::Emergencies))));
    let (agent, _) = shop.arrives("agent0").await;
    let held = shop.app.agent(&agent).await.unwrap().held;
    let (endangered, offer) = held.iter().next().expect("danger is offered first");
    shop.app.accept(&agent, endangered, offer.token, None).await.unwrap();
    let (position, rise) = shop.app.place_in_line(&shop.id).unwrap();
    assert!(position == 2 && rise.is_some(), "{position} {rise:?}");
}
