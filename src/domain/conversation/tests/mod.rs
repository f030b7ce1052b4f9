//! What a conversation does in every state, and what holds whatever happens to it.

mod blocks;
mod headline;
mod on_call;
mod passing_on;
mod promises;
mod recommendations;
mod table;
mod turns;
mod walk;
mod withdrawals;
mod world;
