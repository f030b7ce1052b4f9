//! Adapters for durable state. Each implements [`crate::ports::store::Store`] and passes the same
//! [`contract`]; none knows a sibling or a business rule.
//!
//! - [`memory`] is the reference: simple enough to be believed, for tests and the simulator.
//! - [`embedded`] is the default: one file, one process, group commit.
//! - [`redis`] is for many instances on one truth: one server, Sentinel or Redis Cluster.
//! - [`archive`] is where ended conversations go; [`erasures`] remembers what was erased.
//! - [`faulty`] wraps any of them and makes it fail on purpose, repeatably.
//! - [`sealed`] wraps any of them and lets nothing that customers said lie there in the clear.
//! - [`stored`] and [`doorbell`] are what they share: how time and versions are issued, which
//!   transactions are too large, and how rings reach listeners within one process.

pub mod archive;
#[cfg(any(test, feature = "testing"))]
pub mod contract;
pub mod doorbell;
pub mod embedded;
pub mod erasures;
pub mod faulty;
pub mod memory;
pub mod redis;
pub mod sealed;
pub mod stored;
#[cfg(test)]
mod tests;
