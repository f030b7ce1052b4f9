//! What an agent's typed line means. Pure.

use crate::cli::commands::Typed;
use crate::cli::parts::{self, Draft};
use crate::cli::words::number;

/// A typed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing was typed.
    Nothing,
    /// Write to the customer.
    Say(String),
    /// Send the customer this.
    Send(Draft),
    /// Show the customer that something is being typed.
    Typing,
    /// Accept this offer, or the oldest.
    Accept(Option<u32>),
    /// See who waits and could be taken by hand.
    Waiting,
    /// Take the waiting conversation of this number by hand.
    Claim(u32),
    /// Decline this offer, or the oldest, with a reason.
    Decline(Option<u32>, String),
    /// Go on with this conversation.
    To(u32),
    /// See the packet of this offer or conversation, or of the current one.
    Packet(Option<u32>),
    /// See what might be answered; about this, or about what the customer asks.
    Suggest(String),
    /// Send the suggested reply of this number.
    Use(u32),
    /// Keep a note for the next agent.
    Note(String),
    /// Ask the customer whether it is settled.
    Propose(String),
    /// Promise to come back to it within so many minutes.
    Promise(u32, String),
    /// Give the conversation back, with a note.
    Release(String),
    /// Pass the conversation on, with a note.
    Transfer(Onward, String),
    /// Take no new work for now.
    Away(String),
    /// Finish what is held and take nothing new.
    Drain,
    /// Tell the supervisors that the customer abuses.
    Abuse(String),
    /// Block the customer, with the reason.
    Block(String),
    /// The last conversation is written up.
    Done,
    /// Take work again.
    Back,
    /// Show what is offered and held.
    List,
    /// The commands are wanted.
    Help,
    /// Sign out.
    Quit,
    /// A command of which a part is missing or not understood.
    Incomplete(&'static str),
    /// A command that there is not.
    Unknown(String),
}

/// To whom a conversation is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Onward {
    /// A colleague, by id.
    Agent(String),
    /// A queue, by id.
    Queue(String),
    /// Whoever has this skill.
    Skill(String),
    /// The bot.
    Bot,
}

/// What must be there before a line makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// An offer.
    Offer,
    /// A conversation of one's own.
    Conversation,
}

impl Line {
    /// What must be there before it makes sense.
    pub fn need(&self) -> Need {
        match self {
            Line::Accept(_) | Line::Decline(_, _) => Need::Offer,
            Line::Say(_)
            | Line::Send(_)
            | Line::Typing
            | Line::To(_)
            | Line::Packet(None)
            | Line::Suggest(_)
            | Line::Use(_)
            | Line::Note(_)
            | Line::Abuse(_)
            | Line::Block(_)
            | Line::Propose(_)
            | Line::Promise(_, _)
            | Line::Release(_)
            | Line::Transfer(_, _) => Need::Conversation,
            Line::Packet(Some(_))
            | Line::Waiting
            | Line::Claim(_)
            | Line::Drain
            | Line::Done
            | Line::Nothing
            | Line::Away(_)
            | Line::Back
            | Line::List
            | Line::Help
            | Line::Quit
            | Line::Incomplete(_)
            | Line::Unknown(_) => Need::Nothing,
        }
    }
}

/// What a line means.
pub fn parse(line: &str) -> Line {
    let (name, rest) = match Typed::of(line) {
        Typed::Nothing => return Line::Nothing,
        Typed::Words(text) => return Line::Say(text),
        Typed::Command { name, rest } => (name, rest),
    };
    if let Some(typed) = parts::typed(&name, rest) {
        return typed.map_or_else(Line::Incomplete, Line::Send);
    }
    let text = rest.to_owned();
    match name.as_str() {
        "/accept" | "/قبول" => Line::Accept(nth(rest)),
        "/decline" | "/رفض" => {
            let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            match nth(first) {
                Some(number) => Line::Decline(Some(number), after.trim().to_owned()),
                None => Line::Decline(None, text),
            }
        }
        "/typing" | "/أكتب" => Line::Typing,
        "/to" | "/إلى" => nth(rest).map_or(Line::Incomplete("/to"), Line::To),
        "/packet" | "/ملف" => Line::Packet(nth(rest)),
        "/suggest" | "/اقتراح" => Line::Suggest(text),
        "/use" | "/أرسل" => nth(rest).map_or(Line::Incomplete("/use"), Line::Use),
        "/note" | "/ملاحظة" if text.is_empty() => Line::Incomplete("/note"),
        "/note" | "/ملاحظة" => Line::Note(text),
        "/propose" | "/حل" => Line::Propose(text),
        "/promise" | "/وعد" => promise(rest).unwrap_or(Line::Incomplete("/promise")),
        "/release" | "/إعادة" => Line::Release(text),
        "/transfer" | "/تحويل" => transfer(rest).unwrap_or(Line::Incomplete("/transfer")),
        "/away" | "/بعيد" => Line::Away(text),
        "/drain" | "/إنهاء" => Line::Drain,
        "/done" | "/فرغت" => Line::Done,
        "/abuse" | "/إساءة" => Line::Abuse(text),
        "/block" | "/إيقاف" if text.is_empty() => Line::Incomplete("/block"),
        "/block" | "/إيقاف" => Line::Block(text),
        "/waiting" | "/المنتظرون" => Line::Waiting,
        "/claim" | "/أخذ" => nth(rest).map_or(Line::Incomplete("/claim"), Line::Claim),
        "/back" | "/عدت" => Line::Back,
        "/list" | "/قائمة" => Line::List,
        "/help" | "/مساعدة" => Line::Help,
        "/quit" | "/exit" | "/خروج" => Line::Quit,
        _ => Line::Unknown(name),
    }
}

