//! The course of a world: instances start, people come, things go wrong; then the faults stop and
//! everything must come to rest.

use super::agent;
use super::agreement::Idle;
use super::customer;
use super::directives;
use super::executor::Owner;
use super::faults::{Counted, Weather};
use super::model::Invariant;
use super::mutant::Mutant;
use super::on_call;
use super::reports;
use super::staffing;
use super::supervisor;
use super::world::{Ground, World};
use crate::ports::store::Slot;
use crate::store::stored::Rewind;
use std::rc::Rc;
use std::time::Duration;

/// The faults stop when so many of a hundred customers are done.
const STORM_SHARE: usize = 75;
/// What was on its way when the faults stopped has so long to arrive.
const SETTLE_SPAN: Duration = Duration::from_secs(150);
/// So many customers are there at once at most.
const AT_ONCE_MAX: usize = 60;

const SECOND: Duration = Duration::from_secs(1);

/// Directs the world to its end.
pub(super) async fn direct(world: Rc<World>) {
    for number in 0..world.instances.len() {
        start_instance(&world, number, Duration::ZERO);
    }
    while world.anyone(&world.random).is_none() {
        world.sleep(SECOND / 10).await;
    }
    for number in 0..world.rules.routing.agents.len() {
        spawn(&world, agent::live(Rc::clone(&world), number));
    }
    spawn(&world, supervisor::live(Rc::clone(&world)));
    spawn(&world, staffing::live(Rc::clone(&world)));
    spawn(&world, on_call::bring_answers(Rc::clone(&world)));
    spawn(&world, directives::live(Rc::clone(&world)));
    spawn(&world, crash_instances(Rc::clone(&world)));
    spawn(&world, rewind_slots(Rc::clone(&world)));
    spawn(&world, jump_the_clock(Rc::clone(&world)));
    spawn(&world, bring_customers(Rc::clone(&world)));
    let calm_from_the_start = world.quiet.get();
    world.model().rings.calm = calm_from_the_start;
    world.model().pages.calm = calm_from_the_start.then(|| world.now());
    let mut idle = Idle::new();
    while world.finished.get() * 100 < world.conversations * STORM_SHARE
        && world.elapsed() < world.course.storm
    {
        world.sleep(world.course.tick(world.now())).await;
        if calm_from_the_start {
            world.model().quiet(&world.rules.routing, &mut idle);
        }
    }
    stop_the_faults(&world).await;
    come_to_rest(&world).await;
    world.over.set(true);
}

fn spawn(world: &World, task: impl Future<Output = ()> + 'static) {
    world.executor.spawn(Owner::World, task);
}

async fn stop_the_faults(world: &World) {
    world.weather.set(Weather::calm());
    world.quiet.set(true);
    world.executor.thaw();
    for instance in &world.instances {
        if let Some(faulty) = instance.faulty.borrow().as_ref() {
            let plan =
                Counted::new(world.random.next(), Weather::calm().rates, world.tally.clone());
            faulty.set_plan(plan);
        }
    }
    world.sleep(SETTLE_SPAN).await;
    // Whoever was down is up again: the audit has run.
    world.model().agreement();
    world.model().rings.calm = true;
    let now = world.now();
    world.model().pages.calm.get_or_insert(now);
}

async fn come_to_rest(world: &World) {
    let until = world.now() + world.course.rest;
    let mut idle = Idle::new();
    loop {
        world.sleep(world.course.tick(world.now())).await;
        let mut model = world.model();
        model.quiet(&world.rules.routing, &mut idle);
        let owed = model.owed_to_pool.len() + model.owed_to_conversations.len();
        let held = model.agents.values().any(|agent| !agent.held.is_empty());
        let done = world.finished.get() == world.conversations && model.open() == 0;
        if (done && owed == 0 && !held) || world.now() > until {
            break;
        }
    }
    // Whoever gave an erasure up is served by the list all the same.
    world.sleep(world.course.audit + SETTLE_SPAN).await;
    world.witness.nothing_is_left(world.options.buckets, &world.pool());
    reports::agree(world).await;
    let finished = world.finished.get();
    let mut model = world.model();
    model.all_are_found();
    model.check(Invariant::Liveness, finished == world.conversations, || {
        format!("{finished} of {} customers came to an end", world.conversations)
    });
    model.at_rest();
    model.agreement();
}

