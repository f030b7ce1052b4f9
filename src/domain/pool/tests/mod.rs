//! What a pool does with a place and with an agent in every state, and what holds whatever happens.

mod agents;
mod danger;
mod places;
mod waits;
mod walk;
pub mod world;
