//! Every state × every command, and what comes of it, kept as a document beside this file.
//!
//! A new state or command does not compile until it stands in the lists of kinds and is given its
//! situations or samples below; then the document misses its lines until they are written.

use super::blocks;
use super::on_call;
use super::world::{Story, agent, receipt, start};
use crate::domain::conversation::command::{Command, Effect, Input, Rejection};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::{Conversation, Proposal, Proposer, State};
use crate::domain::conversation::transfer::{Destination, Transfer};
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::facts::{Fact, Facts};
use crate::domain::handoff::Token;
use crate::domain::ids::{CustomerId, QueueId, SkillId};
use crate::domain::language::Language;
use crate::domain::parts::Part;
use crate::domain::pool::agent::{Agent, Lease, Presence, Profile};
use crate::domain::tests::document::{check, kinds};
use crate::domain::time::Timestamp;
use serde_json::Value;
use std::fmt::Write;
use std::time::Duration;

kinds! {
    /// Where a conversation can stand.
    StateKind of State { Bot, Queued, Pending, Human, Confirming, Resolved, Closed, Blocked }
}

kinds! {
    /// What can be asked of it.
    CommandKind of Command {
        Start, CustomerSays, RequestHuman, CancelHumanRequest, ChooseWait, Respond, Reopen, Leave,
        ConfirmQueued, Bind, Unbind, HolderGone, AgentSays, AgentNotes, AgentReportsAbuse,
        AgentProposes, AgentPromises, AgentReleases, AgentTransfers, Requeue, Reassign, Whisper,
        RateAnswer, RateConversation, Identify, AskForRecommendation, Erase, Tick, CatchUp,
        OnCallAnswered, AgentBlocks, ReviewBlock, FollowBlock, KeepQuestion,
    }
}

/// The situations in which a state is looked at, each with its name.
fn situations(kind: StateKind) -> Vec<(&'static str, Story)> {
    let greeted = || Story::new().then(&start());
    let answered = || greeted().says("how much is delivery");
    let asked = || answered().then(&Command::RequestHuman);
    let queued = || {
        let asked = asked();
        asked.clone().then(&receipt(asked.token().term))
    };
    let joined = || {
        let queued = queued();
        let token = newer(queued.token());
        queued.then(&bind(token, "sara"))
    };
    let helped = || {
        let joined = joined();
        let token = joined.token();
        let text = "I am looking into it".to_owned();
        let (agent, parts) = (agent("sara"), Vec::new());
        joined.then(&Command::AgentSays { agent, token, text, parts })
    };
    let held = || {
        let helped = helped();
        let (token, disposition) = (helped.token(), "solved".to_owned());
        helped.then(&Command::AgentProposes { agent: agent("sara"), token, disposition })
    };
    let promised = || {
        let helped = helped();
        let due = helped.at + Duration::from_secs(600);
        let promise = promise("sara", helped.token(), due);
        helped.then(&promise)
    };
    let yes = Command::Respond { resolved: true };
    let long_ago = |mut story: Story| {
        story.at = story.at + story.rules.bot.ends.reopen_window + Duration::from_secs(1);
        story
    };
    match kind {
        StateKind::Bot => vec![
            ("just greeted", greeted()),
            ("a question was answered", answered()),
            ("a fragment waits for the rest", greeted().says("the blue one")),
            ("a number was asked for", greeted().says("where is my order")),
        ],
        StateKind::Queued => vec![
            ("the pool has not confirmed it", asked()),
            ("the pool has confirmed it", queued()),
            ("the long wait was told", queued().until_due()),
            ("for money that is being lost", greeted().says("my stolen card")),
            ("somebody on call is rung", on_call::rung()),
            ("somebody on call was reached", on_call::reached()),
            ("nobody on call was reached", on_call::missed()),
            ("a callback has come back", queued().then(&call_back()).until_due()),
            ("a callback is late", queued().then(&call_back()).until_due().until_due()),
        ],
        StateKind::Pending => vec![
            ("a callback is promised", queued().then(&call_back())),
            ("sara has promised", promised()),
        ],
        StateKind::Human => vec![
            ("sara owes the first word", joined()),
            ("sara has answered", helped()),
            ("sara is back at what she promised", {
                let back = promised().until_due();
                let token = newer(back.token());
                back.then(&bind(token, "sara"))
            }),
            ("the supervisor was told that sara is silent", joined().until_due().until_due()),
        ],
        StateKind::Confirming => vec![
            ("the bot has proposed", answered().says("thanks!")),
            ("sara has proposed and is held", held()),
            ("sara has proposed and is free again", held().until_due()),
        ],
        StateKind::Resolved => vec![
            ("with the bot", answered().says("thanks!").then(&yes)),
            ("with sara", held().then(&yes)),
            ("too long ago to go on", long_ago(held().then(&yes))),
        ],
        StateKind::Closed => vec![
            ("left the bot", answered().then(&Command::Leave)),
            ("left sara", helped().then(&Command::Leave)),
            ("erased", answered().then(&Command::Leave).then(&Command::Erase)),
            ("too long ago to go on", long_ago(answered().then(&Command::Leave))),
            ("left while blocked", blocks::begun(helped()).then(&Command::Leave)),
        ],
        StateKind::Blocked => blocks::situations(helped()),
    }
}

