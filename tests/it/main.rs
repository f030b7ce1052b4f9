//! Tests from outside, in one binary: what a client meets who has nothing but the API, and the
//! house rules.

mod bench;
mod grpc;
mod kills;
mod python;
mod service;
mod tidy;
