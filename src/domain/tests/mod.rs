//! What the tests of several machines share.

pub mod document;
mod text;
