//! What a message may carry beside its words: links, places, references to files. Bytes never pass
//! through Sanad; whoever reads fetches them from where the shop keeps them, so what may be named is
//! decided here, against what ops allow.
//!
//! Addresses are taken apart by a parser that knows little and refuses the rest: what it accepts
//! means the same to every browser.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The longest address, in bytes.
pub const URL_BYTES_MAX: usize = 2048;
/// The longest title, label or file name, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// A right angle, in millionths of a degree.
const RIGHT_ANGLE: i32 = 90_000_000;

/// Something a message carries beside its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// A page.
    Link {
        /// Where it is.
        url: String,
        /// What stands on it; may be empty.
        title: String,
    },
    /// A place on the map.
    Location {
        /// North of the equator, in millionths of a degree.
        latitude: i32,
        /// East of Greenwich, in millionths of a degree.
        longitude: i32,
        /// What is there; may be empty.
        label: String,
    },
    /// A file that lies elsewhere.
    Attachment(Attachment),
}

/// A reference to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Where its bytes are.
    pub url: String,
    /// What it is, such as `image/jpeg`.
    pub media_type: String,
    /// How large it is, in bytes.
    pub size: u64,
    /// The hash of its bytes, in hexadecimal, so that a reader can tell it from another.
    pub sha256: String,
    /// Its name; may be empty.
    pub name: String,
}

/// What messages may carry. By default nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartRules {
    /// The most in one message.
    pub count_max: usize,
    /// Where links may lead.
    pub links: Hosts,
    /// Whether places may be sent.
    pub locations: bool,
    /// Where the bytes of attachments may lie.
    pub attachment_hosts: Hosts,
    /// What attachments may be.
    pub media_types: BTreeSet<String>,
    /// How large they may be, in bytes.
    pub size_max: u64,
}

/// The hosts that addresses may name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hosts(pub Vec<HostRule>);

/// Which hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostRule {
    /// All.
    Any,
    /// This one.
    One(String),
    /// All below this one, but not itself.
    Below(String),
}

/// Why a part is refused: what is wrong and what is allowed instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("part {}: {why}", at + 1)]
pub struct PartFault {
    /// Which, from 0.
    pub at: usize,
    /// What is wrong with it.
    pub why: Wrong,
}

/// What is wrong with a part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// There are more than a message may carry.
    #[error("a message carries at most {count_max} parts")]
    TooMany {
        /// The most.
        count_max: usize,
    },
    /// Parts of this kind are not taken here.
    #[error("{kind} are not taken here")]
    NotTaken {
        /// Which kind.
        kind: &'static str,
    },
    /// Not an address that may be shown.
    #[error("the address must be https://HOST/…, at most {URL_BYTES_MAX} ASCII characters: {why}")]
    Address {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A host that is not on the list.
    #[error("the host {host} is not one of those allowed: {allowed}")]
    Host {
        /// Which.
        host: String,
        /// Which are.
        allowed: Hosts,
    },
    /// A media type that is not on the list.
    #[error("files of this type are not taken: send one of {allowed}")]
    MediaType {
        /// Which are.
        allowed: String,
    },
    /// Larger than allowed, or empty.
    #[error("the file has {size} bytes, allowed are 1 to {size_max}")]
    Size {
        /// How large it is.
        size: u64,
        /// How large it may be.
        size_max: u64,
    },
    /// Not a hash.
    #[error("sha256 must be 64 of 0-9 and a-f: the hash of the file's bytes")]
    Hash,
    /// Not on the globe.
    #[error("a latitude lies between -90 and 90 degrees, a longitude between -180 and 180")]
    Place,
    /// A title, label or name that cannot be shown.
    #[error("a title, label or name has at most {TITLE_CHARS_MAX} characters, without controls")]
    Title,
}

/// Whether a message may carry these.
pub fn check(rules: &PartRules, parts: &[Part]) -> Result<(), PartFault> {
    if parts.len() > rules.count_max {
        let why = Wrong::TooMany { count_max: rules.count_max };
        return Err(PartFault { at: rules.count_max, why });
    }
    for (at, part) in parts.iter().enumerate() {
        rules.check(part).map_err(|why| PartFault { at, why })?;
    }
    Ok(())
}