async fn bring_customers(world: Rc<World>) {
    for number in 0..world.conversations {
        while number - world.finished.get() >= AT_ONCE_MAX {
            world.sleep(SECOND).await;
        }
        spawn(&world, customer::live(Rc::clone(&world), number));
        world.sleep(world.course.gap(&world.random, world.now())).await;
    }
}

/// An average span, spread.
fn about(world: &World, seconds: u64) -> Duration {
    world.random.span(seconds * 300, seconds * 1_700) * world.course.rarer as u32
}

async fn crash_instances(world: Rc<World>) {
    let every = world.weather.get().instance_crash;
    if every == 0 {
        return;
    }
    loop {
        world.sleep(about(&world, every)).await;
        if world.quiet.get() {
            return;
        }
        world.tally.add("instance crash");
        let number = world.random.below(world.instances.len() as u64) as usize;
        crash(&world, number);
        if let Ground::Embedded(disk) = &world.ground {
            world.tally.add("power failure");
            world.reopen(disk);
            world.witness.compare(world.options.buckets, &world.pool());
        }
    }
}

async fn rewind_slots(world: Rc<World>) {
    let every = world.weather.get().rewind;
    if every == 0 {
        return;
    }
    loop {
        world.sleep(about(&world, every)).await;
        let Ground::Memory(store) = &world.ground else { return };
        let slots = world.slots();
        // The pool is as likely as all buckets together: it is where most can be lost.
        let slot = match world.random.below(2) {
            0 => world.pool(),
            _ => world.random.pick(&slots).clone(),
        };
        let put_back = store.checkpoint(&slot);
        world.sleep(world.random.span(100, 20_000)).await;
        if world.quiet.get() {
            return;
        }
        world.tally.add("rewind");
        rewind(&world, &slot, &put_back);
        // The store came back without its tail: nobody serves before the audit has run.
        while !world.instances.iter().all(|instance| instance.serving.get()) {
            world.sleep(SECOND / 2).await;
        }
        let mut model = world.model();
        model.disturbed = false;
        model.agreement();
    }
}

fn rewind(world: &Rc<World>, slot: &Slot, put_back: &(dyn Fn() + Send + Sync)) {
    for number in 0..world.instances.len() {
        world.executor.kill(Owner::Instance(number));
    }
    put_back();
    {
        let mut model = world.model();
        model.disturbed = true;
        model.rewinds += 1;
    }
    world.witness.resync(slot, world.options.buckets);
    for number in 0..world.instances.len() {
        crash(world, number);
    }
}

async fn jump_the_clock(world: Rc<World>) {
    let every = world.weather.get().clock_jump;
    if every == 0 {
        return;
    }
    loop {
        world.sleep(about(&world, every)).await;
        if world.quiet.get() {
            return;
        }
        world.tally.add("clock jump");
        let high = *world.random.pick(&[5_000, 60_000, 600_000, 5_000_000]);
        world.jump(world.random.span(1_000, high));
    }
}

/// Everything of an instance is gone; it starts anew after a while.
fn crash(world: &Rc<World>, number: usize) {
    let instance = &world.instances[number];
    instance.life.set(instance.life.get() + 1);
    instance.serving.set(false);
    world.executor.kill(Owner::Instance(number));
    world.bury(number);
    world.restarts.set(world.restarts.get() + 1);
    start_instance(world, number, world.random.span(200, 4_000));
}

