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
