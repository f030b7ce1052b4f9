//! The wire: what callers of the API meet. Proto types live and end in this folder; what they
//! mean is decided in `app` and `domain`.
//!
//! A call passes, from outside in: the connection limit ([`listener`]), the `Host` check
//! ([`host`]), CORS and gRPC-Web ([`server`]), then the [`gate`] (size of metadata, rate limits,
//! who is calling, whether they may, streams, deadline), and only then a handler. Everything that
//! can be refused without knowing what the call means is refused before the handler.

pub mod access;
pub mod admin;
mod admin_customer;
pub mod agent;
pub mod audit;
pub mod auth;
mod backup;
mod blocks;
pub mod chat;
mod chat_customer;
mod chat_rate;
pub mod chat_stream;
mod chat_unsaved;
pub mod context;
pub mod decode;
mod desk;
pub mod encode;
pub mod encode_admin;
pub mod encode_agent;
mod encode_block;
pub mod encode_customer;
mod encode_directives;
pub mod encode_eta;
mod encode_fairness;
mod encode_kinds;
mod encode_line;
pub mod encode_on_call;
mod encode_overview;
pub mod encode_promise;
pub mod encode_satisfaction;
mod facts;
pub mod feed;
mod frames;
pub mod gate;
pub mod host;
pub mod identity;
pub mod keys;
pub mod lifecycle;
pub mod limits;
pub mod listener;
pub mod metrics;
mod on_call;
pub mod operations;
pub mod overview_stream;
mod pages;
mod parts;
mod pieces;
pub mod refusals;
pub mod resume;
mod seen;
pub mod server;
pub mod status;
pub mod supervisor;
pub mod tokens;
mod typing;
mod work_line;
pub mod work_stream;

use crate::domain::time::Timestamp;
use std::sync::Arc;

/// The present, as the composition root hands it in; nothing here reads a clock by itself.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The generated protocol types, clients and servers of `sanad.v1`.
#[allow(missing_docs, clippy::all)]
pub mod pb {
    tonic::include_proto!("sanad.v1");

    /// All definitions, for reflection and for the table of roles.
    pub const FILE_DESCRIPTOR_SET: &[u8] =
        include_bytes!(concat!(env!("OUT_DIR"), "/sanad_descriptor.bin"));
}
