//! From files to rules: what ops write in `config/`, checked whole, swapped in at once.
//!
//! - [`source`]: the files as texts
//! - [`raw`]: exactly what the files say
//! - [`check`](check()): from there to [`crate::domain::rules::Rules`], with every problem
//! - [`problem`]: what can be wrong, where, and what to write instead
//! - [`script`]: scripted conversations in their checked form
//! - [`service`]: the operators' settings
//! - [`reload`]: live rules that follow the files, and the accepted versions that are kept

mod check;
#[cfg(test)]
mod fixture;
mod nearest;
pub mod problem;
pub mod raw;
pub mod reload;
pub mod script;
pub mod service;
pub mod source;

pub use check::{Checked, check, duration_shown};

use problem::Problems;
use source::Sources;
use std::path::Path;

/// Reads and checks a config folder.
pub fn load(folder: &Path) -> (Sources, Checked) {
    let mut problems = Problems::new();
    let sources = Sources::read(folder, &mut problems);
    let checked = check(&sources, problems);
    (sources, checked)
}

#[cfg(test)]
mod tests;
