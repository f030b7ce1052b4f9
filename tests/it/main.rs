//! Tests from outside, in one binary: what a client meets who has nothing but the API.

mod grpc;
mod kills;
mod python;
mod service;
mod tidy;