fn start_instance(world: &Rc<World>, number: usize, after: Duration) {
    let life = world.instances[number].life.get();
    let task = serve(Rc::clone(world), number, life, after);
    spawn(world, task);
}

/// One life of an instance: it recovers, then serves, looks after what is due, and listens.
async fn serve(world: Rc<World>, number: usize, life: u64, after: Duration) {
    let alive = || world.instances[number].life.get() == life;
    world.sleep(after).await;
    if !alive() {
        return;
    }
    let app = world.new_app(number);
    *world.instances[number].app.borrow_mut() = Some(app);
    let skips_audit = world.options.mutant == Some(Mutant::AuditSkipped);
    loop {
        let recovered =
            world.call_within(number, 30 * SECOND, async move |app| match skips_audit {
                true => app.declare_agents().await,
                false => app.recover().await,
            });
        let recovered = recovered.await;
        if !alive() {
            return;
        }
        if recovered.is_ok() {
            break;
        }
        world.tally.add("failed start");
        world.sleep(SECOND / 3).await;
    }
    world.instances[number].serving.set(true);
    spawn(&world, listen(Rc::clone(&world), number, life));
    spawn(&world, audit(Rc::clone(&world), number, life));
    spawn(&world, learn(Rc::clone(&world), number, life));
    let unrepaired = world.options.mutant == Some(Mutant::PictureUnrepaired);
    while alive() {
        let _ = world.call(number, async move |app| tick(&app, !unrepaired).await).await;
        world.sleep(world.course.tick(world.now())).await;
    }
}

/// What an instance does each time it looks after what is due.
async fn tick(app: &crate::app::App, repairs: bool) -> crate::app::error::AppResult<()> {
    for slot in app.slots() {
        // What fails is tried again with the next tick.
        app.sweep(&slot).await.ok();
    }
    for owed in app.rings_owed().await {
        if let Ok(Some(answer)) = app.ring(&owed).await {
            app.on_call_answered(&owed, answer).await.ok();
        }
    }
    app.watch_leases().await.ok();
    if repairs {
        app.repair_view().await.ok();
    }
    app.match_now().await;
    app.repair_rings().await
}

async fn listen(world: Rc<World>, number: usize, life: u64) {
    const EVER: Duration = Duration::from_secs(1 << 30);
    while world.instances[number].life.get() == life {
        let listening = world.call_within(number, EVER, async |app| {
            let mut bell = app.store().doorbell().await?;
            // What rang before was not heard.
            app.distrust_view();
            while let Some(ring) = bell.next().await {
                app.hub().ring(&ring);
                app.hear(&ring).await.ok();
            }
            Ok(())
        });
        let _ = listening.await;
        world.sleep(SECOND / 5).await;
    }
}

/// Reads what others have noted about how fast people work, and whose page is open.
async fn learn(world: Rc<World>, number: usize, life: u64) {
    const EVERY: Duration = Duration::from_secs(5);
    loop {
        world.sleep(EVERY).await;
        if world.instances[number].life.get() != life {
            return;
        }
        let blind = world.options.mutant == Some(Mutant::PagesIgnored);
        let deaf = world.options.mutant == Some(Mutant::DirectivesUnread);
        let learn = world.call(number, async move |app| {
            if !deaf {
                app.learn_directives().await?;
            }
            app.learn_pace().await?;
            app.renew_pages().await?;
            if blind { Ok(()) } else { app.learn_pages().await }
        });
        let _ = learn.await;
    }
}

async fn audit(world: Rc<World>, number: usize, life: u64) {
    loop {
        world.sleep(world.course.audit).await;
        let skips = world.options.mutant == Some(Mutant::AuditSkipped);
        if world.instances[number].life.get() != life || skips {
            return;
        }
        let _ = world
            .call(number, async |app| {
                app.watch_alerts().await?;
                app.audit().await
            })
            .await;
        let _ = world.call(number, async |app| app.erase_again().await).await;
    }
}
