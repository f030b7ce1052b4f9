//! What is wrong in a detector's file is told with its place, all at once.

use super::*;

fn edited(kind: SignalKind, from: &str, to: &str) -> impl Fn(SignalKind) -> String {
    let text = shipped(kind);
    assert!(text.contains(from), "{from:?} is not in the file");
    let text = text.replacen(from, to, 1);
    move |asked| if asked == kind { text.clone() } else { shipped(asked) }
}

fn problems(kind: SignalKind, from: &str, to: &str) -> Vec<String> {
    let raw = match RawDetectors::read(edited(kind, from, to)) {
        Ok(raw) => raw,
        Err(errors) => return errors.iter().map(|(kind, _)| kind.name().to_owned()).collect(),
    };
    match raw.settings() {
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
        Ok(settings) => match Detectors::compile(&settings) {
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
            Ok(_) => Vec::new(),
        },
    }
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let abuse = |from, to| problems(SignalKind::Abuse, from, to);
    assert_eq!(abuse("threshold: 0.65", "threshold: 0.65"), Vec::<String>::new());
    assert_eq!(abuse("threshold: 0.65", "treshold: 0.65"), ["abuse"]);
    assert_eq!(
        abuse("threshold: 0.65", "threshold: 65"),
        ["trigger.threshold of abuse: 65 is not between 0 and 1"]
    );
    assert_eq!(
        abuse("repeated: 0.4", "repeated: -1"),
        ["conversation.repeated of abuse: -1 is not between 0 and 1"]
    );
    assert_eq!(
        abuse("id: threat", "id: insult"),
        ["rules[1].id of abuse: there is a rule \"insult\" already"]
    );
    assert_eq!(
        abuse("    - kick ass", "    - kick (ass"),
        ["harmless.en[5] of abuse: the phrase \"kick (ass\" cannot be read: the bracket '(' has \
          no partner"]
    );
    assert_eq!(
        abuse("        - <you> <insult>", "        - <you> <insults>"),
        ["rules[0].en[0] of abuse: the phrase \"<you> <insults>\" cannot be read: there is no \
          list of words named \"insults\" in this file"]
    );
}

#[test]
fn a_list_that_contains_itself_is_told() {
    let from = "idiot, idiots,";
    let found = problems(SignalKind::Abuse, from, "<insult>, idiot, idiots,");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("words.insult.en["), "{}", found[0]);
}

#[test]
fn an_emergency_without_its_kind_is_told() {
    let found = problems(SignalKind::Emergency, "    emergency: life\n", "");
    assert_eq!(
        found,
        ["rules[0].emergency of emergency: an emergency's rules say what is in danger, no \
          other's do"]
    );
}
