//! A small shop whose entries have examples in one language only, asked in the other.

use super::super::{
    Basis, Candidate, Example, Match, Matcher, MatcherSettings, TrainingEntry, Verdict,
};
use super::*;
use crate::domain::ids::EntryId;
use crate::domain::language::{detect, normalise, variety_of};

type Shop = &'static [(&'static str, &'static [&'static str])];

const ENGLISH: Shop = &[
    (
        "order_status",
        &[
            "where is my order",
            "has my package shipped yet",
            "track my order",
            "when will my order arrive",
        ],
    ),
    (
        "refund",
        &[
            "i want my money back",
            "how do i get a refund",
            "when will i receive my refund",
            "refund my payment",
        ],
    ),
    (
        "cancel_order",
        &[
            "cancel my order",
            "i want to cancel the order i placed",
            "how can i cancel an order",
            "please stop my order",
        ],
    ),
    (
        "opening_hours",
        &[
            "when do you open",
            "what are your opening hours",
            "are you open on friday",
            "until what time is the shop open",
        ],
    ),
    (
        "change_address",
        &[
            "change my delivery address",
            "i moved and need another address",
            "wrong address on my order",
            "update the shipping address",
        ],
    ),
];

const ARABIC: Shop = &[
    (
        "order_status",
        &["وين طلبي", "ابغى اعرف وين وصلت الشحنة", "متى يوصل الطلب", "فين الاوردر بتاعي"],
    ),
    ("refund", &["ابغى استرجع فلوسي", "متى ترجع الفلوس", "عايز فلوسي ترجع", "كيف استرد المبلغ"]),
    ("cancel_order", &["ابغى الغي الطلب", "الغاء الطلب", "عايز الغي الاوردر", "كيف ألغي طلبي"]),
    (
        "opening_hours",
        &["متى تفتحون", "اوقات الدوام", "بتفتحوا الساعة كام", "هل انتم مفتوحين يوم الجمعة"],
    ),
    (
        "change_address",
        &["ابغى اغير العنوان", "تعديل عنوان التوصيل", "العنوان غلط", "عايز اغير عنواني"],
    ),
];

fn entries(shops: &[Shop], keep: impl Fn(&str, Variety) -> bool) -> Vec<TrainingEntry> {
    let ids = ENGLISH.iter().map(|(id, _)| *id);
    ids.map(|id| {
        let texts = shops.iter().flat_map(|shop| *shop).filter(|(of, _)| *of == id);
        let examples = texts
            .flat_map(|(_, texts)| *texts)
            .map(|text| Example { text: (*text).to_owned(), variety: detect(text) });
        TrainingEntry {
            id: EntryId::parse(id).expect("an id"),
            examples: examples.filter(|example| keep(id, example.variety)).collect(),
            patterns: Vec::new(),
        }
    })
    .collect()
}

fn trained(entries: &[TrainingEntry]) -> Matcher {
    Matcher::train(entries, &MatcherSettings::default()).expect("patterns compile")
}

fn find(matcher: &Matcher, text: &str) -> Match {
    let n = normalise(text);
    matcher.find(&n, variety_of(&n))
}

/// `=id`: answered from it; `?id`: asked, and it is among the choices; empty: not known.
fn check(matcher: &Matcher, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        let found = find(matcher, text);
        let is_as_expected = match (&found.verdict, expected.split_at_checked(1)) {
            (Verdict::Sure(entry), Some(("=", id))) => entry.as_str() == id,
            (Verdict::Unsure(choices), Some(("?", id))) => {
                choices.iter().any(|choice| choice.as_str() == id)
            }
            (Verdict::Unknown, None) => true,
            _ => false,
        };
        assert!(is_as_expected, "{text}: {found:?}");
        let basis = if expected.is_empty() { Basis::None } else { Basis::OtherLanguage };
        assert_eq!(found.basis, basis, "{text}");
    }
}

#[test]
fn english_examples_are_found_in_arabic_and_arabizi() {
    check(
        &trained(&entries(&[ENGLISH], |_, _| true)),
        &[
            ("كيف ألغي الطلب", "=cancel_order"),
            ("وين طلبي", "=order_status"),
            ("متى يصل الطلب", "=order_status"),
            ("اريد استرداد المبلغ", "=refund"),
            ("متى تفتحون يوم الجمعة", "=opening_hours"),
            ("ما هي ساعات العمل", "=opening_hours"),
            ("بدي اغير العنوان", "=change_address"),
            ("wen talabi", "=order_status"),
            ("abgha a8ayyer el 3enwan", "=change_address"),
            // An order, but what of it?
            ("الطلب غلط", "?order_status"),
            ("ما عاصمة فرنسا", ""),
            ("كيف الطقس اليوم", ""),
            ("احكيلي نكتة", ""),
            ("اريد حجز غرفة في فندق", ""),
            ("من ربح المباراة امس", ""),
        ],
    );
}

#[test]
fn arabic_examples_are_found_in_english() {
    check(
        &trained(&entries(&[ARABIC], |_, _| true)),
        &[
            ("how can i cancel the order", "=cancel_order"),
            ("where is my order", "=order_status"),
            ("when will my order arrive", "=order_status"),
            ("i want a refund", "=refund"),
            ("when do you open on friday", "=opening_hours"),
            ("i need to change my address", "=change_address"),
            ("i want my money back", "?refund"),
            ("the order is wrong", "?order_status"),
            ("what is the capital of france", ""),
            ("tell me a joke", ""),
            ("book a hotel room", ""),
            ("who won the match yesterday", ""),
        ],
    );
}