/// The samples of a command in a situation: their names, and when each comes.
fn samples(kind: CommandKind, story: &Story) -> Vec<(String, Command, Timestamp)> {
    let token = story.token();
    let now = |name: &str, command: Command| (name.to_owned(), command, story.at);
    let by_token = |make: &dyn Fn(Token) -> Command| {
        tokens(token).map(|(name, token)| now(name, make(token))).to_vec()
    };
    let by_holder = |make: &dyn Fn(&str, Token) -> Command| {
        let mut samples = by_token(&|token| make("sara", token));
        samples.push(now("same token, not sara", make("omar", token)));
        samples
    };
    let text = "words".to_owned();
    match kind {
        CommandKind::Start => vec![now("", start())],
        CommandKind::CustomerSays => spoken(story),
        CommandKind::RequestHuman => vec![now("", Command::RequestHuman)],
        CommandKind::CancelHumanRequest => vec![now("", Command::CancelHumanRequest)],
        CommandKind::ChooseWait => {
            let at = Some(story.at + Duration::from_secs(300));
            let past = Some(story.at - Duration::from_secs(1));
            vec![
                now("to wait", Command::ChooseWait(WaitChoice::Wait)),
                now("a callback", call_back()),
                now("a callback then", Command::ChooseWait(WaitChoice::Callback { at })),
                now("a callback gone by", Command::ChooseWait(WaitChoice::Callback { at: past })),
                now("to leave the question", Command::ChooseWait(WaitChoice::LeaveQuestion)),
                now("the other language", Command::ChooseWait(WaitChoice::OtherLanguage)),
            ]
        }
        CommandKind::Respond => vec![
            now("yes", Command::Respond { resolved: true }),
            now("no", Command::Respond { resolved: false }),
        ],
        CommandKind::Reopen => vec![now("", Command::Reopen)],
        CommandKind::Leave => vec![now("", Command::Leave)],
        CommandKind::ConfirmQueued => vec![
            now("older term", receipt(token.term - 1)),
            now("same term", receipt(token.term)),
            now("newer term", receipt(token.term + 1)),
        ],
        CommandKind::Bind => {
            let mut samples = by_token(&|token| bind(token, "sara"));
            samples.push(now("newer attempt, not sara", bind(newer(token), "omar")));
            let taken = |token| taken_over(bind(token, "omar"));
            samples.push(now("taken over, newer attempt", taken(newer(token))));
            samples.push(now("taken over, same token", taken(token)));
            let again = taken_over(bind(newer(token), "sara"));
            samples.push(now("taken over by sara", again));
            samples
        }
        CommandKind::Unbind => by_token(&|token| Command::Unbind { token, agent: agent("sara") }),
        CommandKind::HolderGone => {
            let gone = |name: &str| now(name, Command::HolderGone { agent: agent(name) });
            vec![gone("sara"), gone("omar")]
        }
        CommandKind::AgentSays => by_holder(&|name, token| Command::AgentSays {
            agent: agent(name),
            token,
            text: text.clone(),
            parts: Vec::new(),
        }),
        CommandKind::AgentNotes => by_holder(&|name, token| Command::AgentNotes {
            agent: agent(name),
            token,
            text: text.clone(),
        }),
        CommandKind::AgentReportsAbuse => by_holder(&|name, token| Command::AgentReportsAbuse {
            agent: agent(name),
            token,
            note: text.clone(),
        }),
        CommandKind::AgentProposes => by_holder(&|name, token| Command::AgentProposes {
            agent: agent(name),
            token,
            disposition: text.clone(),
        }),
        CommandKind::AgentPromises => {
            let due = story.at + Duration::from_secs(600);
            let mut samples = by_holder(&|name, token| promise(name, token, due));
            samples.push(now("by a time gone by", promise("sara", token, story.at)));
            samples
        }
        CommandKind::AgentReleases => by_holder(&|name, token| Command::AgentReleases {
            agent: agent(name),
            token,
            note: text.clone(),
        }),
        CommandKind::AgentTransfers => {
            let pass = |name: &str, token, to| {
                let note = text.clone();
                Command::AgentTransfers(Transfer { agent: agent(name), token, to, note })
            };
            let to_bot = |name: &str, token| pass(name, token, Destination::Bot);
            let mut samples = by_holder(&to_bot);
            samples.iter_mut().for_each(|(name, ..)| name.push_str(", to the bot"));
            let queue = story.rules.routing.queues.first().id.clone();
            samples.push(now("to a queue", pass("sara", token, Destination::Queue(queue))));
            let nowhere = Destination::Queue(QueueId::parse("nowhere").unwrap());
            samples.push(now("to no queue", pass("sara", token, nowhere)));
            let unknown = SkillId::parse("juggling").unwrap();
            let to_skill = Destination::Skill { skill: unknown, level: 1 };
            samples.push(now("to no skill", pass("sara", token, to_skill)));
            samples
        }
        CommandKind::Requeue => vec![
            now("with a note", Command::Requeue { note: text }),
            now("without a note", Command::Requeue { note: String::new() }),
        ],
        CommandKind::Reassign => {
            let to = |name: &str| Command::Reassign { to: colleague(name), note: text.clone() };
            let mut gone = colleague("omar");
            gone.presence = Presence::Offline;
            let to_nobody = Command::Reassign { to: gone, note: String::new() };
            vec![
                now("to omar", to("omar")),
                now("to sara", to("sara")),
                now("to omar, who is not there", to_nobody),
            ]
        }
        CommandKind::Whisper => {
            let to = |name: Option<&str>| Command::Whisper {
                by: "main".to_owned(),
                to: name.map(agent),
                text: text.clone(),
            };
            vec![
                now("to whoever owns it", to(None)),
                now("to sara", to(Some("sara"))),
                now("to omar", to(Some("omar"))),
            ]
        }
        CommandKind::RateAnswer => {
            let answers = story.c.iter().flat_map(|c| &c.satisfaction.answers);
            let answer = answers.last().map_or(1, |last| last.seq);
            let rate = |answer, helpful| Command::RateAnswer { answer, helpful };
            vec![
                now("it helped", rate(answer, true)),
                now("it did not help", rate(answer, false)),
                now("no such answer", rate(1_000_000, false)),
            ]
        }
        CommandKind::RateConversation => {
            let rate = |measure, score| Command::RateConversation {
                measure,
                part: None,
                score,
                comment: text.clone(),
            };
            vec![
                now("satisfied", rate(Measure::Csat, 5)),
                now("not on the scale", rate(Measure::Ces, 8)),
            ]
        }
        CommandKind::Identify => {
            let facts = Facts::from([("plan".to_owned(), Fact::Flag(true))]);
            let customer = CustomerId::known("17").unwrap();
            vec![now("", Command::Identify { customer, facts })]
        }
        CommandKind::AskForRecommendation => vec![now("", Command::AskForRecommendation)],
        CommandKind::Erase => vec![now("", Command::Erase)],
        CommandKind::Tick => match story.deadline() {
            None => vec![now("nothing is ever due", story.tick())],
            Some(due) => vec![
                ("before it is due".to_owned(), story.tick(), due - Duration::from_millis(1)),
                ("when it is due".to_owned(), story.tick(), due),
            ],
        },
        CommandKind::OnCallAnswered => on_call::samples(story),
        CommandKind::AgentBlocks => {
            let mut samples = by_holder(&|name, token| blocks::block(name, token));
            samples.push(now("for no reason", blocks::for_no_reason(token)));
            samples
        }
        CommandKind::ReviewBlock => {
            vec![now("upheld", blocks::review(true)), now("lifted", blocks::review(false))]
        }
        CommandKind::FollowBlock => blocks::elsewhere(story)
            .map(|(name, block)| now(name, Command::FollowBlock(Box::new(block))))
            .to_vec(),
        CommandKind::KeepQuestion => vec![now("", Command::KeepQuestion)],
        CommandKind::CatchUp => {
            let gone = |token| Command::CatchUp { token, handoff: None };
            let mut samples = by_token(&gone);
            samples.iter_mut().for_each(|(name, ..)| name.push_str(", no place"));
            // A place as the pool would know it: that of the story, or one of its own kind.
            let asked = Story::new().then(&start()).then(&Command::RequestHuman).c.unwrap();
            let asked = asked.handoff.unwrap();
            let place = Some(Box::new((asked.handoff, asked.headline)));
            for (name, token) in tokens(token) {
                let command = Command::CatchUp { token, handoff: place.clone() };
                samples.push(now(&format!("{name}, a place"), command));
            }
            samples
        }
    }
}

