//! Every refusal has words in both languages: none can be added and forgotten here.

mod table;

use super::*;
use crate::app::error::AppError;
use crate::domain::conversation::command::Rejection;
use crate::domain::conversation::why::{NotBlocked, NotPassed};
use crate::domain::directives::NotTaken;
use crate::domain::handoff::Token;
use crate::domain::parts::{HostRule, Hosts, PartFault, Wrong};
use crate::domain::pool::agent::ordinary_id;
use crate::domain::pool::command::PoolRefusal;
use crate::domain::pool::why::{Gone, Hindrance};
use crate::domain::time::Timestamp;
use crate::grpc::context::{self, conversation_id};
use crate::grpc::decode;
use crate::grpc::refusals::refusal;
use crate::grpc::status::Refusal;
use std::path::Path;
use std::time::Duration;

fn told(language: Language, refusal: &Refusal) -> String {
    refused(language, Look::PLAIN, &Status::from(refusal.clone()))
}

/// The words of both languages, without what is not done and the reason.
fn both(refusal: &Refusal) -> [String; 2] {
    let code = format!(" ({})", refusal.reason());
    let bare = |language, not_done: &str| {
        let told = told(language, refusal);
        let told = told.strip_prefix(not_done).expect("it says first that it was not done");
        told.strip_suffix(&code).expect("the reason stands in brackets").to_owned()
    };
    [bare(Language::En, "not done: "), bare(Language::Ar, "لم يتم: ")]
}

/// The numbers and names of a sentence: whatever is not a word of its language.
fn told_in(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| c.is_whitespace() || ":;()؛،…,".contains(c));
    let is_fact = |part: &&str| part.chars().any(|c| c.is_ascii_digit());
    let mut facts: Vec<String> =
        parts.filter(is_fact).map(|it| it.trim_matches('.').to_owned()).collect();
    // One Arabic word may be written on to the next: «و90».
    facts.iter_mut().for_each(|it| *it = it.trim_start_matches('و').to_owned());
    facts.sort();
    facts
}

fn in_both_languages(refusal: &Refusal) {
    let [en, ar] = both(refusal);
    let arabic = |c: char| ('\u{0600}'..='\u{06FF}').contains(&c);
    assert!(!en.chars().any(arabic) && ar.chars().any(arabic), "{refusal:?}: {en} | {ar}");
    assert!(!en.contains(['{', '}']) && !ar.contains(['{', '}']), "{refusal:?}: {en} | {ar}");
    assert_eq!(told_in(&en), told_in(&ar), "{refusal:?}: {en} | {ar}");
    let status = Status::from(refusal.clone());
    // Codes are told as words.
    let codes = ["problem", "why", "state", "what", "field", "call", "role", "kind"];
    for (name, value) in status.get_error_details().error_info().unwrap().metadata.iter() {
        if !codes.contains(&name.as_str()) && word(Language::En, name, value).is_none() {
            let arabic = listed(Language::Ar, name, value);
            assert_eq!(en.contains(value), ar.contains(&arabic), "{name} {value}: {en} | {ar}");
        }
    }
    // What stands in Latin letters in the Arabic one is a name, and the English one says it too.
    for name in ar.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()) {
        assert!(en.contains(name), "{name} stands in Arabic alone: {en} | {ar}");
    }
}

/// One of each situation on the wire.
fn situations() -> Vec<Refusal> {
    let text = || "x".to_owned();
    let retry_after = Duration::from_secs(1);
    vec![
        Refusal::NoCredentials,
        Refusal::BadCredentials { why: text() },
        Refusal::NotAllowed { role: "agent", call: text() },
        Refusal::NoSuchCall { call: text() },
        Refusal::WrongHost { host: text() },
        Refusal::Field {
            field: "text",
            what: text(),
            facts: vec![("problem", "empty".to_owned())],
        },
        Refusal::RequestIdReused,
        Refusal::NotFound { what: "conversation" },
        Refusal::NoLongerKept,
        Refusal::Exists { what: "conversation" },
        Refusal::WrongState { state: "bot".to_owned(), what: text(), facts: vec![] },
        Refusal::OwnershipLost { what: text(), current: Some((7, 2)) },
        Refusal::Superseded,
        Refusal::TooMany { what: "calls_of_caller", retry_after },
        Refusal::TooLarge { what: "metadata", bytes_max: 1 },
        Refusal::DeadlineExceeded { given: retry_after },
        Refusal::Unavailable { why: text(), retry_after },
        Refusal::Internal,
    ]
}

