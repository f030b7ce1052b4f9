//! The pure core: values in, values out. Nothing here knows a clock, a store, a network or
//! a random number; time is handed in, effects and deadlines are returned as data.

pub mod bot;
mod coded;
pub mod conversation;
pub mod detectors;
pub mod directives;
pub mod facts;
pub mod handoff;
pub mod ids;
pub mod language;
pub mod parts;
pub mod pool;
pub mod reading;
pub mod routing;
pub mod rules;
pub mod texts;
pub mod time;

#[cfg(test)]
pub(crate) mod tests;
