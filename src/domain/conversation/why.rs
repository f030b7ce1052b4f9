//! Why something that stands open to agents is not done this once.

use crate::domain::coded::coded;

coded! {
    /// Why a conversation is not passed on: and what to do instead.
    NotPassed {
        /// A machine does not understand danger.
        Emergency = "emergency", "an emergency stays with people";
        /// Nothing would change.
        TheirsAlready = "theirs_already", "it is theirs already";
        /// The colleague is not there.
        NotSignedIn = "not_signed_in",
            "the colleague is not signed in; pass it to their queue instead";
        /// The colleague goes home, or is being removed.
        TakesNothing = "takes_nothing", "the colleague takes nothing new any more";
        /// The colleague could not help.
        LacksNeeds = "lacks_needs", "the colleague lacks the language or a skill it needs";
        /// The customer wants somebody else.
        DeniedTwice = "denied_twice",
            "the customer has denied twice what this colleague proposed";
    }
}

coded! {
    /// Why a customer is not blocked: and what to do instead.
    NotBlocked {
        /// The rules have no `blocks`.
        NoBlocks = "no_blocks", "the rules allow no blocks; report it to the supervisors";
        /// Nobody in danger is kept from people.
        Emergency = "emergency", "an emergency is never blocked; report it to the supervisors";
        /// Who decides about somebody says why.
        NoReason = "no_reason", "say why: a supervisor looks at it";
        /// None is in force elsewhere.
        NothingToFollow = "nothing_to_follow", "there is no block that could go on here";
    }
}
