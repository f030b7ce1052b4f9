//! The API through real sockets, over the shipped rules.

mod attendance;
mod blocks;
mod claims;
mod customers;
mod danger;
mod directives;
mod errors;
mod notes;
mod on_call;
mod operators;
mod parts;
mod ratings;
mod repairs;
mod replays;
mod replies;
mod retention;
mod roles;
mod seen;
mod sessions;
mod story;
mod streams;
mod supervisors;
mod transfers;
mod typing;
mod waits;
mod world;
