//! What was found of waits that were none.

use super::*;

#[tokio::test]
async fn whoever_was_served_has_not_left_when_the_agent_goes_before_the_yes() {
    for vanishes in [false, true] {
        let shop = Shop::open(2).await;
        let (_, session) = shop.arrives("agent0").await;
        shop.asks_for_human().await;
        let agent = shop.accepts().await;
        shop.arrives("agent1").await;
        let token = shop.app.conversation(&shop.id).await.unwrap().token;
        let proposes =
            Command::AgentProposes { agent: agent.clone(), token, disposition: "solved".into() };
        shop.app.command(&shop.id, None, proposes).await.unwrap();
        let colleague = AgentId::parse("agent1").unwrap();
        let heard = shop.app.agent(&colleague).await.unwrap().inbox_head;
        match vanishes {
            true => shop.app.lose_all(&agent).await.unwrap(),
            false => {
                shop.app.set_presence(&agent, session, Presence::Offline, None).await.unwrap();
            }
        }
        assert_eq!(shop.offered().await, None);
        let after = shop.app.agent(&colleague).await.unwrap().inbox_head;
        assert_eq!(after, heard, "no colleague is asked");
        assert!(matches!(shop.app.place(&shop.id).await.unwrap(), Some(Place::Gone { .. })));
        shop.app.command(&shop.id, None, Command::Respond { resolved: true }).await.unwrap();
        shop.app.learn_pace().await.unwrap();
        for comparison in shop.app.fairness() {
            let counted: Vec<_> = comparison.groups.iter().map(|g| (g.met, g.left)).collect();
            assert_eq!(counted, [(1, 0)], "{:?}", comparison.by);
        }
    }
}

#[tokio::test]
async fn who_left_is_not_brought_back_into_the_line_by_news_that_comes_late() {
    let shop = Shop::open(1).await;
    let late = Arc::new(Faulty::new(shop.memory.clone(), NoFaults));
    let other = app_on(late.clone(), 1, "other");
    other.recover().await.unwrap();
    let (pool, mut bell) = (shop.app.slots().pop().unwrap(), late.doorbell().await.unwrap());
    shop.asks_for_human().await;
    let rings: Vec<_> = std::iter::from_fn(|| bell.next().now_or_never().flatten()).collect();

    // The other instance reads the place, and the answer is long on its way.
    late.set_plan(move |call: &Call<'_>| {
        let is_late = call.op == Op::Load && call.slot == Some(&pool);
        Fate { polls_after: if is_late { 100 } else { 0 }, ..Fate::default() }
    });
    let meanwhile = async {
        shop.app.command(&shop.id, None, Command::Leave).await.unwrap();
        late.set_plan(NoFaults);
        hear(&other, &mut bell).await;
        other.rebuild_view().await.unwrap();
    };
    let hears = async {
        for ring in &rings {
            other.hear(ring).await.unwrap();
        }
    };
    futures::join!(hears, meanwhile);
    let at = other.store_now().await.unwrap();
    assert_eq!(other.waiting_status(&shop.id, at).0, None);
}
