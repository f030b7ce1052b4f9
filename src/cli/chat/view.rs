//! What the customer sees: events and answers in, lines out. No I/O.

use super::calls::{Asked, Done, Rated};
use super::facts::{away, party, spoken, waits};
use super::help::COMMANDS;
use super::input::Want;
use crate::cli::journal::Journal;
use crate::cli::reach::{AWAY, Sentence};
use crate::cli::refused::refused;
use crate::cli::seen::Seen;
use crate::cli::terminal::Look;
use crate::cli::transcript::{Reader, Transcript};
use crate::cli::words::{self, pick};
use crate::domain::language::Language;
use crate::grpc::pb::event::Body;
use crate::grpc::pb::subscribe_events_response::Frame;
use crate::grpc::pb::{
    Choice, Conversation, ConversationState, Durability, Event, Mode, Outcome, Party, QueueStatus,
    Reset, ResetReason, StartConversationResponse, SubscribeEventsResponse,
};
use std::time::Duration;
use tonic::Status;

/// How long a tick is, in milliseconds.
pub const TICK_MS: u128 = 300;
/// So many ticks may an answer wait for the stream.
const HELD_TICKS_MAX: u32 = 2;
/// After so many ticks what could not be saved is sent again.
const UNSAVED_TICKS: u32 = 10;

/// What one customer sees of one conversation.
pub struct View {
    /// How things are said and drawn.
    pub transcript: Transcript,
    /// The language was chosen by hand and does not follow the conversation.
    fixed: bool,
    /// The language is the one the system is set to: it stands until the customer has written.
    begun: bool,
    /// A person types: own messages stand on the screen already.
    interactive: bool,
    journal: Journal,
    choices: Vec<Choice>,
    /// What a rating would be about.
    rated: Rated,
    queue: Option<QueueStatus>,
    mode: Mode,
    /// Own messages that are on the screen and have not come back.
    echoes: usize,
    /// The customer has said something.
    heard: bool,
    /// The newest event that answers the customer.
    last_reply: u64,
    /// The own message that the bot has yet to answer.
    awaited: Option<u64>,
    held_ticks: u32,
    /// What the customer can do now, to be shown below what the server says about it.
    hint: Option<String>,
    unsaved: Vec<Asked>,
    unsaved_ticks: u32,
    /// For so many ticks more the agent types, as far as is known.
    types_ticks: u32,
    /// What was read by whom.
    seen: Seen,
    /// Shown when it could not be saved; the saved one is not shown again.
    quiet: Vec<(Party, String)>,
}

impl View {
    /// For a screen of this look, in a language that was chosen; without one it begins in that of the
    /// system and follows what the customer writes.
    pub fn new(
        look: Look,
        interactive: bool,
        chosen: Option<Language>,
        system: Option<Language>,
    ) -> View {
        let (fixed, begun) = (chosen.is_some(), system.is_some());
        let language = chosen.or(system).unwrap_or(Language::En);
        View {
            transcript: Transcript { look, language, reader: Reader::Customer },
            fixed,
            begun,
            interactive,
            journal: Journal::default(),
            choices: Vec::new(),
            rated: Rated::default(),
            queue: None,
            mode: Mode::Normal,
            echoes: 0,
            heard: false,
            last_reply: 0,
            awaited: None,
            held_ticks: 0,
            hint: None,
            unsaved: Vec::new(),
            unsaved_ticks: 0,
            types_ticks: 0,
            seen: Seen::by(Party::Customer),
            quiet: Vec::new(),
        }
    }

    /// The conversation began.
    pub fn started(&mut self, started: StartConversationResponse) -> Vec<String> {
        let mode = started.mode();
        self.stands(started.conversation);
        let mut lines = self.works(mode);
        let show = self.journal.answer(started.events);
        lines.extend(self.show(show));
        lines
    }

    /// The choices that stand open.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// What a rating is about now.
    pub fn rated(&self) -> Rated {
        self.rated
    }

    /// The status line, while the customer waits, the agent types, or has read the last message.
    pub fn position(&self) -> Option<String> {
        if self.types_ticks > 0 {
            return Some(self.say("the agent is typing …", "الموظف يكتب …"));
        }
        let waits = self.queue.as_ref().map(|status| self.transcript.position(status));
        waits.or_else(|| self.seen.is_seen().then(|| self.transcript.seen()))
    }

    /// Whether the customer waits, so that the status line is about their place.
    pub fn waits(&self) -> bool {
        self.queue.is_some()
    }

    /// How far the agent should be told that the customer has read. Only a person reads, not a
    /// script.
    pub fn read(&mut self) -> Option<u64> {
        if self.interactive { self.seen.newly_read() } else { None }
    }

