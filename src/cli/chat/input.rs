//! What a typed line means. Pure.

use crate::cli::commands::Typed;
use crate::cli::parts::{self, Draft};
use crate::cli::words::number;
use crate::grpc::pb::{Choice, WaitOption};
use std::path::PathBuf;

/// Something the customer wants done; one call each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Say this.
    Say(String),
    /// Send this beside words.
    Send(Draft),
    /// Show the agent that something is being typed.
    Typing,
    /// Take this choice.
    Choose(String),
    /// Hear the bot's last words again.
    Again,
    /// Speak to a person.
    Human,
    /// Go back to the bot.
    Cancel,
    /// It is settled.
    Yes,
    /// It is not settled.
    No,
    /// Wait, be called back, leave the question, or accept the other language.
    Wait(WaitOption),
    /// Be called back at this time, in seconds since the epoch.
    CallbackAt(i64),
    /// The bot's last answer helped, or did not.
    Rate(bool),
    /// Score the conversation on the scale that was asked for, with a word or none.
    Score(u32, String),
    /// Take the conversation up again.
    Reopen,
    /// End the conversation.
    End,
    /// Make the conversation the customer's whom the host site names.
    Identify,
    /// See the customer's conversations.
    Mine(Mine),
    /// Go on with this conversation of theirs.
    Resume(String),
    /// Have all that is kept, in this file.
    Export(PathBuf),
    /// Have all that is kept erased.
    Erase,
}

/// Which of the customer's conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mine {
    /// All of them.
    All,
    /// Those that are open beside the one at hand.
    OpenElsewhere,
}

impl Want {
    /// For sentences of the form "the server refused …".
    pub fn what(&self) -> &'static str {
        match self {
            Want::Say(_) | Want::Send(_) => "the message",
            Want::Typing => "the sign",
            Want::Choose(_) => "the choice",
            Want::Again => "to say it again",
            Want::Human => "to call a person",
            Want::Cancel => "to go back to the bot",
            Want::Yes | Want::No => "the answer",
            Want::Wait(_) | Want::CallbackAt(_) => "the choice",
            Want::Rate(_) | Want::Score(..) => "the rating",
            Want::Reopen => "to take it up again",
            Want::End => "to end the conversation",
            Want::Identify => "to make the conversation yours",
            Want::Mine(_) => "your conversations",
            Want::Resume(_) => "to go on with the conversation",
            Want::Export(_) => "your data",
            Want::Erase => "to erase your data",
        }
    }

    /// Whether it means the same in a new conversation, where the one it was meant for is gone. What
    /// answers something that was said there does not.
    pub fn means_the_same_anew(&self) -> bool {
        match self {
            Want::Say(_)
            | Want::Send(_)
            | Want::Human
            | Want::Identify
            | Want::Mine(_)
            | Want::Resume(_) => true,
            Want::Choose(_)
            | Want::Again
            | Want::Typing
            | Want::Cancel
            | Want::Yes
            | Want::No
            | Want::Wait(_)
            | Want::Rate(_)
            | Want::Score(..)
            | Want::Reopen
            | Want::End
            | Want::CallbackAt(_)
            | Want::Export(_)
            | Want::Erase => false,
        }
    }

    /// Whether it adds a message of the customer.
    pub fn speaks(&self) -> bool {
        match self {
            Want::Say(_) | Want::Send(_) | Want::Choose(_) => true,
            Want::Again
            | Want::Typing
            | Want::Human
            | Want::Cancel
            | Want::Yes
            | Want::No
            | Want::Wait(_)
            | Want::Rate(_)
            | Want::Score(..)
            | Want::Reopen
            | Want::End
            | Want::CallbackAt(_)
            | Want::Identify
            | Want::Mine(_)
            | Want::Resume(_)
            | Want::Export(_)
            | Want::Erase => false,
        }
    }
}

/// A typed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing was typed.
    Nothing,
    /// A call is to be made.
    Want(Want),
    /// The commands are wanted.
    Help,
    /// Leave this terminal; the conversation stays as it is.
    Quit,
    /// Be called back at the time that these words name.
    CallbackAt(String),
    /// Show the customer's conversations.
    Mine,
    /// Go on with the conversation of this number.
    Resume(usize),
    /// Write all that is kept into a file, if one is named into that.
    Export(Option<PathBuf>),
    /// Erase all that is kept, after one more question.
    Erase,
    /// The customer has logged in and this is what the host site has signed.
    Login(String),
    /// A command of which a part is missing.
    Incomplete(&'static str),
    /// A command that there is not.
    Unknown(String),
}

/// What a line means, with the choices that stand open.
pub fn parse(line: &str, choices: &[Choice]) -> Line {
    let text = match Typed::of(line) {
        Typed::Nothing => return Line::Nothing,
        Typed::Command { name, rest } => return command(&name, rest),
        Typed::Words(text) => text,
    };
    let chosen = number(&text).and_then(|number| choices.get(number.checked_sub(1)?));
    Line::Want(match chosen {
        Some(choice) => Want::Choose(choice.id.clone()),
        None => Want::Say(text),
    })
}

