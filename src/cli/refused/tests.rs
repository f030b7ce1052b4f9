//! Every refusal has words in both languages: none can be added and forgotten here.

use super::*;
use crate::app::error::AppError;
use crate::domain::conversation::command::Rejection;
use crate::domain::handoff::Token;
use crate::domain::ids::AgentId;
use crate::domain::parts::{PartFault, Wrong};
use crate::domain::pool::command::{Gone, PoolRefusal};
use crate::domain::time::Timestamp;
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

fn is_arabic(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    letters.iter().all(|c| ('\u{0600}'..='\u{06FF}').contains(c))
}

fn in_both_languages(refusal: &Refusal) {
    let [en, ar] = both(refusal);
    assert!(en.is_ascii() || en.contains('…'), "{refusal:?}: {en}");
    assert!(is_arabic(&ar) && !ar.is_empty(), "{refusal:?}: {ar}");
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
        Refusal::Field { field: "text", what: text() },
        Refusal::RequestIdReused,
        Refusal::NotFound { what: "conversation" },
        Refusal::NoLongerKept,
        Refusal::Exists { what: "conversation" },
        Refusal::WrongState { state: "bot".to_owned(), what: text() },
        Refusal::OwnershipLost { what: text(), current: Some((7, 2)) },
        Refusal::Superseded,
        Refusal::TooMany { what: "calls", retry_after },
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
    let (why, what, token, at) = ("x", "queue", Token::default(), Timestamp::ZERO);
    let all = vec![
        R::NotFound,
        R::Exists,
        R::WrongState { state: "bot" },
        R::WaitsAlready,
        R::OwnershipLost { current: token },
        R::Stale { current: token },
        R::PromiseOpen,
        R::NotTransferable { why },
        R::NotBlockable { why },
        R::NothingToReview,
        R::NoSuchDestination { what },
        R::BadPart(PartFault { at: 0, why: Wrong::TooMany { count_max: 1 } }),
        R::UnknownChoice,
        R::TimeNotPossible { earliest: at, latest: at },
        R::TooLateToReopen { ended: at },
        R::OtherCustomer,
        R::NoSuchAnswer,
        R::NotOnThisScale { least: 1, most: 5 },
        R::NotDue,
    ];
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
fn pool_refusals() -> Vec<PoolRefusal> {
    use PoolRefusal as P;
    let (why, token) = ("x", Token::default());
    let by = AgentId::parse("omar").unwrap();
    let gone = [
        Gone::Lapsed,
        Gone::Declined,
        Gone::Back,
        Gone::AskedElsewhere,
        Gone::Taken { by },
        Gone::Replaced,
        Gone::NotWaiting,
        Gone::Accepted,
    ];
    for why in &gone {
        match why {
            Gone::Lapsed | Gone::Declined | Gone::Back | Gone::AskedElsewhere => {}
            Gone::Taken { .. } | Gone::Replaced | Gone::NotWaiting | Gone::Accepted => {}
        }
    }
    let mut all = vec![
        P::Duplicate,
        P::Stale { current: token },
        P::TooLate,
        P::NotDue,
        P::WrongState { state: "waiting" },
        P::NotEligible { why },
        P::NoSuchAgent,
        P::Superseded,
        P::NotSignedIn,
        P::Leaving,
    ];
    all.extend(gone.map(|why| P::OfferGone { why }));
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
    for nothing_known in [sentence(Reason::WrongState, ""), field(""), missing("")] {
        assert_ne!(ar, nothing_known.1, "{refusal:?}");
    }
}

#[test]
fn whatever_the_conversation_or_the_pool_refuses_has_words_of_its_own() {
    let conversation = rejections().into_iter().map(AppError::Rejected);
    let pool = pool_refusals().into_iter().map(AppError::Refused);
    let others = [
        AppError::DeclaredInConfig,
        AppError::StillBusy { held: 2 },
        AppError::Empty,
        AppError::NotFound { what: "handoff" },
    ];
    for error in conversation.chain(pool).chain(others) {
        has_own_words(&refusal(error));
    }
}

#[test]
fn every_state_of_a_conversation_and_of_a_place_has_words() {
    let states: Vec<ConversationState> =
        (1..100).filter_map(|number| ConversationState::try_from(number).ok()).collect();
    assert_eq!(states.len(), 8);
    for state in states {
        let name = state.as_str_name().trim_start_matches("CONVERSATION_STATE_").to_lowercase();
        let refusal = Refusal::WrongState { state: name.clone(), what: String::new() };
        let [en, _] = both(&refusal);
        assert!(en.starts_with("this cannot be done now; the conversation: "), "{name}: {en}");
        has_own_words(&refusal);
    }
    let states = states_of_places();
    assert!(states.len() >= 5, "{states:?}");
    for state in states {
        assert!(situation(&state).is_some(), "{state:?} has no words");
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
    let long = refusal(AppError::TooLong { max: 4_000, length: 5_000 });
    assert!(told(Language::En, &long).contains("4000"));
    assert!(told(Language::Ar, &long).contains("أطول من المسموح"));
}

#[test]
fn staff_who_read_arabic_are_told_the_limit_that_the_server_names() {
    let what = "at most 30 days ahead".to_owned();
    let status = Status::from(Refusal::Field { field: "time", what });
    let told = |language| refused_to_staff(language, Look::PLAIN, &status);
    assert!(told(Language::Ar).contains("لا يمكن الوعد بهذا الوقت"));
    assert!(told(Language::Ar).contains("at most 30 days ahead"));
    assert_eq!(told(Language::En).matches("30 days").count(), 1);
    let customers = refused(Language::Ar, Look::PLAIN, &status);
    assert!(!customers.contains("30 days"), "customers read their own language alone");
}