    /// Whether something is still to be shown before the turn is over.
    pub fn owes(&self) -> bool {
        self.awaited.is_some() || self.hint.is_some() || self.journal.holds()
    }

    /// Whether all that is known is shown, so that the place in line may follow it.
    pub fn settled(&self) -> bool {
        !self.journal.holds()
    }

    /// A frame of the stream came.
    pub fn frame(&mut self, response: SubscribeEventsResponse) -> Vec<String> {
        match response.frame {
            None | Some(Frame::Heartbeat(_) | Frame::Moved(_)) => Vec::new(),
            Some(Frame::Attached(attached)) => {
                let mut lines = self.works(attached.mode());
                self.stands(attached.conversation);
                let show = self.journal.account(attached.next_sequence.saturating_sub(1));
                lines.extend(self.show(show));
                lines
            }
            Some(Frame::Reset(reset)) => self.reset(reset),
            Some(Frame::Event(event)) => {
                let show = self.journal.stream(event);
                self.show(show)
            }
            Some(Frame::Advanced(advanced)) => {
                let show = self.journal.account(advanced.through_sequence);
                self.show(show)
            }
            Some(Frame::Typing(typing)) => {
                let lasts = typing.lasts.and_then(|it| Duration::try_from(it).ok());
                self.types_ticks = lasts.map_or(0, |lasts| (lasts.as_millis() / TICK_MS) as u32);
                Vec::new()
            }
            Some(Frame::ReadMarks(marks)) => {
                self.seen.marks(Some(marks));
                Vec::new()
            }
            Some(Frame::QueueStatus(status)) => {
                self.queue = Some(status);
                Vec::new()
            }
        }
    }

    /// A call is about to be made.
    pub fn asking(&mut self, want: &Want) {
        if self.interactive && want.speaks() {
            self.echoes += 1;
        }
    }

    /// A call was done.
    pub fn done(&mut self, asked: Asked, done: Done) -> Vec<String> {
        let mut lines = self.works(done.mode);
        self.stands(done.conversation);
        // A server that keeps everything in memory says NONE all the time, and all is well there.
        if done.durability == Durability::None && away(done.mode) {
            lines.extend(self.keep_and_show(asked, done.events));
            return lines;
        }
        // The store is back: what else waits may follow at once.
        self.unsaved_ticks = UNSAVED_TICKS;
        let show = self.journal.answer(done.events);
        lines.extend(self.show(show));
        if done.bot_pending && self.last_reply <= done.own {
            self.awaited = Some(done.own);
        }
        lines
    }

    /// A call was refused.
    pub fn refused(&mut self, asked: &Asked, status: &Status) -> Vec<String> {
        if asked.want.speaks() {
            self.echoes = self.echoes.saturating_sub(1);
        }
        let Transcript { language, look, .. } = self.transcript;
        vec![self.transcript.remark(&refused(language, look, status))]
    }

    /// A moment has passed.
    pub fn tick(&mut self) -> Vec<String> {
        self.unsaved_ticks += 1;
        self.types_ticks = self.types_ticks.saturating_sub(1);
        self.held_ticks = if self.journal.holds() { self.held_ticks + 1 } else { 0 };
        let mut lines = Vec::new();
        if self.held_ticks >= HELD_TICKS_MAX {
            let show = self.journal.flush();
            lines = self.show(show);
        }
        lines.extend(self.hint.take());
        lines
    }

    /// What could not be saved and should be sent again now, under its old request id.
    pub fn unsaved_due(&mut self) -> Option<Asked> {
        if self.unsaved.is_empty() || self.unsaved_ticks < UNSAVED_TICKS {
            return None;
        }
        self.unsaved_ticks = 0;
        Some(self.unsaved.remove(0))
    }

    /// Puts back what could not be sent.
    pub fn keep_unsaved(&mut self, asked: Asked) {
        self.unsaved.insert(0, asked);
    }

    /// How many calls have not been saved.
    pub fn unsaved(&self) -> usize {
        self.unsaved.len()
    }

    /// The first line for a person.
    pub fn welcome(&self) -> String {
        self.say("type a message; /help shows the commands", "اكتب رسالتك، و/help لعرض الأوامر")
    }

    /// The commands.
    pub fn help(&self) -> Vec<String> {
        let read = self.languages();
        read.flat_map(|language| COMMANDS.help(&Transcript { language, ..self.transcript }))
            .collect()
    }

    /// There is no server.
    pub fn nobody(&self) -> String {
        self.say("Sanad cannot be reached; nothing was sent", "تعذّر الوصول إلى سند ولم يُرسل شيء")
    }

