//! Agents: fast and slow ones, such as decline, vanish, fall silent or sign in twice. When the faults
//! have stopped they do their work.

mod aside;

use crate::app::App;
use crate::app::conversations::Request;
use crate::app::error::{AppError, AppResult};
use crate::app::requests::Once;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::conversation::transfer::Wanted;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, RequestId};
use crate::domain::pool::agent::{Agent, Held, Holding, Lease, Presence};
use crate::domain::pool::command::PoolRefusal;
use crate::domain::time::Timestamp;
use crate::sim::among_staff;
use crate::sim::model::Invariant;
use crate::sim::random::Random;
use crate::sim::world::{Trouble, World};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// How an agent works while things go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Fast,
    Slow,
    Declining,
    /// Accepts and says nothing.
    Mute,
    Fickle,
}

struct Desk {
    world: Rc<World>,
    random: Random,
    id: AgentId,
    /// Which shifts are theirs.
    number: Option<usize>,
    manner: Manner,
    /// What was decided about each offer, and when it is to be answered.
    decided: BTreeMap<(ConversationId, Token), (Reply, Timestamp)>,
    /// A conversation that was theirs, under its token.
    former: Option<(ConversationId, Token)>,
    /// The token under which each conversation was first theirs.
    first: BTreeMap<ConversationId, Token>,
    /// Of the session that goes on.
    epoch: (u64, u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reply {
    Accept,
    Decline,
    Ignore,
}

/// Why a session is over.
enum End {
    /// Signs in again after this.
    After(Duration),
    World,
}

/// The life of an agent of the rules.
pub(super) async fn live(world: Rc<World>, number: usize) {
    let id = world.rules.routing.agents[number].id.clone();
    live_as(world, id, Some(number)).await;
}

/// The life of one agent; with a number they work in shifts, where there are any.
pub(super) async fn live_as(world: Rc<World>, id: AgentId, number: Option<usize>) {
    let random = world.random.fork();
    let manner = random.weighted(&[
        (5, Manner::Fast),
        (3, Manner::Slow),
        (1, Manner::Declining),
        (1, Manner::Mute),
        (3, Manner::Fickle),
    ]);
    let (decided, first) = (BTreeMap::new(), BTreeMap::new());
    let mut desk =
        Desk { world, random, id, number, manner, decided, former: None, first, epoch: (0, 0) };
    desk.world.sleep(desk.random.span(0, 5_000)).await;
    loop {
        if let Some(off) = desk.off() {
            desk.world.shift_ended();
            desk.world.sleep(off).await;
        }
        match desk.session().await {
            End::After(span) => desk.world.sleep(span).await,
            End::World => return,
        }
    }
}

impl Desk {
    async fn session(&mut self) -> End {
        self.epoch = self.world.model().sessions_epoch();
        let Some(session) = self.sign_in().await else { return End::After(SECOND) };
        if self.choose(session, Presence::Available).await.is_err() {
            return End::After(SECOND);
        }
        let mut beat = self.world.now();
        loop {
            if self.world.over.get() {
                return End::World;
            }
            if let Err(trouble) = self.look_after(session, &mut beat).await
                && !trouble.is_passing()
            {
                return End::After(self.random.span(100, 3_000));
            }
            let glance = self.world.course.glance.as_millis() as u64;
            self.world.sleep(self.random.span(glance * 2 / 5, glance * 8 / 5)).await;
            if self.off().is_some() {
                return self.go_home(session).await;
            }
            if !self.world.quiet.get()
                && self.random.below(40) == 0
                && let Some(end) = self.whim(session).await
            {
                return end;
            }
        }
    }

    /// How long until the next shift begins; `None` in a shift.
    fn off(&self) -> Option<Duration> {
        self.world.course.off(self.number?, self.world.now())
    }

    /// Takes nothing new, ends what is at hand, and signs out; not everybody stays so long.
    async fn go_home(&mut self, session: u64) -> End {
        let _ = self.choose(session, Presence::Draining).await;
        let stays = match self.random.below(4) {
            0 => Duration::ZERO,
            _ => Duration::from_secs(20 * 60),
        };
        let (until, mut beat) = (self.world.now() + stays, Timestamp::ZERO);
        while self.world.now() < until && !self.world.over.get() {
            match self.look_after(session, &mut beat).await {
                Ok(0) => break,
                Err(trouble) if !trouble.is_passing() => return End::After(SECOND),
                Ok(_) | Err(_) => {}
            }
            self.world.sleep(self.world.course.glance).await;
        }
        let _ = self.choose(session, Presence::Offline).await;
        End::After(SECOND)
    }

    /// A lost answer to a sign-in is asked for again: that gets the session it began.
    async fn sign_in(&self) -> Option<u64> {
        let (once, epoch) = (self.once("sign in"), self.world.model().sessions_epoch());
        let first = self.ask_to_sign_in(once.clone()).await?;
        if once.is_some() && self.random.below(8) == 0 {
            let again = self.ask_to_sign_in(once).await;
            let mut model = self.world.model();
            let same = model.sessions_epoch() != epoch || again.is_none_or(|again| again == first);
            model.check(Invariant::Once, same, || {
                format!("{}: the sign-in of session {first} repeated began {again:?}", self.id)
            });
        }
        Some(first)
    }

    async fn ask_to_sign_in(&self, once: Option<Once>) -> Option<u64> {
        let (id, lease) = (self.id.clone(), self.world.rules.routing.leases.length);
        let begun = self.call(async move |app| app.sign_in(&id, lease, once.as_ref()).await).await;
        begun.ok().map(|begun| begun.incarnation)
    }

    async fn choose(&self, session: u64, presence: Presence) -> Result<Agent, Trouble> {
        let (id, once) = (self.id.clone(), self.once(&format!("{presence:?}")));
        let chosen = async move |app: Arc<App>| {
            app.set_presence(&id, session, presence, once.as_ref()).await
        };
        self.call(chosen).await
    }

    /// A request of this agent that nobody has made before.
    fn once(&self, contents: &str) -> Option<Once> {
        let name = RequestId::parse(&format!("a{}", self.random.below(1 << 40))).ok()?;
        let request = Request::new(name, self.id.as_str(), contents);
        let request = self.world.options.request_id(&request)?;
        Some(Once::of_agent(&self.id, request))
    }

    async fn beat(&self, session: u64) -> Result<Timestamp, Trouble> {
        let id = self.id.clone();
        self.call(async move |app| app.heartbeat(&id, session).await).await
    }

    /// One look at the desk: a sign of life, offers, and whoever waits for a word; returns how many
    /// conversations they hold.
    async fn look_after(&mut self, session: u64, beat: &mut Timestamp) -> Result<usize, Trouble> {
        let now = self.world.now();
        if now.since(*beat) >= self.world.rules.routing.leases.heartbeat {
            self.beat(session).await?;
            *beat = now;
        }
        let id = self.id.clone();
        let agent = self.call(async move |app| app.agent(&id).await).await?;
        if agent.incarnation != session || agent.lease == Lease::Lost {
            return Err(Trouble::App(AppError::Refused(PoolRefusal::Superseded)));
        }
        let rested = self.world.quiet.get() || self.random.below(20) == 0;
        let rested = rested && self.off().is_none();
        if agent.presence != Presence::Available && rested {
            self.choose(session, Presence::Available).await?;
        }
        if !self.world.quiet.get() && self.random.below(60) == 0 {
            self.take_by_hand().await;
        }
        self.decided
            .retain(|(id, token), _| agent.held.get(id).is_some_and(|held| held.token == *token));
        for (conversation, held) in &agent.held {
            match held.how {
                Holding::Offer => self.answer(conversation, held).await,
                Holding::Owned => self.attend(conversation, held.token).await,
                Holding::WrapUp { .. } if self.random.below(4) == 0 => {
                    self.end_wrap_up(session, conversation).await;
                }
                Holding::WrapUp { .. } => {}
            }
        }
        Ok(agent.held.len())
    }

    async fn answer(&mut self, conversation: &ConversationId, held: &Held) {
        let key = (conversation.clone(), held.token);
        if !self.decided.contains_key(&key) {
            let decision = self.decide();
            self.decided.insert(key.clone(), decision);
        }
        let Some((reply, at)) = self.decided.get(&key).copied() else { return };
        if self.world.now() < at && !self.world.quiet.get() {
            return;
        }
        let (id, conversation, token) = (self.id.clone(), conversation.clone(), held.token);
        match reply {
            Reply::Accept => {
                let once = self.once(conversation.as_str());
                let accept = async move |app: Arc<App>| {
                    app.accept(&id, &conversation, token, once.as_ref()).await
                };
                if let Ok(c) = self.call(accept).await {
                    self.accepted(&c, token);
                }
            }
            Reply::Decline => {
                let once = self.once(conversation.as_str());
                let decline = async move |app: Arc<App>| {
                    app.decline(&id, &conversation, token, once.as_ref()).await
                };
                let _ = self.call(decline).await;
            }
            Reply::Ignore if self.world.quiet.get() => {
                self.decided.insert(key, (Reply::Accept, self.world.now()));
            }
            Reply::Ignore => {}
        }
    }

    /// Accept says yes only when the conversation itself says that it is theirs.
    fn accepted(&self, c: &Conversation, token: Token) {
        let holds = c.owner() == Some(&self.id) && c.token == token;
        self.world.model().check(Invariant::OneOwner, holds, || {
            format!("{} was accepted under {token:?} without being owned: {c:?}", c.id)
        });
    }

    fn decide(&self) -> (Reply, Timestamp) {
        let now = self.world.now();
        if self.world.quiet.get() {
            return (Reply::Accept, now);
        }
        let timeout = self.world.rules.routing.offers.timeout.as_millis() as u64;
        let reply = match self.manner {
            Manner::Fast | Manner::Mute => Reply::Accept,
            Manner::Slow => self.random.weighted(&[(8, Reply::Accept), (1, Reply::Ignore)]),
            Manner::Declining => self.random.weighted(&[(2, Reply::Accept), (3, Reply::Decline)]),
            Manner::Fickle => {
                self.random.weighted(&[(6, Reply::Accept), (2, Reply::Decline), (2, Reply::Ignore)])
            }
        };
        let span = match self.manner {
            Manner::Fast | Manner::Mute | Manner::Declining => self.random.span(0, 3_000),
            // Often just about when the time to answer is over.
            Manner::Slow => self.random.span(timeout / 2, timeout + 2_500),
            Manner::Fickle => self.random.span(0, timeout + 2_500),
        };
        (reply, now + span)
    }

    /// Says something where it is owed, and brings things to an end.
    async fn attend(&mut self, conversation: &ConversationId, token: Token) {
        self.former = Some((conversation.clone(), token));
        let first = *self.first.entry(conversation.clone()).or_insert(token);
        if first != token && self.random.below(6) == 0 {
            // From a screen that was never closed.
            self.speak(conversation, first, "as I said".to_owned()).await;
        }
        let quiet = self.world.quiet.get();
        if !quiet && self.manner == Manner::Mute && self.random.below(40) > 0 {
            return;
        }
        let id = conversation.clone();
        let Ok(c) = self.call(async move |app| app.conversation(&id).await).await else { return };
        let human = matches!(c.state, State::Human { .. });
        if c.owner() != Some(&self.id) || !human {
            return;
        }
        if self.random.below(6) == 0 {
            self.aside(&c, token).await;
        }
        let (agent, note) = (self.id.clone(), String::new());
        if !quiet && self.random.below(24) == 0 {
            return self.pass_on(conversation, token).await;
        }
        if !quiet && self.random.below(40) == 0 {
            return self.block(conversation, token).await;
        }
        let action = match (c.unanswered_since.is_some(), self.random.below(20)) {
            (_, 0) if !quiet => Command::AgentReleases { agent, token, note },
            (_, 1) => Command::AgentNotes { agent, token, text: among_staff::NOTE.to_owned() },
            (_, 19) if !quiet => {
                let due = self.world.now()
                    + self.random.span(120_000, 1_500_000) * self.world.course.slower;
                Command::AgentPromises { agent, token, what: "to look into it".to_owned(), due }
            }
            (true, 2..14) | (false, 2..5) => {
                return self.speak(conversation, token, self.said()).await;
            }
            (false, 5..9) => {
                let disposition = "solved".to_owned();
                Command::AgentProposes { agent, token, disposition }
            }
            (_, _) => return,
        };
        let id = conversation.clone();
        let _ = self.call(async move |app| app.command(&id, None, action).await).await;
    }

    /// Blocks the customer, or is refused because they were in danger or are promised something.
    async fn block(&self, conversation: &ConversationId, token: Token) {
        self.world.command_given();
        let (by, id) = ((self.id.clone(), token), conversation.clone());
        let why = among_staff::INSULTS.to_owned();
        let blocked =
            self.call(async move |app| app.block_customer(&id, None, by, why).await).await;
        self.world.tally.add(if blocked.is_ok() { "block" } else { "block refused" });
    }

    /// Takes something from the queue that may be anybody's by now.
    async fn take_by_hand(&self) {
        let id = self.id.clone();
        let waiting = self.call(async move |app| Ok(app.claimable(&id))).await.unwrap_or_default();
        if waiting.is_empty() {
            return;
        }
        let chosen = self.random.pick(&waiting).item.conversation.clone();
        let (id, Some(once)) = (self.id.clone(), self.once(chosen.as_str())) else { return };
        let claimed = self.call(async move |app| app.claim_once(&id, &chosen, &once).await).await;
        if let Ok(c) = claimed {
            self.world.tally.add("claim by hand");
            self.accepted(&c, c.token);
        }
    }

    /// Passes it on, now and then to where it cannot go.
    async fn pass_on(&self, conversation: &ConversationId, token: Token) {
        let routing = &self.world.rules.routing;
        let queues: Vec<_> = routing.queues.iter().map(|queue| queue.id.clone()).collect();
        let skills: Vec<_> = routing.skills.iter().cloned().collect();
        let to = match self.random.below(4) {
            0 => Wanted::Agent(self.random.pick(&routing.agents).id.clone()),
            1 if !skills.is_empty() => Wanted::Skill(self.random.pick(&skills).clone(), 1),
            2 => Wanted::Bot,
            _ => Wanted::Queue(self.random.pick(&queues).clone()),
        };
        self.world.command_given();
        let (agent, id) = (self.id.clone(), conversation.clone());
        let note = among_staff::PASSED_ON.to_owned();
        let passed =
            self.call(async move |app| app.transfer(&id, None, agent, token, to, note).await).await;
        if let Ok(done) = passed {
            self.world.tally.add("transfer");
            let owned = done.conversation.owner() == Some(&self.id);
            self.world.model().check(
                Invariant::OneOwner,
                !owned || done.conversation.token > token,
                || format!("{conversation}: passed on and still owned under the same right"),
            );
        }
    }

    fn said(&self) -> String {
        format!("let me see {}", self.random.below(1_000))
    }

    async fn speak(&self, conversation: &ConversationId, token: Token, text: String) {
        self.world.command_given();
        let epoch = self.world.model().rewinds;
        let (agent, id) = (self.id.clone(), conversation.clone());
        let said = (text, Vec::new());
        let said =
            self.call(async move |app| app.agent_says(&id, None, agent, token, said).await).await;
        let Ok(done) = said else { return };
        let mut model = self.world.model();
        if model.rewinds != epoch {
            return;
        }
        model.acknowledged(conversation, &done.events);
        let spoken = done.events.iter().find(|said| {
            matches!(&said.logged.event, Event::AgentSaid { agent, .. } if *agent == self.id)
        });
        let counted = spoken.and_then(|said| model.line(conversation, said.seq));
        let erased = spoken.is_some_and(|said| model.is_forgotten(conversation, said.seq));
        let holds = erased || counted.is_some_and(|line| line.token == token);
        model.check(Invariant::Fenced, holds, || {
            format!("{conversation}: {} spoke with {token:?} when {counted:?} counted", self.id)
        });
    }

    /// What people do.
    async fn whim(&mut self, session: u64) -> Option<End> {
        match self.random.below(7) {
            // Gone without a word: the heartbeats stop.
            0 => Some(End::After(self.random.span(5_000, 200_000))),
            1 => {
                let _ = self.choose(session, Presence::Offline).await;
                Some(End::After(self.random.span(1_000, 60_000)))
            }
            2 => {
                let _ = self.choose(session, Presence::Away { reason: "tea".to_owned() }).await;
                None
            }
            3 => {
                let _ = self.choose(session, Presence::Draining).await;
                None
            }
            4 => self.sign_in_twice(session).await,
            // Speaks where somebody else may own it by now.
            5 => {
                if let Some((conversation, token)) = self.former.clone() {
                    self.speak(&conversation, token, "still there?".to_owned()).await;
                }
                None
            }
            _ => {
                self.world.sleep(self.random.span(10_000, 100_000)).await;
                None
            }
        }
    }

    /// A second session fences the first for good.
    async fn sign_in_twice(&self, first: u64) -> Option<End> {
        let second = self.sign_in().await?;
        let beat = self.beat(first).await;
        let chosen = self.choose(first, Presence::Draining).await;
        let mut model = self.world.model();
        let fenced = model.sessions_epoch() != self.epoch || (beat.is_err() && chosen.is_err());
        model.check(Invariant::Fenced, fenced, || {
            format!("{}: session {first} acted after {second} had begun", self.id)
        });
        Some(End::After(Duration::ZERO))
    }

    async fn call<T: 'static>(
        &self,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        self.world.call_any(&self.random, work).await
    }
}
