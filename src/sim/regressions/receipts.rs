//! What the customer is told once the place is registered, by another process than the one that
//! registered it.

use super::*;
use crate::domain::conversation::transfer::Wanted;
use crate::domain::routing::eta::{Eta, EtaUnknown};

impl Shop {
    /// Once it has written a place this process reaches no conversation: it dies before it can say so.
    fn dies_after_the_pool(&self) {
        let is_place =
            |write: &Write| matches!(write, Write::Put { key, .. } if key.kind == Kind::Item);
        let written = AtomicBool::new(false);
        self.faulty.set_plan(move |call: &Call<'_>| match call.slot {
            Some(Slot::Bucket(_)) if written.load(Ordering::Relaxed) => {
                Fate::from(Fault::unavailable())
            }
            Some(Slot::Pool(_)) if writes(call, is_place) => {
                written.store(true, Ordering::Relaxed);
                Fate::default()
            }
            Some(_) | None => Fate::default(),
        });
    }

    /// An agent comes to another process and takes the customer, who has not heard of it yet.
    async fn is_taken_unheard(&self) -> (App, AgentId) {
        let other = app_on(self.memory.clone(), 1, "other");
        other.recover().await.unwrap();
        let mut bell = self.memory.doorbell().await.unwrap();
        self.dies_after_the_pool();
        self.asks_for_human().await;
        let agent = AgentId::parse("agent0").unwrap();
        let session = other.sign_in(&agent, Duration::from_secs(60), None).await.unwrap();
        other.set_presence(&agent, session.incarnation, Presence::Available, None).await.unwrap();
        self.clock.advance(Duration::from_secs(5));
        hear(&other, &mut bell).await;
        other.match_now().await;
        let (agent, token) = self.offered().await.unwrap();
        // The pool knows of it; the conversation cannot be reached.
        self.app.accept(&agent, &self.id, token, None).await.ok();
        hear(&other, &mut bell).await;
        assert_eq!(other.conversation(&self.id).await.unwrap().state, State::Queued);
        (other, agent)
    }

    async fn another_asks(&self, name: &str) -> ConversationId {
        let id = ConversationId::parse(name).unwrap();
        let customer = CustomerId::parse(name).unwrap();
        self.app.start(id.clone(), customer, Some(Language::Ar)).await.unwrap();
        self.app.command(&id, None, Command::RequestHuman).await.unwrap();
        id
    }
}

/// What was told last of a place.
async fn told(app: &App, id: &ConversationId) -> Option<(u32, Eta)> {
    let log = app.read_log(id, 0, usize::MAX).await.unwrap().0;
    log.iter().rev().find_map(|logged| match logged.logged.event {
        Event::Queued { position, eta, .. } => Some((position, eta)),
        _ => None,
    })
}

#[tokio::test]
async fn a_place_that_another_process_registered_is_told_with_its_true_number() {
    let shop = Shop::open(1).await;
    shop.asks_for_human().await;
    let other = app_on(shop.memory.clone(), 1, "other");
    other.recover().await.unwrap();
    shop.dies_after_the_pool();
    let second = shop.another_asks("c2").await;
    assert!(!other.conversation(&second).await.is_ok_and(|c| c.handoff.unwrap().confirmed));
    other.deliver_to_pool(0, &second).await.unwrap();
    assert_eq!(told(&other, &second).await.map(|(number, _)| number), Some(2));
}

#[tokio::test]
async fn a_place_of_an_earlier_stay_gives_nobody_a_number() {
    let shop = Shop::open(1).await;
    shop.asks_for_human().await;
    shop.arrives("agent0").await;
    let agent = shop.accepts().await;
    let other = app_on(shop.memory.clone(), 1, "other");
    other.recover().await.unwrap();
    shop.another_asks("c2").await;
    shop.another_asks("c3").await;
    let token = shop.app.conversation(&shop.id).await.unwrap().token;
    let to_bot = shop.app.transfer(&shop.id, None, agent, token, Wanted::Bot, String::new());
    to_bot.await.unwrap();
    shop.dies_after_the_pool();
    shop.asks_for_human().await;
    other.deliver_to_pool(0, &shop.id).await.unwrap();
    let (number, eta) = told(&other, &shop.id).await.unwrap();
    assert_eq!(other.place_in_line(&shop.id).map(|(number, _)| number), Some(number));
    assert_ne!(eta, Eta::unknown(EtaUnknown::NotWaiting));
}

#[tokio::test]
async fn whoever_an_agent_has_by_now_hears_of_them_and_of_no_number() {
    let shop = Shop::open(1).await;
    let (other, agent) = shop.is_taken_unheard().await;
    other.deliver_to_pool(0, &shop.id).await.unwrap();
    assert_eq!(told(&other, &shop.id).await, None);
    other.deliver_to_conversation(&shop.id).await.unwrap();
    assert_eq!(other.conversation(&shop.id).await.unwrap().state, State::Human { agent });
}

#[tokio::test]
async fn whoever_loses_an_agent_they_never_heard_of_hears_of_their_place() {
    let shop = Shop::open(1).await;
    let (other, agent) = shop.is_taken_unheard().await;
    other.deliver_to_pool(0, &shop.id).await.unwrap();
    // They vanish, and only then the conversation can be reached again.
    let pool = keys::pool(&other.rules().routing.pool);
    for _ in 0..3 {
        shop.clock.advance(Duration::from_secs(300));
        shop.app.watch_leases().await.ok();
    }
    assert!(other.agent(&agent).await.unwrap().held.is_empty(), "else this proves nothing");
    for slot in [&pool, &keys::bucket(0)] {
        other.sweep(slot).await.unwrap();
    }
    assert_eq!(told(&other, &shop.id).await.map(|(number, _)| number), Some(1));
}