/// What customers say: words of every kind that makes a difference, and buttons.
fn spoken(story: &Story) -> Vec<(String, Command, Timestamp)> {
    let words = [
        ("a question", "when are you open"),
        ("the question of before", "how much is delivery"),
        ("what needs a number", "where is my order"),
        ("a number", "12345"),
        ("what people answer", "i was charged twice"),
        ("a fragment", "the red one"),
        ("a whole riddle", "the moon has sung a purple song to nobody at all."),
        ("thanks", "thanks"),
        ("yes", "yes"),
        ("no", "no"),
        ("a wish for a human", "i want a human"),
        ("that wish taken back", "human no longer needed"),
        ("that wish perhaps taken back", "no need"),
        ("anger", "this is terrible"),
        ("danger", "call an ambulance"),
    ];
    let mut samples: Vec<_> =
        words.map(|(name, text)| (name.to_owned(), story.saying(text), story.at)).to_vec();
    let press = |name: &str, input| (name.to_owned(), story.pressing(input), story.at);
    samples.push(press("a button", Input::Choice("pay-methods".to_owned())));
    samples.push(press("a button that is gone", Input::Choice("no-such-entry".to_owned())));
    samples.push(press("say again", Input::SayAgain));
    let place = Part::Location { latitude: 24_700_000, longitude: 46_700_000, label: "".into() };
    let alone = |parts| Input::Parts { text: String::new(), parts };
    samples.push(press("a place without words", alone(vec![place.clone()])));
    samples.push(press("more than a message carries", alone(vec![place; 4])));
    samples.push(press("the choice of a callback", Input::Choice("wait:callback".to_owned())));
    samples.push(press("the choice to wait no longer", Input::Choice("wait:cancel".to_owned())));
    samples
}

