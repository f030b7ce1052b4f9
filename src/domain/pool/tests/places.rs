//! Every place × every command about it, and what comes of it, kept as a document beside this file.
//!
//! A new kind of place or command does not compile until it stands in the lists of kinds and is
//! given its situations or samples below.

use super::world::{Pool, agent, arrival, conversation};
use crate::domain::handoff::Token;
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::command::{
    AgentCommand, Arrival, InboxEvent, PoolDecision, PoolRefusal, WorkCommand,
};
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::tests::document::{check, kinds};
use crate::domain::time::Timestamp;
use std::fmt::Write;
use std::time::Duration;

kinds! {
    /// What the pool can know under a conversation's id.
    PlaceKind of Place { Here, Gone }
}

kinds! {
    /// Where an item can stand.
    ItemKind of ItemState { Waiting, Offered, Assigned }
}

kinds! {
    /// What can be asked about a place.
    CommandKind of WorkCommand {
        Enqueue, Offer, Claim, TakeOver, Accept, Decline, Expire, Rescind, GiveWay, Lose, Release,
        Adopt, Regain, Forget,
    }
}

const MOMENT: Duration = Duration::from_millis(1);

/// The conversation that is looked at.
const ID: &str = "c1";
/// Its term.
const TERM: i64 = 900_000;

/// Sara and Omar are there, Noor has never signed in, Zaid is full; nobody knows Ghost.
fn pool() -> Pool {
    let mut pool = Pool::new().with("sara", 2).with("omar", 2).with("zaid", 0);
    pool.done_by(&agent("noor"), &AgentCommand::SetProfile(super::world::profile(2)));
    pool
}

fn enqueue(term: i64, at: Timestamp) -> WorkCommand {
    WorkCommand::Enqueue { arrival: arrival(term), issued_at: at }
}

fn situations(kind: PlaceKind) -> Vec<(&'static str, Pool)> {
    let release = WorkCommand::Release { term: TERM };
    match kind {
        PlaceKind::Here => ItemKind::ALL.iter().flat_map(|kind| items(*kind)).collect(),
        PlaceKind::Gone => {
            let (_, assigned) = items(ItemKind::Assigned).remove(0);
            vec![
                ("gone after sara had it", assigned.then(ID, &release)),
                ("gone before it was here", pool().then(ID, &release)),
            ]
        }
    }
}

fn items(kind: ItemKind) -> Vec<(&'static str, Pool)> {
    let waiting = || {
        let pool = pool();
        let enqueue = enqueue(TERM, pool.at);
        pool.then(ID, &enqueue)
    };
    let offered = || waiting().then(ID, &WorkCommand::Offer { agent: agent("sara") });
    let assigned = || {
        let offered = offered();
        let token = offered.token(ID);
        offered.then(ID, &WorkCommand::Accept { agent: agent("sara"), token })
    };
    match kind {
        ItemKind::Waiting => vec![
            ("waiting", waiting()),
            (
                "waiting again, sara was lost",
                assigned().then(ID, &WorkCommand::Lose { agent: agent("sara") }),
            ),
        ],
        ItemKind::Offered => {
            let mut forgotten = offered();
            forgotten.agents.remove(&agent("sara"));
            vec![
                ("offered to sara", offered()),
                ("offered to sara, whom nobody knows any more", forgotten),
            ]
        }
        ItemKind::Assigned => vec![("assigned to sara", assigned())],
    }
}

