//! What messages carry beside words, between the wire and the core, both ways.

use super::decode::wrong;
use super::pb::message_part::Part as Wire;
use super::pb::send_message_request::Content;
use super::pb::{self, MessagePart};
use crate::domain::conversation::command::Input;
use crate::domain::parts::{Attachment, Hosts, Part, PartRules};
use tonic::Status;

/// A degree, in the core's unit.
const DEGREE: f64 = 1e6;
/// More is no message, whatever the rules say.
const PARTS_MAX: usize = 64;

/// What came. Whether it is allowed is the core's to say.
pub fn read(parts: Vec<MessagePart>) -> Result<Vec<Part>, Status> {
    if parts.len() > PARTS_MAX {
        return Err(wrong("parts", format!("a message carries at most {PARTS_MAX} parts")));
    }
    parts.into_iter().map(part).collect()
}

fn part(part: MessagePart) -> Result<Part, Status> {
    Ok(match part.part {
        Some(Wire::Link(link)) => Part::Link { url: link.url, title: link.title },
        Some(Wire::Location(place)) => Part::Location {
            latitude: millionths(place.latitude)?,
            longitude: millionths(place.longitude)?,
            label: place.label,
        },
        Some(Wire::Attachment(file)) => Part::Attachment(Attachment {
            url: file.url,
            media_type: file.media_type,
            size: file.size_bytes,
            sha256: file.sha256,
            name: file.name,
        }),
        None => return Err(wrong("parts", "say what it is: a link, a location or an attachment")),
    })
}

fn millionths(degrees: f64) -> Result<i32, Status> {
    let millionths = (degrees * DEGREE).round();
    // Wide enough for all degrees there are; the core refuses what is not on the globe.
    if millionths.abs() > f64::from(i32::MAX) || !millionths.is_finite() {
        return Err(wrong("parts", "a latitude or longitude is a number of degrees"));
    }
    Ok(millionths as i32)
}

/// What a message carried.
pub fn shown(parts: &[Part]) -> Vec<MessagePart> {
    let wire = |part: &Part| match part {
        Part::Link { url, title } => {
            Wire::Link(pb::Link { url: url.clone(), title: title.clone() })
        }
        Part::Location { latitude, longitude, label } => Wire::Location(pb::Location {
            latitude: f64::from(*latitude) / DEGREE,
            longitude: f64::from(*longitude) / DEGREE,
            label: label.clone(),
        }),
        Part::Attachment(file) => Wire::Attachment(pb::Attachment {
            url: file.url.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size,
            sha256: file.sha256.clone(),
            name: file.name.clone(),
        }),
    };
    parts.iter().map(|part| MessagePart { part: Some(wire(part)) }).collect()
}

/// What the customer says, and the same in words, to tell one request from another.
pub fn said(content: Option<Content>, parts: Vec<MessagePart>) -> Result<(Input, String), Status> {
    let parts = read(parts)?;
    if !parts.is_empty() {
        let text = match content {
            Some(Content::Text(text)) => text,
            None => String::new(),
            Some(Content::ChoiceId(_) | Content::SayAgain(_)) => {
                return Err(wrong("parts", "parts go with a text, or alone"));
            }
        };
        let contents = contents("text", &text, &parts);
        return Ok((Input::Parts { text, parts }, contents));
    }
    match content {
        Some(Content::Text(text)) => {
            let contents = contents("text", &text, &parts);
            Ok((Input::Text(text), contents))
        }
        Some(Content::ChoiceId(choice)) => {
            let contents = format!("choice {choice}");
            Ok((Input::Choice(choice), contents))
        }
        Some(Content::SayAgain(_)) => Ok((Input::SayAgain, "again".to_owned())),
        None => {
            let what = "send a text, a choice, parts or a wish to hear it again";
            Err(wrong("content", what))
        }
    }
}

/// What is said in one line, to tell one request from another.
pub fn contents(what: &str, text: &str, parts: &[Part]) -> String {
    match parts.is_empty() {
        true => format!("{what} {text}"),
        false => format!("{what} {text} with {parts:?}"),
    }
}

/// What messages may carry.
pub fn accepted(rules: &PartRules) -> pb::AcceptedParts {
    let names = |hosts: &Hosts| hosts.0.iter().map(ToString::to_string).collect();
    pb::AcceptedParts {
        count_max: rules.count_max as u32,
        link_hosts: names(&rules.links),
        locations: rules.locations,
        attachment_hosts: names(&rules.attachment_hosts),
        media_types: rules.media_types.iter().cloned().collect(),
        size_bytes_max: rules.size_max,
    }
}
