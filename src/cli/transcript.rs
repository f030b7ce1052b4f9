//! Events of a conversation as lines to read. Pure: events in, lines out, in the reader's language,
//! with or without colours. Nothing is padded or aligned, because that breaks right-to-left text.

use super::blocks;
use super::eta::eta;
use super::on_call;
use super::parts;
use super::terminal::Look;
use super::words::{self, pick};
use super::zone;
use crate::domain::language::Language;
use crate::grpc::pb::event::Body;
use crate::grpc::pb::fact::Value;
use crate::grpc::pb::{
    Choice, Delay, DelayReason, Event, Fact, LocalizedText, MessageSent, Participant, Party,
    Promise, QueueStatus, Signal,
};
use jiff::tz::TimeZone;
use owo_colors::Style;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The customer, who is told by notices what happens.
    Customer,
    /// An agent or a supervisor, who sees what lies behind them.
    Staff,
}

/// How lines are made for one reader.
#[derive(Debug, Clone, Copy)]
pub struct Transcript {
    /// What the output can carry.
    pub look: Look,
    /// The reader's language.
    pub language: Language,
    /// Who reads.
    pub reader: Reader,
}

impl Transcript {
    /// One event; no lines if it says nothing to this reader.
    pub fn event(&self, event: &Event) -> Vec<String> {
        let author = event.author.clone().unwrap_or_default();
        match &event.body {
            None => Vec::new(),
            Some(Body::MessageSent(message)) => self.message(&author, message),
            Some(Body::Notice(notice)) => self.notice(&text_of(&notice.text)),
            Some(Body::WaitOptionsOffered(offered)) => {
                let mut lines = self.notice(&text_of(&offered.text));
                lines.extend(self.choices(&offered.choices));
                lines
            }
            Some(Body::Erased(_)) => {
                let what = pick(self.language, "this conversation was erased", "مُحيت هذه المحادثة");
                vec![self.remark(what)]
            }
            Some(Body::SurveyAsked(asked)) => {
                let mut lines = self.notice(&text_of(&asked.text));
                lines.extend(self.choices(&asked.choices));
                lines
            }
            Some(body) => match self.reader {
                // The server's notices tell customers what happens.
                Reader::Customer => Vec::new(),
                Reader::Staff => self.behind(&author, body),
            },
        }
    }

    /// What the customer can do after this; to be shown below the notice that tells what happened.
    pub fn hint(&self, body: &Body) -> Option<String> {
        let say = |en, ar| Some(self.remark(pick(self.language, en, ar)));
        match body {
            Body::ResolutionProposed(_) => {
                say("/yes if it is settled, /no if not", "اكتب /yes إن حُلّت أو /no إن لم تُحلّ")
            }
            Body::ResolutionConfirmed(_) | Body::Closed(_) => {
                say("to take it up again: /reopen", "لفتحها من جديد: /reopen")
            }
            Body::MessageSent(_)
            | Body::Notice(_)
            | Body::Started(_)
            | Body::HandoffRequested(_)
            | Body::Queued(_)
            | Body::AgentJoined(_)
            | Body::AgentLeft(_)
            | Body::ResolutionDenied(_)
            | Body::Reminded(_)
            | Body::Reopened(_)
            | Body::HandoffCancelled(_)
            | Body::WaitOptionsOffered(_)
            | Body::PromiseMade(_)
            | Body::PromiseLate(_)
            | Body::PromiseEnded(_)
            | Body::OtherLanguageAgreed(_)
            | Body::AnswerRated(_)
            | Body::SurveyAsked(_)
            | Body::ConversationRated(_)
            | Body::ClosedFalsely(_)
            | Body::CustomerIdentified(_)
            | Body::FactsTold(_)
            | Body::Erased(_)
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
            | Body::Internal(_) => None,
        }
    }

    /// Under one's own last words, when a person has read them.
    pub fn seen(&self) -> String {
        let mark = if self.look.rich { "✓✓" } else { "*" };
        let word = pick(self.language, "seen", "قُرئت");
        self.look.paint(&format!("{mark} {word}"), Style::new().dimmed())
    }

