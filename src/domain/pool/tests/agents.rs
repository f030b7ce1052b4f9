//! Every presence and lease of an agent × every command about them, kept as a document beside this
//! file. A new presence, lease or command does not compile until it is dealt with here.

use super::places::told;
use super::world::{Pool, agent, arrival, profile};
use crate::domain::pool::agent::{Agent, Lease, Presence};
use crate::domain::pool::command::{AgentCommand, PoolRefusal, Vanished, WorkCommand};
use crate::domain::tests::document::{check, kinds};
use crate::domain::time::Timestamp;
use std::fmt::Write;
use std::time::Duration;

kinds! {
    /// What an agent can choose to be.
    PresenceKind of Presence { Available, Away, Draining, Offline }
}

kinds! {
    /// Whether they can be there.
    LeaseKind of Lease { Live, Suspect, Lost }
}

kinds! {
    /// What can be asked about an agent.
    CommandKind of AgentCommand {
        SetProfile, SignIn, SetPresence, Heartbeat, Leave, LeaseEnded, GraceOver, WrapUpOver, EndWrapUp,
    }
}

/// Sara among so many that the line must be broken.
const MANY: Vanished = Vanished { ended: 2, of: 5 };

const MOMENT: Duration = Duration::from_millis(1);

fn is(presence: Presence) -> Pool {
    let mut pool = Pool::new().with("sara", 2);
    let incarnation = pool.agents[&agent("sara")].incarnation;
    if presence != Presence::Available {
        pool.done_by(&agent("sara"), &AgentCommand::SetPresence { incarnation, presence });
    }
    pool
}

fn and(mut pool: Pool, command: AgentCommand) -> Pool {
    pool.done_by(&agent("sara"), &command);
    pool
}

fn away() -> Presence {
    Presence::Away { reason: "lunch".to_owned() }
}

/// Sara owns one conversation, or has just ended it.
fn busy(ended: bool) -> Pool {
    let pool = is(Presence::Available);
    let arrival = arrival(900_000);
    let enqueue = WorkCommand::Enqueue { arrival, issued_at: pool.at };
    let pool = pool.then("c1", &enqueue).then("c1", &WorkCommand::Offer { agent: agent("sara") });
    let token = pool.token("c1");
    let pool = pool.then("c1", &WorkCommand::Accept { agent: agent("sara"), token });
    if ended { pool.then("c1", &WorkCommand::Release { term: 900_000 }) } else { pool }
}

fn situations(kind: PresenceKind) -> Vec<(&'static str, Pool)> {
    match kind {
        PresenceKind::Available => vec![
            ("available", is(Presence::Available)),
            (
                "available, suspect",
                and(is(Presence::Available), AgentCommand::LeaseEnded { among: Vanished::ALONE }),
            ),
            ("available, owns a conversation", busy(false)),
            ("available, writes one up", busy(true)),
        ],
        PresenceKind::Away => {
            vec![
                ("away", is(away())),
                (
                    "away, suspect",
                    and(is(away()), AgentCommand::LeaseEnded { among: Vanished::ALONE }),
                ),
            ]
        }
        PresenceKind::Draining => vec![
            ("draining", is(Presence::Draining)),
            ("draining, is being removed", and(is(Presence::Available), AgentCommand::Leave)),
        ],
        PresenceKind::Offline => {
            let mut new = Pool::new();
            new.done_by(&agent("sara"), &AgentCommand::SetProfile(profile(2)));
            vec![("offline, was never here", new), ("offline, has left", is(Presence::Offline))]
        }
    }
}

