//! The bot: how a message finds the entry that answers it.

pub mod matcher;
