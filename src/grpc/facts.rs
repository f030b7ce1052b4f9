//! What a refusal tells beside its reason, so that a client can say it in the language of whoever
//! reads: a code of what is wrong (`problem`) and the numbers and names that belong to it. They are
//! listed in `proto/README.md`.

use super::status::Facts;
use crate::domain::directives::{DIRECTIVES_MAX, NotTaken, SPAN_MAX};
use crate::domain::ids::{ID_BYTES_MAX, IdError};
use crate::domain::parts::{PartFault, TITLE_CHARS_MAX, URL_BYTES_MAX, Wrong};
use crate::domain::time::Timestamp;

/// What is wrong, where nothing more belongs to it.
pub fn problem(code: &str) -> Facts {
    vec![("problem", code.to_owned())]
}

/// With what belongs to it.
fn with(code: &str, facts: impl IntoIterator<Item = (&'static str, String)>) -> Facts {
    let mut all = problem(code);
    all.extend(facts);
    all
}

/// More characters than there may be.
pub fn too_long(max: usize, got: usize) -> Facts {
    with("too_long", [("max", max.to_string()), ("got", got.to_string())])
}

/// A number that lies outside.
pub fn out_of_range(min: u32, max: u32) -> Facts {
    with("out_of_range", [("min", min.to_string()), ("max", max.to_string())])
}

/// The rules name nothing of this sort under this name.
pub fn unknown(sort: &str, name: &str) -> Facts {
    with("unknown", [("what", sort.to_owned()), ("name", name.to_owned())])
}

/// A time that lies outside.
pub fn between(earliest: Timestamp, latest: Timestamp) -> Facts {
    with("time_not_possible", [("earliest", moment(earliest)), ("latest", moment(latest))])
}

/// A point in time as RFC 3339 writes it, in UTC.
pub fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map_or_else(|_| at.to_string(), |at| at.to_string())
}

/// What is wrong with an id.
pub fn of_id(error: &IdError) -> Facts {
    match error {
        IdError::Empty => problem("empty"),
        IdError::TooLong(got) => too_long(ID_BYTES_MAX, *got),
        IdError::BadCharacter(bad) => with("not_an_id", [("character", bad.to_string())]),
        IdError::Reserved(prefix) => with("reserved", [("prefix", (*prefix).to_owned())]),
    }
}

/// What is wrong with a directive.
pub fn of_directive(why: &NotTaken) -> Facts {
    match why {
        NotTaken::Unknown { what, name } => unknown(what, name),
        NotTaken::BadEnd => with("bad_end", [("days", (SPAN_MAX.as_secs() / 86_400).to_string())]),
        NotTaken::NoWords => problem("one_language"),
        NotTaken::TooMany => with("too_many_in_force", [("max", DIRECTIVES_MAX.to_string())]),
    }
}

/// What is wrong with what a message carries.
pub fn of_part(fault: &PartFault) -> Facts {
    let text = |value: &dyn ToString| value.to_string();
    let mut facts = match &fault.why {
        Wrong::TooMany { count_max } => with("too_many_parts", [("max", text(count_max))]),
        Wrong::NotTaken { kind } => with("kind_not_taken", [("kind", text(kind))]),
        Wrong::Address { .. } => with("bad_address", [("max", text(&URL_BYTES_MAX))]),
        Wrong::Host { host, allowed } => {
            with("host_not_allowed", [("host", host.clone()), ("allowed", text(allowed))])
        }
        Wrong::MediaType { allowed } => with("type_not_taken", [("allowed", allowed.clone())]),
        Wrong::Size { size, size_max } => {
            with("bad_size", [("got", text(size)), ("max", text(size_max))])
        }
        Wrong::Hash => problem("bad_hash"),
        Wrong::Place => problem("bad_place"),
        Wrong::Title => with("bad_title", [("max", text(&TITLE_CHARS_MAX))]),
    };
    facts.push(("part", text(&(fault.at + 1))));
    facts
}
