//! The conversation: who may speak, and what becomes of what is said.
//!
//! A sans-io machine: [`handle`](handle::handle) turns a command into events and effects,
//! [`apply`](apply::apply) folds an event into the state, [`deadline`] says when to look again.

pub mod apply;
pub mod block;
pub mod command;
pub mod deadline;
pub mod event;
pub mod handle;
pub mod headline;
pub mod need;
pub mod on_call;
pub mod promise;
pub mod retention;
pub mod satisfaction;
pub mod seen;
pub mod standing;
pub mod state;
pub mod transfer;
pub mod waiting;
pub mod why;

mod after_end;
mod agent_side;
mod audience;
pub mod banners;
mod bot_side;
mod customer_side;
mod identity;
mod ledger;
mod meanwhile;
mod pool_side;
mod supervision;
mod survey;
mod timers;
mod turn;
mod wait;
mod withdrawal;
mod wordless;
mod words;

pub use customer_side::{heard, spoken_language};
pub use survey::wants_nps;
pub use words::social_text;

#[cfg(test)]
mod tests;
