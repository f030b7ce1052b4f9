//! What frames, answers and typed lines mean for the desk: lines to show and calls to make. No I/O.

use super::calls::{Brought, Deed};
use super::help::COMMANDS;
use super::input::{Line, Onward};
use super::show::Show;
use super::work::{Target, Work};
use crate::cli::transcript::text_of;
use crate::cli::words;
use crate::grpc::pb::subscribe_work_response::Frame;
use crate::grpc::pb::{
    Assignment, ConversationEvent, Event, HandoffPacket, Mode, Offer, OfferEnd, OfferEnded, Party,
    Presence, ResetReason, SubscribeWorkResponse,
};
use std::collections::BTreeSet;

/// What an agent says was achieved, unless told otherwise.
const SOLVED: &str = "solved";

/// What follows from something.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    /// To be shown.
    pub lines: Vec<String>,
    /// To be done.
    pub deeds: Vec<Deed>,
    /// This session is over for good.
    pub superseded: bool,
}

impl Told {
    /// Only lines.
    pub fn lines(lines: Vec<String>) -> Told {
        Told { lines, ..Told::default() }
    }

    fn and(mut self, other: Told) -> Told {
        self.lines.extend(other.lines);
        self.deeds.extend(other.deeds);
        self.superseded |= other.superseded;
        self
    }
}

/// One agent's desk.
pub struct Desk {
    /// How things are shown.
    pub show: Show,
    /// What is on it.
    pub work: Work,
    agent: String,
    interactive: bool,
    auto_accept: bool,
    wanted: (Presence, String),
    mode: Mode,
    /// Who waited when it was last asked, to be taken by number.
    waiting: Vec<String>,
    /// What ended last and may be written up.
    writing_up: Option<String>,
    /// What the agent lets go of: the answer to that call says what became of it, whichever of the
    /// answer and the stream comes first.
    let_go: BTreeSet<String>,
    /// The conversation that the agent has asked for and not got yet.
    taking: Option<String>,
    /// The offer that has lapsed since the last line about one: a line about it comes too late.
    lapsed: Option<u32>,
    /// A script did not get what it asked for: what it writes next was meant for that customer, and not
    /// for the one who is held.
    missed: bool,
}

impl Desk {
    /// An empty desk.
    pub fn new(show: Show, agent: String, interactive: bool, auto_accept: bool) -> Desk {
        let wanted = (Presence::Available, String::new());
        let (work, mode) = (Work::default(), Mode::Normal);
        let (waiting, writing_up, let_go) = (Vec::new(), None, BTreeSet::new());
        Desk {
            show,
            work,
            agent,
            interactive,
            auto_accept,
            wanted,
            mode,
            waiting,
            writing_up,
            let_go,
            taking: None,
            lapsed: None,
            missed: false,
        }
    }

    /// The presence the agent wants, with the reason.
    pub fn wanted(&self) -> (Presence, String) {
        self.wanted.clone()
    }

    /// Whether there is a conversation whose packet was read.
    pub fn ready(&mut self) -> bool {
        let Some(id) = self.work.current().map(|target| target.conversation_id.clone()) else {
            return false;
        };
        self.work.held_mut(&id).is_some_and(|(_, held)| !held.packet_due)
    }

    /// What the customer should be told was read: what was shown of the conversation that the agent
    /// has in front of them. Only a person reads, not a script.
    pub fn read(&mut self) -> Option<Deed> {
        let target = self.work.current().filter(|_| self.interactive).cloned()?;
        let (_, held) = self.work.held_mut(&target.conversation_id)?;
        let through = if held.packet_due { None } else { held.seen.newly_read() };
        through.map(|through| Deed::Read(target, through))
    }

    /// A frame of the stream came.
    pub fn frame(&mut self, response: SubscribeWorkResponse, now: i64) -> Told {
        let l = self.show.transcript.language;
        match response.frame {
            None | Some(Frame::Heartbeat(_) | Frame::Moved(_)) => Told::default(),
            Some(Frame::Attached(all)) => self.attached(all, now),
            Some(Frame::Offer(offer)) => self.offered(offer, now),
            Some(Frame::OfferEnded(ended)) => self.offer_ended(&ended),
            Some(Frame::Assigned(assignment)) => self.assigned(&assignment),
            Some(Frame::Unassigned(gone)) => self.unassigned(&gone),
            Some(Frame::PresenceChanged(changed)) => {
                Told::lines(vec![self.show.presence(changed.presence(), &changed.away_reason)])
            }
            Some(Frame::ConversationEvent(event)) => self.happened(event),
            Some(Frame::CustomerTyping(typing)) => {
                let lasts =
                    typing.typing.and_then(|typing| typing.lasts).map_or(0, |it| it.seconds);
                if let Some((_, held)) = self.work.held_mut(&typing.conversation_id) {
                    held.types_until = now + lasts;
                }
                Told::default()
            }
            Some(Frame::AttendanceChanged(changed)) => {
                let word = words::attendance(l, changed.attendance());
                let held = self.work.held_mut(&changed.conversation_id);
                match (word, held) {
                    (Some(word), Some((number, held))) => {
                        if let Some(standing) = &mut held.standing {
                            standing.attendance = changed.attendance;
                        }
                        Told::lines(vec![self.show.about(number, word, word)])
                    }
                    (Some(_) | None, _) => Told::default(),
                }
            }
            Some(Frame::ConversationRead(read)) => {
                if let Some((_, held)) = self.work.held_mut(&read.conversation_id) {
                    held.seen.marks(read.read_marks);
                }
                Told::default()
            }
            Some(Frame::Superseded(_)) => Told { superseded: true, ..Told::default() },
        }
    }

