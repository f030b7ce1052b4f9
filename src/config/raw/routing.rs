//! `routing.yaml`: queues, reasons, priorities, offers, leases and the agents declared in the file.

use super::{At, EachLanguage, Languages, OneOrMore, Table, Text, raw};

raw! {
    /// The routing file.
    pub struct Routing {
        /// The pool it is for.
        required pool: Text,
        /// In which order free agents are asked.
        required policy: Text,
        /// The names of skills that may be used.
        optional skills: Vec<Text>,
        /// The queues.
        required queues: Vec<Queue>,
        /// Where each reason leads.
        required reasons: Table<Reason>,
        /// Credit by priority.
        required priorities: Priorities,
        /// How offers are made.
        required offers: Offers,
        /// How agents' presence is noticed.
        required leases: Leases,
        /// What happens when an agent does not answer.
        required agent_silence: Silence,
        /// How long an ended conversation still takes its place.
        required wrap_up: Text,
        /// What customers may be promised.
        required promises: Promises,
        /// Units of capacity a conversation takes.
        required cost: Cost,
        /// Agents declared here.
        optional agents: Vec<Agent>,
        /// When supervisors are alerted.
        optional alerts: Alerts,
        /// Who is rung for somebody in danger whom no colleague has.
        optional on_call: OnCall,
        /// For how long agents may block who abuses them.
        optional blocks: Blocks,
        /// What it means that a customer's page is closed.
        optional attendance: Attendance,
    }

    /// One queue.
    pub struct Queue {
        /// Its id.
        required id: Text,
        /// What people read.
        required title: Languages<Text>,
        /// Required skills with the least level.
        optional skills: Table<At<u32>>,
        /// When it is open; always, if it is left out.
        optional hours: Hours,
        /// Where its work goes while it is closed.
        optional fallback: Text,
        /// Whether its topics are answered by people only.
        optional human_first: bool,
    }

    /// Opening hours.
    pub struct Hours {
        /// The time zone.
        required zone: Text,
        /// Spans by the day of the week.
        required weekly: Weekly,
        /// Dates on which it is closed.
        optional closed: Vec<Text>,
    }

    /// Spans by the day of the week; a day that is not named is closed.
    pub struct Weekly {
        /// Sunday.
        optional sun: OneOrMore<Text>,
        /// Monday.
        optional mon: OneOrMore<Text>,
        /// Tuesday.
        optional tue: OneOrMore<Text>,
        /// Wednesday.
        optional wed: OneOrMore<Text>,
        /// Thursday.
        optional thu: OneOrMore<Text>,
        /// Friday.
        optional fri: OneOrMore<Text>,
        /// Saturday.
        optional sat: OneOrMore<Text>,
    }

    /// Where a reason leads.
    pub struct Reason {
        /// To which queue.
        required queue: Text,
        /// How urgent.
        required priority: Text,
    }

    /// Credit by priority.
    pub struct Priorities {
        /// Of low priority.
        required low: Text,
        /// Of normal priority.
        required normal: Text,
        /// Of high priority.
        required high: Text,
        /// Extra, for work that came back.
        required returned: Text,
        /// The most anything can have.
        required credit_max: Text,
    }

    /// How offers are made.
    pub struct Offers {
        /// How long an agent has to answer.
        required timeout: Text,
        /// Unanswered offers in a row that turn an agent away.
        required unanswered_until_away: At<u32>,
        /// No new offer to whoever declined for so long.
        required cool_down_after_decline: Text,
        /// No new offer to whoever let one lapse for so long.
        required cool_down_after_expiry: Text,
        /// Not the same work again for so long.
        required decliner_pause: Text,
        /// Whoever declined an emergency is asked again after so long at most.
        required emergency_again_max: Text,
        /// How long the preferred agent is waited for.
        required preferred_hold: Text,
        /// Emergencies in a row before one over-age ordinary conversation.
        required emergency_run_max: At<u32>,
    }

    /// How agents' presence is noticed.
    pub struct Leases {
        /// How often a client says it is there.
        required heartbeat: Text,
        /// How long one heartbeat lasts.
        required length: Text,
        /// How long one lasts in a browser.
        required browser_length: Text,
        /// How long a suspect agent keeps what they hold.
        required grace: Text,
        /// The same when many vanish at once.
        required outage_grace: Text,
    }

    /// What happens when an agent does not answer.
    pub struct Silence {
        /// The agent is reminded.
        required nudge: Text,
        /// A supervisor is told.
        required supervisor: Text,
        /// The conversation goes back to its queue.
        required requeue: Text,
    }

    /// What customers may be promised.
    pub struct Promises {
        /// When a callback comes for which no time was named.
        required callback_after: Text,
        /// How long after its time a callback may come.
        required callback_window: Text,
        /// How far ahead one may be asked for.
        required callback_max: Text,
        /// How long after the opening a left question is answered.
        required answer_within: Text,
        /// The least an agent may promise.
        required follow_up_min: Text,
        /// The most an agent may promise.
        required follow_up_max: Text,
        /// How long before it is due it comes back.
        required follow_up_ahead: Text,
        /// How long before the time the customer is told that it will be late.
        required warn_before: Text,
        /// How much later the new time is.
        required extension: Text,
        /// Credit for each broken promise.
        required credit_broken: Text,
    }

    /// When supervisors are alerted.
    pub struct Alerts {
        /// Somebody has waited so long.
        required longest_wait: Text,
        /// So many wait in a queue.
        required queue_length: At<u32>,
        /// Somebody has waited so long and nobody is signed in.
        required nobody_there: Text,
        /// So many customers to whom a promise was broken.
        required broken_promises: At<u32>,
        /// Somebody in danger has waited so long.
        required emergency_wait: Text,
        /// Cleared below this share of the limit, in percent.
        required clear_below: At<u32>,
        /// How long an alert stands at least.
        required hold: Text,
    }

    /// What it means that a customer's page is closed.
    pub struct Attendance {
        /// After how long the customer is gone.
        required gone_after: Text,
        /// For how long those who are there go first.
        required aside_for: Text,
    }

    /// For how long agents may block who abuses them.
    pub struct Blocks {
        /// How long a block lasts.
        required lasts: Text,
        /// How soon a supervisor must have looked at it.
        required review_within: Text,
        /// How whoever is blocked reaches somebody otherwise.
        required otherwise: Languages<Text>,
    }

    /// Who is rung, and how patiently.
    pub struct OnCall {
        /// How long an emergency waits for those who are signed in before it rings.
        required after: Text,
        /// How long whoever is rung has to answer.
        required answer_within: Text,
        /// How many rings at most.
        required rings_max: At<u32>,
        /// The environment variable with the secret that signs webhooks.
        optional secret_from: Text,
        /// Whom to ring.
        optional targets: OnCallTargets,
    }

    /// Whom to ring, by what is in danger, the first one first.
    pub struct OnCallTargets {
        /// Danger to life or health.
        optional life: Vec<Target>,
        /// Money that is being lost.
        optional money: Vec<Target>,
        /// Property that is being damaged.
        optional property: Vec<Target>,
    }

    /// Somebody or something that can be rung, by `webhook` or by `command`.
    pub struct Target {
        /// What colleagues read.
        required name: Text,
        /// The address of a POST.
        optional webhook: Text,
        /// A program on this machine with its arguments.
        optional command: Vec<Text>,
    }

    /// Units of capacity.
    pub struct Cost {
        /// Usually.
        required default: At<u32>,
        /// After abuse.
        required abusive: At<u32>,
    }

    /// An agent declared in the file.
    pub struct Agent {
        /// Their id.
        required id: Text,
        /// The name customers see, or one for each language.
        required name: EachLanguage<Text>,
        /// Languages with level 1–5.
        required languages: Table<At<u32>>,
        /// Skills with level 1–5.
        optional skills: Table<At<u32>>,
        /// Units they can hold at once.
        required capacity: At<u32>,
    }
}
