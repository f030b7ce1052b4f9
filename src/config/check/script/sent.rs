//! What a message of a script carries beside words. Whether the shop takes it is seen when it is
//! sent: a script may well expect that it is refused.

use super::all;
use super::steps::bad_step;
use crate::config::check::value::said;
use crate::config::problem::{Code, Problem, Problems};
use crate::config::raw::conversation::{Sent, Step as RawStep};
use crate::config::raw::{Text, listed};
use crate::domain::parts::{Attachment, Part};

/// Millionths of a degree.
const DEGREE: f64 = 1_000_000.0;

pub(super) fn check(step: &RawStep, sent: &[Sent], problems: &mut Problems) -> Option<Vec<Part>> {
    all(Some(sent), |sent| check_one(step, sent, problems))
}

fn check_one(step: &RawStep, raw: &Sent, problems: &mut Problems) -> Option<Part> {
    let kinds = [("link", &raw.link), ("location", &raw.location), ("file", &raw.file)];
    let known = kinds.map(|(name, _)| name);
    let found = kinds.iter().filter(|(_, part)| part.is_some()).map(|(name, _)| *name);
    let found: Vec<&str> = found.collect();
    let title = match &raw.title {
        Some(title) => said(title, problems)?,
        None => String::new(),
    };
    match (found.as_slice(), &raw.link, &raw.location, &raw.file) {
        ([_], Some(link), _, _) => Some(Part::Link { url: said(link, problems)?, title }),
        ([_], _, Some(place), _) => {
            let (latitude, longitude) = check_place(place, problems)?;
            Some(Part::Location { latitude, longitude, label: title })
        }
        ([_], _, _, Some(file)) => check_file(raw, file, title, problems),
        _ => {
            let mut problem = bad_step(step, &known, listed(found));
            problem.place = raw.place.clone();
            problems.add(problem);
            None
        }
    }
}

fn check_file(raw: &Sent, file: &Text, name: String, problems: &mut Problems) -> Option<Part> {
    let mut missing = |key| {
        let problem = Problem::new(Code::MissingKey, &raw.place).with("key", key);
        problems.add(problem.with("expected", "a text"));
    };
    let (Some(media_type), Some(size)) = (&raw.media_type, &raw.size) else {
        if raw.media_type.is_none() {
            missing("media_type");
        }
        if raw.size.is_none() {
            missing("size");
        }
        return None;
    };
    let media_type = said(media_type, problems);
    let url = said(file, problems);
    // No bytes are read, so any hash of the right form will do.
    let sha256 = "0".repeat(64);
    Some(Part::Attachment(Attachment {
        url: url?,
        media_type: media_type?,
        size: size.value,
        sha256,
        name,
    }))
}

/// Degrees north and east with a comma between them, as maps write them.
fn check_place(text: &Text, problems: &mut Problems) -> Option<(i32, i32)> {
    let degrees =
        |text: &str| text.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    let both = text.value.split_once(',');
    let both = both.and_then(|(north, east)| degrees(north).zip(degrees(east)));
    if both.is_none() {
        let problem = Problem::new(Code::NotOneOf, &text.place).with("value", &text.value);
        problems.add(problem.with("known", listed(["24.7136, 46.6753"])));
    }
    both.map(|(north, east)| ((north * DEGREE).round() as i32, (east * DEGREE).round() as i32))
}
