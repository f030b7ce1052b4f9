//! Random histories of a small pool: whatever happens, the index says what the oracle says.

use super::oracle::Oracle;
use super::world::{agent, agent_id, conversation, follow, item, ms, queue, rules, skill};
use crate::domain::handoff::Priority;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Held, Holding, Lease, Presence, Profile};
use crate::domain::pool::item::{Item, ItemState, Preferred};
use crate::domain::pool::work::offer_hindrance;
use crate::domain::routing::explain::{Verdict, position, positions, why};
use crate::domain::routing::line::{Rise, Standing, standing};
use crate::domain::routing::plan::{Choice, Offer, Turn, plan, plan_all};
use crate::domain::routing::policies;
use crate::domain::routing::settings::RoutingRules;
use crate::domain::routing::view::PoolView;
use crate::domain::time::Timestamp;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const CREDIT_MAX_MS: i64 = 400;

/// One thing that happens to a pool.
#[derive(Debug, Clone)]
enum Step {
    Item(Box<Item>),
    ItemGone(u8),
    Agent(Box<Agent>),
    AgentGone(u8),
    /// The agent of an offered conversation takes it, or not.
    Answer {
        conversation: u8,
        takes: bool,
    },
    Pass {
        millis: i64,
    },
    Policy(usize),
    /// The customers of these are gone, all others are there.
    Gone(BTreeSet<u8>),
    /// A plan is made; which of its offers the pool follows, refuses, or never hears of.
    Plan {
        fates: u32,
    },
}

fn times() -> impl Strategy<Value = Timestamp> {
    (0..20i64).prop_map(|step| ms(step * 100))
}

fn some_conversation() -> impl Strategy<Value = u8> {
    0..12u8
}

fn some_agent() -> impl Strategy<Value = u8> {
    0..5u8
}

fn items() -> impl Strategy<Value = Item> {
    let tongue = (any::<bool>(), prop::bool::weighted(0.2));
    let asks = (some_conversation(), tongue, 0..4u8, prop::sample::select(vec![1, 1, 1, 2]));
    let place = (times(), 0..3i64, 0..=4i64, 0..5u8, prop::bool::weighted(0.1));
    let particular = (
        prop::collection::btree_map(some_agent(), times(), 0..2),
        prop::collection::btree_set(some_agent(), 0..2),
        prop::option::weighted(0.2, (some_agent(), times())),
        prop::option::weighted(0.3, times()),
    );
    (asks, place, particular).prop_map(|(asks, place, particular)| {
        let (id, (arabic, either), level, cost) = asks;
        let (since, waited, credit, urgency, promised) = place;
        let (paused, excluded, preferred, again) = particular;
        let mut item = item(&format!("c{id}"), 0);
        item.handoff.needs.language = if arabic { Language::Ar } else { Language::En };
        item.handoff.needs.also = either.then(|| item.handoff.needs.language.other());
        if level > 1 {
            item.handoff.needs.queue = queue("safety");
            item.handoff.needs.skills.insert(skill("safety"), level);
        }
        if urgency == 0 {
            item.handoff.priority = Priority::Emergency;
        }
        (item.waiting_since, item.waited_ms, item.cost) = (since, waited * 50, cost);
        item.promised = promised;
        item.credit_ms = credit * CREDIT_MAX_MS / 4;
        item.paused = paused.into_iter().map(|(id, until)| (name(id), until)).collect();
        item.asked_again_from = again;
        item.excluded = excluded.into_iter().map(name).collect();
        item.preferred = preferred.map(|(id, until)| Preferred { agent: name(id), until });
        item
    })
}

fn name(id: u8) -> crate::domain::ids::AgentId {
    agent_id(&format!("a{id}"))
}

