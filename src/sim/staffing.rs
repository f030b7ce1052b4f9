//! Who looks after the agents: a helper is registered while everything goes on, learns and forgets
//! languages and skills, has more or less room, is removed amid their work, and comes again.

use super::agent;
use super::executor::Owner;
use super::model::Invariant;
use super::random::Random;
use super::world::{Trouble, World};
use crate::app::App;
use crate::app::conversations::Request;
use crate::app::error::{AppError, AppResult};
use crate::app::requests::Once;
use crate::domain::ids::{AgentId, RequestId};
use crate::domain::pool::agent::{Agent, Profile};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// The helper's id.
const HELPER: &str = "helper-one";

struct Staffing {
    world: Rc<World>,
    random: Random,
    helper: AgentId,
    /// A request had no answer: it may be carried out at any time from now on.
    unanswered: Cell<bool>,
}

/// The life of a platform that sends a helper and calls them back.
pub(super) async fn live(world: Rc<World>) {
    let Ok(helper) = AgentId::parse(HELPER) else { return };
    let random = world.random.fork();
    let staffing = Staffing {
        world: Rc::clone(&world),
        random,
        helper: helper.clone(),
        unanswered: Cell::new(false),
    };
    // They try to sign in all the time, and can while they are registered.
    world.executor.spawn(Owner::World, agent::live_as(Rc::clone(&world), helper, None));
    loop {
        world.sleep(staffing.random.span(10_000, 90_000) * (world.course.rarer as u32)).await;
        // When the faults have stopped the helper stays what they are, and so does everybody's picture.
        if world.over.get() || world.quiet.get() {
            return;
        }
        match staffing.random.below(4) {
            0 => staffing.remove().await,
            1 => staffing.update().await,
            _ => staffing.register().await,
        }
    }
}

impl Staffing {
    /// What somebody of the rules can do, with more or less of it.
    fn profile(&self) -> Profile {
        let agents = &self.world.rules.routing.agents;
        let mut profile = self.random.pick(agents).profile.clone();
        profile.declared = false;
        profile.name = "Helper".to_owned();
        profile.capacity = 1 + self.random.below(4) as u32;
        if self.random.below(3) == 0 && profile.languages.len() > 1 {
            profile.languages.pop_last();
        }
        if self.random.below(3) == 0 {
            profile.skills.clear();
        }
        profile
    }

    /// What was registered is registered: the same request again gets the same answer.
    async fn register(&self) {
        let profile = self.profile();
        let Some(once) = self.once(&format!("register {profile:?}")) else { return };
        let epoch = self.world.model().rewinds;
        let Ok(Some(first)) = self.registered(&profile, &once).await else { return };
        self.world.tally.add("agent registered");
        if self.random.below(4) > 0 {
            return;
        }
        let again = self.registered(&profile, &once).await;
        let mut model = self.world.model();
        // In a store that went back, or once they are removed, it is a new request.
        let same = model.rewinds != epoch
            || match &again {
                Ok(again) => again.as_ref().is_some_and(|again| again.profile == first.profile),
                Err(_) => true,
            };
        model.check(Invariant::Once, same, || {
            format!("{}: registered once, and asked again: {again:?}", self.helper)
        });
    }

    async fn registered(&self, profile: &Profile, once: &Once) -> Result<Option<Agent>, Trouble> {
        let (id, profile, once) = (self.helper.clone(), profile.clone(), once.clone());
        self.call(async move |app| app.register_agent(&id, profile, &once).await).await
    }

    async fn update(&self) {
        let profile = self.profile();
        let Some(once) = self.once(&format!("update {profile:?}")) else { return };
        let id = self.helper.clone();
        if self.call(async move |app| app.update_agent(&id, profile, &once).await).await.is_ok() {
            self.world.tally.add("agent updated");
        }
    }

    /// Who is gone is gone: nobody of that id can be asked for.
    async fn remove(&self) {
        let Some(once) = self.once("remove") else { return };
        let id = self.helper.clone();
        let epoch = self.world.model().rewinds;
        let removed = self.call(async move |app| app.remove_agent_once(&id, &once).await).await;
        let Ok(still_busy) = removed else { return };
        self.world.tally.add(if still_busy { "agent leaves when done" } else { "agent removed" });
        if still_busy {
            return;
        }
        let id = self.helper.clone();
        let found = self.call(async move |app| app.agent(&id).await).await;
        let unanswered = self.unanswered.get();
        let mut model = self.world.model();
        let gone = unanswered
            || model.rewinds != epoch
            || matches!(found, Err(Trouble::Lost | Trouble::App(AppError::Store(_))))
            || matches!(found, Err(Trouble::App(AppError::NotFound { .. })));
        model.check(Invariant::Once, gone, || {
            format!("{} was removed, and is there: {found:?}", self.helper)
        });
    }

    fn once(&self, contents: &str) -> Option<Once> {
        let name = RequestId::parse(&format!("p{}", self.random.below(1 << 40))).ok()?;
        let request = Request::new(name, "main", contents);
        let request = self.world.options.request_id(&request)?;
        Some(Once::of_staff("platform", "main", request))
    }

    async fn call<T: 'static>(
        &self,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        let answer = self.world.call_any(&self.random, work).await;
        if answer.as_ref().is_err_and(Trouble::is_passing) {
            self.unanswered.set(true);
        }
        answer
    }
}