#[test]
fn every_situation_is_told_in_both_languages_and_names_itself_in_brackets_only() {
    let all = situations();
    assert_eq!(all.len(), Reason::ALL.len());
    for reason in Reason::ALL {
        let refusal = all.iter().find(|refusal| refusal.situation() == *reason).unwrap();
        in_both_languages(refusal);
        assert_eq!(Reason::named(reason.name()), Some(*reason));
    }
}

/// One of each. A new one does not compile here before it stands in the list.
fn rejections() -> Vec<Rejection> {
    use Rejection as R;
    let (what, token, at) = ("queue", Token::default(), Timestamp::ZERO);
    let name = || "night7".to_owned();
    let later = Timestamp::from_millis(60_000);
    let passed = NotPassed::ALL.iter().map(|why| R::NotTransferable { why: *why });
    let blocked = NotBlocked::ALL.iter().map(|why| R::NotBlockable { why: *why });
    let parts = wrong_parts().into_iter().map(|why| R::BadPart(PartFault { at: 0, why }));
    let mut all = vec![
        R::NotFound,
        R::Exists,
        R::WrongState { state: "bot" },
        R::WaitsAlready,
        R::OwnershipLost { current: token },
        R::Stale { current: token },
        R::PromiseOpen,
        R::NothingToReview,
        R::NoSuchDestination { what, name: name() },
        R::NoSuchDestination { what: "skill", name: name() },
        R::UnknownChoice,
        R::TimeNotPossible { earliest: at, latest: later },
        R::TooLateToReopen { ended: at },
        R::OtherCustomer,
        R::NoSuchAnswer,
        R::NotOnThisScale { least: 1, most: 5 },
        R::NotDue,
    ];
    all.extend(passed.chain(blocked).chain(parts));
    for rejection in &all {
        match rejection {
            R::NotFound | R::Exists | R::WrongState { .. } | R::OwnershipLost { .. } => {}
            R::WaitsAlready => {}
            R::Stale { .. } | R::PromiseOpen | R::NotTransferable { .. } => {}
            R::NotBlockable { .. } | R::NothingToReview | R::NoSuchDestination { .. } => {}
            R::BadPart(_) | R::UnknownChoice | R::TimeNotPossible { .. } => {}
            R::TooLateToReopen { .. } | R::OtherCustomer | R::NoSuchAnswer => {}
            R::NotOnThisScale { .. } | R::NotDue => {}
        }
    }
    all
}

/// One of each, likewise.
fn wrong_parts() -> Vec<Wrong> {
    let hosts = Hosts(vec![HostRule::parse("shop9.example").unwrap()]);
    let all = vec![
        Wrong::TooMany { count_max: 11 },
        Wrong::NotTaken { kind: "links" },
        Wrong::NotTaken { kind: "places" },
        Wrong::NotTaken { kind: "attachments" },
        Wrong::Address { why: "it is too long" },
        Wrong::Host { host: "evil8.example".to_owned(), allowed: hosts },
        Wrong::MediaType { allowed: "image/png, image/jp2".to_owned() },
        Wrong::Size { size: 120, size_max: 77 },
        Wrong::Hash,
        Wrong::Place,
        Wrong::Title,
    ];
    for wrong in &all {
        match wrong {
            Wrong::TooMany { .. } | Wrong::NotTaken { .. } | Wrong::Address { .. } => {}
            Wrong::Host { .. } | Wrong::MediaType { .. } | Wrong::Size { .. } => {}
            Wrong::Hash | Wrong::Place | Wrong::Title => {}
        }
    }
    all
}