fn samples(kind: CommandKind, pool: &Pool) -> Vec<(String, WorkCommand, Timestamp)> {
    let token = pool.token(ID);
    // Of what is not here, the term is the one that would be enqueued.
    let term = if token.term == 0 { TERM } else { token.term };
    let token = Token { term, ..token };
    let now = |name: &str, command: WorkCommand| (name.to_owned(), command, pool.at);
    let by_name = |make: &dyn Fn(&str) -> WorkCommand, names: &[&str]| {
        names.iter().map(|name| now(name, make(name))).collect::<Vec<_>>()
    };
    let answers = |make: &dyn Fn(&str, Token) -> WorkCommand| {
        let mut samples: Vec<_> =
            tokens(token).iter().map(|(name, token)| now(name, make("sara", *token))).collect();
        samples.push(now("same token, not sara", make("omar", token)));
        let late = pool.at + pool.rules.offers.timeout + MOMENT;
        samples.push(("same token, too late".to_owned(), make("sara", token), late));
        samples
    };
    match kind {
        CommandKind::Enqueue => vec![
            now("older term", enqueue(term - 1, pool.at)),
            now("same term", enqueue(term, pool.at)),
            now("same term, promised something meanwhile", {
                let arrival = Box::new(Arrival { promised: true, ..*arrival(term) });
                WorkCommand::Enqueue { arrival, issued_at: pool.at }
            }),
            now("newer term", enqueue(term + 1, pool.at)),
            now("newer term, sent too long ago", enqueue(term + 1, Timestamp::ZERO)),
        ],
        CommandKind::Offer => {
            let offer = |name: &str| WorkCommand::Offer { agent: agent(name) };
            by_name(&offer, &["sara", "omar", "noor", "zaid", "ghost"])
        }
        CommandKind::Claim => {
            let claim = |name: &str| {
                let overtaken = vec![conversation("c0")];
                WorkCommand::Claim { agent: agent(name), overtaken }
            };
            by_name(&claim, &["sara", "omar", "noor", "zaid", "ghost"])
        }
        CommandKind::TakeOver => {
            let take = |name: &str| WorkCommand::TakeOver { agent: agent(name) };
            by_name(&take, &["sara", "omar", "noor", "zaid", "ghost"])
        }
        CommandKind::Accept => {
            answers(&|name, token| WorkCommand::Accept { agent: agent(name), token })
        }
        CommandKind::Decline => {
            answers(&|name, token| WorkCommand::Decline { agent: agent(name), token })
        }
        CommandKind::Expire => {
            let due = pool.places.get(&conversation(ID)).and_then(Place::next_deadline);
            let due = due.unwrap_or(pool.at);
            vec![
                ("at its last moment".to_owned(), WorkCommand::Expire, due),
                ("after it".to_owned(), WorkCommand::Expire, due + MOMENT),
            ]
        }
        CommandKind::Rescind => {
            by_name(&|name| WorkCommand::Rescind { agent: agent(name) }, &["sara", "omar"])
        }
        CommandKind::GiveWay => {
            let give = |name: &str| WorkCommand::GiveWay { agent: agent(name) };
            let mut samples = by_name(&give, &["sara", "omar"]);
            let late = pool.at + pool.rules.offers.timeout + MOMENT;
            samples.push(("sara, too late".to_owned(), give("sara"), late));
            samples
        }
        CommandKind::Lose => {
            by_name(&|name| WorkCommand::Lose { agent: agent(name) }, &["sara", "omar"])
        }
        CommandKind::Release => vec![
            now("older term", WorkCommand::Release { term: term - 1 }),
            now("same term", WorkCommand::Release { term }),
            now("newer term", WorkCommand::Release { term: term + 1 }),
        ],
        CommandKind::Adopt => {
            let adopt = |name: &str, token: Token| WorkCommand::Adopt {
                arrival: arrival(token.term),
                agent: agent(name),
                token,
            };
            let mut samples: Vec<_> =
                tokens(token).iter().map(|(name, t)| now(name, adopt("sara", *t))).collect();
            for name in ["omar", "noor", "ghost"] {
                samples.push(now(&format!("same token, {name}"), adopt(name, token)));
            }
            samples
        }
        CommandKind::Regain => {
            tokens(token).map(|(name, token)| now(name, WorkCommand::Regain { token })).to_vec()
        }
        CommandKind::Forget => {
            let due = pool.places.get(&conversation(ID)).and_then(Place::next_deadline);
            let due = due.unwrap_or(pool.at);
            vec![
                ("before its time".to_owned(), WorkCommand::Forget, due - MOMENT),
                ("at its time".to_owned(), WorkCommand::Forget, due),
            ]
        }
    }
}

fn tokens(token: Token) -> [(&'static str, Token); 5] {
    [
        ("older term", Token { term: token.term - 1, attempt: token.attempt + 1 }),
        ("older attempt", Token { attempt: token.attempt - 1, ..token }),
        ("same token", token),
        ("newer attempt", Token { attempt: token.attempt + 1, ..token }),
        ("newer term", Token { term: token.term + 1, attempt: 0 }),
    ]
}

fn cell(pool: &Pool, command: &WorkCommand, at: Timestamp) -> String {
    let decision = match pool.work(&conversation(ID), command, at) {
        Err(PoolRefusal::Stale { .. }) => return "refused: stale".to_owned(),
        Err(refusal) => return format!("refused: {refusal}"),
        Ok(decision) => decision,
    };
    let mut cell = match &decision.place {
        None => "the place stays".to_owned(),
        Some(None) => "forgotten".to_owned(),
        Some(Some(place)) => format!("→ {}", standing(place)),
    };
    let after = decision.place.iter().flatten().next().map(Place::token);
    if let Some(after) = after {
        let before = pool.token(ID);
        cell.push_str(match (after.term == before.term, after.cmp(&before)) {
            (_, std::cmp::Ordering::Less) => "; THE TOKEN GOES BACK",
            (_, std::cmp::Ordering::Equal) => "",
            (true, std::cmp::Ordering::Greater) => "; a new attempt",
            (false, std::cmp::Ordering::Greater) => "; a new term",
        });
    }
    cell + &told(&decision)
}

/// What the agents hold and hear, and what the conversation is told.
pub(super) fn told(decision: &PoolDecision) -> String {
    let mut told = String::new();
    for agent in decision.agents.values() {
        write!(told, "; {} holds {}", agent.id, holds(agent)).unwrap();
    }
    for (agent, event) in &decision.inbox {
        write!(told, "; {agent} hears {}", heard(event)).unwrap();
    }
    if let Some(message) = &decision.message {
        let stored = serde_json::to_value(message).unwrap();
        write!(told, "; the conversation hears {}", stored["tell"].as_str().unwrap()).unwrap();
    }
    told
}

fn holds(agent: &Agent) -> String {
    let one = |how: &Holding| match how {
        Holding::Offer => "an offer",
        Holding::Owned => "a conversation",
        Holding::WrapUp { .. } => "a wrap-up",
    };
    let all: Vec<_> = agent.held.values().map(|held| one(&held.how)).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(" and ") }
}

