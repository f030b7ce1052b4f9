//! What the customer sees: events and answers in, lines out. No I/O.

mod events;
mod own;
mod unsaved;

use events::place_of;
pub use own::means_erase;

use super::calls::{Asked, Done, Rated};
use super::facts::{is_of_the_service, party, spoken};
use super::help::COMMANDS;
use super::input::Want;
use crate::cli::journal::Journal;
use crate::cli::reach::{AWAY, Sentence};
use crate::cli::refused::refused;
use crate::cli::seen::Seen;
use crate::cli::terminal::Look;
use crate::cli::transcript::{Reader, Transcript};
use crate::cli::words::pick;
use crate::cli::zone;
use crate::domain::language::Language;
use crate::grpc::pb::event::Body;
use crate::grpc::pb::subscribe_events_response::Frame;
use crate::grpc::pb::{
    Choice, ConversationState, DelayReason, Event, Mode, Party, QueueStatus, Reset, ResetReason,
    StartConversationResponse, SubscribeEventsResponse,
};
use std::collections::BTreeSet;
use std::time::Duration;
use tonic::Status;
use unsaved::Unsaved;

/// How long a tick is, in milliseconds.
pub const TICK_MS: u128 = 300;
/// So many ticks may an answer wait for the stream.
const HELD_TICKS_MAX: u32 = 2;

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
    /// Where they stand was told in words; the place that comes next is that one.
    tells_place: bool,
    /// The place that was told in words, and why it takes time.
    told_place: Option<(u32, DelayReason)>,
    /// Why the number has risen stands on the screen, or did.
    rise_told: bool,
    /// They waited already when they asked for something.
    waited: bool,
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
    /// The request ids of what could not be saved yet.
    unsaved: BTreeSet<String>,
    /// For so many ticks more the agent types, as far as is known.
    types_ticks: u32,
    /// What was read by whom.
    seen: Seen,
    /// Shown when it could not be saved; the saved one is not shown again.
    early: Unsaved,
    /// What was said up to here is still to come.
    past_through: u64,
    /// The stream is away.
    stream_away: bool,
    /// A call is not answered.
    call_away: bool,
    /// By the clock of which zone texts tell times.
    time_zone: String,
    /// Whether that has been said.
    zone_told: bool,
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
        let transcript = Transcript { look, language, reader: Reader::Customer };
        View::of(transcript, fixed, begun, interactive)
    }

    /// The same reader in front of another conversation, of which nothing is known yet.
    pub fn anew(&self) -> View {
        let mut view = View::of(self.transcript, self.fixed, self.begun, self.interactive);
        view.heard = self.heard;
        view.mode = self.mode;
        view
    }

    fn of(transcript: Transcript, fixed: bool, begun: bool, interactive: bool) -> View {
        View {
            transcript,
            fixed,
            begun,
            interactive,
            journal: Journal::default(),
            choices: Vec::new(),
            rated: Rated::default(),
            queue: None,
            tells_place: false,
            told_place: None,
            rise_told: false,
            waited: false,
            mode: Mode::Normal,
            echoes: 0,
            heard: false,
            last_reply: 0,
            awaited: None,
            held_ticks: 0,
            hint: None,
            unsaved: BTreeSet::new(),
            types_ticks: 0,
            seen: Seen::by(Party::Customer),
            early: Unsaved::default(),
            past_through: 0,
            stream_away: false,
            call_away: false,
            time_zone: String::new(),
            zone_told: false,
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
        let waits = self.place().map(|status| self.transcript.position(status));
        waits.or_else(|| self.seen.is_seen().then(|| self.transcript.seen()))
    }

    /// The status line is on the screen.
    pub fn position_shown(&mut self) {
        self.rise_told |= self.place().is_some();
    }

    /// Their place, where the status line is about it.
    fn place(&self) -> Option<&QueueStatus> {
        // On paper, what was said in words is not said again below them.
        let is_told = |status: &&QueueStatus| {
            !self.interactive && self.told_place.is_some_and(|told| told == place_of(status))
        };
        self.queue.as_ref().filter(|status| self.types_ticks == 0 && !is_told(status))
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
        let is_past_due = !self.journal.reached(self.past_through);
        is_past_due || self.awaited.is_some() || self.hint.is_some() || self.journal.holds()
    }

    /// What was said up to here is to be shown from the stream.
    pub fn expect_past(&mut self, through: u64) {
        self.past_through = through;
    }

    /// A call was answered that has nothing to do with what is said.
    pub fn answered(&mut self) {
        self.call_away = false;
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
                self.stands_in_line(status);
                Vec::new()
            }
        }
    }

    /// A call is about to be made.
    pub fn asking(&mut self, want: &Want) {
        if self.interactive && want.speaks() {
            self.echoes += 1;
        }
        self.waited = self.waits();
    }

    /// A call was done.
    pub fn done(&mut self, asked: Asked, done: Done) -> Vec<String> {
        self.answered();
        let (mut lines, is_unsaved) = (self.works(done.mode), done.is_unsaved());
        let already = self.asked_already(&asked.want, &done);
        self.stands(done.conversation);
        if is_unsaved {
            // What is sent again was shown before.
            if self.unsaved.insert(asked.request_id.clone()) {
                lines.extend(self.shown_unsaved(&asked.request_id, done.events));
            }
            return lines;
        }
        self.unsaved.remove(&asked.request_id);
        self.early.saved(&asked.request_id, done.own, &done.events, done.bot_pending);
        lines.extend(already);
        let show = self.journal.answer(done.events);
        lines.extend(self.show(show));
        if done.bot_pending && self.last_reply <= done.own {
            self.awaited = Some(done.own);
        }
        lines
    }

    /// Who asks for a person and has one already, or has asked before, hears nothing of the server, for
    /// which nothing changes.
    fn asked_already(&self, want: &Want, done: &Done) -> Option<String> {
        let c = done.conversation.as_ref()?;
        if *want != Want::Human || !done.events.is_empty() {
            return None;
        }
        match c.state() {
            ConversationState::Queued if self.waited => self.position(),
            ConversationState::Human => {
                let owner = c.owner.as_ref().filter(|owner| owner.party() == Party::Agent)?;
                let name = self.transcript.look.foreign(&owner.name);
                Some(self.say(
                    &format!("you are with {name} already: just write"),
                    &format!("أنت الآن مع {name}: اكتب ما تريد"),
                ))
            }
            _ => None,
        }
    }

    /// A call was refused.
    pub fn refused(&mut self, asked: &Asked, status: &Status) -> Vec<String> {
        self.answered();
        self.unsaved.remove(&asked.request_id);
        self.early.refused(&asked.request_id);
        if asked.want.speaks() {
            self.echoes = self.echoes.saturating_sub(1);
        }
        vec![self.refusal(status)]
    }

    /// Why something was not done.
    pub fn refusal(&self, status: &Status) -> String {
        let say =
            |language| self.transcript.remark(&refused(language, self.transcript.look, status));
        self.languages().map(say).collect::<Vec<_>>().join("\n")
    }

    /// A moment has passed.
    pub fn tick(&mut self) -> Vec<String> {
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

    /// Whether this could not be saved when it was answered last.
    pub fn is_unsaved(&self, asked: &Asked) -> bool {
        self.unsaved.contains(&asked.request_id)
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

    /// The stream is away. Told once, whether the stream or a call noticed it first.
    pub fn stream_lost(&mut self) -> Vec<String> {
        let is_told = self.call_away || std::mem::replace(&mut self.stream_away, true);
        if is_told { Vec::new() } else { vec![self.sentence(AWAY)] }
    }

    /// The stream is back.
    pub fn stream_back(&mut self) -> String {
        self.stream_away = false;
        self.say("connected again; nothing was lost", "عاد الاتصال ولم يضع شيء")
    }

    /// A call is not answered; the same as a stream that is away.
    pub fn call_waits(&mut self) -> Vec<String> {
        let is_told = self.stream_away || std::mem::replace(&mut self.call_away, true);
        if is_told { Vec::new() } else { vec![self.sentence(AWAY)] }
    }

    /// The language the customer reads, as far as that is known.
    pub fn reads(&self) -> Option<Language> {
        (self.fixed || self.begun || self.heard).then_some(self.transcript.language)
    }

    /// What the customer reads: both languages as long as nothing tells which.
    fn languages(&self) -> impl Iterator<Item = Language> {
        let only = self.reads();
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
            self.early.begin_anew();
        }
        self.stands(reset.conversation);
        let show = self.journal.reset(head, reset.events, replace);
        lines.extend(self.show(show));
        lines
    }

    /// The answer came without the store: it is shown at once, and what was asked is sent again until
    /// it is saved.
    fn shown_unsaved(&mut self, request: &str, events: Vec<Event>) -> Vec<String> {
        let mut lines = Vec::new();
        for event in events {
            let Some(said) = spoken(&event) else {
                lines.extend(self.transcript.event(&event));
                continue;
            };
            if let Some(Body::MessageSent(message)) = &event.body {
                self.offered(&message.choices);
            }
            let own = said.0 == Party::Customer;
            self.early.shown(request, said);
            lines.extend(self.shown(own, &event));
        }
        if !lines.is_empty() {
            lines.push(self.say(
                "not saved yet; it is sent again by itself",
                "لم يُحفظ بعد، وسيُعاد إرساله تلقائيًا",
            ));
        }
        lines
    }

    fn show(&mut self, events: Vec<Event>) -> Vec<String> {
        let (mut lines, mut tells_time) = (Vec::new(), false);
        for event in events {
            self.notice(&event);
            if !self.early.hides(&event) {
                let own = party(&event) == Party::Customer && spoken(&event).is_some();
                let shown = self.shown(own, &event);
                let tells = |line: &String| zone::tells_time(line);
                tells_time |= is_of_the_service(&event) && shown.iter().any(tells);
                lines.extend(shown);
            }
            if spoken(&event).is_some() {
                lines.extend(self.hint.take());
            }
            let hint = event.body.as_ref().and_then(|body| self.transcript.hint(body));
            self.hint = hint.or(self.hint.take());
        }
        lines.extend(self.by_which_clock(tells_time));
        lines
    }

    fn shown(&mut self, own: bool, event: &Event) -> Vec<String> {
        if own && self.echoes > 0 {
            self.echoes -= 1;
            return Vec::new();
        }
        self.transcript.event(event)
    }
}
