//! What messages carry beside words, in the terminal: how it is typed, and how it is shown.

use super::terminal::Look;
use super::words::pick;
use crate::domain::language::Language;
use crate::domain::parts::host_of;
use crate::grpc::pb::message_part::Part;
use crate::grpc::pb::{Attachment, Link, Location, MessagePart};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Something that was typed and is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    /// A page, with what stands on it.
    Link(String, String),
    /// A latitude and a longitude, with what is there.
    Place(String, String, String),
    /// A file here, and where it was uploaded to.
    File(PathBuf, String),
}

/// What such a command means; `Err` names a command of which a part is missing, `None` is another
/// command.
pub fn typed(name: &str, rest: &str) -> Option<Result<Draft, &'static str>> {
    let cut = |text: &str| {
        let (first, after) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        (first.to_owned(), after.trim().to_owned())
    };
    Some(match name {
        "/link" | "/رابط" if rest.is_empty() => Err("/link"),
        "/link" | "/رابط" => {
            let (url, title) = cut(rest);
            Ok(Draft::Link(url, title))
        }
        "/place" | "/مكان" => {
            let (latitude, after) = cut(rest);
            let (longitude, label) = cut(&after);
            let degrees = |text: &str| text.parse::<f64>().is_ok();
            match degrees(&latitude) && degrees(&longitude) {
                true => Ok(Draft::Place(latitude, longitude, label)),
                false => Err("/place"),
            }
        }
        "/file" | "/مرفق" => match rest.rsplit_once(char::is_whitespace) {
            Some((path, url)) => Ok(Draft::File(PathBuf::from(path.trim()), url.to_owned())),
            None => Err("/file"),
        },
        _ => return None,
    })
}

impl Draft {
    /// The part to send. Of a file it is read here how large it is and what its hash is.
    pub fn part(&self) -> Result<MessagePart, String> {
        let part = match self {
            Draft::Link(url, title) => Part::Link(Link { url: url.clone(), title: title.clone() }),
            Draft::Place(latitude, longitude, label) => Part::Location(Location {
                latitude: latitude.parse().unwrap_or(f64::NAN),
                longitude: longitude.parse().unwrap_or(f64::NAN),
                label: label.clone(),
            }),
            Draft::File(path, url) => Part::Attachment(file(path, url)?),
        };
        Ok(MessagePart { part: Some(part) })
    }
}

fn file(path: &Path, url: &str) -> Result<Attachment, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let hash = Sha256::digest(&bytes);
    Ok(Attachment {
        url: url.to_owned(),
        media_type: media_type(path).to_owned(),
        size_bytes: bytes.len() as u64,
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        name: name.unwrap_or_default(),
    })
}

fn media_type(path: &Path) -> &'static str {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("pdf") => "application/pdf",
        Some("mp4") => "video/mp4",
        Some("txt") => "text/plain",
        Some(_) | None => "application/octet-stream",
    }
}

/// One part as a line: what it is, what it calls itself, and where it really leads.
pub fn line(part: &MessagePart, language: Language, look: Look) -> String {
    let mark = |rich: &str, en, ar| match look.rich {
        true => rich.to_owned(),
        false => format!("[{}]", pick(language, en, ar)),
    };
    let of = |url: &str| host_of(url).unwrap_or_default();
    let shown = |name: &str| match name.is_empty() {
        true => String::new(),
        false => format!(" {}", look.foreign(name)),
    };
    match &part.part {
        Some(Part::Link(link)) => {
            let (title, host) = (shown(&link.title), look.foreign(&of(&link.url)));
            format!("{}{title} ({host}) {}", mark("🔗", "link", "رابط"), look.foreign(&link.url))
        }
        Some(Part::Location(place)) => {
            let degrees = look.foreign(&format!("{}, {}", place.latitude, place.longitude));
            format!("{}{} {degrees}", mark("📍", "place", "موقع"), shown(&place.label))
        }
        Some(Part::Attachment(file)) => {
            let what = look.foreign(&format!("{}, {}", file.media_type, size(file.size_bytes)));
            let url = look.foreign(&file.url);
            format!("{}{} ({what}) {url}", mark("📎", "file", "ملف"), shown(&file.name))
        }
        None => pick(language, "something this terminal cannot show", "ما لا تعرضه هذه الشاشة")
            .to_owned(),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { rich: false, marks: false };

    fn link(url: &str, title: &str) -> Draft {
        Draft::Link(url.to_owned(), title.to_owned())
    }

    #[test]
    fn commands_for_parts_are_read_in_both_languages() {
        let url = "https://shop.example/a";
        let wanted = link(url, "my order");
        assert_eq!(typed("/link", &format!("{url}  my order")), Some(Ok(wanted.clone())));
        assert_eq!(typed("/رابط", &format!("{url} my order")), Some(Ok(wanted)));
        assert_eq!(typed("/link", ""), Some(Err("/link")));
        let home = Draft::Place("24.7".to_owned(), "46.7".to_owned(), "my home".to_owned());
        assert_eq!(typed("/place", "24.7 46.7 my home"), Some(Ok(home)));
        assert_eq!(typed("/place", "24.7 home"), Some(Err("/place")));
        let scan = Draft::File(PathBuf::from("my scan.pdf"), url.to_owned());
        assert_eq!(typed("/file", &format!("my scan.pdf {url}")), Some(Ok(scan)));
        assert_eq!(typed("/file", "scan.pdf"), Some(Err("/file")));
        assert_eq!(typed("/human", ""), None);
    }

    #[test]
    fn of_a_file_its_size_and_hash_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.PNG");
        std::fs::write(&path, "abc").unwrap();
        let url = "https://uploads.example.com/1".to_owned();
        let sent = Draft::File(path, url).part().unwrap();
        let Some(Part::Attachment(file)) = sent.part else { panic!("{sent:?}") };
        assert_eq!((file.size_bytes, file.media_type.as_str()), (3, "image/png"));
        assert!(file.sha256.starts_with("ba7816bf8f01cfea") && file.sha256.len() == 64);
        let missing = Draft::File(folder.path().join("b"), String::new()).part().unwrap_err();
        assert!(missing.contains("/b: "), "{missing}");
    }

    #[test]
    fn a_link_is_shown_with_the_host_it_really_leads_to() {
        let part = link("https://shop.example/a", "bank.example").part().unwrap();
        let shown = line(&part, Language::En, PLAIN);
        assert_eq!(shown, "[link] bank.example (shop.example) https://shop.example/a");
        let place = Draft::Place("24.7".to_owned(), "46.7".to_owned(), String::new());
        let shown = line(&place.part().unwrap(), Language::Ar, PLAIN);
        assert!(shown.starts_with("[موقع] ") && shown.contains("24.7, 46.7"), "{shown}");
    }
}
