//! Sanad (سند, "support"): a chat front desk. A rule-based bot answers first, knows its limits,
//! and hands people to people. The map of this crate is `src/README.md`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod eval;
pub mod grpc;
pub mod ports;
pub mod rehearsal;
pub mod ringing;
pub mod sim;
pub mod store;
pub mod web;
