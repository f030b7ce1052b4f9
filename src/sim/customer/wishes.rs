//! What a customer does next, by temper and by what they see.

use super::{Action, Customer, Temper};
use crate::domain::conversation::state::State;
use crate::domain::conversation::waiting::WaitChoice;
use crate::sim::phrases::{self, Mood};
use crate::sim::privacy;

impl Customer {
    /// What it does next; `None` when it has had enough.
    pub(super) fn next(&self) -> Option<Action> {
        let state = &self.view.as_ref()?.state;
        match state {
            State::Bot => Some(self.next_with_bot()),
            State::Queued => Some(self.next_in_queue()),
            State::Pending { .. } => Some(self.next_while_promised()),
            State::Human { .. } => Some(self.next_with_agent()),
            State::Blocked => Some(self.next_while_blocked()),
            State::Confirming(_) => Some(self.next_to_proposal()),
            State::Resolved { .. } | State::Closed { .. } => self.next_after_end(),
        }
    }

    fn next_with_bot(&self) -> Action {
        let memory = self.view.as_ref().map(|view| &view.memory);
        if let Some(choice) = memory.and_then(|memory| memory.choices.first())
            && self.random.below(3) > 0
        {
            return Action::Choose(choice.to_string());
        }
        if memory.is_some_and(|memory| memory.asking.is_some()) && self.random.below(3) > 0 {
            return self.say(Mood::Number);
        }
        let answers = self.view.iter().flat_map(|view| &view.satisfaction.answers);
        if answers.last().is_some_and(|last| last.helpful.is_some()) && self.random.below(4) == 0 {
            // A second thought on what was said of the answer.
            return Action::Rate(self.random.below(2) == 0);
        }
        let mood = match self.temper {
            Temper::Impatient => self.random.weighted(&[(5, Mood::WantsHuman), (3, Mood::Asks)]),
            Temper::Angry => self.random.weighted(&[(5, Mood::Angry), (3, Mood::Asks)]),
            Temper::Lost => self.random.weighted(&[(4, Mood::Lost), (3, Mood::Gibberish)]),
            Temper::Endangered => self.random.weighted(&[(5, Mood::Danger), (2, Mood::Asks)]),
            Temper::Silent => self.random.weighted(&[(2, Mood::Asks), (2, Mood::Fragment)]),
            Temper::Bursting => self.random.weighted(&[(5, Mood::Fragment), (2, Mood::Asks)]),
            Temper::Denying => {
                self.random.weighted(&[(4, Mood::Asks), (4, Mood::Thanks), (1, Mood::WantsHuman)])
            }
            Temper::Patient | Temper::Leaving | Temper::Returning => self.random.weighted(&[
                (8, Mood::Asks),
                (3, Mood::Thanks),
                (2, Mood::Gibberish),
                (2, Mood::WantsHuman),
                (1, Mood::Yes),
                (1, Mood::No),
                (1, Mood::OtherLanguage),
            ]),
        };
        match self.random.below(30) {
            0 => Action::SayAgain,
            1 => Action::AskForHuman,
            2 => Action::Choose("return-policy".to_owned()),
            3 => Action::Choose("no-such-entry".to_owned()),
            4 if self.temper == Temper::Leaving => Action::Leave,
            5 => Action::Rate(self.random.below(3) == 0),
            _ => self.say(mood),
        }
    }

    fn next_in_queue(&self) -> Action {
        match (self.temper, self.random.below(10)) {
            (Temper::Leaving, 0..4) => Action::Leave,
            (Temper::Leaving, 4..6) => Action::Cancel,
            (Temper::Silent, _) => Action::Wait(self.random.span(20_000, 120_000)),
            (Temper::Endangered, 0..3) => self.say(Mood::Danger),
            (_, 0) => self.say(Mood::Asks),
            (_, 1) => self.say(Mood::WantsHuman),
            (_, 2) => self.say(Mood::Gibberish),
            (_, 3) => Action::AskForHuman,
            (_, 4) if self.random.below(4) == 0 => Action::Cancel,
            (_, 5) => self.choose_wait(),
            (_, 6) => Action::Walk(self.random.span(40_000, 400_000)),
            (_, _) => Action::Wait(self.random.span(2_000, 25_000)),
        }
    }

