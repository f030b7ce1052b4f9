//! Tests from outside, in one binary: what a client meets who has nothing but the API.

mod grpc;