    /// A call was done.
    pub fn done(&mut self, deed: &Deed, brought: Brought, now: i64) -> Told {
        match brought {
            Brought::Assigned(assignment) => self.assigned(&assignment),
            Brought::Packet(packet) => match deed.target() {
                Some(target) => Told::lines(self.packet(&target.clone(), &packet, now)),
                None => Told::default(),
            },
            Brought::Waiting(waiting) => {
                let lines = self.show.waiting(&waiting, now);
                self.waiting = waiting.into_iter().map(|it| it.conversation_id).collect();
                Told::lines(lines)
            }
            Brought::Replies(replies) => {
                let about = deed.target().map(|target| target.conversation_id.clone());
                if let Some((_, held)) = about.and_then(|id| self.work.held_mut(&id)) {
                    held.replies = replies.iter().map(|reply| text_of(&reply.text)).collect();
                }
                Told::lines(self.show.replies(&replies))
            }
            Brought::Nothing => match deed {
                Deed::Decline(target, _) => {
                    let (id, token) = (&target.conversation_id, target.token);
                    self.work.end_offer(id, token, OfferEnd::Declined);
                    let (en, ar) =
                        ("declined; the customer keeps the place", "رُفض ويبقى دور العميل");
                    Told::lines(vec![self.show.about(target.number, en, ar)])
                }
                Deed::Release(target, _) => {
                    self.gone(target, "given back to the queue", "أُعيدت إلى قائمة الانتظار")
                }
                Deed::Transfer(target, Onward::Bot, _) => {
                    self.gone(target, "given back to the bot", "أُعيدت إلى الرد الآلي")
                }
                Deed::Transfer(target, _, _) => self.gone(target, "passed on", "حُوّلت"),
                Deed::Promise(target, _, _) => {
                    let en = "promised; it comes back to you in time";
                    self.gone(target, en, "وُعد العميل، وتعود إليك في وقتها")
                }
                Deed::Packet(target) => Told::lines(self.packet_shown(&target.conversation_id)),
                Deed::Note(target, _) => {
                    let (en, ar) = ("noted for colleagues", "دُوّنت للزملاء");
                    Told::lines(vec![self.show.about(target.number, en, ar)])
                }
                Deed::Abuse(target, _) => {
                    let (en, ar) = ("the supervisors are told", "أُبلغ المشرفون");
                    Told::lines(vec![self.show.about(target.number, en, ar)])
                }
                Deed::Block(target, _) => {
                    let en = "blocked for a time; a supervisor looks at it";
                    self.gone(target, en, "أُوقف مدةً، ويراجع المشرف ذلك")
                }
                Deed::EndWrapUp(_) => {
                    let l = self.show.say("your place is free again", "عاد مكانك خاليًا");
                    Told::lines(vec![l])
                }
                Deed::Suggest(_, _) | Deed::Waiting | Deed::Claim(_) => Told::default(),
                Deed::Accept(_)
                | Deed::Say(_, _)
                | Deed::Send(_, _)
                | Deed::Typing(_)
                | Deed::Read(_, _)
                | Deed::Propose(_, _)
                | Deed::Presence(_, _) => Told::default(),
            },
        }
    }