    /// Several events, in their order.
    pub fn events(&self, events: &[Event]) -> Vec<String> {
        events.iter().flat_map(|event| self.event(event)).collect()
    }

    /// Something the terminal itself has to say.
    pub fn remark(&self, text: &str) -> String {
        let mark = if self.look.rich { "⚙" } else { "*" };
        self.look.paint(&format!("{mark} {text}"), Style::new().dimmed())
    }

    /// The numbered choices of the bot's last message.
    pub fn choices(&self, choices: &[Choice]) -> Vec<String> {
        let numbered = choices.iter().enumerate();
        numbered
            .map(|(at, choice)| {
                let number = self.look.paint(&format!("{}.", at + 1), Style::new().cyan().bold());
                format!("{number} {}", self.look.foreign(&text_of(&choice.title)))
            })
            .collect()
    }

    /// Where the customer stands who waits.
    pub fn position(&self, status: &QueueStatus) -> String {
        let mark = if self.look.rich { "⏳" } else { "*" };
        let line = match (self.reader, status.in_danger) {
            (Reader::Customer, true) => self.before_all(status),
            (Reader::Staff, _) | (Reader::Customer, false) => self.place(status),
        };
        self.look.paint(&format!("{mark} {line}"), Style::new().yellow())
    }

    /// Whoever is in danger is told no number: what helps is what was sent before.
    fn before_all(&self, status: &QueueStatus) -> String {
        let en = match status.registered {
            true => "you come before everyone who is not in danger",
            false => "asking for a person …",
        };
        let ar = match status.registered {
            true => "أنت قبل كل من ليس في خطر",
            false => "جارٍ طلب موظف …",
        };
        let meanwhile = pick(self.language, "do not wait for it: ", "لا تنتظر ذلك: ");
        let steps = pick(self.language, "take the steps above", "ابدأ بالخطوات أعلاه");
        format!("{} · {meanwhile}{steps}", pick(self.language, en, ar))
    }

    fn place(&self, status: &QueueStatus) -> String {
        let place = match (status.registered, self.reader) {
            (false, _) => pick(self.language, "asking for a person …", "جارٍ طلب موظف …").to_owned(),
            (true, Reader::Customer) => {
                let (en, ar) = ("you are number N in line", "رقمك في قائمة الانتظار N");
                pick(self.language, en, ar).replace('N', &status.position.to_string())
            }
            (true, Reader::Staff) => {
                let (en, ar) =
                    ("the customer is number N in line", "رقم العميل في قائمة الانتظار N");
                pick(self.language, en, ar).replace('N', &status.position.to_string())
            }
        };
        let place = match words::rise(self.language, status.rise()) {
            Some(why) => {
                format!("{place} ({} {why})", pick(self.language, "further back:", "تأخر:"))
            }
            None => place,
        };
        self.reasons(place, status)
    }

    /// Where somebody stands, with why they wait and how long.
    pub fn reasons(&self, place: String, status: &QueueStatus) -> String {
        // Before the place is registered there is nothing to say of it, but why it is not.
        let is_told =
            |delay: &&Delay| status.registered || delay.reason() == DelayReason::SystemDegraded;
        let delay = status.delay.as_ref().filter(is_told);
        let why = delay.and_then(|delay| self.delay(delay));
        let line = why.map_or(place.clone(), |why| format!("{place}: {why}"));
        let wait = status.eta.as_ref().and_then(|it| eta(self.language, it, self.reader));
        wait.map_or(line.clone(), |wait| format!("{line} · {wait}"))
    }

