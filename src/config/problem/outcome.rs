//! What a scripted conversation has found instead of what it expects, in Arabic. What one writes into
//! a script (`silent`, `queued`, the words of a text) stays as it is written there; what is ours is
//! translated.

/// Keys of `expect` for which `none` is a word that one writes.
const NONE_IS_WRITTEN: [&str; 3] = ["delay_reason", "eta", "survey"];

/// A fact of it; `None` if it reads the same in both languages.
pub(super) fn in_arabic(key: &str, fact: &str, value: &str) -> Option<String> {
    let nothing = || Some("لا شيء".to_owned());
    match (fact, key, value) {
        ("key", _, "the step") => Some("هذا الفعل".to_owned()),
        ("expected", "the step", "possible") => Some("ممكنا".to_owned()),
        ("expected", "choices", "none") => nothing(),
        ("expected", "says_not", _) => {
            value.strip_prefix("anything but ").map(|text| format!("أي كلام إلا {text}"))
        }
        ("found", "refused", "done") => Some("مقبول".to_owned()),
        // Why something was refused is compared as it stands.
        ("found", "refused" | "the step", _) => Some(format!("«{value}»")),
        ("found", _, "nothing") => nothing(),
        ("found", _, "none") if !NONE_IS_WRITTEN.contains(&key) => nothing(),
        _ => None,
    }
}