    /// A line was typed.
    pub fn line(&mut self, line: Line, now: i64) -> Told {
        let (wanted, takes) = (over::wanted(&line), over::takes(&line));
        if self.missed && over::goes_to_the_customer(&line) {
            return Told::lines(vec![self.not_meant()]);
        }
        let deed = match line {
            Line::Nothing | Line::Quit => return Told::default(),
            Line::Help => return Told::lines(COMMANDS.help(&self.show.transcript)),
            Line::List => return Told::lines(self.show.list(&self.work, now)),
            Line::Incomplete(command) => {
                return Told::lines(COMMANDS.usage(command, &self.show.transcript));
            }
            Line::Unknown(command) => {
                return Told::lines(vec![COMMANDS.unknown(&command, &self.show.transcript)]);
            }
            Line::To(number) => return self.turn_to(number),
            Line::Accept(number) => {
                let offer = self.offer(number);
                self.taking = offer.as_ref().map(|target| target.conversation_id.clone());
                offer.map(Deed::Accept)
            }
            Line::Decline(number, why) => self.offer(number).map(|it| Deed::Decline(it, why)),
            Line::Packet(None) => self.work.current().cloned().map(Deed::Packet),
            Line::Packet(Some(number)) => {
                self.work.get(number).map(|item| Deed::Packet(item.target.clone()))
            }
            Line::Say(text) => self.work.current().cloned().map(|it| Deed::Say(it, text)),
            Line::Send(draft) => self.work.current().cloned().map(|it| Deed::Send(it, draft)),
            Line::Typing => self.work.current().cloned().map(Deed::Typing),
            Line::Propose(what) => {
                let what = if what.is_empty() { SOLVED.to_owned() } else { what };
                self.work.current().cloned().map(|it| Deed::Propose(it, what))
            }
            Line::Promise(minutes, what) => {
                let due = now + 60 * i64::from(minutes);
                self.work.current().cloned().map(|it| Deed::Promise(it, due, what))
            }
            Line::Suggest(about) => self.work.current().cloned().map(|it| Deed::Suggest(it, about)),
            Line::Use(number) => self.suggested(number),
            Line::Note(text) => self.work.current().cloned().map(|it| Deed::Note(it, text)),
            Line::Abuse(text) => self.work.current().cloned().map(|it| Deed::Abuse(it, text)),
            Line::Block(text) => self.work.current().cloned().map(|it| Deed::Block(it, text)),
            Line::Release(note) => self.work.current().cloned().map(|it| Deed::Release(it, note)),
            Line::Transfer(to, note) => {
                self.work.current().cloned().map(|it| Deed::Transfer(it, to, note))
            }
            Line::Waiting => Some(Deed::Waiting),
            Line::Claim(number) => {
                self.taking = self.waiting(number);
                self.taking.clone().map(Deed::Claim)
            }
            Line::Done => self.writing_up.take().map(Deed::EndWrapUp),
            Line::Drain => Some(self.presence(Presence::Draining, String::new())),
            Line::Away(why) => Some(self.presence(Presence::Away, why)),
            Line::Back => Some(self.presence(Presence::Available, String::new())),
        };
        match deed {
            Some(deed) => {
                let let_go = deed.target().filter(|_| deed.lets_go());
                self.let_go.extend(let_go.map(|target| target.conversation_id.clone()));
                Told { deeds: vec![deed], ..Told::default() }
            }
            None => {
                if wanted.is_some() {
                    // The next line about an offer is about another one.
                    self.lapsed = None;
                }
                if takes {
                    self.misses();
                }
                Told::lines(vec![self.nothing(wanted)])
            }
        }
    }

    fn offered(&mut self, offer: Offer, now: i64) -> Told {
        let Some(number) = self.work.offer(offer.clone()) else { return Told::default() };
        self.lapsed = None;
        let mut told = Told::lines(self.show.offer(number, &offer, now));
        if let (true, Some(item)) = (self.auto_accept, self.work.get(number)) {
            told.deeds.push(Deed::Accept(item.target.clone()));
        }
        told
    }

    fn offer_ended(&mut self, ended: &OfferEnded) -> Told {
        let token = ended.token.unwrap_or_default();
        let Some(number) = self.work.end_offer(&ended.conversation_id, token, ended.how()) else {
            return Told::default();
        };
        if matches!(ended.how(), OfferEnd::Expired | OfferEnd::Rescinded) {
            self.lapsed = Some(number);
        }
        let why = words::offer_end(self.show.transcript.language, ended.how());
        Told::lines(vec![self.show.about(number, why, why)])
    }

    /// A conversation of one's own: its packet first, then what happens in it.
    fn assigned(&mut self, assignment: &Assignment) -> Told {
        let Some(number) = self.work.assign(assignment) else { return Told::default() };
        let Some(target) = self.work.get(number).map(|item| item.target.clone()) else {
            return Told::default();
        };
        if let Some((_, held)) = self.work.held_mut(&target.conversation_id) {
            held.packet_due = true;
        }
        let mut lines = vec![self.show.about(number, "it is yours", "أصبحت لك")];
        if self.taking.take_if(|taken| *taken == target.conversation_id).is_some() {
            // Its packet comes now: what is written after it is meant for this customer.
            self.work.turn_to(number);
        }
        let current = self.work.current().map(|target| target.number);
        self.missed &= current != Some(number);
        lines.extend(current.and_then(|current| self.show.written_elsewhere(current, number)));
        Told { lines, deeds: vec![Deed::Packet(target)], superseded: false }
    }