impl PartRules {
    fn check(&self, part: &Part) -> Result<(), Wrong> {
        match part {
            Part::Link { url, title } => {
                self.links.check(url, "links")?;
                check_title(title)
            }
            Part::Location { .. } if !self.locations => Err(Wrong::NotTaken { kind: "places" }),
            Part::Location { latitude, longitude, label } => {
                let on_globe = (-RIGHT_ANGLE..=RIGHT_ANGLE).contains(latitude)
                    && (-2 * RIGHT_ANGLE..=2 * RIGHT_ANGLE).contains(longitude);
                if !on_globe {
                    return Err(Wrong::Place);
                }
                check_title(label)
            }
            Part::Attachment(file) => self.check_file(file),
        }
    }

    fn check_file(&self, file: &Attachment) -> Result<(), Wrong> {
        self.attachment_hosts.check(&file.url, "attachments")?;
        if !self.media_types.contains(&file.media_type) {
            let allowed: Vec<&str> = self.media_types.iter().map(String::as_str).collect();
            return Err(Wrong::MediaType { allowed: allowed.join(", ") });
        }
        if file.size == 0 || file.size > self.size_max {
            return Err(Wrong::Size { size: file.size, size_max: self.size_max });
        }
        let is_hash = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if file.sha256.len() != 64 || !file.sha256.bytes().all(is_hash) {
            return Err(Wrong::Hash);
        }
        check_title(&file.name)
    }
}

impl Hosts {
    fn check(&self, url: &str, kind: &'static str) -> Result<(), Wrong> {
        if self.0.is_empty() {
            return Err(Wrong::NotTaken { kind });
        }
        let host = host_of(url).map_err(|why| Wrong::Address { why })?;
        if self.0.iter().any(|rule| rule.allows(&host)) {
            return Ok(());
        }
        Err(Wrong::Host { host, allowed: self.clone() })
    }
}

impl HostRule {
    /// The rule that is written `*`, `*.name` or `name`; `None` if it is none of these.
    pub fn parse(text: &str) -> Option<HostRule> {
        match (text, text.strip_prefix("*.")) {
            ("*", _) => Some(HostRule::Any),
            (_, Some(name)) => is_host(name).then(|| HostRule::Below(name.to_owned())),
            (name, None) => is_host(name).then(|| HostRule::One(name.to_owned())),
        }
    }

    fn allows(&self, host: &str) -> bool {
        match self {
            HostRule::Any => true,
            HostRule::One(name) => host == name,
            HostRule::Below(name) => {
                host.strip_suffix(name.as_str()).is_some_and(|before| before.ends_with('.'))
            }
        }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostRule::Any => out.write_str("*"),
            HostRule::One(name) => out.write_str(name),
            HostRule::Below(name) => write!(out, "*.{name}"),
        }
    }
}

impl fmt::Display for Hosts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&shown.join(", "))
    }
}

/// The host that an address names, in small letters; else what is wrong with the address. Whoever
/// reads a link trusts the host it seems to have, so nothing that could hide it is let through:
/// no user before an @, no letters beyond ASCII, no backslashes.
pub fn host_of(url: &str) -> Result<String, &'static str> {
    if url.len() > URL_BYTES_MAX {
        return Err("it is too long");
    }
    let rest = url.strip_prefix("https://").ok_or("it begins otherwise")?;
    if !rest.bytes().all(|c| c.is_ascii_graphic() && !br#"\"<>^`{|}"#.contains(&c)) {
        return Err("write what is not an ASCII letter, digit or sign with % or as xn--");
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let good_port = |port: &str| port.parse::<u16>().is_ok() && !port.starts_with('+');
    if port.is_some_and(|port| !good_port(port)) {
        return Err("what follows the host's colon is no port");
    }
    let host = host.to_ascii_lowercase();
    if is_host(&host) { Ok(host) } else { Err("it names no host") }
}

/// Whether this is the name of a host: labels of `a-z`, `0-9` and `-`, with dots between them.
fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// Whether this is a media type without parameters, in small letters.
pub fn is_media_type(text: &str) -> bool {
    let name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || br"!#$&-^_.+".contains(&c))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(kind, sub)| name(kind) && name(sub))
}