fn heard(event: &InboxEvent) -> String {
    let stored = serde_json::to_value(event).unwrap();
    let name = stored["event"].as_str().unwrap();
    let detail = ["/how", "/why", "/presence/is"].iter().find_map(|path| stored.pointer(path));
    match detail.and_then(|detail| detail.as_str()) {
        Some(detail) => format!("{name}({detail})"),
        None => name.to_owned(),
    }
}

fn standing(place: &Place) -> String {
    match place {
        Place::Gone { .. } => "gone".to_owned(),
        Place::Here(item) => match &item.state {
            ItemState::Waiting => "waiting".to_owned(),
            ItemState::Offered { agent, .. } => format!("offered to {agent}"),
            ItemState::Assigned { agent } => format!("assigned to {agent}"),
        },
    }
}

fn section(told: &mut String, heading: &str, pool: &Pool) {
    writeln!(told, "\n## {heading}\n").unwrap();
    for kind in CommandKind::ALL {
        let samples = samples(*kind, pool);
        assert!(!samples.is_empty(), "{kind:?} has a sample");
        for (name, command, at) in samples {
            assert_eq!(CommandKind::of(&command), *kind);
            let name = format!("{kind:?}: {name}");
            writeln!(told, "{name:<38} | {}", cell(pool, &command, at)).unwrap();
        }
    }
}

#[test]
fn a_place_answers_every_command_in_every_state_as_written() {
    let mut told = String::from(
        "# What a pool does with every command about a place, in every state of it\n\n\
         Written by `tests/places.rs` from what the code does, and compared with it.\n\
         Sara and Omar are available, Zaid has no room, Noor is not signed in, Ghost is unknown.\n\
         Each line is a command, then the place after it, what agents hold and hear, and what\n\
         the conversation is told. A refused command changes nothing.\n",
    );
    section(&mut told, "nothing is known of it", &pool());
    for kind in PlaceKind::ALL {
        for (name, pool) in situations(*kind) {
            assert_eq!(PlaceKind::of(&pool.places[&conversation(ID)]), *kind, "{name}");
            section(&mut told, name, &pool);
        }
    }
    for kind in ItemKind::ALL {
        for (name, pool) in items(*kind) {
            let Place::Here(item) = &pool.places[&conversation(ID)] else { panic!("{name}") };
            assert_eq!(ItemKind::of(&item.state), *kind, "{name}");
        }
    }
    check("src/domain/pool/tests/every_place.md", &told);
}

#[test]
fn what_an_agent_is_found_to_hold_already_comes_on_top_of_their_capacity_and_is_flagged() {
    let offer = WorkCommand::Offer { agent: agent("sara") };
    let pool = Pool::new().with("sara", 1);
    let queued = enqueue(TERM, pool.at);
    let pool = pool.then("c1", &queued).then("c1", &offer);
    let token = pool.token("c1");
    let pool = pool.then("c1", &WorkCommand::Accept { agent: agent("sara"), token });
    let token = Token { term: TERM, attempt: 7 };
    let adopt = WorkCommand::Adopt { arrival: arrival(TERM), agent: agent("sara"), token };
    let pool = pool.then("c2", &adopt);
    let sara = &pool.agents[&agent("sara")];
    assert_eq!((sara.load(), sara.given(), sara.room()), (2, 1, 0));
    let flagged = |id: &str| sara.held[&conversation(id)].adopted;
    assert_eq!((flagged("c1"), flagged("c2")), (false, true));
}