/// One of each, likewise.
fn not_taken() -> Vec<NotTaken> {
    let name = || "nosuch7".to_owned();
    let all = vec![
        NotTaken::Unknown { what: "queue", name: name() },
        NotTaken::Unknown { what: "entry", name: name() },
        NotTaken::BadEnd,
        NotTaken::NoWords,
        NotTaken::TooMany,
    ];
    for why in &all {
        match why {
            NotTaken::Unknown { .. } | NotTaken::BadEnd | NotTaken::NoWords | NotTaken::TooMany => {
            }
        }
    }
    all
}

/// What the edge itself finds wrong with what a person has typed.
fn found_by_the_edge() -> Vec<Status> {
    let id = |text: &str| conversation_id(text).unwrap_err();
    vec![
        decode::at_most("reason", "xxxx", 3).unwrap_err(),
        decode::empty("name", "x"),
        decode::empty("reason", "x"),
        decode::empty("what", "x"),
        decode::empty("profile.languages", "x"),
        decode::range("profile.capacity", 1, 100),
        id(""),
        id("not an id"),
        id(&"x".repeat(70)),
        context::id("profile.agent_id", "supervisor-x", ordinary_id).unwrap_err(),
    ]
}

/// One of each, likewise.
fn pool_refusals() -> Vec<PoolRefusal> {
    use PoolRefusal as P;
    let token = Token::default();
    let gone = Gone::ALL.iter().map(|why| P::OfferGone { why: *why });
    let hindered = Hindrance::ALL.iter().map(|why| P::NotEligible { why: *why });
    let mut all = vec![
        P::Duplicate,
        P::Stale { current: token },
        P::TooLate,
        P::NotDue,
        P::WrongState { state: "waiting" },
        P::NoSuchAgent,
        P::Superseded,
        P::NotSignedIn,
        P::Leaving,
    ];
    all.extend(gone.chain(hindered));
    for refusal in &all {
        match refusal {
            P::Duplicate | P::Stale { .. } | P::TooLate | P::OfferGone { .. } | P::NotDue => {}
            P::WrongState { .. } | P::NotEligible { .. } | P::NoSuchAgent | P::Superseded => {}
            P::NotSignedIn | P::Leaving => {}
        }
    }
    all
}

/// The words for it are its own, not those for what is not known.
fn has_own_words(refusal: &Refusal) {
    in_both_languages(refusal);
    let [_, ar] = both(refusal);
    let unknown = |state: &str| situation(state, "").unwrap();
    for nothing_known in [
        reason(Reason::WrongState, ""),
        reason(Reason::FieldInvalid, ""),
        reason(Reason::NotFound, ""),
        unknown("not_transferable"),
        unknown("not_blockable"),
        unknown("offer_gone"),
    ] {
        assert_ne!(ar, nothing_known.1, "{refusal:?}");
    }
    assert!(!ar.contains("هذا ليس كما يجب"), "{refusal:?}: {ar}");
}

#[test]
fn whatever_the_conversation_or_the_pool_refuses_has_words_of_its_own() {
    let conversation = rejections().into_iter().map(AppError::Rejected);
    let pool = pool_refusals().into_iter().map(AppError::Refused);
    let directives = not_taken().into_iter().map(AppError::NotTaken);
    let others = [
        AppError::DeclaredInConfig,
        AppError::StillBusy { held: 2 },
        AppError::Empty,
        AppError::TooLong { max: 4_000, length: 9_000 },
        AppError::Overloaded { waiting: 900 },
        AppError::TooManyOfCustomer { most: 20 },
        AppError::NotFound { what: "handoff" },
        AppError::NotFound { what: "directive" },
        AppError::NotFound { what: "parked entry" },
    ];
    for error in conversation.chain(pool).chain(directives).chain(others) {
        has_own_words(&refusal(error));
    }
    for status in found_by_the_edge() {
        let [en, ar] = [Language::En, Language::Ar].map(|l| refused(l, Look::PLAIN, &status));
        assert_eq!(told_in(&en), told_in(&ar), "{en} | {ar}");
        assert!(!ar.contains("هذا ليس كما يجب"), "{ar}");
        assert!(!ar.contains('{'), "{ar}");
    }
}