    fn happened(&mut self, happened: ConversationEvent) -> Told {
        let id = happened.conversation_id;
        let Some((number, held)) = self.work.held_mut(&id) else { return Told::default() };
        held.standing = happened.standing.or(held.standing);
        // What was being typed has come, or they do something else.
        held.types_until = 0;
        let events = match (happened.reset, happened.event) {
            (Some(reset), _) => {
                let replace = reset.reason() != ResetReason::Truncated;
                let head = reset.conversation.as_ref().map_or(0, |c| c.head_sequence);
                if replace {
                    held.seen.begin_anew();
                }
                held.seen.marks(reset.conversation.and_then(|c| c.read_marks));
                held.journal.reset(head, reset.events, replace)
            }
            (None, Some(event)) => {
                let mut events = held.journal.stream(event);
                events.extend(held.journal.account(happened.through_sequence));
                events
            }
            (None, None) => held.journal.account(happened.through_sequence),
        };
        if held.packet_due {
            held.meanwhile.extend(events);
            return Told::default();
        }
        events.iter().for_each(|event| held.seen.shown(event));
        Told::lines(self.events(number, &events))
    }

    fn packet(&mut self, target: &Target, packet: &HandoffPacket, now: i64) -> Vec<String> {
        let mut lines = self.show.packet(target.number, packet, now);
        let last = packet.transcript.iter().map(|event| event.sequence).max().unwrap_or(0);
        if let Some((_, held)) = self.work.held_mut(&target.conversation_id) {
            // What the packet told need not be told again.
            held.journal.account(last);
            packet.transcript.iter().for_each(|event| held.seen.shown(event));
            held.meanwhile.retain(|event| event.sequence > last);
        }
        lines.extend(self.packet_shown(&target.conversation_id));
        lines
    }

    fn packet_shown(&mut self, conversation_id: &str) -> Vec<String> {
        let Some((number, held)) = self.work.held_mut(conversation_id) else { return Vec::new() };
        held.packet_due = false;
        let meanwhile = std::mem::take(&mut held.meanwhile);
        meanwhile.iter().for_each(|event| held.seen.shown(event));
        self.events(number, &meanwhile)
    }

    /// With the number in front as soon as the desk holds more than one conversation.
    fn events(&self, number: u32, events: &[Event]) -> Vec<String> {
        let several = self.work.held().count() > 1;
        let strange = |event: &&Event| !self.interactive || !self.own(event);
        let lines = events.iter().filter(strange).flat_map(|it| self.show.transcript.event(it));
        lines.map(|line| if several { format!("[{number}] {line}") } else { line }).collect()
    }

    /// Whether the agent typed it here, where it stands already.
    fn own(&self, event: &Event) -> bool {
        let of_me = |author: &crate::grpc::pb::Participant| {
            author.party() == Party::Agent && author.agent_id == self.agent
        };
        let message = matches!(event.body, Some(crate::grpc::pb::event::Body::MessageSent(_)));
        message && event.author.as_ref().is_some_and(of_me)
    }

    fn offer(&self, number: Option<u32>) -> Option<Target> {
        let wanted = |target: &&Target| number.is_none_or(|number| target.number == number);
        self.work.offers().map(|(target, _)| target).find(wanted).cloned()
    }

    fn turn_to(&mut self, number: u32) -> Told {
        let line = match self.work.turn_to(number) {
            true => {
                self.missed = false;
                self.show.about(number, "what you type goes here now", "ما تكتبه يذهب إليها الآن")
            }
            false => self.show.about(number, "you do not hold this one", "ليست عندك"),
        };
        Told::lines(vec![line])
    }

    /// The waiting conversation of this number in the list that was shown last.
    fn waiting(&self, number: u32) -> Option<String> {
        (number as usize).checked_sub(1).and_then(|nth| self.waiting.get(nth)).cloned()
    }

    /// The suggested reply of this number, as a message to the current conversation.
    fn suggested(&mut self, number: u32) -> Option<Deed> {
        let target = self.work.current().cloned()?;
        let (_, held) = self.work.held_mut(&target.conversation_id)?;
        let nth = (number as usize).checked_sub(1)?;
        held.replies.get(nth).cloned().map(|text| Deed::Say(target, text))
    }

    fn presence(&mut self, presence: Presence, why: String) -> Deed {
        self.wanted = (presence, why.clone());
        Deed::Presence(presence, why)
    }
}

mod gone;
mod over;
#[cfg(test)]
mod tests;
