//! Guards taken out, one at a time: for each there must be a seed at which a checker notices. Else
//! either the guard does nothing or the checkers are blind.
//!
//! A mutant wraps a machine, the store or a caller; the application itself is never changed.

mod machines;
mod store;
mod waiting;

use crate::app::machines::Machines;
use crate::ports::store::Store;
use std::sync::Arc;
use store::Weakened;

/// A guard that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutant {
    /// A bind is followed whatever its token.
    BindIgnoresToken,
    /// An agent may speak with an old token.
    AgentSpeaksWithOldToken,
    /// The bot answers although a human owns the conversation.
    BotSpeaksOverHumans,
    /// No answer to a proposal counts as yes.
    SilenceResolves,
    /// Kept fragments are never answered.
    FragmentsForgotten,
    /// What was said already is not remembered.
    AnswersRepeat,
    /// Nobody looks at what was promised.
    PromiseForgotten,
    /// A late enqueue brings back what is gone.
    EnqueueIgnoresTombstone,
    /// A newer stay does not free whoever held the older one.
    EnqueueForgetsHolder,
    /// A release does not free the agent.
    ReleaseForgetsLoad,
    /// An offer may be taken when its time is over.
    AcceptIgnoresDeadline,
    /// Work comes back from a lost agent under its old token.
    LoseKeepsAttempt,
    /// Offers are made to whoever has turned away.
    OfferIgnoresPresence,
    /// What is offered does not count as load.
    OfferCostsNothing,
    /// An older session still counts.
    SessionIgnored,
    /// A change is made although what it read has changed.
    VersionsIgnored,
    /// An offer needs no live lease.
    LeaseIgnored,
    /// A change is made however old its snapshot is.
    ExpiryIgnored,
    /// What is owed is struck off before it is done.
    OutboxClearedEarly,
    /// Requests are not recognised when they come again.
    RequestIdIgnored,
    /// Nobody compares both sides after a loss of data.
    AuditSkipped,
    /// Whoever is rung is said to be reached.
    RungIsReached,
    /// Danger neither keeps a block off nor ends one.
    BlockIgnoresDanger,
    /// Nobody looks whose page is open: who is gone is offered before those who are there.
    PagesIgnored,
    /// An offer that gives way to danger counts as one that nobody took.
    GivenWayIsUntaken,
    /// A conversation becomes a customer's without being noted among theirs.
    RecordForgotten,
    /// Nobody asks whose a conversation is that is read.
    OwnerUnasked,
    /// The log keeps what was erased.
    ErasedStays,
    /// Nobody reads what ops have decided.
    DirectivesUnread,
    /// Nobody is told that a promise was broken.
    BrokenUnalerted,
    /// Everybody is said to be busy, whatever it is that they wait for.
    ReasonGuessed,
    /// Everybody is told that they come first.
    PlaceGuessed,
    /// Nobody looks whether rings were lost.
    PictureUnrepaired,
    /// An offer that was not taken costs the place.
    PlaceLost,
    /// Credits have no bound.
    CreditUnbounded,
    /// Whoever came last is offered first.
    OrderIgnored,
    /// What customers say of how they were served is not listed for the report.
    ReportUnlisted,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Mutant; 37] = [
        Mutant::BindIgnoresToken,
        Mutant::AgentSpeaksWithOldToken,
        Mutant::BotSpeaksOverHumans,
        Mutant::SilenceResolves,
        Mutant::FragmentsForgotten,
        Mutant::AnswersRepeat,
        Mutant::PromiseForgotten,
        Mutant::EnqueueIgnoresTombstone,
        Mutant::EnqueueForgetsHolder,
        Mutant::ReleaseForgetsLoad,
        Mutant::AcceptIgnoresDeadline,
        Mutant::LoseKeepsAttempt,
        Mutant::OfferIgnoresPresence,
        Mutant::OfferCostsNothing,
        Mutant::SessionIgnored,
        Mutant::VersionsIgnored,
        Mutant::LeaseIgnored,
        Mutant::ExpiryIgnored,
        Mutant::OutboxClearedEarly,
        Mutant::RequestIdIgnored,
        Mutant::AuditSkipped,
        Mutant::RungIsReached,
        Mutant::BlockIgnoresDanger,
        Mutant::PagesIgnored,
        Mutant::GivenWayIsUntaken,
        Mutant::RecordForgotten,
        Mutant::OwnerUnasked,
        Mutant::ErasedStays,
        Mutant::DirectivesUnread,
        Mutant::BrokenUnalerted,
        Mutant::ReasonGuessed,
        Mutant::PlaceGuessed,
        Mutant::PictureUnrepaired,
        Mutant::PlaceLost,
        Mutant::CreditUnbounded,
        Mutant::OrderIgnored,
        Mutant::ReportUnlisted,
    ];

    /// The name it is called by.
    pub const fn name(self) -> &'static str {
        match self {
            Mutant::BindIgnoresToken => "bind-token",
            Mutant::AgentSpeaksWithOldToken => "agent-token",
            Mutant::BotSpeaksOverHumans => "silent-bot",
            Mutant::SilenceResolves => "honest-end",
            Mutant::FragmentsForgotten => "fragments",
            Mutant::AnswersRepeat => "never-twice",
            Mutant::PromiseForgotten => "promise",
            Mutant::EnqueueIgnoresTombstone => "tombstone",
            Mutant::EnqueueForgetsHolder => "requeue-frees",
            Mutant::ReleaseForgetsLoad => "release-frees",
            Mutant::AcceptIgnoresDeadline => "offer-deadline",
            Mutant::LoseKeepsAttempt => "new-attempt",
            Mutant::OfferIgnoresPresence => "presence",
            Mutant::OfferCostsNothing => "offer-cost",
            Mutant::SessionIgnored => "session",
            Mutant::VersionsIgnored => "versions",
            Mutant::LeaseIgnored => "lease",
            Mutant::ExpiryIgnored => "expiry",
            Mutant::OutboxClearedEarly => "outbox",
            Mutant::RequestIdIgnored => "request-id",
            Mutant::AuditSkipped => "audit",
            Mutant::RungIsReached => "on-call",
            Mutant::BlockIgnoresDanger => "block-danger",
            Mutant::PagesIgnored => "pages",
            Mutant::GivenWayIsUntaken => "give-way",
            Mutant::RecordForgotten => "customer-record",
            Mutant::OwnerUnasked => "customer-owner",
            Mutant::ErasedStays => "erasure",
            Mutant::DirectivesUnread => "directives",
            Mutant::BrokenUnalerted => "broken-alert",
            Mutant::ReasonGuessed => "reason",
            Mutant::PlaceGuessed => "place-told",
            Mutant::PictureUnrepaired => "picture",
            Mutant::PlaceLost => "place-kept",
            Mutant::CreditUnbounded => "credit",
            Mutant::OrderIgnored => "order",
            Mutant::ReportUnlisted => "report",
        }
    }

    /// The guard of that name.
    pub fn from_name(name: &str) -> Option<Mutant> {
        Mutant::ALL.into_iter().find(|mutant| mutant.name() == name)
    }

    /// The machines without this guard.
    pub(super) fn machines(mutant: Option<Mutant>) -> Machines {
        let real = Machines::default();
        let Some(mutant) = mutant else { return real };
        match mutant {
            Mutant::BindIgnoresToken => {
                Machines { conversation: machines::bind_ignores_token, ..real }
            }
            Mutant::AgentSpeaksWithOldToken => {
                Machines { conversation: machines::agent_speaks_with_old_token, ..real }
            }
            Mutant::BotSpeaksOverHumans => {
                Machines { conversation: machines::bot_speaks_over_humans, ..real }
            }
            Mutant::SilenceResolves => {
                Machines { conversation: machines::silence_resolves, ..real }
            }
            Mutant::FragmentsForgotten => {
                Machines { conversation: machines::fragments_forgotten, ..real }
            }
            Mutant::AnswersRepeat => Machines { conversation: machines::answers_repeat, ..real },
            Mutant::PromiseForgotten => {
                Machines { conversation: machines::promise_forgotten, ..real }
            }
            Mutant::EnqueueIgnoresTombstone => {
                Machines { work: machines::enqueue_ignores_tombstone, ..real }
            }
            Mutant::EnqueueForgetsHolder => {
                Machines { work: machines::enqueue_forgets_holder, ..real }
            }
            Mutant::ReleaseForgetsLoad => Machines { work: machines::release_forgets_load, ..real },
            Mutant::AcceptIgnoresDeadline => {
                Machines { work: machines::accept_ignores_deadline, ..real }
            }
            Mutant::LoseKeepsAttempt => Machines { work: machines::lose_keeps_attempt, ..real },
            Mutant::OfferIgnoresPresence => {
                Machines { work: machines::offer_ignores_presence, ..real }
            }
            Mutant::OfferCostsNothing => Machines { work: machines::offer_costs_nothing, ..real },
            Mutant::GivenWayIsUntaken => Machines { work: machines::given_way_is_untaken, ..real },
            Mutant::RungIsReached => Machines { conversation: machines::rung_is_reached, ..real },
            Mutant::BlockIgnoresDanger => {
                Machines { conversation: machines::block_ignores_danger, ..real }
            }
            Mutant::SessionIgnored => Machines { agent: machines::session_ignored, ..real },
            Mutant::BrokenUnalerted => {
                Machines { conversation: machines::broken_unalerted, ..real }
            }
            Mutant::ReasonGuessed => Machines { conversation: waiting::reason_guessed, ..real },
            Mutant::PlaceGuessed => Machines { conversation: waiting::place_guessed, ..real },
            Mutant::PlaceLost => Machines { work: waiting::place_lost, ..real },
            Mutant::CreditUnbounded => Machines { work: waiting::credit_unbounded, ..real },
            Mutant::OrderIgnored => Machines { plan: waiting::order_ignored, ..real },
            Mutant::VersionsIgnored
            | Mutant::LeaseIgnored
            | Mutant::ExpiryIgnored
            | Mutant::OutboxClearedEarly
            | Mutant::PictureUnrepaired
            | Mutant::RequestIdIgnored
            | Mutant::PagesIgnored
            | Mutant::RecordForgotten
            | Mutant::OwnerUnasked
            | Mutant::ErasedStays
            | Mutant::ReportUnlisted
            | Mutant::DirectivesUnread
            | Mutant::AuditSkipped => real,
        }
    }

    /// The store without this guard.
    pub(super) fn weaken(mutant: Option<Mutant>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        match mutant {
            Some(
                mutant @ (Mutant::VersionsIgnored
                | Mutant::LeaseIgnored
                | Mutant::ExpiryIgnored
                | Mutant::ErasedStays
                | Mutant::ReportUnlisted
                | Mutant::OutboxClearedEarly),
            ) => Arc::new(Weakened::new(inner, mutant)),
            Some(_) | None => inner,
        }
    }
}
