//! What colleagues say among themselves: said by the agents and supervisors of the world, and looked
//! for in whatever a customer is handed out.

/// A supervisor whispers it.
pub(super) const WHISPER: &str = "be kind";
/// An agent notes it.
pub(super) const NOTE: &str = "noted among us";
/// Why a customer is blocked, and what is reported of them.
pub(super) const INSULTS: &str = "insults";
/// With it a conversation is passed on.
pub(super) const PASSED_ON: &str = "please look";

/// All of it; no customer reads any.
pub(super) const ALL: [&str; 4] = [WHISPER, NOTE, INSULTS, PASSED_ON];
