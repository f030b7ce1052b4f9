//! What ops decide at once, on the wire: from words to what is in force, and back.

use super::context::id;
use super::decode::{at_most, time, wrong};
use super::encode::timestamp;
use super::encode_line::{entry_title, queue_title};
use super::pb;
use super::pb::issue_directive_request::What as Asked;
use crate::app::App;
use crate::domain::directives::{Directive, What};
use crate::domain::ids::{EntryId, QueueId};
use crate::domain::routing::opening;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use tonic::Status;

/// What is asked for, and until when: the end of the day, if nothing else is said.
pub fn asked(
    rules: &Rules,
    request: &pb::IssueDirectiveRequest,
    chars_max: usize,
    now: Timestamp,
) -> Result<(What, Timestamp), Status> {
    let what = match &request.what {
        Some(Asked::Banner(banner)) => What::Banner {
            ar: at_most("banner", &banner.ar, chars_max)?,
            en: at_most("banner", &banner.en, chars_max)?,
            topics: banner
                .entry_ids
                .iter()
                .map(|entry| id("banner", entry, EntryId::parse))
                .collect::<Result<_, _>>()?,
        },
        Some(Asked::ClosedQueueId(queue)) => {
            What::QueueClosed { queue: id("closed_queue_id", queue, QueueId::parse)? }
        }
        Some(Asked::EntryOffId(entry)) => {
            What::EntryOff { entry: id("entry_off_id", entry, EntryId::parse)? }
        }
        None => return Err(wrong("what", "say what: a banner, a closed queue or an entry")),
    };
    let queue = match &what {
        What::QueueClosed { queue } => Some(queue),
        What::Banner { .. } | What::EntryOff { .. } => None,
    };
    let until = match &request.until {
        Some(until) => time("until", Some(until))?,
        None => opening::end_of_day(&rules.routing, queue, now),
    };
    Ok((what, until))
}

/// What is in force.
pub fn directive(app: &App, known: &Directive) -> pb::Directive {
    use pb::directive::What as Told;
    let what = match &known.what {
        What::Banner { ar, en, topics } => Told::Banner(pb::Banner {
            ar: ar.clone(),
            en: en.clone(),
            entry_ids: topics.iter().map(ToString::to_string).collect(),
        }),
        What::QueueClosed { queue } => Told::ClosedQueueId(queue.to_string()),
        What::EntryOff { entry } => Told::EntryOffId(entry.to_string()),
    };
    let titles = match &known.what {
        What::Banner { .. } => Vec::new(),
        What::QueueClosed { queue } => queue_title(app, queue),
        What::EntryOff { entry } => entry_title(app, entry),
    };
    pb::Directive {
        number: known.number,
        titles,
        what: Some(what),
        author: known.author.clone(),
        note: known.note.clone(),
        since: Some(timestamp(known.since)),
        until: Some(timestamp(known.until)),
    }
}
