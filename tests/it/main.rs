//! Tests from outside, in one binary: what a client meets who has nothing but the API, and the
//! house rules.

mod backup;
mod bench;
mod chaos;
mod commands;
mod copying;
mod doctor;
mod grpc;
mod kills;
mod learning;
mod logins;
mod python;
mod redis;
#[allow(dead_code)] // The store's own tests use other parts of it.
#[path = "../../src/store/redis/server.rs"]
mod redis_server;
mod sealed;
mod secrets;
mod service;
mod tidy;
