//! Measuring what Sanad understands: labelled messages in, figures out. Nothing here reads a file
//! or prints; nothing here decides: [`replay`] asks the same reading and the same ladder that
//! answer customers.
//!
//! - [`replay`]: what the bot would do with a message after these turns
//! - [`figures`]: intervals, curves and the other arithmetic
//! - [`intents`]: is the right entry found, and is it known when none is meant
//! - [`signals`]: does it notice who needs a person, and at which turn
//! - [`learn`]: the weights of the detectors, from labelled messages
//! - [`page`]: both as one page with plots

pub mod figures;
pub mod intents;
pub mod learn;
pub mod page;
pub mod plot;
pub mod replay;
pub mod signals;
pub mod timing;