    /// A sentence of the terminal's own.
    pub fn sentence(&self, (en, ar): Sentence) -> String {
        self.say(en, ar)
    }

    /// The line is away.
    pub fn disturbed(&self) -> String {
        self.sentence(AWAY)
    }

    /// The line is back.
    pub fn restored(&self) -> String {
        self.say("connected again; nothing was lost", "عاد الاتصال ولم يضع شيء")
    }

    /// What the customer reads: both languages as long as nothing tells which.
    fn languages(&self) -> impl Iterator<Item = Language> {
        let known = self.fixed || self.begun || self.heard;
        let only = known.then_some(self.transcript.language);
        Language::ALL.into_iter().filter(move |language| only.is_none_or(|only| only == *language))
    }

    fn say(&self, en: &str, ar: &str) -> String {
        let lines = self.languages().map(|language| self.transcript.remark(pick(language, en, ar)));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn reset(&mut self, reset: Reset) -> Vec<String> {
        let replace = reset.reason() != ResetReason::Truncated;
        let mut lines = match reset.reason() {
            ResetReason::Truncated | ResetReason::Unspecified => Vec::new(),
            ResetReason::Diverged => vec![self.say(
                "the server lost its last moments; this is what it has",
                "فقد الخادم لحظاته الأخيرة، وهذا ما لديه",
            )],
            ResetReason::Erased => {
                vec![self.say("this conversation was erased", "مُحيت هذه المحادثة")]
            }
        };
        let head = reset.conversation.as_ref().map_or(0, |c| c.head_sequence);
        if replace {
            self.seen.begin_anew();
        }
        self.stands(reset.conversation);
        let show = self.journal.reset(head, reset.events, replace);
        lines.extend(self.show(show));
        lines
    }

    /// The answer came without the store: it is shown at once, and sent again until it is saved.
    fn keep_and_show(&mut self, asked: Asked, events: Vec<Event>) -> Vec<String> {
        let mut lines = Vec::new();
        for event in events {
            let Some(said) = spoken(&event) else {
                lines.extend(self.transcript.event(&event));
                continue;
            };
            if let Some(Body::MessageSent(message)) = &event.body {
                self.offered(&message.choices);
            }
            if !self.quiet.contains(&said) {
                let own = said.0 == Party::Customer;
                self.quiet.push(said);
                lines.extend(self.shown(own, &event));
            }
        }
        if !lines.is_empty() {
            lines.push(self.say(
                "not saved yet; it is sent again by itself",
                "لم يُحفظ بعد، وسيُعاد إرساله تلقائيًا",
            ));
        }
        self.unsaved.push(asked);
        lines
    }

    fn show(&mut self, events: Vec<Event>) -> Vec<String> {
        let mut lines = Vec::new();
        for event in events {
            self.notice(&event);
            let told = spoken(&event)
                .and_then(|said| self.quiet.iter().position(|quiet| *quiet == said))
                .map(|at| self.quiet.remove(at));
            if told.is_none() {
                let own = party(&event) == Party::Customer && spoken(&event).is_some();
                lines.extend(self.shown(own, &event));
            }
            if spoken(&event).is_some() {
                lines.extend(self.hint.take());
            }
            let hint = event.body.as_ref().and_then(|body| self.transcript.hint(body));
            self.hint = hint.or(self.hint.take());
        }
        lines
    }

    fn shown(&mut self, own: bool, event: &Event) -> Vec<String> {
        if own && self.echoes > 0 {
            self.echoes -= 1;
            return Vec::new();
        }
        self.transcript.event(event)
    }

    /// Remembers what an event changes for the customer.
    fn notice(&mut self, event: &Event) {
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
            Some(Body::Notice(_)) => self.replied(event.sequence),
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
    fn offered(&mut self, choices: &[Choice]) {
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

    fn stands(&mut self, conversation: Option<Conversation>) {
        let Some(conversation) = conversation else { return };
        self.seen.marks(conversation.read_marks);
        self.queue = match conversation.state() {
            ConversationState::Queued => conversation.queue_status.or(self.queue.take()),
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
    }

    fn follow_language(&mut self, tag: &str) {
        let stands = self.fixed || self.begun && !self.heard;
        if let (false, Some(language)) = (stands, Language::from_tag(tag)) {
            self.transcript.language = language;
        }
    }

    fn works(&mut self, mode: Mode) -> Vec<String> {
        if mode == Mode::Unspecified || std::mem::replace(&mut self.mode, mode) == mode {
            return Vec::new();
        }
        let language = self.transcript.language;
        let well = pick(language, "the service works well again", "عادت الخدمة إلى عملها");
        vec![self.transcript.remark(words::mode(language, mode).unwrap_or(well))]
    }
}