    /// By a quick reply or by the call.
    fn choose_wait(&self) -> Action {
        let at = self.world.now() + self.random.span(1_000, 900_000) * self.world.course.slower;
        let choices = [
            (4, WaitChoice::Callback { at: None }),
            (2, WaitChoice::Callback { at: Some(at) }),
            (3, WaitChoice::LeaveQuestion),
            (2, WaitChoice::OtherLanguage),
            (1, WaitChoice::Wait),
        ];
        let choice = self.random.weighted(&choices);
        match self.random.below(2) {
            0 => Action::Choose(choice.id().to_owned()),
            _ => Action::ChooseWait(choice),
        }
    }

    fn next_while_promised(&self) -> Action {
        match self.random.below(12) {
            0 => self.say(Mood::Asks),
            1 => self.say(Mood::Thanks),
            2 => self.say(Mood::Gibberish),
            3 => Action::AskForHuman,
            4 => self.choose_wait(),
            5 if self.random.below(3) == 0 => Action::Cancel,
            6 if self.temper == Temper::Leaving => Action::Leave,
            7 if self.temper == Temper::Endangered => self.say(Mood::Danger),
            _ => Action::Wait(self.random.span(10_000, 300_000) * self.world.course.slower),
        }
    }

    fn next_while_blocked(&self) -> Action {
        match self.random.below(14) {
            0 => self.say(Mood::Asks),
            1 => self.say(Mood::Angry),
            2 => self.say(Mood::WantsHuman),
            3 => Action::AskForHuman,
            4 => self.say(Mood::Danger),
            5 if self.random.below(4) == 0 => Action::Leave,
            6 => self.choose_wait(),
            _ => Action::Wait(self.random.span(5_000, 90_000)),
        }
    }

    fn next_with_agent(&self) -> Action {
        match (self.temper, self.random.below(12)) {
            (Temper::Silent, _) => Action::Wait(self.random.span(30_000, 400_000)),
            (Temper::Leaving, 0) => Action::Leave,
            (Temper::Endangered, 0) => self.say(Mood::Danger),
            (_, 0..2) => self.say(Mood::Asks),
            (_, 2..5) => self.say(Mood::Gibberish),
            (_, 5) => self.say(Mood::Thanks),
            (_, 6) => Action::AskForHuman,
            (_, 7) => Action::SayAgain,
            (_, _) => Action::Wait(self.random.span(2_000, 20_000)),
        }
    }

    fn next_to_proposal(&self) -> Action {
        match (self.temper, self.random.below(10)) {
            (Temper::Silent, _) => Action::Wait(self.random.span(60_000, 300_000)),
            (Temper::Denying, 0..4) => Action::Respond(false),
            (Temper::Denying, 4..9) => self.say(Mood::No),
            (_, 0..4) => Action::Respond(true),
            (_, 4..6) => self.say(Mood::Yes),
            (_, 6) => self.say(Mood::Asks),
            (_, 7) => self.say(Mood::Thanks),
            (_, 8) => Action::AskForHuman,
            (_, _) => Action::Wait(self.random.span(2_000, 100_000)),
        }
    }

    fn next_after_end(&self) -> Option<Action> {
        let comes_back = self.temper == Temper::Returning || self.random.below(8) == 0;
        comes_back.then(|| match self.random.below(5) {
            0 => Action::Reopen,
            1 => Action::AskForHuman,
            2 => self.say(Mood::Asks),
            3 => Action::Score(self.random.below(6) as u32),
            _ => Action::Wait(self.random.span(1_000, 1_300_000)),
        })
    }

    fn say(&self, mood: Mood) -> Action {
        let phrase = phrases::phrase(mood, self.language, &self.random);
        match mood {
            // By this it is recognised wherever it gets to.
            Mood::Gibberish => Action::Say(format!("{phrase} {}", privacy::mark(&self.id))),
            _ => Action::Say(phrase),
        }
    }
}