#[test]
fn every_state_of_a_conversation_and_of_a_place_has_words() {
    let states: Vec<ConversationState> =
        (1..100).filter_map(|number| ConversationState::try_from(number).ok()).collect();
    assert_eq!(states.len(), 8);
    for state in states {
        let name = state.as_str_name().trim_start_matches("CONVERSATION_STATE_").to_lowercase();
        let refusal =
            Refusal::WrongState { state: name.clone(), what: String::new(), facts: vec![] };
        let [en, _] = both(&refusal);
        assert!(en.starts_with("this cannot be done now; the conversation: "), "{name}: {en}");
        has_own_words(&refusal);
    }
    let states = states_of_places();
    assert!(states.len() >= 5, "{states:?}");
    for state in states {
        assert!(situation(&state, "").is_some(), "{state:?} has no words");
    }
}

/// The states that the pool's refusals name in its sources.
fn states_of_places() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/pool");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources =
        files.filter(|path| path.is_file()).map(|it| std::fs::read_to_string(it).unwrap());
    let states = |source: String| -> Vec<String> {
        let named = source.split("PoolRefusal::WrongState { state: \"").skip(1);
        named.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    };
    sources.flat_map(states).collect()
}

#[test]
fn a_server_that_cannot_be_reached_is_told_as_such_and_a_limit_with_its_number() {
    let broken = refused(Language::Ar, Look::PLAIN, &Status::unknown("connection reset"));
    assert!(broken.contains("تعذّر الوصول إلى سند"), "{broken}");
    let long = refusal(AppError::TooLong { max: 4_000, length: 9_000 });
    for language in [Language::En, Language::Ar] {
        let told = told(language, &long);
        assert!(told.contains("4000") && told.contains("9000"), "{told}");
    }
}

#[test]
fn a_host_that_is_not_allowed_and_a_colleague_who_is_away_are_told_in_arabic_as_in_english() {
    let hosts = Hosts(vec![HostRule::parse("shop.example").unwrap()]);
    let why = Wrong::Host { host: "evil.example".to_owned(), allowed: hosts };
    let bad = Rejection::BadPart(PartFault { at: 0, why });
    let told_in_arabic = told(Language::Ar, &refusal(AppError::Rejected(bad)));
    let expected = "لم يتم: الموقع evil.example ليس من المسموح بها: shop.example (FIELD_INVALID)";
    assert_eq!(told_in_arabic, expected);
    let away = Rejection::NotTransferable { why: NotPassed::NotSignedIn };
    let told_in_arabic = told(Language::Ar, &refusal(AppError::Rejected(away)));
    assert!(told_in_arabic.contains("الزميل غير متصل؛ حوّلها إلى قائمته"), "{told_in_arabic}");
}

#[test]
fn a_time_is_told_by_the_clock_of_the_terminal_and_names_its_zone() {
    let (earliest, latest) = (Timestamp::ZERO, Timestamp::from_millis(90_000_000));
    let out = refusal(AppError::Rejected(Rejection::TimeNotPossible { earliest, latest }));
    for language in [Language::En, Language::Ar] {
        let told = told(language, &out);
        let times = ["1970-01-01 00:00 UTC", "1970-01-02 01:00 UTC"];
        assert!(times.iter().all(|time| told.contains(time)), "{told}");
    }
}

#[test]
fn what_no_client_knows_yet_is_told_with_its_field_and_the_servers_words() {
    let what = "say UPHOLD or LIFT".to_owned();
    let status = Status::from(Refusal::Field { field: "verdict", what, facts: vec![] });
    for language in [Language::En, Language::Ar] {
        let told = refused(language, Look::PLAIN, &status);
        assert!(told.contains("verdict: say UPHOLD or LIFT"), "{told}");
    }
}
