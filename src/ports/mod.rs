//! What the application needs from the world, as traits. Adapters implement them; nothing here
//! knows an adapter.

pub mod archive;
pub mod backup;
pub mod clock;
pub mod erasures;
pub mod ringer;
pub mod rules;
pub mod store;