fn command(name: &str, rest: &str) -> Line {
    if let Some(typed) = parts::typed(name, rest) {
        return typed.map_or_else(Line::Incomplete, |draft| Line::Want(Want::Send(draft)));
    }
    Line::Want(match name {
        "/score" | "/تقييم" => {
            return score(rest).map_or(Line::Incomplete("/score"), Line::Want);
        }
        "/callback" | "/عاودوا" if !rest.is_empty() => {
            return Line::CallbackAt(rest.to_owned());
        }
        "/resume" | "/تابع" => {
            return number(rest).map_or(Line::Incomplete("/resume"), Line::Resume);
        }
        "/export" | "/بياناتي" => {
            let file = Some(PathBuf::from(rest)).filter(|_| !rest.is_empty());
            return Line::Export(file);
        }
        "/login" | "/دخول" if rest.is_empty() => return Line::Incomplete("/login"),
        "/login" | "/دخول" => return Line::Login(rest.to_owned()),
        // The others stand alone: more words after one are likely meant for somebody.
        _ if !rest.is_empty() => return Line::Unknown(format!("{name} {rest}")),
        "/human" | "/agent" | "/موظف" => Want::Human,
        "/cancel" | "/إلغاء" => Want::Cancel,
        "/yes" | "/نعم" => Want::Yes,
        "/no" | "/لا" => Want::No,
        "/typing" | "/أكتب" => Want::Typing,
        "/again" | "/أعد" => Want::Again,
        "/reopen" | "/افتح" => Want::Reopen,
        "/end" | "/إنهاء" => Want::End,
        "/wait" | "/أنتظر" => Want::Wait(WaitOption::Wait),
        "/callback" | "/عاودوا" => Want::Wait(WaitOption::Callback),
        "/leave" | "/أترك" => Want::Wait(WaitOption::LeaveQuestion),
        "/other" | "/لغة" => Want::Wait(WaitOption::OtherLanguage),
        "/helpful" | "/أفادني" => Want::Rate(true),
        "/unhelpful" | "/لم-يفدني" => Want::Rate(false),
        "/mine" | "/محادثاتي" => return Line::Mine,
        "/erase" | "/امحني" => return Line::Erase,
        "/quit" | "/exit" | "/خروج" => return Line::Quit,
        "/help" | "/مساعدة" => return Line::Help,
        other => return Line::Unknown(other.to_owned()),
    })
}

/// The `4` of `/score 4`, with a word after it or none.
fn score(rest: &str) -> Option<Want> {
    let (score, comment) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let score = u32::try_from(number(score)?).ok()?;
    Some(Want::Score(score, comment.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_numbers_of_choices_or_commands() {
        let choices: Vec<Choice> =
            ["a", "b"].map(|id| Choice { id: id.to_owned(), title: None }).into();
        let say = |text: &str| Line::Want(Want::Say(text.to_owned()));
        for (line, expected) in [
            ("", Line::Nothing),
            ("  where is it ", say("where is it")),
            ("2", Line::Want(Want::Choose("b".into()))),
            ("٢", Line::Want(Want::Choose("b".into()))),
            ("3", say("3")),
            ("0", say("0")),
            ("99999999999999999999999", say("99999999999999999999999")),
            ("1 please", say("1 please")),
            ("//etc", say("/etc")),
            ("/Human", Line::Want(Want::Human)),
            ("/نعم", Line::Want(Want::Yes)),
            ("/unhelpful", Line::Want(Want::Rate(false))),
            ("/score 4", Line::Want(Want::Score(4, String::new()))),
            ("/تقييم ٥ ممتاز جدًا", Line::Want(Want::Score(5, "ممتاز جدًا".into()))),
            ("/score well", Line::Incomplete("/score")),
            ("/callback", Line::Want(Want::Wait(WaitOption::Callback))),
            ("/callback tomorrow 9:00", Line::CallbackAt("tomorrow 9:00".into())),
            ("/عاودوا غدا ٩:٣٠", Line::CallbackAt("غدا ٩:٣٠".into())),
            ("/mine", Line::Mine),
            ("/محادثاتي", Line::Mine),
            ("/resume 2", Line::Resume(2)),
            ("/تابع ٢", Line::Resume(2)),
            ("/resume", Line::Incomplete("/resume")),
            ("/export", Line::Export(None)),
            ("/بياناتي my data.jsonl", Line::Export(Some("my data.jsonl".into()))),
            ("/erase", Line::Erase),
            ("/امحني", Line::Erase),
            ("/erase my order", Line::Unknown("/erase my order".into())),
            ("/login eyJ.x.y", Line::Login("eyJ.x.y".into())),
            ("/login", Line::Incomplete("/login")),
            ("/quit", Line::Quit),
            ("/what", Line::Unknown("/what".into())),
        ] {
            assert_eq!(parse(line, &choices), expected, "{line:?}");
        }
        assert_eq!(parse("1", &[]), say("1"), "no choice stands open");
    }
}
