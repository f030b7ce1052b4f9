//! The way to the servers: connections that are made again when they break, calls that never take
//! longer than they may, and a breaker, so that a server that hangs costs one call its time and not
//! all of them.
//!
//! What a failure means for the caller is decided here: a call that certainly did nothing says so,
//! and a call whose reply was lost says that too ([`Failed::maybe_done`]). A call that may be sent
//! twice is sent again while there is time, so that most lost replies are never noticed.

mod telling;

use super::address::{Address, Shape};
use super::asides::Asides;
use super::attempt::{Attempt, judge, lacks_right};
use super::deployment::Safety;
use super::hints;
use super::probe;
use super::scripts::Call;
use super::settings::Settings;
use super::takeovers;
pub use super::troubles::Health;
pub(super) use super::troubles::Lane;
use super::troubles::{Bar, Troubles};
use super::wires::{self, Node, Spans, Wire};
use crate::ports::store::{Slot, Why};
use redis::{Cmd, RedisError, Value};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// How long a server that refuses for a moment is left alone before it is asked again.
const PAUSE: Duration = Duration::from_millis(20);

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// One call, with all attempts.
    pub call: Duration,
    /// One attempt of a call.
    pub attempt: Duration,
    /// A new connection.
    pub connect: Duration,
    /// For how long nobody asks a server that did not answer.
    pub breaker: Duration,
    /// How long an answer may wait for replicas.
    pub replicas: Duration,
    /// How long it may wait until a file is flushed; servers that do so by themselves do it each
    /// second.
    pub flush: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            call: Duration::from_millis(1_800),
            attempt: Duration::from_millis(900),
            connect: Duration::from_millis(900),
            breaker: Duration::from_millis(300),
            replicas: Duration::from_millis(250),
            flush: Duration::from_millis(1_500),
        }
    }
}

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Whether it may have been done all the same.
    pub maybe_done: bool,
    /// What sort of trouble it is.
    pub why: Why,
    /// What went wrong, for operators.
    pub reason: String,
}

/// The connection that is used, and how many there were before it.
type Held = Arc<tokio::sync::Mutex<(u64, Option<Wire>)>>;

/// The way to the servers.
pub struct Link {
    address: Address,
    patience: Patience,
    wire: Held,
    /// Ways to nodes that take keys over.
    asides: Asides,
    troubles: Mutex<Troubles>,
    health: watch::Sender<Health>,
    /// How often somebody else was seen to have taken over.
    takeovers: watch::Sender<u64>,
    /// How often a way was made anew: what led anywhere before may lead elsewhere now.
    ways: AtomicU64,
    /// How safely the servers keep what is written.
    settings: watch::Sender<Settings>,
    /// How safely they kept it when they were opened.
    first: OnceLock<Safety>,
    /// Itself, if it is shared: then nobody who waits tries a part that does not answer.
    itself: Weak<Link>,
}

impl Link {
    /// A way to the servers at `address`; nothing is connected yet.
    pub fn new(address: Address, patience: Patience) -> Link {
        Link {
            address,
            patience,
            wire: Held::default(),
            asides: Asides::default(),
            troubles: Mutex::default(),
            health: watch::Sender::new(Health::Well),
            takeovers: watch::Sender::new(0),
            ways: AtomicU64::new(0),
            settings: watch::Sender::new(Settings::Unseen(Safety::Doubtful)),
            first: OnceLock::new(),
            itself: Weak::new(),
        }
    }

    /// The same for a service, whose callers wait for customers: what does not answer is tried beside
    /// them, by `probe.rs`.
    pub fn shared(address: Address, patience: Patience) -> Arc<Link> {
        Arc::new_cyclic(|itself| Link { itself: itself.clone(), ..Link::new(address, patience) })
    }

    /// Where it leads.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How long things may take.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// How long a connection and an answer over it may take.
    pub fn spans(&self) -> Spans {
        Spans { connect: self.patience.connect, answer: self.patience.attempt }
    }

    /// How the servers do.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// Calls a script. `slot` says which part of the servers it concerns.
    pub async fn call(&self, slot: &Slot, call: &Call) -> Result<Value, Failed> {
        let by_hash = call.by_hash();
        self.ask(slot, &by_hash, || Some(call.by_text())).await
    }

    /// Sends a command that may be sent twice.
    pub async fn command(&self, slot: &Slot, command: &Cmd) -> Result<Value, Failed> {
        self.ask(slot, command, || None).await
    }

    /// Sends `command` until it is done, refused, or the time is over; `in_full` is sent instead
    /// when the server does not know the script.
    async fn ask(
        &self,
        slot: &Slot,
        command: &Cmd,
        in_full: impl Fn() -> Option<Cmd>,
    ) -> Result<Value, Failed> {
        let lane = (self.address.shape == Shape::Cluster).then(|| slot.clone());
        let admitted = self.troubles().admit(&lane, Instant::now(), self.patience.call);
        admitted.map_err(|reason| Failed { maybe_done: false, why: Why::Away, reason })?;
        self.pursue(lane, command, in_full).await
    }