fn tokens(token: Token) -> [(&'static str, Token); 5] {
    [
        ("older term", Token { term: token.term - 1, attempt: token.attempt + 1 }),
        ("older attempt", Token { attempt: token.attempt - 1, ..token }),
        ("same token", token),
        ("newer attempt", newer(token)),
        ("newer term", Token { term: token.term + 1, attempt: 0 }),
    ]
}

fn call_back() -> Command {
    Command::ChooseWait(WaitChoice::Callback { at: None })
}

fn promise(name: &str, token: Token, due: Timestamp) -> Command {
    Command::AgentPromises { agent: agent(name), token, what: "to look".to_owned(), due }
}

/// An agent who is there and can help.
fn colleague(name: &str) -> Box<Agent> {
    let profile = Profile {
        name: name.to_owned(),
        languages: Language::ALL.map(|language| (language, 3)).into(),
        skills: Default::default(),
        capacity: 2,
        declared: false,
    };
    let mut colleague = Agent::new(agent(name), profile, Timestamp::ZERO);
    (colleague.presence, colleague.lease) = (Presence::Available, Lease::Live);
    Box::new(colleague)
}

fn taken_over(mut bind: Command) -> Command {
    if let Command::Bind { taken_over, .. } = &mut bind {
        *taken_over = true;
    }
    bind
}

fn newer(token: Token) -> Token {
    Token { attempt: token.attempt + 1, ..token }
}

fn bind(token: Token, name: &str) -> Command {
    Command::Bind {
        token,
        agent: agent(name),
        name: name.to_owned(),
        waited_ms: 5_000,
        claimed_over: None,
        taken_over: false,
    }
}

/// One cell: what happens, then where it leads, whether the token moves, what the pool must do.
fn cell(story: &Story, command: &Command, at: Timestamp) -> String {
    let decision = match story.answer(command, at) {
        Err(rejection) => return format!("refused: {}", refusal(&rejection)),
        Ok(decision) if decision.events.is_empty() && decision.effects.is_empty() => {
            assert_eq!(Some(&decision.next), story.c.as_ref());
            return "nothing changes".to_owned();
        }
        Ok(decision) => decision,
    };
    let events: Vec<String> = decision.events.iter().map(told).collect();
    let mut cell = format!("{} → {}", events.join(", "), standing(&decision.next));
    let (before, after) = (story.token(), decision.next.token);
    if before.term < after.term {
        cell.push_str("; a new term");
    } else if before < after {
        cell.push_str("; a new attempt");
    }
    for effect in &decision.effects {
        cell.push_str(match effect {
            Effect::Enqueue => "; the pool must enqueue",
            Effect::Release { term } if *term == before.term => "; the pool must release",
            Effect::Release { .. } => "; the pool must release ANOTHER term",
        });
    }
    cell
}

fn refusal(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NotFound => "not found",
        Rejection::Exists => "it exists",
        Rejection::WrongState { .. } => "wrong state",
        Rejection::OwnershipLost { .. } => "ownership lost",
        Rejection::Stale { .. } => "stale",
        Rejection::UnknownChoice => "unknown choice",
        Rejection::BadPart(_) => "a part that is not allowed",
        Rejection::TimeNotPossible { .. } => "time not possible",
        Rejection::TooLateToReopen { .. } => "too late to reopen",
        Rejection::NotDue => "not due",
        Rejection::PromiseOpen => "a promise is open",
        Rejection::NotTransferable { .. } => "not transferable",
        Rejection::NoSuchDestination { .. } => "no such destination",
        Rejection::NoSuchAnswer => "no such answer",
        Rejection::OtherCustomer => "another customer",
        Rejection::NotOnThisScale { .. } => "not on this scale",
        Rejection::NotBlockable { .. } => "not blockable",
        Rejection::WaitsAlready => "waits already",
        Rejection::NothingToReview => "nothing to review",
    }
}

