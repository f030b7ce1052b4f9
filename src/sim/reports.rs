//! The report of how well customers are served, beside the logs that it stands for: what customers were
//! asked, scored and said of answers is counted here from the events alone.

use super::model::Invariant;
use super::witness::{Witness, at_once};
use super::world::World;
use crate::app::keys;
use crate::app::satisfaction::Report;
use crate::domain::conversation::event::{Event, LoggedEvent};
use crate::domain::conversation::satisfaction::{Measure, Part, Told, What};
use crate::domain::ids::{ConversationId, EntryId};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

/// What a report should say.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    asked: BTreeMap<(Measure, Part), u32>,
    scores: BTreeMap<(Measure, Part, u32), u32>,
    rated: BTreeMap<(EntryId, bool), u32>,
    closed_falsely: u32,
}

impl Tally {
    fn of(report: &Report) -> Tally {
        let mut tally = Tally::default();
        for ((measure, part), scores) in &report.measures {
            if scores.asked > 0 {
                tally.asked.insert((*measure, *part), scores.asked);
            }
            let given = scores.scores.iter().filter(|(_, count)| **count > 0);
            tally.scores.extend(given.map(|(score, count)| ((*measure, *part, *score), *count)));
        }
        for (entry, scores) in &report.entries {
            for (helpful, count) in [(true, scores.helpful), (false, scores.not_helpful)] {
                if count > 0 {
                    tally.rated.insert((entry.clone(), helpful), count);
                }
            }
            tally.closed_falsely += scores.ends.closed_falsely;
        }
        let agents = report.agents.values();
        tally.closed_falsely += agents.map(|agent| agent.ends.closed_falsely).sum::<u32>();
        tally
    }

    /// Of what was erased the figures are kept, and the log is gone.
    fn add_kept(&mut self, told: &Told) {
        match (told.what, &told.entry) {
            (What::Asked(survey), _) => {
                *self.asked.entry((survey.measure, survey.part)).or_default() += 1;
            }
            (What::Scored { measure, part, score }, _) => {
                *self.scores.entry((measure, part, score)).or_default() += 1;
            }
            (What::Rated { helpful }, Some(entry)) => {
                *self.rated.entry((entry.clone(), helpful)).or_default() += 1;
            }
            (What::ClosedFalsely, entry) => {
                self.closed_falsely += u32::from(told.agent.is_some() || entry.is_some());
            }
            (What::Rated { .. } | What::Ended { .. }, _) => {}
        }
    }

    /// Of one score in each episode, and of one word on each answer, the last counts.
    fn add(&mut self, log: &[Event]) {
        let (mut scores, mut rated, mut episode) = (BTreeMap::new(), BTreeMap::new(), 0);
        for event in log {
            if let Event::Reopened = event {
                episode += 1;
            } else if let Event::SurveyAsked { survey, .. } = event {
                *self.asked.entry((survey.measure, survey.part)).or_default() += 1;
            } else if let Event::ConversationRated { measure, part, score, .. } = event {
                scores.insert((episode, *measure, *part), *score);
            } else if let Event::AnswerRated { answer, entry, helpful } = event {
                rated.insert(*answer, (entry.clone(), *helpful));
            } else if let Event::ClosedFalsely { agent, entry } = event {
                // One that nobody had helped with is nobody's.
                self.closed_falsely += u32::from(agent.is_some() || entry.is_some());
            }
        }
        for ((_, measure, part), score) in scores {
            *self.scores.entry((measure, part, score)).or_default() += 1;
        }
        for said in rated.into_values() {
            *self.rated.entry(said).or_default() += 1;
        }
    }
}

impl Witness {
    fn tally(&self, buckets: u16) -> Tally {
        let mut tally = Tally::default();
        let ids: Vec<ConversationId> = {
            let model = self.model();
            let of = |erased: bool| {
                let known = model.conversations.values().map(|known| &known.conversation);
                known.filter(move |c| c.is_erased() == erased)
            };
            of(true).flat_map(|c| &c.satisfaction.told).for_each(|told| tally.add_kept(told));
            of(false).map(|c| c.id.clone()).collect()
        };
        for id in ids {
            let slot = keys::bucket(keys::bucket_of(&id, buckets));
            let page = at_once(self.inner().read_log(&slot, &keys::log(&id), 0, usize::MAX));
            let records = page.into_iter().flat_map(|page| page.records);
            let logged =
                records.filter_map(|it| serde_json::from_slice::<LoggedEvent>(&it.body).ok());
            tally.add(&logged.map(|logged| logged.event).collect::<Vec<_>>());
        }
        tally
    }
}

/// Asks for the report and compares. Everything is at rest.
pub(super) async fn agree(world: &World) {
    let random = world.random.fork();
    let asked = async |app: std::sync::Arc<crate::app::App>| {
        app.satisfaction(Timestamp::ZERO, usize::MAX).await
    };
    let report = world.call_any(&random, asked).await;
    world.model().check(Invariant::Liveness, report.is_ok(), || format!("no report: {report:?}"));
    let Ok(report) = report else { return };
    let (told, counted) = (Tally::of(&report), world.witness.tally(world.options.buckets));
    world.model().check(Invariant::Reported, told == counted, || {
        format!("the report says {told:?}\nthe logs say {counted:?}")
    });
}
