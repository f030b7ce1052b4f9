//! The API through real sockets, over the shipped rules.

mod errors;
mod notes;
mod operators;
mod roles;
mod sessions;
mod story;
mod streams;
mod transfers;
mod world;
