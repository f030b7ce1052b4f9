//! What events and answers change for the customer, beside what is shown of them.

use super::View;
use crate::cli::chat::facts::{party, waits};
use crate::cli::words::{self, pick};
use crate::cli::zone;
use crate::domain::language::Language;
use crate::grpc::pb::event::Body;
use crate::grpc::pb::{
    Choice, Conversation, ConversationState, DelayReason, Event, Mode, Outcome, Party,
    PositionRise, QueueStatus,
};
use std::cmp::Ordering;

/// The notices that say where somebody stands in line.
const PLACE_TOLD_BY: [&str; 2] = ["handoff_registered", "still_waiting"];

/// The number in line and why it takes time.
pub(super) fn place_of(status: &QueueStatus) -> (u32, DelayReason) {
    let delay = status.delay.as_ref().map_or(DelayReason::Unspecified, |delay| delay.reason());
    (status.position, delay)
}

impl View {
    /// Remembers what an event changes for the customer.
    pub(super) fn notice(&mut self, event: &Event) {
        self.seen.shown(event);
        match &event.body {
            Some(Body::MessageSent(message)) => {
                self.offered(&message.choices);
                if message.outcome() == Outcome::Answer {
                    self.rated.answer = event.sequence;
                }
                if party(event) != Party::Customer {
                    self.types_ticks = 0;
                    self.replied(event.sequence);
                } else if !std::mem::replace(&mut self.heard, true) {
                    // Nobody knew before which language this customer writes.
                    let language = message.text.as_ref().map_or("", |text| text.language.as_str());
                    self.follow_language(language);
                }
            }
            Some(Body::Notice(notice)) => {
                self.replied(event.sequence);
                if PLACE_TOLD_BY.contains(&notice.key.as_str()) {
                    // Their place comes with the answer before the words, or from the stream after them.
                    self.told_place = self.queue.as_ref().filter(|it| it.registered).map(place_of);
                    self.tells_place = self.told_place.is_none();
                }
            }
            Some(Body::WaitOptionsOffered(offered)) => self.choices = offered.choices.clone(),
            Some(Body::SurveyAsked(asked)) => {
                self.choices = asked.choices.clone();
                self.rated.measure = asked.measure();
            }
            Some(Body::Started(started)) => self.follow_language(&started.language),
            Some(
                Body::AgentJoined(_)
                | Body::HandoffCancelled(_)
                | Body::Closed(_)
                | Body::ResolutionConfirmed(_),
            ) => {
                self.queue = None;
                self.choices.clear();
            }
            // Who was told how long it takes goes on waiting.
            Some(Body::PromiseMade(made)) if made.promise.as_ref().is_some_and(waits) => {}
            Some(Body::PromiseMade(_)) => self.queue = None,
            Some(
                Body::HandoffRequested(_)
                | Body::Queued(_)
                | Body::AgentLeft(_)
                | Body::ResolutionProposed(_)
                | Body::PromiseLate(_)
                | Body::PromiseEnded(_)
                | Body::OtherLanguageAgreed(_)
                | Body::AnswerRated(_)
                | Body::ConversationRated(_)
                | Body::ClosedFalsely(_)
                | Body::CustomerIdentified(_)
                | Body::FactsTold(_)
                | Body::Erased(_)
                | Body::ResolutionDenied(_)
                | Body::Reminded(_)
                | Body::Reopened(_)
                | Body::SignalRaised(_)
                | Body::Noted(_)
                | Body::Claimed(_)
                | Body::Whispered(_)
                | Body::TakenOver(_)
                | Body::AgentNudged(_)
                | Body::SupervisorAlerted(_)
                | Body::OnCallChanged(_)
                | Body::CustomerBlocked(_)
                | Body::BlockReviewed(_)
                | Body::BlockEnded(_)
                | Body::Internal(_),
            )
            | None => {}
        }
    }

    /// The choices of the latest message stand open; what may be done instead of waiting stands for as
    /// long as one waits, whatever else is said.
    pub(super) fn offered(&mut self, choices: &[Choice]) {
        let is_wait = |choice: &Choice| choice.id.starts_with("wait:");
        if !choices.is_empty() || !self.choices.iter().any(is_wait) {
            self.choices = choices.to_vec();
        }
    }

    fn replied(&mut self, sequence: u64) {
        self.last_reply = self.last_reply.max(sequence);
        if self.awaited.is_some_and(|own| own < sequence) {
            self.awaited = None;
        }
    }

    /// Where they stand now. Why they are further back than they were told once is said where the number
    /// has risen, not where it has fallen again.
    pub(super) fn stands_in_line(&mut self, mut status: QueueStatus) {
        if let Some(before) = &self.queue {
            match status.position.cmp(&before.position) {
                Ordering::Less => status.rise = PositionRise::Unspecified.into(),
                Ordering::Equal => status.rise = before.rise,
                Ordering::Greater => {}
            }
        }
        if status.registered && std::mem::take(&mut self.tells_place) {
            self.told_place = Some(place_of(&status));
        }
        self.queue = Some(status);
    }

    pub(super) fn stands(&mut self, conversation: Option<Conversation>) {
        let Some(conversation) = conversation else { return };
        self.seen.marks(conversation.read_marks);
        self.queue = match conversation.state() {
            ConversationState::Queued => {
                conversation.queue_status.into_iter().for_each(|it| self.stands_in_line(it));
                self.queue.take()
            }
            ConversationState::Unspecified
            | ConversationState::Bot
            | ConversationState::Pending
            | ConversationState::Human
            | ConversationState::Confirming
            | ConversationState::Resolved
            | ConversationState::Blocked
            | ConversationState::Closed => None,
        };
        self.follow_language(&conversation.language);
        if !self.zone_told {
            self.time_zone = conversation.time_zone;
        }
    }

    /// Below the first time that a text of the service tells: by which clock, if this terminal's shows
    /// another time.
    pub(super) fn by_which_clock(&mut self, tells_time: bool) -> Option<String> {
        if self.zone_told || !tells_time {
            return None;
        }
        let there = zone::elsewhere(&self.time_zone, crate::cli::chat::now())?;
        self.zone_told = true;
        let (name, time) = (&self.time_zone, there.strftime("%H:%M"));
        Some(self.say(
            &format!("times here are those of {name}, where it is {time} now"),
            &format!("الأوقات هنا بتوقيت {name}، والساعة هناك الآن {time}"),
        ))
    }

    fn follow_language(&mut self, tag: &str) {
        let stands = self.fixed || self.begun && !self.heard;
        if let (false, Some(language)) = (stands, Language::from_tag(tag)) {
            self.transcript.language = language;
        }
    }

    pub(super) fn works(&mut self, mode: Mode) -> Vec<String> {
        if mode == Mode::Unspecified || std::mem::replace(&mut self.mode, mode) == mode {
            return Vec::new();
        }
        let language = self.transcript.language;
        let well = pick(language, "the service works well again", "عادت الخدمة إلى عملها");
        vec![self.transcript.remark(words::mode(language, mode).unwrap_or(well))]
    }
}
