//! Resume tokens: where a reader stood in a log. Opaque to clients, and no credential: who may read
//! is decided by the key or customer token alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A place in a log: the last record read, and its event id. The id tells a log that lost its
/// tail and grew again apart from the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The last sequence read; 0 = nothing yet.
    pub sequence: u64,
    /// The event id of that record; 0 = nothing yet.
    pub event_id: u128,
}

impl Place {
    /// The token for this place.
    pub fn token(self) -> String {
        let mut bytes = vec![1u8];
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.event_id.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place of a token; empty = the beginning; `None` if it is not one of ours.
    pub fn parse(token: &str) -> Option<Place> {
        if token.is_empty() {
            return Some(Place::default());
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (sequence, event_id) = rest.split_at_checked(8)?;
        if *version != 1 {
            return None;
        }
        Some(Place {
            sequence: u64::from_be_bytes(sequence.try_into().ok()?),
            event_id: u128::from_be_bytes(event_id.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_is_read_back_as_written(sequence: u64, event_id: u128) {
            let place = Place { sequence, event_id };
            prop_assert_eq!(Place::parse(&place.token()), Some(place));
        }

        #[test]
        fn no_text_makes_the_parser_fail(text in ".*") {
            let _ = Place::parse(&text);
        }
    }

    #[test]
    fn an_empty_token_is_the_beginning_and_a_foreign_one_is_refused() {
        assert_eq!(Place::parse(""), Some(Place::default()));
        assert_eq!(Place::parse("AAAA"), None);
        assert_eq!(Place::parse("not a token"), None);
    }
}