fn standing(c: &Conversation) -> String {
    match &c.state {
        State::Human { agent } => format!("human {agent}"),
        State::Confirming(Proposal { by, .. }) => match by {
            Proposer::Bot => "confirming (bot)".to_owned(),
            Proposer::Agent { agent, held: true } => format!("confirming ({agent}, held)"),
            Proposer::Agent { agent, held: false } => format!("confirming ({agent}, free)"),
        },
        State::Closed { reason, .. } => format!("closed ({})", reason.name()),
        State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Resolved { .. } => c.state.name().to_owned(),
    }
}

/// An event by the name it has in the log, with what tells it from others of its kind.
fn told(event: &Event) -> String {
    let stored = serde_json::to_value(event).unwrap();
    let fields = [
        "/outcome",
        "/key",
        "/handoff/reason",
        "/why",
        "/reason",
        "/what",
        "/target",
        "/by/who",
        "/promise/kind",
        "/fate",
        "/upheld",
    ];
    let details = fields.iter().filter_map(|path| stored.pointer(path)).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let details: Vec<String> = details.collect();
    let name = stored["event"].as_str().unwrap();
    if details.is_empty() { name.to_owned() } else { format!("{name}({})", details.join(", ")) }
}

/// One line a cell; where all samples of a command come to the same, one line for all of them.
fn section(told: &mut String, heading: &str, story: &Story) {
    writeln!(told, "\n## {heading}\n").unwrap();
    for kind in CommandKind::ALL {
        let cells: Vec<(String, String)> = samples(*kind, story)
            .into_iter()
            .map(|(name, command, at)| {
                assert_eq!(CommandKind::of(&command), *kind);
                (name, cell(story, &command, at))
            })
            .collect();
        let (_, first) = cells.first().expect("every kind has a sample");
        if cells.len() > 1 && cells.iter().all(|(_, cell)| cell == first) {
            let name = format!("{kind:?}: in every case");
            writeln!(told, "{name:<38} | {first}").unwrap();
            continue;
        }
        for (name, cell) in &cells {
            let mark = if name.is_empty() { "" } else { ": " };
            let name = format!("{kind:?}{mark}{name}");
            writeln!(told, "{name:<38} | {cell}").unwrap();
        }
    }
}

