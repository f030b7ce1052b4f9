//! From files to rules: what ops write in `config/`, checked whole, swapped in at once.
//!
//! - [`source`]: the files as texts
//! - [`raw`]: exactly what the files say
//! - [`check`](check()): from there to [`crate::domain::rules::Rules`], with every problem
//! - [`problem`]: what can be wrong, where, and what to write instead
//! - [`script`]: scripted conversations in their checked form
//! - [`service`]: the operators' settings
//! - `learnt`: what training has yielded, kept between starts
//! - [`reload`]: live rules that follow the files, and the accepted versions that are kept

mod check;
#[cfg(test)]
mod fixture;
mod learnt;
mod nearest;
pub mod problem;
pub mod raw;
pub mod reload;
pub mod schema;
pub mod script;
pub mod service;
pub mod source;

pub use check::{Checked, check, duration_shown};

use learnt::Learnt;
use problem::Problems;
use service::ServiceSettings;
use source::Sources;
use std::path::{Path, PathBuf};

/// Reads and checks a config folder. What its examples teach is kept in the data folder that its
/// `service.yaml` names, if there is one, and recalled from there.
pub fn load(folder: &Path) -> (Sources, Checked) {
    load_with(folder, None)
}

/// The same with another data folder.
pub fn load_with(folder: &Path, data: Option<&Path>) -> (Sources, Checked) {
    load_or_keep(folder, data, None)
}

/// The same for whoever only looks: what the data folder holds is recalled, and nothing is written.
pub fn load_untouched(folder: &Path, data: Option<&Path>) -> (Sources, Checked) {
    loaded(folder, &|service| Learnt::in_data(data.unwrap_or(&service.data)).untouched())
}

/// The operators' file alone, as a service would read it: where it is missing or wrong, the defaults.
pub fn settings_of(folder: &Path) -> ServiceSettings {
    let mut problems = Problems::new();
    let sources = Sources::read(folder, &mut problems);
    check::service_of(&sources, &mut problems).unwrap_or_default()
}

/// The same; where there is no data folder, what the examples teach is kept in this other one.
pub fn load_or_keep(
    folder: &Path,
    data: Option<&Path>,
    other: Option<PathBuf>,
) -> (Sources, Checked) {
    loaded(folder, &|service| {
        Learnt::in_data(data.unwrap_or(&service.data)).or_in(other.as_deref())
    })
}

fn loaded(folder: &Path, learnt: &dyn Fn(&ServiceSettings) -> Learnt) -> (Sources, Checked) {
    let mut problems = Problems::new();
    let sources = Sources::read(folder, &mut problems);
    let checked = check::check_with(&sources, problems, learnt);
    (sources, checked)
}

#[cfg(test)]
mod tests;
