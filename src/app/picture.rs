//! What this process knows of the pool, and from which commit it knows each thing: news may come late
//! and in any order, and none of it may undo what is known already.

use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Place;
use crate::domain::routing::settings::RoutingRules;
use crate::domain::routing::view::PoolView;
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

/// Conversations that are gone, beyond which the picture is built anew: that forgets them.
const GONE_MAX: usize = 20_000;

/// The matcher's picture of the pool.
pub(super) struct Picture {
    pub(super) view: PoolView,
    /// For each thing, also one that is gone: the ring counter of the commit it was learned from.
    /// Older news is ignored.
    pub(super) places: BTreeMap<ConversationId, u64>,
    pub(super) agents: BTreeMap<AgentId, u64>,
    /// The ring counter at which the picture was built: what is not in it was gone by then, and news
    /// that is older and comes late must not bring it back.
    pub(super) since: u64,
    /// The fence under which this process matches; `None` while it does not.
    pub(super) fence: Option<u64>,
    /// Until when the matcher's lease is certainly ours.
    pub(super) leader_until: Timestamp,
    /// The picture may be wrong and must be built anew.
    pub(super) suspect: bool,
    /// The pool's ring counter up to which every ring was heard.
    pub(super) heard: u64,
    /// What the counter was at the last look: by the next one all of it should have been heard.
    pub(super) seen: u64,
}

impl Picture {
    /// An empty picture, to be built before it is planned from.
    pub(super) fn new(rules: &RoutingRules) -> Self {
        Picture {
            view: PoolView::new(rules),
            places: BTreeMap::new(),
            agents: BTreeMap::new(),
            since: 0,
            fence: None,
            leader_until: Timestamp::ZERO,
            suspect: true,
            heard: 0,
            seen: 0,
        }
    }

    /// A gap before this ring says that rings were lost.
    pub(super) fn heard_ring(&mut self, counter: u64) {
        self.suspect |= counter > self.heard + 1;
        self.heard = self.heard.max(counter);
    }

    /// What was there at the last look should have been heard by now.
    pub(super) fn seen(&mut self, counter: u64) {
        if self.heard < self.seen {
            self.suspect = true;
            self.heard = self.seen;
        }
        self.seen = counter;
    }

    /// From which commit this place is known.
    pub(super) fn place_known(&self, id: &ConversationId) -> u64 {
        self.places.get(id).copied().unwrap_or(self.since)
    }

    /// From which commit this agent is known.
    pub(super) fn agent_known(&self, id: &AgentId) -> u64 {
        self.agents.get(id).copied().unwrap_or(self.since)
    }

    /// What is here or not as of this commit, unless something newer is known.
    pub(super) fn learn_place(&mut self, counter: u64, id: &ConversationId, place: Option<Place>) {
        if self.place_known(id) > counter {
            return;
        }
        self.places.insert(id.clone(), counter);
        match place {
            Some(Place::Here(item)) => self.view.upsert_item(item),
            Some(Place::Gone { .. }) | None => self.view.remove_item(id),
        }
        self.suspect |= self.places.len() > self.view.items_len() + GONE_MAX;
    }

    /// An agent as of this commit, or that they are gone, unless something newer is known.
    pub(super) fn learn_agent(&mut self, counter: u64, id: &AgentId, agent: Option<Agent>) {
        if self.agent_known(id) > counter {
            return;
        }
        self.agents.insert(id.clone(), counter);
        match agent {
            Some(agent) => self.view.upsert_agent(agent),
            None => self.view.remove_agent(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::routing::tests::world::{agent, agent_id, conversation, item, rules};

    fn built_at(since: u64) -> Picture {
        Picture { since, suspect: false, ..Picture::new(&rules()) }
    }

    fn here(id: &str) -> Option<Place> {
        Some(Place::Here(item(id, 1)))
    }

    #[test]
    fn what_was_gone_when_the_picture_was_built_is_not_brought_back_by_older_news() {
        let mut picture = built_at(7);
        picture.learn_place(6, &conversation("c1"), here("c1"));
        picture.learn_agent(6, &agent_id("a1"), Some(agent("a1")));
        assert_eq!((picture.view.items_len(), picture.view.agents().count()), (0, 0));
        picture.learn_place(7, &conversation("c1"), here("c1"));
        picture.learn_agent(7, &agent_id("a1"), Some(agent("a1")));
        assert_eq!((picture.view.items_len(), picture.view.agents().count()), (1, 1));
    }

    #[test]
    fn what_went_is_not_brought_back_by_older_news_even_when_no_trace_of_it_is_stored() {
        let mut picture = built_at(1);
        picture.learn_place(9, &conversation("c1"), None);
        picture.learn_agent(9, &agent_id("a1"), None);
        picture.learn_place(8, &conversation("c1"), here("c1"));
        picture.learn_agent(8, &agent_id("a1"), Some(agent("a1")));
        assert_eq!((picture.view.items_len(), picture.view.agents().count()), (0, 0));
        assert!(!picture.suspect);
    }

    #[test]
    fn too_many_who_are_gone_are_forgotten_by_building_anew() {
        let mut picture = built_at(1);
        picture.learn_place(2, &conversation("here"), here("here"));
        for gone in 0..GONE_MAX {
            picture.learn_place(3, &conversation(&format!("gone{gone}")), None);
        }
        assert!(!picture.suspect);
        picture.learn_place(4, &conversation("one_more"), None);
        assert!(picture.suspect);
    }
}