    /// Why somebody waits.
    pub fn delay(&self, delay: &Delay) -> Option<String> {
        let why = words::delay(self.language, delay.reason(), self.reader)?;
        // A customer is told the shop's time; whoever looks after it reads their own.
        let told = match self.reader {
            Reader::Customer => Some(text_of(&delay.opens_text)).filter(|told| !told.is_empty()),
            Reader::Staff => None,
        };
        let Some(opens) = told.or_else(|| delay.opens_at.as_ref().and_then(moment)) else {
            return Some(why.to_owned());
        };
        Some(format!("{why}{} {opens}", pick(self.language, ", opens:", "، ويفتح:")))
    }

    /// A promise: what, by whom and until when.
    pub fn promise(&self, promise: &Promise) -> String {
        let l = self.language;
        let due = promise.due.as_ref().and_then(moment).unwrap_or_default();
        let kind = words::promise(l, promise.kind());
        let mut line = format!("{kind} {} {due}", pick(l, "by", "قبل"));
        if let Some(agent) = &promise.agent {
            line = format!("{line} ({})", self.label(agent));
        }
        if promise.late {
            line = format!("{line}{}", pick(l, ", already put off once", "، أُجّل مرة"));
        }
        match promise.what.is_empty() {
            true => line,
            false => format!("{line}: {}", self.look.foreign(&promise.what)),
        }
    }

    /// Somebody's words within a line.
    pub fn quoted(&self, words: &str) -> String {
        let words = self.look.foreign(words);
        match self.language {
            Language::En => format!("“{words}”"),
            Language::Ar => format!("«{words}»"),
        }
    }

