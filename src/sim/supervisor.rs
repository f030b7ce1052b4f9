//! A supervisor: looks at what is parked, whispers, puts conversations back, gives them to others, and
//! takes them over to a desk of their own, whoever has them and whatever happens meanwhile.

use super::agent;
use super::among_staff;
use super::executor::Owner;
use super::model::Invariant;
use super::random::Random;
use super::world::{Trouble, World};
use crate::app::App;
use crate::app::conversations::Request;
use crate::app::error::AppResult;
use crate::app::requests::Once;
use crate::domain::ids::{AgentId, ConversationId, RequestId};
use std::rc::Rc;
use std::sync::Arc;

/// The supervisor's own desk.
const DESK: &str = "supervisor-one";

struct Supervisor {
    world: Rc<World>,
    random: Random,
    desk: AgentId,
}

/// The life of a supervisor.
pub(super) async fn live(world: Rc<World>) {
    let Ok(desk) = AgentId::parse(DESK) else { return };
    let random = world.random.fork();
    let supervisor = Supervisor { world: Rc::clone(&world), random, desk: desk.clone() };
    // At the desk sits somebody who works like every agent, and now and then vanishes.
    world.executor.spawn(Owner::World, agent::live_as(Rc::clone(&world), desk, None));
    loop {
        supervisor.open_desk().await;
        world.sleep(supervisor.random.span(8_000, 40_000) * (world.course.rarer as u32)).await;
        if world.over.get() {
            return;
        }
        supervisor.unpark().await;
        if !world.quiet.get() {
            supervisor.step_in().await;
        }
    }
}

impl Supervisor {
    /// Again and again: a store that lost its tail may have lost the desk with it.
    async fn open_desk(&self) {
        let Some(once) = self.once("desk") else { return };
        let desk = self.desk.clone();
        let _ = self
            .call(async move |app| app.open_desk(&desk, None, "the supervisor", &once).await)
            .await;
    }

    async fn unpark(&self) {
        let parked = self.call(async |app| app.parked().await).await;
        for (slot, id, _) in parked.unwrap_or_default() {
            self.world.tally.add("parked entry");
            let _ = self.call(async move |app| app.unpark(&slot, &id).await).await;
        }
    }

    async fn step_in(&self) {
        self.review().await;
        let open: Vec<ConversationId> = {
            let model = self.world.model();
            let known = model.conversations.values().map(|known| &known.conversation);
            known.filter(|c| c.has_ended().is_none()).map(|c| c.id.clone()).collect()
        };
        if open.is_empty() {
            return;
        }
        let id = self.random.pick(&open).clone();
        self.world.command_given();
        match self.random.below(10) {
            8..10 => self.repair(&id).await,
            0..3 => self.take_over(&id).await,
            3..5 => self.reassign(&id).await,
            5 => self.whisper(&id).await,
            _ => {
                let _ =
                    self.call(async move |app| app.requeue(&id, None, String::new()).await).await;
            }
        }
    }

    /// Looks at a block, if one waits; many are not looked at in time.
    async fn review(&self) {
        let listed = self.call(async |app| app.list_blocks(20).await).await.unwrap_or_default();
        if listed.is_empty() || self.random.below(2) == 0 {
            return;
        }
        let (id, upheld) = (self.random.pick(&listed).0.id.clone(), self.random.below(2) == 0);
        let reviewed = self
            .call(async move |app| app.review_block(&id, None, ("one", upheld), "seen").await)
            .await;
        if reviewed.is_ok() {
            self.world.tally.add(if upheld { "block upheld" } else { "block lifted" });
        }
    }

    /// Yes is said only when the conversation itself says that it is theirs.
    async fn take_over(&self, id: &ConversationId) {
        let Some(once) = self.once(&format!("take over {id}")) else { return };
        let (desk, taken) = (self.desk.clone(), id.clone());
        let taken =
            self.call(async move |app| app.take_over_once(&desk, &taken, &once).await).await;
        let Ok(c) = taken else { return };
        self.world.tally.add("take-over");
        self.world.model().check(Invariant::OneOwner, c.owner() == Some(&self.desk), || {
            format!("{id} was taken over without being owned: {c:?}")
        });
    }

    async fn reassign(&self, id: &ConversationId) {
        let to = self.random.pick(&self.world.rules.routing.agents).id.clone();
        let (id, note) = (id.clone(), among_staff::PASSED_ON.to_owned());
        if self.call(async move |app| app.reassign(&id, None, &to, note).await).await.is_ok() {
            self.world.tally.add("reassignment");
        }
    }

    /// Looks first, then mends; a look changes nothing.
    async fn repair(&self, id: &ConversationId) {
        let (looked, id) = (id.clone(), id.clone());
        let looked = self.call(async move |app| app.repair(&looked, false).await).await;
        let Ok(looked) = looked else { return };
        let only_seen = looked.found == looked.left && looked.failed.is_empty();
        self.world.model().check(Invariant::Outbox, only_seen, || {
            format!("{id}: a look at what is wrong changed something: {looked:?}")
        });
        let mended = {
            let id = id.clone();
            self.call(async move |app| app.repair(&id, true).await).await
        };
        let Ok(mended) = mended else { return };
        self.world.model().desk.count(if mended.found.is_empty() {
            "found whole"
        } else {
            "repaired"
        });
    }

    async fn whisper(&self, id: &ConversationId) {
        let (id, by, text) = (id.clone(), "one".to_owned(), among_staff::WHISPER.to_owned());
        if self.call(async move |app| app.whisper(&id, None, by, None, text).await).await.is_ok() {
            self.world.tally.add("whisper");
        }
    }

    fn once(&self, contents: &str) -> Option<Once> {
        let name = RequestId::parse(&format!("s{}", self.random.below(1 << 40))).ok()?;
        Some(Once::of_staff("supervisor", "one", Request::new(name, "one", contents)))
    }

    async fn call<T: 'static>(
        &self,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        self.world.call_any(&self.random, work).await
    }
}
