//! Conversations decided again: by the rules that decided them nothing differs, by others what they
//! would do is shown, and what is missing is said.

use super::world::*;
use sanad::app::replay::{TurnOutcome, decide_again};
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

async fn replay(world: &World, id: &str) -> Vec<pb::ReplayedTurn> {
    let key = world.key(Role::Supervisor, "main");
    let conversation_id = id.to_owned();
    let request = pb::ReplayConversationRequest { conversation_id, by_live_rules: false };
    world.admins().replay_conversation(with(request, &key)).await.unwrap().into_inner().turns
}

/// Other rules: the shipped ones without one file of entries.
fn other_rules() -> Arc<sanad::domain::rules::Rules> {
    let folder = tempfile::tempdir().unwrap();
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
            match entry.is_dir() {
                true => copy(&entry, &to.join(name)),
                false => std::fs::copy(&entry, to.join(name)).map(drop).unwrap(),
            }
        }
    }
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), folder.path());
    let file = folder.path().join("texts/en.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("I am connecting you", "I am CONNECTING you")).unwrap();
    let (_, checked) = sanad::config::load(folder.path());
    let rules = checked.rules.expect("only words were changed");
    Arc::new(rules)
}

#[tokio::test]
async fn a_conversation_decided_again_by_its_own_rules_goes_the_same_way() {
    let world = World::open().await;
    let customer = world.customer().await;
    for text in ["where is my order", "123456", "that was not my question", "my", "وين طلبي"]
    {
        customer.say(text).await;
        world.clock.advance(Duration::from_secs(1));
    }
    // The short word is answered when its time comes.
    world.clock.advance(Duration::from_secs(20));
    soon(async {
        while world
            .app
            .conversation(&customer.conversation())
            .await
            .unwrap()
            .memory
            .reply_due
            .is_some()
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    customer.say("I want to talk to a person").await;
    world.clock.advance(Duration::from_secs(1));
    customer.say("are you still there").await;
    let turns = replay(&world, &customer.id).await;
    assert!(turns.len() >= 7, "{turns:#?}");
    for turn in &turns {
        assert_eq!(turn.recorded_rules, turn.replayed_rules, "{turn:#?}");
        let differs = [&turn.was[..], &turn.would_be[..]].concat();
        assert!(differs.is_empty() && turn.missing.is_empty(), "{turn:#?}");
    }
    // By rules that say other words.
    let other = other_rules();
    let recorded = world.app.recorded(&customer.conversation()).await.unwrap();
    let again = decide_again(&recorded, |_| None, Some(Arc::clone(&other)));
    let decided = |outcome: &TurnOutcome| matches!(outcome, TurnOutcome::Decided { by, .. } if *by == other.version);
    assert!(again.iter().all(|turn| decided(&turn.outcome)), "{again:#?}");
    // Rules that are not kept are named.
    let lost = decide_again(&recorded, |_| None, None);
    let version = world.app.rules().version.clone();
    let missing = TurnOutcome::Missing { what: format!("rules {version}") };
    assert!(lost.iter().all(|turn| turn.outcome == missing), "{lost:#?}");
    // What was erased has nothing to decide.
    world.app.erase_conversation(&customer.conversation(), None).await.unwrap();
    let recorded = world.app.recorded(&customer.conversation()).await.unwrap();
    assert_eq!(recorded.len(), 1, "{recorded:?}");
    assert!(replay(&world, &customer.id).await.is_empty());
}
