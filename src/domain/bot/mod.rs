//! The bot: how a message finds the entry that answers it.

pub mod beside;
pub mod entry;
pub mod ladder;
pub mod matcher;
pub mod outcome;
pub mod refused;
pub mod suggest;