/// Titles stand beside addresses: nothing in them may turn the line around or hide its end.
fn check_title(title: &str) -> Result<(), Wrong> {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let bad = title.chars().any(|c| c.is_control() || turns(c));
    if bad || title.chars().count() > TITLE_CHARS_MAX { Err(Wrong::Title) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> PartRules {
        PartRules {
            count_max: 2,
            links: Hosts(vec![HostRule::parse("shop.example").unwrap()]),
            locations: true,
            attachment_hosts: Hosts(vec![HostRule::parse("*.files.example").unwrap()]),
            media_types: BTreeSet::from(["image/png".to_owned()]),
            size_max: 100,
        }
    }

    fn link(url: &str) -> Part {
        Part::Link { url: url.to_owned(), title: String::new() }
    }

    fn file() -> Attachment {
        Attachment {
            url: "https://eu.files.example/1".to_owned(),
            media_type: "image/png".to_owned(),
            size: 100,
            sha256: "0f".repeat(32),
            name: "receipt.png".to_owned(),
        }
    }

    fn refused(part: Part) -> String {
        check(&rules(), &[part]).unwrap_err().to_string()
    }

    #[test]
    fn what_is_allowed_is_taken() {
        let place =
            Part::Location { latitude: 24_700_000, longitude: 46_700_000, label: "".into() };
        for part in [
            link("https://shop.example"),
            link("https://SHOP.example:8443/a?b=https://evil.example#c"),
            place,
            Part::Attachment(file()),
        ] {
            assert_eq!(check(&rules(), std::slice::from_ref(&part)), Ok(()), "{part:?}");
        }
    }

    #[test]
    fn an_address_that_is_not_what_it_seems_is_refused() {
        for url in [
            "http://shop.example/",
            "https://shop.example@evil.example/",
            "https://shop.example:80@evil.example/",
            "https://shop.example:x/",
            "https://shop.example\\@evil.example/",
            "https://shop.example.evil.example/",
            "https://evil.example/shop.example",
            "https://shop.example./",
            "https://sh\u{43e}p.example/",
            "https://shop.example/a b",
            "https://shop.example/<script>",
            "https:///shop.example",
            "https://",
            "javascript:alert(1)//https://shop.example",
            "",
        ] {
            assert!(check(&rules(), &[link(url)]).is_err(), "{url}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(URL_BYTES_MAX));
        assert!(check(&rules(), &[link(&long)]).is_err());
        let told = refused(link("https://evil.example/"));
        assert_eq!(told, "part 1: the host evil.example is not one of those allowed: shop.example");
    }

    #[test]
    fn a_file_must_lie_where_it_may_be_what_it_may_and_be_no_larger() {
        let with = |change: &dyn Fn(&mut Attachment)| {
            let mut file = file();
            change(&mut file);
            refused(Part::Attachment(file))
        };
        assert!(with(&|file| file.url = "https://files.example/1".into()).contains("*.files"));
        assert!(with(&|file| file.media_type = "image/svg+xml".into()).contains("image/png"));
        assert!(with(&|file| file.size = 101).contains("1 to 100"));
        assert!(with(&|file| file.size = 0).contains("1 to 100"));
        assert!(with(&|file| file.sha256 = "0F".repeat(32)).contains("sha256"));
        assert!(with(&|file| file.name = "a\u{202E}gnp.exe".into()).contains("without controls"));
    }

    #[test]
    fn places_are_on_the_globe_and_a_message_carries_no_more_than_it_may() {
        let place = |latitude, longitude| Part::Location { latitude, longitude, label: "".into() };
        assert!(refused(place(90_000_001, 0)).contains("latitude"));
        assert!(refused(place(0, -180_000_001)).contains("longitude"));
        let three = vec![place(0, 0); 3];
        let told = check(&rules(), &three).unwrap_err().to_string();
        assert_eq!(told, "part 3: a message carries at most 2 parts");
        let nothing = PartRules { count_max: 1, ..PartRules::default() };
        for (part, kind) in [
            (link("https://shop.example"), "links"),
            (place(0, 0), "places"),
            (Part::Attachment(file()), "attachments"),
        ] {
            let told = check(&nothing, &[part]).unwrap_err().to_string();
            assert_eq!(told, format!("part 1: {kind} are not taken here"));
        }
    }

    #[test]
    fn hosts_and_media_types_are_read_as_ops_write_them() {
        for good in ["*", "shop.example", "*.shop.example", "localhost"] {
            assert_eq!(HostRule::parse(good).unwrap().to_string(), good);
        }
        for bad in ["", "*.", "*x", "a..b", "-a", "Shop.example", "a/b", "*.*", "https://a"] {
            assert_eq!(HostRule::parse(bad), None, "{bad}");
        }
        assert!(is_media_type("image/svg+xml") && is_media_type("application/pdf"));
        for bad in ["image", "image/", "/png", "image/*", "Image/png", "a/b; c=d"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
