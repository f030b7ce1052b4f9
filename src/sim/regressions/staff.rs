//! What was found of agents who come and go.

use super::*;
use crate::domain::pool::agent::Profile;

#[tokio::test]
async fn a_late_sign_of_life_lists_nobody_who_was_removed_meanwhile() {
    let clock = VirtualClock::starting_at(Timestamp::from_millis(1_000_000));
    let memory = Arc::new(MemoryStore::new(Arc::new(clock)));
    let faulty = Arc::new(Faulty::new(memory, NoFaults));
    let app = app_over(faulty.clone(), 1, 1, "one");
    app.recover().await.unwrap();
    let helper = AgentId::parse("helper").unwrap();
    let once = |id: &str| {
        Once::of_staff("admin", "root", Request::new(RequestId::parse(id).unwrap(), "it", ""))
    };
    let profile = Profile {
        name: "Helper".to_owned(),
        languages: [(Language::Ar, 3)].into(),
        skills: Default::default(),
        capacity: 1,
        declared: false,
    };
    app.register_agent(&helper, profile, &once("r1")).await.unwrap();
    let session = app.sign_in(&helper, Duration::from_secs(60), None).await.unwrap().incarnation;

    // The new time of the lease is on its way while the agent goes.
    let only_renews = |write: &Write| matches!(write, Write::IndexPut { index: Index::LEASES, .. });
    faulty.set_plan(move |call: &Call<'_>| {
        let renews = call.change.is_some_and(|change| change.writes().iter().all(only_renews));
        late_if(100, renews && writes(call, only_renews))
    });
    let request = once("r2");
    let removes = app.remove_agent_once(&helper, &request);
    let (renewed, removed) = futures::join!(app.heartbeat(&helper, session), removes);
    assert!(!removed.unwrap(), "nothing was held");
    assert!(matches!(renewed, Err(AppError::NotFound { .. })), "{renewed:?}");
    let pool = app.slots().pop().unwrap();
    let leases = faulty.range(&pool, Index::LEASES, None, i64::MAX, 10).await.unwrap();
    assert!(leases.iter().all(|(_, id)| id != helper.as_str()), "{leases:?}");
}