/// Every situation of the table, for those who walk on from one of them.
pub(super) fn everywhere() -> Vec<Story> {
    let known = StateKind::ALL.iter().flat_map(|kind| situations(*kind));
    std::iter::once(Story::new()).chain(known.map(|(_, story)| story)).collect()
}

/// How many kinds of commands there are.
pub(super) const KINDS: usize = CommandKind::ALL.len();

/// One of all samples of all commands, for those who walk.
pub(super) fn one_of(story: &Story, kind: usize, sample: usize) -> (Command, Timestamp) {
    let samples = samples(CommandKind::ALL[kind], story);
    let (_, command, at) = samples[sample % samples.len()].clone();
    (command, at)
}

#[test]
fn a_conversation_answers_every_command_in_every_state_as_written() {
    let mut told = String::from(
        "# What a conversation does with every command, in every state\n\n\
         Written by `tests/table.rs` from what the code does, and compared with it.\n\
         Each section is a state and a situation in it; each line a command, then the events,\n\
         the state after them, and what the pool is told. A refused command changes nothing.\n",
    );
    section(&mut told, "none: before it begins", &Story::new());
    for kind in StateKind::ALL {
        for (name, story) in situations(*kind) {
            let state = &story.c.as_ref().unwrap().state;
            assert_eq!(StateKind::of(state), *kind, "{name}");
            section(&mut told, &format!("{}: {name}", state.name()), &story);
        }
    }
    check("src/domain/conversation/tests/every_state.md", &told);
}