    /// What the host site tells of the customer.
    pub fn fact(&self, fact: &Fact) -> String {
        match &fact.value {
            Some(Value::Text(text)) => self.look.foreign(text),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Flag(true)) => pick(self.language, "yes", "نعم").to_owned(),
            Some(Value::Flag(false)) => pick(self.language, "no", "لا").to_owned(),
            None => String::new(),
        }
    }

    /// What detectors found, with the words that showed it.
    pub fn signal(&self, signal: &Signal) -> String {
        let what = words::signal(self.language, signal.kind());
        let mut told: Vec<&str> = Vec::new();
        for quote in signal.evidence.iter().map(|evidence| evidence.quote.as_str()) {
            // A word of what is quoted already says nothing more.
            if !quote.is_empty() && !told.iter().any(|known| known.contains(quote)) {
                told.push(quote);
            }
        }
        let quote = |quote: &&str| format!("«{}»", self.look.foreign(quote));
        let quotes: Vec<String> = told.iter().map(quote).collect();
        let percent = (signal.strength * 100.0).round();
        match quotes.is_empty() {
            true => format!("{what} ({percent}%)"),
            false => format!("{what} ({percent}%): {}", quotes.join(" ")),
        }
    }

    /// Who speaks.
    pub fn label(&self, author: &Participant) -> String {
        let ours = |en, ar| pick(self.language, en, ar).to_owned();
        let name = |otherwise: String| match author.name.is_empty() {
            true => otherwise,
            false => self.look.foreign(&author.name),
        };
        let (emoji, name, role, style) = match author.party() {
            Party::Customer => match self.reader {
                Reader::Customer => ("🙂", ours("You", "أنت"), None, Style::new().bold()),
                Reader::Staff => {
                    ("🙂", name(ours("Customer", "العميل")), None, Style::new().yellow().bold())
                }
            },
            Party::Bot => {
                let role = Some(pick(self.language, "bot", "رد آلي"));
                ("🤖", name(ours("Sanad", "سند")), role, Style::new().cyan().bold())
            }
            Party::Agent => {
                let role = Some(pick(self.language, "agent", "موظف"));
                ("👤", name(ours("Agent", "الموظف")), role, Style::new().green().bold())
            }
            Party::System | Party::Unspecified => {
                ("⚙", ours("Notice", "تنبيه"), None, Style::new().dimmed())
            }
        };
        match (self.look.rich, role) {
            (true, _) => format!("{emoji} {}", self.look.paint(&name, style)),
            (false, Some(role)) => format!("{name} ({role})"),
            (false, None) => name,
        }
    }

    fn message(&self, author: &Participant, message: &MessageSent) -> Vec<String> {
        let text = match text_of(&message.text) {
            text if text.is_empty() && message.choice_id == "say_again" => {
                pick(self.language, "(say that again)", "(أعد ما قلت)").to_owned()
            }
            text => text,
        };
        let parts = message.parts.iter().map(|part| parts::line(part, self.language, self.look));
        let mut rows = text.lines().map(|row| self.look.foreign(row)).chain(parts);
        let first = rows.next().unwrap_or_default();
        let mut lines = vec![format!("{}: {first}", self.label(author))];
        lines.extend(rows);
        lines.extend(self.choices(&message.choices));
        lines
    }

    fn notice(&self, text: &str) -> Vec<String> {
        text.lines().map(|row| self.remark(&self.look.foreign(row))).collect()
    }

    /// What lies behind the notices, for those who look after the conversation.
    fn behind(&self, author: &Participant, body: &Body) -> Vec<String> {
        let l = self.language;
        let say = |en, ar| pick(l, en, ar).to_owned();
        let who = || self.label(author);
        let line = match body {
            Body::MessageSent(_)
            | Body::Notice(_)
            | Body::WaitOptionsOffered(_)
            | Body::SurveyAsked(_)
            | Body::Erased(_)
            | Body::Internal(_)
            | Body::Queued(_) => return Vec::new(),
            Body::AnswerRated(rated) => {
                let what = match rated.helpful {
                    true => pick(l, "the answer helped", "أفاده الجواب"),
                    false => pick(l, "the answer did not help", "لم يفده الجواب"),
                };
                format!("{what}: {}", rated.entry_id)
            }
            Body::ConversationRated(rated) => {
                let scale = words::measure(l, rated.measure());
                let (and, part) = (pick(l, ", ", "، "), words::part(l, rated.part()));
                let scored = format!("{scale}{and}{part}: {}", rated.score);
                match rated.comment.is_empty() {
                    true => scored,
                    false => format!("{scored}{and}«{}»", self.look.foreign(&rated.comment)),
                }
            }
            Body::CustomerIdentified(_) => {
                say("the host site says who the customer is", "عرّف الموقع بالعميل")
            }
            Body::FactsTold(told) => {
                let facts = told.facts.iter();
                let facts = facts.map(|(name, fact)| format!("{name} = {}", self.fact(fact)));
                let facts = facts.collect::<Vec<_>>().join(pick(l, ", ", "، "));
                format!("{}: {facts}", pick(l, "known of the customer", "معلوم عن العميل"))
            }
            Body::ClosedFalsely(_) => say(
                "came back with the same matter: it was not settled after all",
                "عاد العميل بالموضوع نفسه: لم يكن قد حُلّ",
            ),
            Body::PromiseMade(made) => {
                let promised = made.promise.as_ref().map(|it| self.promise(it)).unwrap_or_default();
                format!("{}: {promised}", pick(l, "promised", "وُعد العميل"))
            }
            Body::PromiseLate(late) => {
                let due = late.due.as_ref().and_then(moment).unwrap_or_default();
                format!("{} {due}", pick(l, "the promise will be late:", "سيتأخر الوعد إلى"))
            }
            Body::PromiseEnded(ended) => {
                format!("{} {}", pick(l, "the promise", "الوعد"), words::fate(l, ended.fate()))
            }
            Body::OtherLanguageAgreed(_) => {
                say("the customer agreed to the other language", "وافق العميل على اللغة الأخرى")
            }
            Body::Started(_) => say("the conversation began", "بدأت المحادثة"),
            Body::HandoffRequested(handoff) => {
                let why = words::handoff(l, handoff.reason());
                format!("{}: {why}", pick(l, "to people", "إلى الموظفين"))
            }
            Body::AgentJoined(_) => format!("{} {}", who(), pick(l, "joined", "انضم")),
            Body::AgentLeft(left) => format!("{}: {}", who(), words::left(l, left.reason())),
            Body::ResolutionProposed(proposed) => {
                let asked = say("asked whether it is settled", "سأل إن كان الأمر قد حُلّ");
                match proposed.disposition.is_empty() {
                    true => asked,
                    false => {
                        let said = words::disposition(l, &proposed.disposition);
                        format!("{asked} ({})", self.look.foreign(said))
                    }
                }
            }
            Body::ResolutionConfirmed(_) => say("the customer says: settled", "العميل يقول: حُلّت"),
            Body::ResolutionDenied(_) => {
                say("the customer says: not settled", "العميل يقول: لم تُحلّ")
            }
            Body::Reminded(_) => say("the customer was reminded", "ذُكّر العميل"),
            Body::Closed(closed) => {
                format!("{}: {}", pick(l, "closed", "أُغلقت"), words::close(l, closed.reason()))
            }
            Body::Reopened(_) => say("taken up again", "فُتحت من جديد"),
            Body::HandoffCancelled(_) => {
                say("the customer no longer wants a person", "لم يعد العميل يريد موظفًا")
            }
            Body::SignalRaised(raised) => {
                return raised.signals.iter().map(|s| self.remark(&self.signal(s))).collect();
            }
            Body::Noted(note) => {
                format!("{}: {}", pick(l, "note", "ملاحظة"), self.look.foreign(&note.text))
            }
            Body::Claimed(claimed) => {
                let over = claimed.overtaken_conversation_ids.len();
                let took = pick(l, "took it by hand", "أخذها بيده");
                let before = pick(l, "were before it", "كانوا يسبقونها");
                format!("{}: {took}; {before}: {over}", who())
            }
            Body::Whispered(whisper) => {
                let text = self.look.foreign(&whisper.text);
                let by = self.look.foreign(&whisper.supervisor);
                let whispers = pick(l, "whispers to the agent alone", "يهمس للموظف وحده");
                format!("{} {by} {whispers}: {text}", pick(l, "supervisor", "المشرف"))
            }
            Body::TakenOver(taken) => {
                let took = pick(l, "took it over as supervisor", "تسلّمها بصفته مشرفًا");
                match &taken.from {
                    Some(from) => {
                        format!("{} {took} {} {}", who(), pick(l, "from", "من"), self.label(from))
                    }
                    None => format!("{} {took}", who()),
                }
            }
            Body::AgentNudged(_) => say("the customer waits for you", "العميل ينتظرك"),
            Body::OnCallChanged(change) => on_call::changed(l, change, self.look),
            Body::CustomerBlocked(block) => blocks::begun(self, block),
            Body::BlockReviewed(review) => blocks::reviewed(self, review),
            Body::BlockEnded(end) => blocks::ended(l, end.reason()).to_owned(),
            Body::SupervisorAlerted(alerted) => {
                let what = words::alert(l, alerted.alert());
                format!("{}: {what}", pick(l, "supervisors were told", "أُبلغ المشرفون"))
            }
        };
        vec![self.remark(&line)]
    }
}

/// A title in this language, or in any; the id where it has none.
pub fn title_of<'a>(titles: &'a [LocalizedText], id: &'a str, language: Language) -> &'a str {
    let ours = titles.iter().find(|title| title.language == language.tag());
    ours.or(titles.first()).map_or(id, |title| &title.text)
}

/// The bare text; empty if there is none.
pub fn text_of(text: &Option<LocalizedText>) -> String {
    text.as_ref().map(|text| text.text.clone()).unwrap_or_default()
}

/// A moment to the minute, by the clock of the shop where its staff look at it, else by that of this
/// terminal; whose it is is named.
pub fn moment(at: &prost_types::Timestamp) -> Option<String> {
    moment_in(at, &zone::shown())
}

fn moment_in(at: &prost_types::Timestamp, zone: &TimeZone) -> Option<String> {
    let at = jiff::Timestamp::new(at.seconds, 0).ok()?.to_zoned(zone.clone());
    Some(at.strftime("%Y-%m-%d %H:%M %Q").to_string())
}

#[cfg(test)]
mod tests;