#[test]
fn what_carried_it_stands_where_it_was_written_and_says_what_it_was_taken_for() {
    let matcher = trained(&entries(&[ENGLISH], |_, _| true));
    for (text, word, meant) in [
        ("كيف ألغي الطلب", "ألغي", "cancel"),
        ("ما هي ساعات العمل", "ساعات", "opening hours"),
        ("wen talabi", "talabi", "order"),
    ] {
        let found = find(&matcher, text);
        let carried: Vec<(&str, &str)> = found
            .evidence
            .iter()
            .map(|it| (&text[it.span.start as usize..it.span.end as usize], it.what.as_str()))
            .collect();
        assert!(carried.contains(&(word, meant)), "{carried:?}");
        let n = normalise(text);
        let grounds = matcher.grounds(&n, variety_of(&n), &found.candidates);
        let told =
            grounds[0].clues.iter().filter(|it| it.spans.iter().all(|at| at.of(text) == word));
        let told: Vec<String> = told.map(|it| it.clue.to_string()).collect();
        assert!(told.iter().all(|read| meant.contains(read.as_str())), "{grounds:?}");
        assert!(!told.is_empty(), "{grounds:?}");
    }
}

#[test]
fn an_entry_with_examples_in_one_language_is_found_beside_others_that_have_both() {
    let both = [ENGLISH, ARABIC];
    let lacking = |id: &str, variety| id != "refund" || variety == Variety::English;
    let matcher = trained(&entries(&both, lacking));
    check(&matcher, &[("اريد استرداد المبلغ", "=refund")]);
    // The others are found by their own examples.
    for (text, entry) in
        [("ابغى اغير عنوان التوصيل", "change_address"), ("كيف الغي الطلب", "cancel_order")]
    {
        let found = find(&matcher, text);
        assert_eq!(found.candidates[0].entry.as_str(), entry, "{text}: {found:?}");
        assert_eq!(found.basis, Basis::Examples, "{text}");
    }
}

#[test]
fn where_there_are_examples_in_the_language_of_the_message_nothing_is_said_in_the_other() {
    let both = entries(&[ENGLISH, ARABIC], |_, _| true);
    let english = entries(&[ENGLISH], |_, _| true);
    for (entries, text, variety, is_said) in [
        (&both, "وين طلبي", Variety::Arabic, false),
        (&both, "wen talabi", Variety::Arabizi, false),
        (&both, "where is it", Variety::English, false),
        (&english, "where is it", Variety::English, false),
        (&english, "12345", Variety::Unknown, false),
        (&english, "وين طلبي", Variety::Arabic, true),
        (&english, "وين ال order", Variety::Mixed, true),
    ] {
        let (lessons, _) = super::super::lessons(entries);
        let crossing = Crossing::new(entries, &lessons);
        let words: Vec<Cow<'_, str>> = text.split(' ').map(Cow::Borrowed).collect();
        assert_eq!(crossing.said(&words, variety).is_some(), is_said, "{text}");
        assert_eq!(crossing.is_foreign(0, variety), is_said, "{text}");
    }
    let none = TrainingEntry { examples: Vec::new(), ..both[0].clone() };
    assert_eq!(lacking(&none), [], "patterns alone ask for no likeness");
}

#[test]
fn a_message_is_said_in_the_words_of_the_examples() {
    let english = entries(&[ENGLISH], |_, _| true);
    let (lessons, _) = super::super::lessons(&english);
    let crossing = Crossing::new(&english, &lessons);
    for (text, said) in [
        ("وين طلبي", "where order"),
        // None of the examples says "card", "password" or "refunds".
        ("نسيت كلمة المرور", "forgot password"),
        ("refunds للبطاقة", "refunds card"),
        // What nobody knows stays: it must count as not known.
        ("وين القرنبيط", "where القرنبيط"),
    ] {
        let n = normalise(text);
        let words: Vec<Cow<'_, str>> = n.words().map(Cow::Borrowed).collect();
        let words = crossing.said(&words, Variety::Arabic).expect("another language");
        assert_eq!(words.words().collect::<Vec<_>>().join(" "), said, "{text}");
    }
}

#[test]
fn what_is_sure_as_it_is_written_is_not_made_a_question_by_the_other_language() {
    let found = |verdict: Verdict, score: f32, basis: Basis| {
        let entry = EntryId::parse("refund").unwrap();
        let candidates = vec![Candidate { entry, score }];
        Match { verdict, candidates, basis, evidence: Vec::new() }
    };
    let refund = || EntryId::parse("refund").unwrap();
    let sure = found(Verdict::Sure(refund()), 0.80, Basis::Examples);
    let unsure = found(Verdict::Unsure(vec![refund()]), 0.85, Basis::OtherLanguage);
    assert!(!unsure.beats(&sure));
    assert!(found(Verdict::Sure(refund()), 0.93, Basis::OtherLanguage).beats(&sure));
    assert!(unsure.beats(&found(Verdict::Unknown, 0.3, Basis::None)));
}
