//! Whom the bot asks whether they would recommend us: only who is known, drawn, and not asked
//! anything else.

use super::world::{Story, start};
use crate::domain::conversation::command::{Command, Start};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::satisfaction::{Measure, draw};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::rules::{Rules, SatisfactionRules};
use std::sync::Arc;
use std::time::Duration;

const CSAT: f32 = 0.2;
const CES: f32 = 0.1;
const NPS: f32 = 0.3;

/// A conversation of this customer that has ended with a yes, whose draw lies in this share.
fn ended(customer: &CustomerId, from: f32, to: f32) -> Story {
    let ids = (0..1_000).map(|number| ConversationId::parse(&format!("c{number}")).unwrap());
    let fits = |id: &ConversationId| (from..to).contains(&draw(id, 1));
    let conversation = ids.into_iter().find(fits).unwrap();
    let mut story = Story::new();
    let mut rules = Rules::clone(&story.rules);
    rules.bot.satisfaction = SatisfactionRules {
        csat_share: CSAT,
        ces_share: CES,
        nps_share: NPS,
        nps_every: Duration::from_secs(90 * 86_400),
        ..SatisfactionRules::default()
    };
    story.rules = Arc::new(rules);
    let Command::Start(first) = start() else { unreachable!() };
    let begun = Start { conversation, customer: customer.clone(), ..first };
    let answered =
        story.then(&Command::Start(begun)).says("how much is delivery").says("thanks").until_due();
    answered.then(&Command::Respond { resolved: true })
}

/// The question that this leads to, if it does.
fn asked(story: &Story) -> Option<Measure> {
    let decision = story.answer(&Command::AskForRecommendation, story.at).unwrap();
    decision.events.iter().find_map(|event| match event {
        Event::SurveyAsked { survey, .. } => Some(survey.measure),
        _ => None,
    })
}

#[test]
fn only_whom_the_host_knows_and_the_draw_means_is_asked_for_a_recommendation() {
    let mona = CustomerId::known("mona").unwrap();
    let somebody = CustomerId::parse("somebody").unwrap();
    let (from, to) = (CSAT + CES, CSAT + CES + NPS);
    assert_eq!(asked(&ended(&mona, from, to)), Some(Measure::Nps));
    assert_eq!(asked(&ended(&somebody, from, to)), None, "not known");
    assert_eq!(asked(&ended(&mona, to, 1.0)), None, "not drawn");
    assert_eq!(asked(&ended(&mona, 0.0, CSAT)), None, "asked how satisfied they were");
}

#[test]
fn nobody_is_asked_for_a_recommendation_twice_in_a_conversation_or_before_its_end() {
    let mona = CustomerId::known("mona").unwrap();
    let once = ended(&mona, CSAT + CES, CSAT + CES + NPS);
    let twice = once.clone().then(&Command::AskForRecommendation);
    assert_eq!(asked(&twice), None);
    let reopened = once.then(&Command::Reopen);
    assert_eq!(asked(&reopened), None, "it goes on");
}
