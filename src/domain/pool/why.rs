//! Why an agent does not get a conversation that they ask for, or were asked about.

use crate::domain::coded::coded;

coded! {
    /// What became of an offer.
    Gone {
        /// It was not answered in time.
        Lapsed = "lapsed", "the time to answer is over";
        /// The agent declined it.
        Declined = "declined", "it was declined";
        /// It was taken back, and the customer waits.
        Back = "back_in_queue", "it went back to the queue";
        /// The next one is asked.
        AskedElsewhere = "asked_elsewhere", "another agent is being asked";
        /// Another agent has the conversation.
        Taken = "taken", "another agent has it";
        /// The agent has a newer one for the same conversation.
        Replaced = "newer_offer", "a newer offer has replaced it";
        /// The customer has left, or has been helped.
        NotWaiting = "no_longer_waits", "the customer no longer waits";
        /// The agent has accepted it.
        Accepted = "accepted", "it has been accepted";
    }
}

coded! {
    /// What keeps an agent from it.
    Hindrance {
        /// Away, draining, or not there.
        NotAvailable = "not_available", "not available";
        /// Not there.
        NotSignedIn = "not_signed_in", "not signed in, or not heard of";
        /// Going home, by their own word.
        Draining = "draining", "draining: nothing new is taken";
        /// On the way out of the pool.
        Removed = "being_removed", "being removed: nothing new is taken";
        /// They could not help.
        LacksNeeds = "lacks_needs", "language or skill is missing";
        /// The customer wants somebody else.
        Excluded = "excluded", "excluded for this conversation";
        /// One offer at a time, but for somebody in danger beside others in danger.
        OtherOffer = "other_offer", "another offer waits for an answer";
        /// All hands full.
        NoRoom = "no_room", "no room";
        /// They did not take something a moment ago.
        CoolingDown = "cooling_down", "cooling down";
        /// They are not done with its last part.
        WritingUp = "writing_up", "still writes up this very conversation";
        /// An offer that nothing makes way for.
        StaysOffered = "stays_offered", "this offer does not give way";
        /// Danger goes first.
        EmergencyWaits = "emergency_waits", "an emergency that this agent could take waits";
    }
}
