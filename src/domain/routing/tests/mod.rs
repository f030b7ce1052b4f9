//! Tests of routing as a whole: tables of small pools, and random histories against an oracle
//! that knows no index. What concerns one file alone is tested there.

mod attendance;
mod claims;
mod clocks;
mod danger;
mod estimates;
mod giving_way;
mod languages;
mod oracle;
mod overtaking;
mod properties;
mod routes;
mod tables;
pub(crate) mod world;
