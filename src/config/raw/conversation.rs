//! `conversations/*.yaml`: scripted conversations that must hold.

use super::{At, Languages, OneOrMore, Table, Text, raw};

raw! {
    /// One scripted conversation.
    pub struct Conversation {
        /// What must hold, as a sentence.
        required name: Text,
        /// When it begins.
        optional at: Text,
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

    /// One step: one of `customer`, `customer_does`, `agent`, `wait` or `ops`, or only an expectation.
    pub struct Step {
        /// The customer writes: a text, or a burst of them.
        optional customer: OneOrMore<Text>,
        /// The customer does something.
        optional customer_does: Text,
        /// Which agent acts.
        optional agent: Text,
        /// What the agent does.
        optional does: Text,
        /// What the agent writes.
        optional says: Text,
        /// What the agent proposes as the end.
        optional proposes: Text,
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
    }
}
