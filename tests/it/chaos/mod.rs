//! Everything that can happen to Redis and to the instances, happening to the real thing while
//! customers and agents work: what was acknowledged is compared with what is there in the end, and
//! what is lost must have been told. Times are reported and never judged.
//! `SANAD_CHAOS=20 cargo test --test it chaos -- --nocapture --test-threads 1` does it twenty times
//! over and prints the tables.

// Other processes keep the real time, and faults have to last for a while.
#![allow(clippy::disallowed_methods)]

pub mod agents;
mod cluster;
pub mod customers;
mod elder;
mod failover;
pub mod file;
pub mod front;
pub mod history;
mod net;
mod one;
mod past;
mod proxy;
mod records;
mod replicated;
pub mod stored;
mod upgrade;

use agents::Agent;
use customers::Customer;
use front::Front;
use history::Row;
use records::Records;
use std::future::Future;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

pub const CUSTOMERS: usize = 6;
pub const AGENTS: [&str; 3] = ["sara", "huda", "layla"];
/// Before every key in these tests.
const PREFIX: &str = "chaos";
/// A fault lasts so long.
const LASTING: Duration = Duration::from_millis(1_000);
/// Redis that loses nothing it has answered for.
const FLUSHED: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

/// So often all faults are gone through.
fn rounds() -> usize {
    std::env::var("SANAD_CHAOS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Begins a deployment there.
fn bless(store: &str) {
    let made = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["init", "--store", store, "--buckets", "6"])
        .output()
        .expect("the binary");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Two instances, customers and agents.
struct World {
    front: Arc<Front>,
    who: Vec<String>,
    customers: Vec<JoinHandle<Customer>>,
    agents: Vec<JoinHandle<Agent>>,
}

impl World {
    /// On this store; everybody has been served once when it returns.
    async fn on(store: &str) -> World {
        World::at(Front::of_two(store)).await
    }

    /// With these instances.
    async fn at(front: Front) -> World {
        let front = Arc::new(front);
        front.history.begin("nothing");
        let people: Vec<Customer> = (0..CUSTOMERS).map(|n| Customer::new(&front, n)).collect();
        let staff = AGENTS.iter().enumerate().map(|(n, name)| Agent::new(&front, name, n));
        let who = people.iter().map(|customer| customer.name.clone()).collect();
        let agents = staff.map(|agent| tokio::spawn(agent.work())).collect();
        let customers = people.into_iter().map(|one| tokio::spawn(one.live())).collect();
        let world = World { front, who, customers, agents };
        world.front.recovery(&world.who).await;
        tokio::time::sleep(LASTING).await;
        world
    }

    /// Does something to it, and waits until everybody is served again.
    async fn suffers(&self, fault: &str, happening: impl Future<Output = ()>) {
        self.front.history.begin(fault);
        happening.await;
        self.front.recovery(&self.who).await;
        // What comes of it, such as a hand-over to a person, belongs to it too.
        tokio::time::sleep(LASTING / 2).await;
    }

    /// Lets everybody come to an end and goes through what there is. `may_lose`: the store was made
    /// to lose what it had acknowledged.
    async fn ends(self, records: &Records<'_>, may_lose: bool) -> Vec<Row> {
        self.front.end();
        for customer in self.customers {
            customer.await.expect("a customer comes to an end");
        }
        for agent in self.agents {
            agent.await.expect("an agent comes to an end");
        }
        let history = &self.front.history;
        records.settled().await;
        let mut wrongs = records.wrongs(history, may_lose);
        if !wrongs.is_empty() {
            // An offer may have moved between two reads; what is wrong stays so to the letter.
            tokio::time::sleep(LASTING / 2).await;
            let still = records.wrongs(history, may_lose);
            wrongs.retain(|wrong| still.contains(wrong));
        }
        println!("{}", history.table());
        assert!(wrongs.is_empty(), "{}\n{}", wrongs.join("\n"), history.table());
        history.rows()
    }
}