    /// Calls a script to see whether a part answers again, whatever is known of it.
    pub(super) async fn probe(&self, lane: Lane, call: &Call) -> Result<Value, Failed> {
        self.pursue(lane, &call.by_hash(), || Some(call.by_text())).await
    }

    async fn pursue(
        &self,
        lane: Lane,
        command: &Cmd,
        in_full: impl Fn() -> Option<Cmd>,
    ) -> Result<Value, Failed> {
        let deadline = Instant::now() + self.patience.call;
        let mut maybe_done = false;
        let mut full: Option<Cmd> = None;
        let mut node: Option<Node> = None;
        loop {
            let (number, mut wire) = match self.wire(deadline).await {
                Ok(wire) => wire,
                Err(reason) => {
                    self.trip(&lane, &reason);
                    return Err(Failed { maybe_done, why: Why::Away, reason });
                }
            };
            let until = deadline.min(Instant::now() + self.patience.attempt);
            let command = full.as_ref().unwrap_or(command);
            let sent = async {
                match node.take() {
                    Some(node) => self.asides.send(self, node, command).await,
                    None => wire.send(command).await,
                }
            };
            let sent = timeout_at(until, sent).await;
            let reason = match judge(sent) {
                Attempt::Done(value) => {
                    self.heal(&lane);
                    return Ok(value);
                }
                Attempt::Refused(reason) => {
                    self.heal(&lane);
                    return Err(Failed { maybe_done, why: Why::Away, reason });
                }
                Attempt::Barred { maybe_done: in_part, reason } => {
                    self.heal(&lane);
                    let told = hints::refusing(&self.address, &reason);
                    self.bar(&lane, Bar { reason: told.clone(), by_rights: lacks_right(&reason) });
                    return Err(Failed {
                        maybe_done: maybe_done || in_part,
                        why: Why::Barred,
                        reason: told,
                    });
                }
                Attempt::Full(reason) => {
                    self.heal(&lane);
                    self.fill(&lane, &reason);
                    return Err(Failed { maybe_done, why: Why::Full, reason });
                }
                Attempt::NoScript if full.is_none() => {
                    full = in_full();
                    continue;
                }
                Attempt::NoScript => {
                    let reason = "the server forgets scripts at once".to_owned();
                    return Err(Failed { maybe_done, why: Why::Away, reason });
                }
                Attempt::Ask(taking_over) if Instant::now() < deadline => {
                    node = Some(taking_over);
                    continue;
                }
                Attempt::Ask(_) => "the keys are moving".to_owned(),
                Attempt::Faulty(reason) => {
                    return Err(Failed { maybe_done: true, why: Why::Away, reason });
                }
                Attempt::Later(reason) => reason,
                Attempt::Down(reason) => {
                    self.renew();
                    reason
                }
                Attempt::Elsewhere(reason) => {
                    self.drop_wire(number).await;
                    reason
                }
                Attempt::Broken(reason) => {
                    maybe_done = true;
                    self.drop_wire(number).await;
                    reason
                }
                Attempt::Silent(reason) => {
                    maybe_done = true;
                    self.drop_wire(number).await;
                    self.trip(&lane, &reason);
                    return Err(Failed { maybe_done, why: Why::Away, reason });
                }
            };
            if Instant::now() + PAUSE >= deadline {
                self.trip(&lane, &reason);
                return Err(Failed { maybe_done, why: Why::Away, reason });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends a command to every master and gives all replies.
    pub async fn command_everywhere(&self, command: &Cmd) -> Result<Vec<Value>, Failed> {
        let replies = self.command_each(command).await?;
        Ok(replies.into_iter().map(|(_, reply)| reply).collect())
    }

    /// The same, each reply with HOST:PORT of whom it is from.
    pub async fn command_each_by_name(
        &self,
        command: &Cmd,
    ) -> Result<Vec<(String, Value)>, Failed> {
        let replies = self.command_each(command).await?;
        let alone = match &self.address.shape {
            Shape::Sentinel { .. } => takeovers::leader(&self.address, self.spans()).await.ok(),
            Shape::Single | Shape::Cluster => None,
        };
        let alone = alone.unwrap_or_else(|| self.address.hosts[0].clone());
        let named = |(from, reply): (Option<String>, Value)| (from.unwrap_or(alone.clone()), reply);
        Ok(replies.into_iter().map(named).collect())
    }

    async fn command_each(&self, command: &Cmd) -> Result<Vec<(Option<String>, Value)>, Failed> {
        let failed = |reason: String| Failed { maybe_done: true, why: Why::Away, reason };
        let deadline = Instant::now() + self.patience.call;
        let (_, mut wire) = self.wire(deadline).await.map_err(failed)?;
        match timeout_at(deadline, wire.send_everywhere(command)).await {
            Ok(replies) => replies.map_err(|error: RedisError| failed(error.to_string())),
            Err(_) => Err(failed(format!("{} does not answer", self.address))),
        }
    }

    /// A connection of its own that listens to `channel`.
    pub async fn listen(&self, channel: &str) -> Result<redis::aio::PubSub, Failed> {
        let deadline = Instant::now() + self.patience.call;
        let listening = async {
            let mut last = None;
            for host in self.listening_posts().await {
                match wires::listen(&self.address, &host, channel, self.spans()).await {
                    Ok(listening) => return Ok(listening),
                    Err(error) => last = Some(error.to_string()),
                }
            }
            Err(last.unwrap_or_default())
        };
        match timeout_at(deadline, listening).await {
            Ok(listening) => {
                listening.map_err(|reason| Failed { maybe_done: false, why: Why::Away, reason })
            }
            Err(_) => {
                let reason = format!("{} does not answer", self.address);
                Err(Failed { maybe_done: false, why: Why::Away, reason })
            }
        }
    }

    /// By way of whom the bell can be heard. In a cluster every node hears it from all whom it can
    /// reach, so any of the majority will do.
    async fn listening_posts(&self) -> Vec<String> {
        let all = self.address.hosts.clone();
        if self.address.shape != Shape::Cluster {
            return all;
        }
        let seeds = wires::seeds(&self.address, self.spans()).await;
        if seeds.is_empty() { all } else { seeds }
    }

    /// Counts the takeovers that were seen. Whoever listens to a server from before one may listen
    /// to nobody.
    pub fn takeovers(&self) -> watch::Receiver<u64> {
        self.takeovers.subscribe()
    }

    /// Somebody else was seen to have taken over: the next call goes to them, also where the one
    /// before them still answers, and whoever listens begins anew.
    pub async fn is_led_by_another(&self) {
        match self.address.shape {
            // Found again by way of the Sentinels.
            Shape::Single | Shape::Sentinel { .. } => self.wire.lock().await.1 = None,
            Shape::Cluster => renew(&self.wire, &self.address, self.spans(), &self.itself).await,
        }
        self.takeovers.send_modify(|count| *count += 1);
        self.begins_anew();
    }

    /// The connection that counts, or a new one. All who need one wait for the same.
    async fn wire(&self, deadline: Instant) -> Result<(u64, Wire), String> {
        let until = deadline.min(Instant::now() + self.patience.connect);
        let connecting = async {
            let mut held = self.wire.lock().await;
            if held.1.is_none() {
                let wire = wires::connect(&self.address, self.spans()).await;
                held.1 = Some(wire.map_err(|error| error.to_string())?);
                held.0 += 1;
                if held.0 > 1 {
                    self.begins_anew();
                }
            }
            Ok((held.0, held.1.clone().expect("just connected")))
        };
        timeout_at(until, connecting)
            .await
            .unwrap_or_else(|_| Err("no connection in time".to_owned()))
            .map_err(|reason| format!("{} cannot be reached: {reason}", self.address))
    }

    /// The connection is of no use; whoever comes next makes another. A cluster's connection mends
    /// itself.
    async fn drop_wire(&self, number: u64) {
        let mut held = self.wire.lock().await;
        if held.0 == number && matches!(held.1, Some(Wire::One(_))) {
            held.1 = None;
        }
    }

    fn troubles(&self) -> MutexGuard<'_, Troubles> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for another way into a cluster, beside the one in use, which stays until there is one.
    /// A master that is cut off from the majority, or whose machine is gone without a word, names
    /// nobody who took over from it: then the client would hold on to its map for ever.
    pub(super) fn renew(&self) {
        if self.address.shape != Shape::Cluster {
            return;
        }
        if !self.troubles().renews(Instant::now()) {
            return;
        }
        let (held, address, spans) = (Arc::clone(&self.wire), self.address.clone(), self.spans());
        let itself = self.itself.clone();
        tokio::spawn(async move { renew(&held, &address, spans, &itself).await });
    }

    fn trip(&self, lane: &Lane, reason: &str) {
        self.renew();
        let (now, mut troubles) = (Instant::now(), self.troubles());
        troubles.breaks(lane, now + self.patience.breaker, reason);
        if self.is_shared() {
            if troubles.begin_probe(lane) {
                tokio::spawn(probe::until_it_answers(self.itself.clone(), lane.clone()));
            }
            for quiet in troubles.quiet(now, self.patience.call) {
                tokio::spawn(probe::once(self.itself.clone(), quiet));
            }
        }
        self.report(&troubles);
    }

    fn is_shared(&self) -> bool {
        self.itself.strong_count() > 0
    }
}

/// Another way into the cluster, by those who see a majority of it. Where nobody does, or it
/// cannot be had, the one in use stays.
async fn renew(held: &Held, address: &Address, spans: Spans, link: &Weak<Link>) {
    let seeds = wires::seeds(address, spans).await;
    if seeds.is_empty() {
        return;
    }
    if let Ok(wire) = wires::connect_by(address, &seeds, spans).await {
        let mut held = held.lock().await;
        *held = (held.0 + 1, Some(wire));
        // Whom it leads to nobody has looked at.
        if let Some(link) = link.upgrade() {
            link.begins_anew();
        }
    }
}