fn agents() -> impl Strategy<Value = Agent> {
    let can = (some_agent(), 0..3u8, 0..3u8, 0..5u8, 0..4u32);
    let is = (0..12u8, times(), times());
    let holds = prop::collection::btree_map(some_conversation(), 0..6u8, 0..3);
    (can, is, holds).prop_map(|((id, arabic, english, safety, capacity), is, holds)| {
        let mut agent = agent(&format!("a{id}"));
        agent.profile.languages = [(Language::Ar, arabic), (Language::En, english)].into();
        agent.profile.skills = [(skill("safety"), safety)].into();
        agent.profile.capacity = capacity;
        (agent.idle_since, agent.paused_until) = (is.1, is.2);
        match is.0 {
            0 => agent.presence = Presence::Offline,
            1 => agent.presence = Presence::Away { reason: String::new() },
            2 => agent.presence = Presence::Draining,
            3 => agent.lease = Lease::Lost,
            4 => agent.lease = Lease::Suspect { until: Timestamp::ZERO },
            _ => {}
        }
        for (held, how) in holds {
            let how = match how {
                0 => Holding::Offer,
                1 => Holding::WrapUp { until: Timestamp::FAR },
                _ => Holding::Owned,
            };
            let held_id = conversation(&format!("c{held}"));
            agent.held.insert(held_id, Held::given(Default::default(), 1, how));
        }
        agent
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => items().prop_map(|item| Step::Item(Box::new(item))),
        1 => some_conversation().prop_map(Step::ItemGone),
        4 => agents().prop_map(|agent| Step::Agent(Box::new(agent))),
        1 => some_agent().prop_map(Step::AgentGone),
        3 => (some_conversation(), any::<bool>())
            .prop_map(|(conversation, takes)| Step::Answer { conversation, takes }),
        2 => (0..4i64).prop_map(|step| Step::Pass { millis: step * 100 }),
        1 => (0..policies::ALL.len()).prop_map(Step::Policy),
        2 => prop::collection::btree_set(some_conversation(), 0..6).prop_map(Step::Gone),
        6 => any::<u32>().prop_map(|fates| Step::Plan { fates }),
    ];
    prop::collection::vec(step, 1..80)
}

/// What a place in line rests on.
struct Lot {
    before: BTreeSet<ConversationId>,
    emergencies: usize,
    hopes: Vec<(AgentId, Profile)>,
}

/// A pool, its index, and the time.
struct History {
    rules: RoutingRules,
    view: PoolView,
    at: Timestamp,
    /// Emergency offers the pool followed since the last ordinary one.
    run: u32,
}

impl History {
    fn new() -> Self {
        let mut rules = rules();
        rules.credit_max = Duration::from_millis(CREDIT_MAX_MS as u64);
        rules.offers.emergency_run_max = 2;
        History { view: PoolView::new(&rules), rules, at: Timestamp::ZERO, run: 0 }
    }

    fn oracle(&self) -> Oracle<'_> {
        Oracle {
            rules: &self.rules,
            items: self.view.items().cloned().collect(),
            agents: self.view.agents().cloned().collect(),
            emergency_run: self.run,
            asides: self.view.asides().clone(),
            let_pass: self.let_pass(),
            at: self.at,
        }
    }

    fn let_pass(&self) -> BTreeSet<ConversationId> {
        let works = self.view.items.iter().filter(|(_, work)| work.let_pass);
        works.map(|(_, work)| work.item.conversation.clone()).collect()
    }

    fn follow(&mut self, step: Step) {
        let replaced = match &step {
            Step::Item(item) => Some(item.conversation.clone()),
            _ => None,
        };
        let stood = self.stand();
        self.change(step);
        self.check_rises(stood, replaced.as_ref());
    }

    /// Who stands where in line, and by the oracle what that rests on.
    fn stand(&self) -> BTreeMap<ConversationId, (Standing, Lot)> {
        let oracle = self.oracle();
        let stood = oracle.items.iter().filter_map(|item| {
            let standing = standing(&self.view, &item.conversation)?;
            let before = oracle.before(item);
            let lot = Lot {
                before: before.iter().map(|other| other.conversation.clone()).collect(),
                emergencies: before.iter().filter(|other| other.band() == 0).count(),
                hopes: oracle
                    .hopes(item)
                    .into_iter()
                    .map(|agent| (agent.id.clone(), agent.profile.clone()))
                    .collect(),
            };
            Some((item.conversation.clone(), (standing, lot)))
        });
        stood.collect()
    }

    /// No number rises without a reason, and each reason is true. Who is put in line anew has a new
    /// term in the pool.
    fn check_rises(
        &self,
        stood: BTreeMap<ConversationId, (Standing, Lot)>,
        replaced: Option<&ConversationId>,
    ) {
        for (id, (now, lot)) in self.stand() {
            let Some((then, before)) = stood.get(&id).filter(|_| replaced != Some(&id)) else {
                continue;
            };
            let true_reason = match now.rise_over(then) {
                None => now.position <= then.position,
                Some(Rise::Rejoined) => false,
                Some(Rise::Emergencies) => lot.emergencies > before.emergencies,
                Some(Rise::TeamChanged) => lot.hopes != before.hopes,
                Some(Rise::EarlierClaim) => !lot.before.is_subset(&before.before),
            };
            assert!(true_reason, "{id} from {then:?} to {now:?}");
        }
    }

    fn change(&mut self, step: Step) {
        match step {
            Step::Item(item) => self.view.upsert_item(*item),
            Step::ItemGone(id) => self.view.remove_item(&conversation(&format!("c{id}"))),
            Step::Agent(agent) => self.view.upsert_agent(*agent),
            Step::AgentGone(id) => self.view.remove_agent(&name(id)),
            Step::Answer { conversation, takes } => self.answer(conversation, takes),
            Step::Pass { millis } => self.at = self.at + Duration::from_millis(millis as u64),
            Step::Policy(index) => {
                self.rules.policy = policies::ALL[index];
                self.view.set_rules(&self.rules);
            }
            Step::Gone(ids) => {
                let ids = ids.iter().map(|id| conversation(&format!("c{id}")));
                self.view.set_asides(ids.collect());
            }
            Step::Plan { fates } => self.plan(fates),
        }
    }

    fn answer(&mut self, id: u8, takes: bool) {
        let id = conversation(&format!("c{id}"));
        let Some(mut item) = self.view.item(&id).cloned() else { return };
        let ItemState::Offered { agent, .. } = item.state.clone() else { return };
        let mut agent = self.view.agent(&agent).cloned();
        if takes {
            if let Some(held) = agent.as_mut().and_then(|agent| agent.held.get_mut(&id)) {
                held.how = Holding::Owned;
            }
            item.state = ItemState::Assigned { agent: name(0) };
        } else {
            if let Some(agent) = &mut agent {
                agent.held.remove(&id);
                agent.paused_until = self.at + Duration::from_millis(100);
                item.paused.insert(agent.id.clone(), self.at + Duration::from_millis(300));
                item.asked_again_from = Some(self.at + Duration::from_millis(100));
            }
            item.state = ItemState::Waiting;
        }
        self.view.upsert_item(item);
        agent.into_iter().for_each(|agent| self.view.upsert_agent(agent));
    }

    fn plan(&mut self, fates: u32) {
        let whole = plan_all(&self.view, &self.rules, self.at);
        let free = |item: &&Item| !matches!(item.state, ItemState::Assigned { .. });
        assert_eq!(self.view.waiting(), self.view.items().filter(free).count(), "who waits");
        let expected = self.oracle().offers();
        let offers = plan(&mut self.view, &self.rules, self.at);
        assert_eq!(offers, whole, "what changed, and everything");
        let names = offers.iter().map(|o| (o.conversation.to_string(), o.agent.to_string()));
        assert_eq!(names.collect::<Vec<_>>(), expected, "the index, and the oracle");
        for offer in &offers {
            let item = self.view.item(&offer.conversation).unwrap();
            let mut agent = self.view.agent(&offer.agent).unwrap().clone();
            if let Some(other) = &offer.instead_of {
                let other = self.view.item(other).unwrap();
                assert!(other.may_give_way(self.rules.offers.emergency_run_max), "{other:?}");
                agent.held.remove(&other.conversation);
            }
            assert_eq!(offer_hindrance(item, &agent, self.at), None, "the pool would refuse");
        }
        self.check_overtaking(&offers);
        self.check_rest(&offers);
        self.check_danger(&offers);
        for (index, offer) in offers.iter().enumerate() {
            match (fates >> (2 * (index % 16))) & 3 {
                0 => {}
                1 => self.view.upsert_agent(self.view.agent(&offer.agent).unwrap().clone()),
                _ => {
                    let band = self.view.item(&offer.conversation).unwrap().band();
                    self.run = if band == 0 { self.run + 1 } else { 0 };
                    follow(&mut self.view, offer, self.at);
                }
            }
        }
    }

    /// I9: only what arrived less than the greatest credit later may go before whoever is there, and
    /// nobody who is gone does.
    fn check_overtaking(&self, offers: &[Offer]) {
        let entered = |item: &Item| item.waiting_since.as_millis() - item.waited_ms;
        let oracle = self.oracle();
        for (index, offer) in offers.iter().enumerate() {
            let first = self.view.item(&offer.conversation).unwrap();
            let gone = |item: &Item| {
                offers[..=index].iter().any(|offer| offer.conversation == item.conversation)
            };
            let behind = oracle.items.iter().filter(|item| {
                item.state == ItemState::Waiting && item.band() == first.band() && !gone(item)
            });
            for item in behind {
                let could = oracle.candidates(item).iter().any(|agent| agent.id == offer.agent);
                let bound = entered(item) + CREDIT_MAX_MS;
                let in_order = match (oracle.stands_aside(first), oracle.stands_aside(item)) {
                    (false, true) => true,
                    (true, false) => false,
                    (true, true) | (false, false) => entered(first) <= bound,
                };
                assert!(!could || in_order, "{first:?} before {item:?}");
            }
        }
    }

    /// I9: if all offers are followed, nobody waits for whom someone is free.
    fn check_rest(&self, offers: &[Offer]) {
        let mut view = self.view.clone();
        offers.iter().for_each(|offer| follow(&mut view, offer, self.at));
        let back: Vec<_> = offers.iter().filter_map(|offer| offer.instead_of.clone()).collect();
        // What gave way looks for somebody else. Beside it, only in an emergency one more round may
        // find somebody: whoever declined is asked again once nobody else has room any more.
        for _ in 0..2 * self.view.agents().count() {
            let more = plan(&mut view, &self.rules, self.at);
            let again = |offer: &Offer| offer.why.choice == Choice::NobodyElse;
            let urgent = |offer: &Offer| offer.why.turn == Turn::Emergency;
            let beside = |offer: &Offer| offer.why.choice == Choice::Beside;
            let expected = |offer: &Offer| {
                let gave_way = back.contains(&offer.conversation);
                let late = again(offer) || beside(offer) || offer.instead_of.is_some();
                gave_way || (urgent(offer) && late)
            };
            assert!(more.iter().all(expected), "{more:?}");
            more.iter().for_each(|offer| follow(&mut view, offer, self.at));
        }
        assert_eq!(plan(&mut view, &self.rules, self.at), []);
        let run = view.emergency_run;
        let after = History { view, rules: self.rules.clone(), run, ..*self };
        let oracle = after.oracle();
        for item in oracle.items.iter().filter(|item| item.state == ItemState::Waiting) {
            assert_eq!(oracle.candidates(item), Vec::<&Agent>::new(), "for {item:?}");
            assert_eq!(oracle.givers(item), [], "nothing more gives way to {item:?}");
            assert_eq!(oracle.beside(item), Vec::<&Agent>::new(), "nor beside, for {item:?}");
        }
    }

    /// Nobody in danger waits for somebody's cool-down: who could be asked without it is asked.
    fn check_danger(&self, offers: &[Offer]) {
        let mut oracle = self.oracle();
        oracle.agents.iter_mut().for_each(|agent| agent.paused_until = Timestamp::ZERO);
        let in_danger = |item: &&Item| item.state == ItemState::Waiting && item.band() == 0;
        for item in oracle.items.iter().filter(in_danger) {
            let asked = offers.iter().any(|offer| offer.conversation == item.conversation);
            let busy = |agent: &&Agent| offers.iter().any(|offer| offer.agent == agent.id);
            assert!(asked || oracle.candidates(item).iter().all(busy), "for {item:?}");
        }
    }

    /// What is explained is what decides.
    fn check_explanations(&self) {
        let oracle = self.oracle();
        let all = positions(&self.view);
        for item in &oracle.items {
            let id = &item.conversation;
            let told = position(&self.view, id);
            let published = all.iter().find(|(other, _)| other == id).map(|(_, place)| *place);
            let expected = match item.state {
                ItemState::Waiting | ItemState::Offered { .. } => Some(oracle.position(item)),
                ItemState::Assigned { .. } => None,
            };
            assert_eq!((told, published), (expected, expected), "the place of {id}");
            let verdicts = why(&self.view, id, self.at).unwrap_or_default();
            let eligible = verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Eligible);
            let eligible: Vec<_> = eligible.map(|(agent, _)| agent).collect();
            if item.state == ItemState::Waiting {
                let mut expected = oracle.candidates(item);
                if expected.is_empty() {
                    expected.extend(oracle.givers(item).into_iter().map(|(agent, _)| agent));
                }
                if expected.is_empty() {
                    expected = oracle.beside(item);
                }
                let expected: Vec<_> = expected.into_iter().map(|agent| &agent.id).collect();
                assert_eq!(eligible, expected, "who could be asked for {id}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_happens_the_index_decides_as_comparing_everything_would(steps in steps()) {
        let mut history = History::new();
        for step in steps {
            history.follow(step);
            history.check_explanations();
        }
        history.plan(0);
    }
}
