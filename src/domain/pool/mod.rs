//! The pool: who is busy. Agents, the work that waits for them, and the machines that move both.
//! Who may *speak* in a conversation is not decided here but in [`crate::domain::conversation`];
//! the two are joined by the token of [`crate::domain::handoff`].

pub mod agent;
pub mod command;
mod desk;
pub mod hindrance;
pub mod item;
pub mod presence;
pub mod why;
pub mod work;

#[cfg(test)]
pub(in crate::domain) mod tests;
