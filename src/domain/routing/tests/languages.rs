//! Who agreed to be helped in another language as well, and what is explained while an offer is open.

use super::tables::{NOW, check, english_only, with, within};
use super::world::{
    agent, agent_id, conversation, declined_by, emergency, holding, item, rules, s, view,
};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::item::ItemState;
use crate::domain::routing::explain::{Verdict, WhyNot, why};

#[test]
fn consent_to_another_language_adds_it_and_the_own_one_comes_first() {
    let either = |id| within(item(id, 900), |item| item.handoff.needs.also = Some(Language::En));
    let arabic_only =
        |id: &str| with(agent(id), |agent| agent.profile.languages = [(Language::Ar, 5)].into());
    check(vec![arabic_only("a")], vec![either("c")], &["c→a"]);
    check(vec![english_only("e")], vec![either("c")], &["c→e"]);
    // However idle the other one is, and whatever their name.
    let loaded = holding(with(arabic_only("z"), |z| z.profile.capacity = 2), "x", Holding::Owned);
    check(vec![english_only("e"), loaded], vec![either("c")], &["c→z"]);
    let refused = declined_by(either("c"), "z", 1_500);
    check(vec![english_only("e"), arabic_only("z")], vec![refused], &["c→e"]);
    // In danger neither is waited for.
    let cooling = |agent: Agent| with(agent, |agent| agent.paused_until = s(1_010));
    let urgent = within(emergency("c", 900), |item| item.handoff.needs.also = Some(Language::En));
    check(vec![english_only("e"), cooling(arabic_only("z"))], vec![urgent.clone()], &["c→e"]);
    check(vec![cooling(english_only("e")), cooling(arabic_only("z"))], vec![urgent], &["c→z"]);
    let rules = rules();
    let view = view(&rules, vec![english_only("e"), arabic_only("z")], vec![either("c")]);
    let able = why(&view, &conversation("c"), NOW).unwrap();
    let able: Vec<_> = able.iter().map(|(id, verdict)| (id.as_str(), verdict)).collect();
    assert_eq!(able, [("z", &Verdict::Eligible), ("e", &Verdict::Eligible)]);
}

#[test]
fn while_it_is_offered_everybody_is_still_explained_and_whoever_is_asked_has_an_offer() {
    let offered = ItemState::Offered { agent: agent_id("a"), until: s(1_010) };
    let offered = within(item("c", 900), |item| item.state = offered);
    let asked = holding(agent("a"), "c", Holding::Offer);
    let offered_to_a = view(&rules(), vec![asked, english_only("b"), agent("d")], vec![offered]);
    let told = why(&offered_to_a, &conversation("c"), NOW).unwrap();
    let no_arabic = WhyNot::NoLanguage { language: Language::Ar };
    let expected = [
        (agent_id("d"), Verdict::Eligible),
        (agent_id("a"), Verdict::Not(WhyNot::LiveOffer)),
        (agent_id("b"), Verdict::Not(no_arabic)),
    ];
    assert_eq!(told, expected);
    let gone =
        within(item("c", 900), |item| item.state = ItemState::Assigned { agent: agent_id("a") });
    assert_eq!(why(&view(&rules(), vec![agent("a")], vec![gone]), &conversation("c"), NOW), None);
}
