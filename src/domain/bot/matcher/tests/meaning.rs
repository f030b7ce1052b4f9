//! What the matcher makes of words that no example uses and that mean what some do.

use super::*;

fn without_places() -> MatcherSettings {
    MatcherSettings { word_vectors: false, ..MatcherSettings::default() }
}

fn read(matcher: &Matcher, text: &str) -> Opinion {
    let n = normalise(text);
    matcher.opinion(n.words(), variety_of(&n)).expect("something is known in it")
}

#[test]
fn a_question_in_other_words_is_found_by_what_they_mean_and_without_their_places_it_is_as_before() {
    let without = Matcher::train(&shop(), &without_places()).expect("patterns compile");
    let (with, without) = (&*MATCHER, without);
    let best = |matcher: &Matcher, text: &str| {
        let n = normalise(text);
        let found = matcher.find(&n, variety_of(&n)).candidates.into_iter().next();
        found.map_or((String::new(), 0.0), |best| (best.entry.to_string(), best.score))
    };
    for (text, entry) in [
        ("reimbursement for the purchase", "refund"),
        ("my house relocated", "change_address"),
        ("is the store working on weekends", "opening_hours"),
    ] {
        let (found, sure) = best(with, text);
        assert_eq!(found, entry, "{text}");
        let (other, less) = best(&without, text);
        assert!(other != entry || less < sure, "{text}: {less} without, {sure} with");
    }
    for arabic in ["وين وصل طلبي", "ابغى فلوسي", "متى يفتح المحل"] {
        assert_eq!(best(with, arabic).0, best(&without, arabic).0, "{arabic}");
    }
}

/// The words that count as known for what they mean, each with the examples' word that it is near to.
fn near(matcher: &Matcher, text: &str) -> Vec<(u16, String)> {
    let text_of = |near: &Near| matcher.model.vocabulary().text(near.to).to_owned();
    read(matcher, text).near.iter().map(|near| (near.word, text_of(near))).collect()
}

#[test]
fn an_unknown_word_near_in_meaning_to_one_of_the_entry_makes_the_message_known() {
    for (text, entry, is_near) in [
        ("reimbursement please", "refund", "reimbursement ≈ refund"),
        ("terminate my purchase", "cancel_order", "terminate ≈ cancel"),
        ("do you take mastercard", "payment_methods", "mastercard ≈ cards"),
        ("is the boutique closed saturday", "opening_hours", "saturday ≈ friday"),
    ] {
        let found = find(text);
        assert_ne!(found.verdict, Verdict::Unknown, "{text}: {found:?}");
        assert_eq!(found.candidates[0].entry, id_of(entry), "{text}: {found:?}");
        assert!(found.evidence.iter().any(|one| one.what == is_near), "{text}: {found:?}");
        // But for that, nothing telling is known in it.
        let coverage = &read(&MATCHER, text).reading.coverage;
        assert!(coverage.share(&[]) < 0.1, "{text}");
    }
}

#[test]
fn what_is_not_near_to_a_word_of_the_entry_stays_unknown() {
    for text in ["7777 please", "giraffe please", "overdraft exponents please"] {
        assert_eq!(near(&MATCHER, text), [], "{text}");
        assert_eq!(find(text).verdict, Verdict::Unknown, "{text}");
    }
    assert_eq!(near(&MATCHER, "order refund"), [], "known words need no credit");
    assert_eq!(near(&MATCHER, "ابغى تعويض"), [], "only of English words the places are known");
}

#[test]
fn without_their_places_no_word_is_near_to_another() {
    let matcher = Matcher::train(&shop(), &without_places()).expect("patterns compile");
    let n = normalise("reimbursement please");
    assert_eq!(near(&matcher, "reimbursement please"), []);
    assert_eq!(matcher.find(&n, variety_of(&n)).verdict, Verdict::Unknown);
}

#[test]
fn what_was_learnt_of_the_words_is_recalled() {
    let (again, recalled) =
        Matcher::recall(&shop(), &MatcherSettings::default(), &MATCHER.learnt()).unwrap();
    assert!(recalled);
    for text in ["reimbursement please", "terminate my purchase", "the boutique on saturday"] {
        assert!(!near(&again, text).is_empty(), "{text}");
        assert_eq!(read(&again, text).near, read(&MATCHER, text).near, "{text}");
        let n = normalise(text);
        assert_eq!(again.find(&n, variety_of(&n)), find(text), "{text}");
    }
}

#[test]
fn however_long_a_message_only_so_many_of_its_unknown_words_are_asked_about() {
    let long = |count: usize| near(&MATCHER, &"terminate mastercard saturday ".repeat(count)).len();
    assert!(long(2) > 0);
    assert_eq!(long(100), long(10));
    assert!(long(100) <= 16);
}
