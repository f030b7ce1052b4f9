//! Arabic in Latin letters by its consonants: everybody spells the vowels otherwise.

/// The consonants of a Latin spelling of an Arabic word, one sign a sound: `mowathaf`, `muwazzaf`
/// and `mwadhaf` have the same.
pub(crate) fn skeleton(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let bytes = word.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (sound, length) = sound(bytes[at], bytes.get(at + 1).copied(), at == 0);
        at += length;
        if let Some(sound) = sound
            && !out.ends_with(sound)
        {
            out.push(sound);
        }
    }
    out
}

/// The sound at one place, and how many letters it takes.
fn sound(letter: u8, next: Option<u8>, first: bool) -> (Option<char>, usize) {
    match (letter, next) {
        (b's' | b'c', Some(b'h')) => (Some('$'), 2),
        (b'k', Some(b'h')) => (Some('x'), 2),
        (b'g', Some(b'h')) => (Some('g'), 2),
        (b't' | b'd', Some(b'h')) => (Some('z'), 2),
        (b'5', _) => (Some('x'), 1),
        (b'7', _) => (Some('h'), 1),
        (b'6', _) => (Some('t'), 1),
        (b'9', _) => (Some('s'), 1),
        (b'8' | b'q', _) => (Some('q'), 1),
        (b'j', _) => (Some('j'), 1),
        (b'2' | b'3' | b'4', _) => (None, 1),
        (b'w' | b'y', _) if !first => (None, 1),
        (b'a' | b'e' | b'i' | b'o' | b'u', _) => (first.then_some('a'), 1),
        (other, _) => (Some(char::from(other)), 1),
    }
}