fn samples(kind: CommandKind, pool: &Pool) -> Vec<(String, AgentCommand, Timestamp)> {
    let known = pool.agents.get(&agent("sara"));
    let incarnation = known.map_or(1, |agent| agent.incarnation);
    let now = |name: &str, command: AgentCommand| (name.to_owned(), command, pool.at);
    let sessions = [
        ("older session", incarnation.wrapping_sub(1)),
        ("this session", incarnation),
        ("unheard-of session", incarnation + 1),
    ];
    match kind {
        CommandKind::SetProfile => {
            vec![now("with less capacity", AgentCommand::SetProfile(profile(0)))]
        }
        CommandKind::SignIn => vec![now("", AgentCommand::SignIn { lease_ms: 30_000 })],
        CommandKind::SetPresence => {
            let choices = [Presence::Available, away(), Presence::Draining, Presence::Offline];
            let mut samples = Vec::new();
            for (session, incarnation) in sessions {
                for presence in choices.clone() {
                    let name = format!("{}, {session}", name_of(&presence));
                    samples.push(now(&name, AgentCommand::SetPresence { incarnation, presence }));
                }
            }
            samples
        }
        CommandKind::Heartbeat => {
            let beat = |incarnation| AgentCommand::Heartbeat { incarnation };
            sessions.iter().map(|(session, number)| now(session, beat(*number))).collect()
        }
        CommandKind::Leave => vec![now("", AgentCommand::Leave)],
        CommandKind::LeaseEnded => [("alone", Vanished::ALONE), ("with many", MANY)]
            .map(|(how, among)| now(how, AgentCommand::LeaseEnded { among }))
            .to_vec(),
        CommandKind::GraceOver => {
            let sara = pool.agents.get(&agent("sara"));
            let over = sara.map_or(pool.at, |sara| sara.kept_until(pool.at));
            let grace = || AgentCommand::GraceOver;
            vec![
                ("too early".to_owned(), grace(), over - MOMENT),
                ("in time".to_owned(), grace(), over),
            ]
        }
        CommandKind::EndWrapUp => {
            let end = |incarnation, id: &str| {
                let conversation = super::world::conversation(id);
                AgentCommand::EndWrapUp { incarnation, conversation }
            };
            let mut samples: Vec<_> =
                sessions.iter().map(|(session, number)| now(session, end(*number, "c1"))).collect();
            samples.push(now("this session, of another", end(incarnation, "c2")));
            samples
        }
        CommandKind::WrapUpOver => {
            let due = known.and_then(Agent::next_deadline).unwrap_or(pool.at);
            let over = || AgentCommand::WrapUpOver;
            vec![
                ("too early".to_owned(), over(), due - MOMENT),
                ("in time".to_owned(), over(), due),
            ]
        }
    }
}

fn name_of(presence: &Presence) -> &'static str {
    match presence {
        Presence::Available => "available",
        Presence::Away { .. } => "away",
        Presence::Draining => "draining",
        Presence::Offline => "offline",
    }
}

fn cell(pool: &Pool, command: &AgentCommand, at: Timestamp) -> String {
    let decision = match pool.agent_work(&agent("sara"), command, at) {
        Err(refusal @ PoolRefusal::Stale { .. }) => panic!("{refusal}"),
        Err(refusal) => return format!("refused: {refusal}"),
        Ok(decision) => decision,
    };
    let after = &decision.agents[&agent("sara")];
    let lease = match after.lease {
        Lease::Live => "live".to_owned(),
        Lease::Suspect { until } => format!("suspect for {} s", until.since(at).as_secs()),
        Lease::Lost => "lost".to_owned(),
    };
    let before = pool.agents.get(&agent("sara")).map_or(0, |agent| agent.incarnation);
    let session = if after.incarnation > before { "; a new session" } else { "" };
    format!("→ {}, {lease}{session}{}", name_of(&after.presence), told(&decision))
}

fn section(text: &mut String, heading: &str, pool: &Pool) {
    writeln!(text, "\n## {heading}\n").unwrap();
    for kind in CommandKind::ALL {
        for (name, command, at) in samples(*kind, pool) {
            assert_eq!(CommandKind::of(&command), *kind);
            let mark = if name.is_empty() { "" } else { ": " };
            let name = format!("{kind:?}{mark}{name}");
            writeln!(text, "{name:<44} | {}", cell(pool, &command, at)).unwrap();
        }
    }
}

#[test]
fn an_agent_answers_every_command_in_every_state_as_written() {
    let mut text = String::from(
        "# What a pool does with every command about an agent, in every state of theirs\n\n\
         Written by `tests/agents.rs` from what the code does, and compared with it.\n\
         Each line is a command, then presence and lease after it, what the agent holds and what\n\
         their inbox says. A refused command changes nothing.\n",
    );
    section(&mut text, "the pool does not know them", &Pool::new());
    let mut leases = Vec::new();
    for kind in PresenceKind::ALL {
        for (name, pool) in situations(*kind) {
            let sara = &pool.agents[&agent("sara")];
            assert_eq!(PresenceKind::of(&sara.presence), *kind, "{name}");
            leases.push(LeaseKind::of(&sara.lease));
            section(&mut text, name, &pool);
        }
    }
    assert!(LeaseKind::ALL.iter().all(|kind| leases.contains(kind)), "every lease is looked at");
    check("src/domain/pool/tests/every_agent.md", &text);
}

#[test]
fn an_agent_is_lost_exactly_when_they_are_offline() {
    for kind in PresenceKind::ALL {
        for (name, pool) in situations(*kind) {
            for kind in CommandKind::ALL {
                for (_, command, at) in samples(*kind, &pool) {
                    let Ok(decision) = pool.agent_work(&agent("sara"), &command, at) else {
                        continue;
                    };
                    let sara = &decision.agents[&agent("sara")];
                    let offline = sara.presence == Presence::Offline;
                    assert_eq!(offline, sara.lease == Lease::Lost, "{name}: {command:?}");
                }
            }
        }
    }
}
