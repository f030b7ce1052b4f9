//! The process is killed under load, again and again: nothing acknowledged is lost or doubled, every
//! log is gapless, and after each restart conversations, their places and their agents say the same. A
//! few kills here; `SANAD_KILLS=300 cargo test --test it kills -- --nocapture` for more.

// Other processes keep the real time, and the load has to last for a while.
#![allow(clippy::disallowed_methods)]

use crate::chaos::agents::Agent;
use crate::chaos::customers::Customer;
use crate::chaos::front::Front;
use crate::chaos::stored::Stored;
use crate::chaos::{AGENTS, CUSTOMERS};
use crate::service::Service;
use sanad::grpc::pb;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::Code;

/// For how long all are served before the process is killed, in ms, in turn.
const LIVES: [u64; 4] = [150, 400, 250, 700];
/// What is owed between conversations and pool is delivered within this.
const SETTLED_MAX: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_doubled_and_both_sides_agree_however_often_the_process_is_killed() {
    let kills: usize =
        std::env::var("SANAD_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let front = Arc::new(Front::alone());
    front.history.begin(&format!("kill -9, {kills} times"));
    let people: Vec<Customer> = (0..CUSTOMERS).map(|n| Customer::new(&front, n)).collect();
    let who: Vec<String> = people.iter().map(|customer| customer.name.clone()).collect();
    let staff = AGENTS.iter().enumerate().map(|(n, name)| Agent::new(&front, name, n));
    let agents: Vec<_> = staff.map(|agent| tokio::spawn(agent.work())).collect();
    let customers: Vec<_> = people.into_iter().map(|one| tokio::spawn(one.live())).collect();
    let (mut slowest, mut held) = (Duration::ZERO, 0);
    for kill in 0..kills {
        front.recovery(&who).await;
        // The load must run for a while before the process dies; nothing is waited for here.
        tokio::time::sleep(Duration::from_millis(LIVES[kill % LIVES.len()])).await;
        let killed = Instant::now();
        front.kill_and_restart();
        slowest = slowest.max(killed.elapsed());
        let told = front.history.messages();
        let stored = Stored::of(&front).await;
        let wrongs = stored.wrongs(&told, &front.history, false);
        assert!(wrongs.is_empty(), "after kill {}:\n{}", kill + 1, wrongs.join("\n"));
        held += stored.held();
    }
    front.recovery(&who).await;
    front.end();
    for customer in customers {
        customer.await.expect("a customer comes to an end");
    }
    for agent in agents {
        agent.await.expect("an agent comes to an end");
    }
    let stored = settled(&front).await;
    let told = front.history.messages();
    let wrongs = stored.wrongs(&told, &front.history, true);
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    let by_agents = told.iter().filter(|said| said.request.starts_with('s')).count();
    let (ended, assigned) = (stored.confirmed(), front.history.assigned());
    println!("{}", front.history.table());
    println!(
        "{kills} kills; {} messages of customers and {by_agents} of agents acknowledged; {} conversations, \
         {assigned} assignments, {ended} confirmed ends; {held} conversations were an agent's at a check; \
         slowest restart {slowest:.1?}; nothing lost, doubled or in two hands",
        told.len() - by_agents,
        stored.conversations.len(),
    );
    assert!(told.len() > kills && by_agents > 0 && assigned > 0, "else nothing is proved");
}

/// What the service has once nothing is owed between conversations and pool.
async fn settled(front: &Front) -> Stored {
    let deadline = Instant::now() + SETTLED_MAX;
    loop {
        let stored = Stored::of(front).await;
        if stored.owed.is_empty() {
            return stored;
        }
        assert!(Instant::now() < deadline, "something stays owed: {:?}", stored.owed);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_loses_nothing_and_ends_well() {
    let mut service = Service::start();
    let mut chat = service.chat().await;
    let request = pb::StartConversationRequest {
        request_id: "start".to_owned(),
        device_id: "a-device-of-nobody".to_owned(),
        language: "ar".to_owned(),
        ..Default::default()
    };
    let started = chat.start_conversation(request.clone()).await.unwrap().into_inner();
    assert!(service.terminate(), "SIGTERM ends the process with success");
    service.kill_and_restart();
    let again = service.chat().await.start_conversation(request).await.unwrap().into_inner();
    let id = |started: pb::StartConversationResponse| started.conversation.unwrap().conversation_id;
    assert_eq!(id(started), id(again));
    assert!(service.data().join("keys").is_dir());
    let error = service.chat().await.list_messages(pb::ListMessagesRequest::default()).await;
    assert_eq!(error.unwrap_err().code(), Code::Unauthenticated);
    assert!(service.address().starts_with("http://127.0.0.1:"));
}

#[test]
fn a_balancer_sees_that_an_instance_goes_before_its_door_closes() {
    let mut service = Service::start_with("drain_notice: 3s");
    assert_eq!(service.page("/readyz").unwrap(), 200);
    service.ask_to_stop();
    let mut told = service.page("/readyz");
    // Until the signal has arrived it is ready.
    while matches!(told, Ok(200)) {
        std::thread::sleep(std::time::Duration::from_millis(10));
        told = service.page("/readyz");
    }
    assert_eq!(told.expect("the door is open still"), 503);
    assert_eq!(service.page("/healthz").unwrap(), 200, "it lives and serves");
    assert!(service.terminate(), "then it ends well");
}