/// A time such as `2d`, `4h` or `30m`, then what is promised.
fn promise(rest: &str) -> Option<Line> {
    let (span, what) = rest.split_once(char::is_whitespace)?;
    let unit = span.chars().next_back()?;
    let count = nth(span.strip_suffix(unit)?)?;
    let minutes = match unit {
        'm' | 'د' => 1,
        'h' | 'س' => 60,
        'd' | 'ي' => 24 * 60,
        _ => return None,
    };
    let what = what.trim();
    (!what.is_empty()).then_some(Line::Promise(count.checked_mul(minutes)?, what.to_owned()))
}

/// `agent omar note …`, `queue billing note …`, `skill billing note …` or `bot note …`.
fn transfer(rest: &str) -> Option<Line> {
    let cut = |text: &str| {
        let (first, after) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        (first.to_owned(), after.trim().to_owned())
    };
    let (kind, after) = cut(rest);
    let named = |make: fn(String) -> Onward| {
        let (name, note) = cut(&after);
        (!name.is_empty()).then(|| Line::Transfer(make(name), note))
    };
    match kind.to_ascii_lowercase().as_str() {
        "agent" | "زميل" => named(Onward::Agent),
        "queue" | "قائمة" => named(Onward::Queue),
        "skill" | "مهارة" => named(Onward::Skill),
        "bot" | "الآلة" => Some(Line::Transfer(Onward::Bot, after)),
        _ => None,
    }
}

fn nth(text: &str) -> Option<u32> {
    number(text).and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_or_commands_with_numbers_and_words() {
        for (line, expected) in [
            (" hello there ", Line::Say("hello there".into())),
            ("//path", Line::Say("/path".into())),
            ("", Line::Nothing),
            ("/accept", Line::Accept(None)),
            ("/accept ٢", Line::Accept(Some(2))),
            ("/decline", Line::Decline(None, "".into())),
            ("/decline 2 my shift ends", Line::Decline(Some(2), "my shift ends".into())),
            ("/decline busy now", Line::Decline(None, "busy now".into())),
            ("/رفض 1 مشغول", Line::Decline(Some(1), "مشغول".into())),
            ("/to 3", Line::To(3)),
            ("/to", Line::Incomplete("/to")),
            ("/to x", Line::Incomplete("/to")),
            ("/use", Line::Incomplete("/use")),
            ("/claim", Line::Incomplete("/claim")),
            ("/note", Line::Incomplete("/note")),
            ("/suggest refund", Line::Suggest("refund".into())),
            ("/use ٢", Line::Use(2)),
            ("/packet", Line::Packet(None)),
            ("/Propose solved", Line::Propose("solved".into())),
            ("/release needs billing", Line::Release("needs billing".into())),
            ("/promise 2d the refund", Line::Promise(2_880, "the refund".into())),
            ("/وعد 30د أتحقق", Line::Promise(30, "أتحقق".into())),
            ("/promise soon", Line::Incomplete("/promise")),
            (
                "/transfer queue billing she paid twice",
                Line::Transfer(Onward::Queue("billing".into()), "she paid twice".into()),
            ),
            ("/تحويل زميل omar", Line::Transfer(Onward::Agent("omar".into()), "".into())),
            ("/transfer bot", Line::Transfer(Onward::Bot, "".into())),
            ("/transfer queue", Line::Incomplete("/transfer")),
            ("/transfer", Line::Incomplete("/transfer")),
            ("/تحويل", Line::Incomplete("/transfer")),
            ("/away lunch", Line::Away("lunch".into())),
            ("/claim 3", Line::Claim(3)),
            ("/المنتظرون", Line::Waiting),
            ("/drain", Line::Drain),
            ("/فرغت", Line::Done),
            ("/abuse he insults me", Line::Abuse("he insults me".into())),
            ("/block he threatens me", Line::Block("he threatens me".into())),
            ("/إيقاف", Line::Incomplete("/block")),
            ("/dance", Line::Unknown("/dance".into())),
        ] {
            assert_eq!(parse(line), expected, "{line:?}");
        }
    }
}
