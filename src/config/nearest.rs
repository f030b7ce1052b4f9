//! Which known name was probably meant by a mistyped one.

/// The name nearest to `written`, if it is near enough to be a slip of the hand.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (original, written) = (written, written.to_lowercase());
    // Of two letters, half would have to be wrong.
    let most = match written.chars().count() {
        0..=2 => 0,
        letters => (letters / 3).min(3),
    };
    known
        .into_iter()
        .filter(|name| *name != original)
        .map(|name| (difference(&written, &name.to_lowercase()), name))
        .filter(|(difference, _)| *difference <= most)
        .min()
        .map(|(_, name)| name)
}

/// How different two names are; a name written out or cut short is one step away.
fn difference(written: &str, name: &str) -> usize {
    let (short, long) = if written.len() < name.len() { (written, name) } else { (name, written) };
    if short.len() >= 3 && long.starts_with(short) { 1 } else { distance(written, name) }
}

/// Letters to insert, delete, change or swap with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut older = vec![0; to.len() + 1];
    let mut old: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut new = vec![i + 1; to.len() + 1];
        for (j, b) in to.iter().enumerate() {
            new[j + 1] = (old[j] + usize::from(a != b)).min(old[j + 1] + 1).min(new[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *b && *a == to[j - 1] {
                new[j + 1] = new[j + 1].min(older[j - 1] + 1);
            }
        }
        (older, old) = (old, new);
    }
    old[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_another_word_does_not() {
        let known = ["quick_replies", "queue", "owner"];
        for (written, meant) in [
            ("quick_reply", Some("quick_replies")),
            ("queu", Some("queue")),
            ("qeuue", Some("queue")),
            ("Owner", Some("owner")),
            ("own", Some("owner")),
            ("owners_of", Some("owner")),
            ("examples", None),
            ("x", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }
}
