//! Routing: which queue a conversation goes to, which agent is asked next, and why the others
//! wait. All of it is computed from values handed in; nothing here moves anything. The pool's own
//! transitions stand in [`crate::domain::pool`]; a plan is only a proposal to them.
//!
//! - [`settings`]: the checked rules
//! - [`route`]: the way from a reason to a queue
//! - [`hours`]: when a queue is open, in its own time zone
//! - [`view`]: the index of one pool, kept up to date change by change
//! - [`plan`]: the offers to make now
//! - [`explain`]: who waits where, and who could help
//! - [`delay`]: why someone waits
//! - [`mod@line`]: where someone stands, and why their number rose
//! - [`pace`], [`eta`]: how fast people have worked lately, and how long it will take
//! - [`attendance`]: whether customers are there, a hint
//! - [`fairness`]: who is served worst, beside who is served best
//! - [`policies`]: in which order free agents are asked

mod ability;
pub mod alerts;
pub mod attendance;
mod bits;
pub mod blocks;
pub mod claim;
mod class;
pub mod delay;
pub mod eta;
pub mod explain;
pub mod fairness;
mod giving_way;
pub mod hours;
pub mod line;
pub mod on_call;
pub mod opening;
pub mod overview;
pub mod pace;
pub mod plan;
pub mod policies;
mod ranking;
pub mod route;
pub mod settings;
mod slots;
pub mod view;

#[cfg(test)]
pub(crate) mod tests;
