//! `conversations/*.yaml`: scripted conversations that must hold.

use super::bot::Bot;
use super::node::{Node, Value};
use super::routing::Routing;
use super::shape::Shape;
use super::{At, Languages, OneOrMore, Read, Table, Text, raw, wrong_kind};
use crate::config::problem::Problems;
use std::marker::PhantomData;

raw! {
    /// One scripted conversation.
    pub struct Conversation {
        /// What must hold, as a sentence.
        required name: Text,
        /// When it begins.
        optional at: Text,
        /// What it takes for granted, whatever the other files say.
        optional given: Given,
        /// Who is signed in.
        optional agents: Vec<Text>,
        /// The language the customer's app asks for.
        optional language: Text,
        /// What the host site tells of the customer.
        optional facts: Table<Text>,
        /// Which question the draw after an end chooses.
        optional survey: Text,
        /// How many other customers have asked for a person before this one.
        optional others: At<u32>,
        /// How long an agent had each of the latest conversations.
        optional recent: Text,
        /// What those on call do when they are rung.
        optional on_call: Vec<Text>,
        /// What happens.
        required steps: Vec<Step>,
    }

    /// What a script takes for granted: keys of other files, with what stands under them here.
    pub struct Given {
        /// Keys of routing.yaml.
        optional routing: Overlay<Routing>,
        /// Keys of bot.yaml.
        optional bot: Overlay<Bot>,
    }

    /// One step: one thing that happens, or only an expectation.
    pub struct Step {
        /// The customer writes: a text, or a burst of them.
        optional customer: OneOrMore<Text>,
        /// The customer does something.
        optional customer_does: Text,
        /// The host site says who the customer is: its key for them.
        optional customer_logs_in: Text,
        /// And what it knows of them.
        optional facts: Table<Text>,
        /// What goes with a text of the customer or an agent.
        optional with: Vec<Sent>,
        /// Which supervisor acts.
        optional supervisor: Text,
        /// What the supervisor says to the agent.
        optional whispers: Text,
        /// To which agent the supervisor gives it.
        optional reassigns: Text,
        /// So many other customers ask for a person.
        optional others: At<u32>,
        /// Other customers write, each of them one of these.
        optional others_write: OneOrMore<Text>,
        /// What the machine loses.
        optional loses: Text,
        /// Which agent acts.
        optional agent: Text,
        /// What the agent does.
        optional does: Text,
        /// What the agent writes.
        optional says: Text,
        /// What the agent proposes as the end.
        optional proposes: Text,
        /// What the agent notes for colleagues.
        optional notes: Text,
        /// What the agent reports of abuse.
        optional reports_abuse: Text,
        /// What the agent looks for an answer to.
        optional looks_up: Text,
        /// What the agent promises.
        optional promises: Text,
        /// By how long from now.
        optional within: Text,
        /// To whom the agent passes it on.
        optional transfers: Text,
        /// Time passes.
        optional wait: Text,
        /// Ops put something in force at once.
        optional ops: Ops,
        /// What must be so afterwards.
        optional expect: Expect,
    }

    /// What a message carries beside words: one of `link`, `location` or `file`.
    pub struct Sent {
        /// The address of a page.
        optional link: Text,
        /// A place: degrees north and east.
        optional location: Text,
        /// The address of a file.
        optional file: Text,
        /// What stands on it.
        optional title: Text,
        /// What the file is, such as image/jpeg.
        optional media_type: Text,
        /// How large the file is, in bytes.
        optional size: At<u64>,
    }

    /// What ops put in force: one of `closes`, `silences` or `tells`.
    pub struct Ops {
        /// The queue that is closed.
        optional closes: Text,
        /// The entry that is not answered.
        optional silences: Text,
        /// What customers are told.
        optional tells: Languages<Text>,
        /// The entries that this concerns.
        optional topics: Vec<Text>,
        /// For how long.
        required lasts: Text,
    }

    /// What must be so after a step.
    pub struct Expect {
        /// What the bot made of it.
        optional outcome: Text,
        /// Which entry it answered with.
        optional entry: Text,
        /// The language of the answer.
        optional language: Text,
        /// Who has the conversation.
        optional state: Text,
        /// Why it was closed.
        optional close_reason: Text,
        /// Why it was handed to people.
        optional reason: Text,
        /// Where it waits.
        optional queue: Text,
        /// How urgent it is.
        optional priority: Text,
        /// Its place.
        optional position: At<u32>,
        /// What the detectors found.
        optional signals: Vec<Text>,
        /// Parts of what the customer must read.
        optional says: OneOrMore<Text>,
        /// What the customer must not read.
        optional says_not: OneOrMore<Text>,
        /// Which entries are offered.
        optional choices: Vec<Text>,
        /// Whose conversation it is.
        optional owner: Text,
        /// Why the wait is long.
        optional delay_reason: Text,
        /// Which question is asked.
        optional survey: Text,
        /// Whether an end before was none.
        optional closed_falsely: At<bool>,
        /// What the told wait rests on, or why it cannot be known.
        optional eta: Text,
        /// Who is offered it.
        optional offered_to: Text,
        /// Parts of what the agent reads.
        optional agent_reads: OneOrMore<Text>,
        /// Parts of what the agent is offered to answer.
        optional suggests: OneOrMore<Text>,
        /// Messages of the customer that the agent has not read.
        optional unread: At<u32>,
        /// What supervisors are told of.
        optional alerts: Vec<Text>,
        /// How many faults a repair finds, or has left.
        optional faults: At<u32>,
        /// Why the step was refused.
        optional refused: Text,
    }
}

/// Keys of another file, as they stand in a script: to be laid over what that file says.
#[derive(Debug, Clone)]
pub struct Overlay<T> {
    /// What stands there.
    pub node: Node,
    file: PhantomData<T>,
}

impl<T: Read> Read for Overlay<T> {
    const WANTED: &'static str = "a map";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(_) = &node.value else {
            wrong_kind(Self::WANTED, node, problems);
            return None;
        };
        // Whether the keys are that file's is seen when they are laid over it.
        Some(Overlay { node: node.clone(), file: PhantomData })
    }
    fn shape() -> Shape {
        // One of one: explained where that file is, and not once more.
        Shape::Either(vec![T::shape().partial()])
    }
}
