//! What the matcher promises, over a small shop that speaks Arabic and English.

use super::*;
use crate::domain::language::{detect, variety_of};
use proptest::prelude::*;
use std::sync::LazyLock;

const SHOP: &[(&str, &[&str])] = &[
    (
        "order_status",
        &[
            "where is my order",
            "has my package shipped yet",
            "track my order",
            "when will my parcel arrive",
            "وين طلبي",
            "ابغى اعرف وين وصلت الشحنة",
            "متى يوصل الطلب",
            "فين الاوردر بتاعي",
        ],
    ),
    (
        "refund",
        &[
            "i want my money back",
            "how do i get a refund",
            "when will i receive my refund",
            "refund my payment",
            "ابغى استرجع فلوسي",
            "متى ترجع الفلوس",
            "عايز فلوسي ترجع",
            "كيف استرد المبلغ",
        ],
    ),
    (
        "cancel_order",
        &[
            "cancel my order",
            "i want to cancel the order i placed",
            "how can i cancel an order",
            "please stop my order",
            "ابغى الغي الطلب",
            "الغاء الطلب",
            "عايز الغي الاوردر",
            "كيف ألغي طلبي",
        ],
    ),
    (
        "opening_hours",
        &[
            "when do you open",
            "what are your opening hours",
            "are you open on friday",
            "until what time is the shop open",
            "متى تفتحون",
            "اوقات الدوام",
            "بتفتحوا الساعة كام",
            "هل انتم مفتوحين يوم الجمعة",
        ],
    ),
    (
        "payment_methods",
        &[
            "how can i pay",
            "do you accept visa",
            "can i pay in cash on delivery",
            "which cards do you take",
            "كيف ادفع",
            "هل تقبلون فيزا",
            "ممكن الدفع عند الاستلام",
            "طرق الدفع المتاحة",
        ],
    ),
    (
        "change_address",
        &[
            "change my delivery address",
            "i moved and need another address",
            "wrong address on my order",
            "update the shipping address",
            "ابغى اغير العنوان",
            "تعديل عنوان التوصيل",
            "العنوان غلط",
            "عايز اغير عنواني",
        ],
    ),
    ("greeting_card", &["feeni wara2et el hadiya", "abgha bitaqat ihda2 lil hadiya"]),
];

fn shop() -> Vec<TrainingEntry> {
    SHOP.iter()
        .map(|(id, examples)| TrainingEntry {
            id: id_of(id),
            examples: examples
                .iter()
                .map(|text| Example { text: (*text).to_owned(), variety: detect(text) })
                .collect(),
            patterns: match *id {
                "order_status" => vec![r"\btrack(ing)? (number|code)\b".to_owned()],
                _ => Vec::new(),
            },
        })
        .collect()
}

fn id_of(id: &str) -> EntryId {
    EntryId::parse(id).expect("an id")
}

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| trained(&shop()));

fn trained(entries: &[TrainingEntry]) -> Matcher {
    Matcher::train(entries, &MatcherSettings::default()).expect("patterns compile")
}

fn find(text: &str) -> Match {
    let n = normalise(text);
    MATCHER.find(&n, variety_of(&n))
}

/// Each message must have this entry as its best candidate and not be taken for unknown.
fn check(rows: &[(&str, &str)]) {
    for (text, entry) in rows {
        let found = find(text);
        let best = found.candidates.first().map(|one| one.entry.as_str());
        assert_eq!(best, Some(*entry), "{text}: {found:?}");
        assert_ne!(found.verdict, Verdict::Unknown, "{text}: {found:?}");
    }
}

#[test]
fn a_need_in_other_words_finds_its_entry_in_both_languages() {
    check(&[
        ("my order where is it??", "order_status"),
        ("has the package been shipped", "order_status"),
        ("i'd like a refund please", "refund"),
        ("pls cancel order", "cancel_order"),
        ("opening hours on friday?", "opening_hours"),
        ("do you take visa cards", "payment_methods"),
        ("need to change the address", "change_address"),
        ("وين الطلب حقي", "order_status"),
        ("الشحنة وين وصلت", "order_status"),
        ("أبغى أسترجع الفلوس", "refund"),
        ("ألغوا طلبي لو سمحتم، ابغى الغيه", "cancel_order"),
        ("متى تفتحون يوم الجمعه", "opening_hours"),
        ("الدفع عند الاستلام متاح؟", "payment_methods"),
        ("بدي اغير العنوان", "change_address"),
        ("ابغى refund", "refund"),
    ]);
}

#[test]
fn arabizi_finds_arabic_examples_and_arabic_finds_arabizi_examples() {
    check(&[
        ("wen talabi", "order_status"),
        ("feen el order", "order_status"),
        ("mata yewsal el talab", "order_status"),
        ("3ayez floosi terga3", "refund"),
        ("abgha alghi al talab", "cancel_order"),
        ("mata tefta7oon", "opening_hours"),
        ("keif adfa3", "payment_methods"),
        ("abgha a8ayer el 3enwan", "change_address"),
        ("ورقة الهدية", "greeting_card"),
    ]);
}

#[test]
fn an_english_word_in_arabic_letters_finds_the_arabic_examples() {
    check(&[
        ("ابغى اسوي كانسل للطلب", "cancel_order"),
        ("كيف اكنسل اوردري", "cancel_order"),
        ("كيف طريقة البيمنت", "payment_methods"),
    ]);
}

#[test]
fn an_example_word_for_word_is_beyond_doubt() {
    for text in ["Where is my ORDER?!", "وَيْن طَلَبي؟؟", "وين طلبـــي", "  اوقات   الدوام "]
    {
        let found = find(text);
        assert_eq!(found.basis, Basis::Exact, "{text}");
        assert!(matches!(found.verdict, Verdict::Sure(_)), "{text}");
        assert_eq!(found.candidates[0].score, 1.0, "{text}");
    }
}

#[test]
fn a_pattern_is_beyond_doubt_and_says_where_it_stood() {
    let text = "Hello, here is my TRACKING  number 99";
    let found = find(text);
    assert_eq!(found.basis, Basis::Pattern);
    assert_eq!(found.verdict, Verdict::Sure(id_of("order_status")));
    assert_eq!(found.evidence[0].span.of(text), "TRACKING  number");
}

#[test]
fn what_several_entries_claim_word_for_word_is_asked() {
    let mut entries = shop();
    entries[1].examples.push(Example { text: "My money!".to_owned(), variety: Variety::English });
    entries[2].examples.push(Example { text: "my money".to_owned(), variety: Variety::English });
    let n = normalise("my money?");
    let found = trained(&entries).find(&n, Variety::English);
    assert_eq!(found.verdict, Verdict::Unsure(vec![id_of("refund"), id_of("cancel_order")]));
}

#[test]
fn a_message_between_two_entries_is_asked() {
    let mut entries = shop();
    for (id, word) in [("lost_card", "lost"), ("stolen_card", "stolen")] {
        let texts = ["my gift card was", "the gift voucher is", "someone says my voucher was"];
        let example =
            |text: &&str| Example { text: format!("{text} {word}"), variety: Variety::English };
        let examples = texts.iter().map(example).collect();
        entries.push(TrainingEntry { id: id_of(id), examples, patterns: Vec::new() });
    }
    let n = normalise("a question about my gift voucher");
    let found = trained(&entries).find(&n, Variety::English);
    let Verdict::Unsure(choices) = &found.verdict else { panic!("{found:?}") };
    assert!(choices.contains(&id_of("lost_card")) && choices.contains(&id_of("stolen_card")));
    assert!(choices.len() <= MatcherSettings::default().choices_max);
}

#[test]
fn a_foreign_matter_is_not_known() {
    for text in [
        "what is the capital of france",
        "sing a song about mountains",
        "my neighbour plays loud music",
        "من هو رئيس فرنسا",
        "اكتب قصيدة عن القمر",
        "kam 3omr el ahramat",
        "qwertyuiop",
        "7777",
        "",
        "؟؟؟",
    ] {
        let found = find(text);
        assert_eq!(found.verdict, Verdict::Unknown, "{text}: {found:?}");
    }
}

#[test]
fn the_evidence_points_at_the_customers_own_words() {
    let text = "قولولي: أبغى أسترجِع الفُلوس!";
    let found = find(text);
    let words: Vec<&str> = found.evidence.iter().map(|one| one.span.of(text)).collect();
    assert!(words.contains(&"أسترجِع"), "{words:?}");
    let shares: f32 = found.evidence.iter().map(|one| one.weight).sum();
    assert!((0.5..=1.001).contains(&shares), "{found:?}");
}

#[test]
fn scores_are_between_nought_and_one_and_fall() {
    for text in ["refund my order", "where", "cancel visa address", "الطلب"] {
        let found = find(text);
        let scores: Vec<f32> = found.candidates.iter().map(|one| one.score).collect();
        assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{text}: {scores:?}");
        assert!(scores.is_sorted_by(|a, b| a >= b), "{text}: {scores:?}");
        assert!(scores.len() <= CANDIDATES_MAX);
    }
}

#[test]
fn a_pattern_that_cannot_be_used_is_named() {
    let broken = [r"(unclosed", r"a*", r"(((a{200}){200}){200})", &"x".repeat(3_000)];
    for pattern in broken {
        let mut entries = shop();
        entries[3].patterns = vec!["fine".to_owned(), pattern.to_owned()];
        let error = Matcher::train(&entries, &MatcherSettings::default()).expect_err(pattern);
        assert_eq!((error.entry, error.index), (id_of("opening_hours"), 1));
    }
}

#[test]
fn training_twice_gives_the_same_scores_to_the_bit() {
    let again = trained(&shop());
    for text in ["where is my stuff", "ابغى فلوسي", "wen floosi", "card or cash"] {
        let n = normalise(text);
        assert_eq!(again.find(&n, variety_of(&n)), find(text), "{text}");
    }
}

#[test]
fn where_there_are_many_examples_the_nearest_settle_what_is_nearly_level() {
    let things = ["card", "phone", "bag", "ring", "coat", "watch"];
    let entry = |id: &str, saying: &[&str], count: usize| TrainingEntry {
        id: id_of(id),
        examples: (0..count)
            .map(|at| format!("{} my {}", saying[at / 6 % saying.len()], things[at % 6]))
            .map(|text| Example { variety: detect(&text), text })
            .collect(),
        patterns: Vec::new(),
    };
    let moved = |count: usize, word_vectors: bool| {
        let lost = ["i lost", "somebody stole", "i cannot find", "i am missing", "gone is"];
        let sold = ["i sold", "please buy", "i offer", "what do you pay for", "take"];
        let entries = [entry("lost", &lost, count), entry("sold", &sold, count)];
        let settings = MatcherSettings { word_vectors, ..MatcherSettings::default() };
        let matcher = Matcher::train(&entries, &settings).unwrap();
        let (again, _) = Matcher::recall(&entries, &settings, &matcher.learnt()).unwrap();
        let n = normalise("my umbrella was stolen");
        let settled = |matcher: &Matcher| {
            let reading = matcher.model.read(n.words(), variety_of(&n));
            let mut scores = [1.0, 1.5];
            let directions = &reading.values[..reading.directions()];
            matcher.model.examples().settle(directions, &mut scores);
            scores
        };
        assert_eq!(settled(&again), settled(&matcher), "as recalled");
        settled(&matcher)[0] - 1.0
    };
    assert!(moved(30, true) > 0.3);
    assert_eq!(moved(10, true), 0.0, "few examples prove too little");
    assert_eq!(moved(30, false), 0.0, "what words mean is not asked");
}

#[test]
fn any_number_of_entries_and_examples_can_be_learnt() {
    let entry = |id: &str, texts: &[&str]| TrainingEntry {
        id: id_of(id),
        examples: texts
            .iter()
            .map(|text| Example { text: (*text).to_owned(), variety: detect(text) })
            .collect(),
        patterns: Vec::new(),
    };
    let sets: [Vec<TrainingEntry>; 5] = [
        vec![],
        vec![entry("a", &[])],
        vec![entry("a", &["where is my order"])],
        vec![
            entry("a", &["", "?!", "ok"]),
            entry("b", &["same words"]),
            entry("c", &["same words"]),
        ],
        vec![entry("a", &["where is my order", "track the order"]), entry("b", &[])],
    ];
    for set in sets {
        let matcher = trained(&set);
        for text in ["where is my order now", "", "x", "same"] {
            let n = normalise(text);
            let found = matcher.find(&n, variety_of(&n));
            assert!(found.candidates.iter().all(|one| one.score.is_finite()), "{text}: {found:?}");
        }
    }
}

/// Messages as customers and attackers write them: our words, any characters, strange marks.
fn any_message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,8}",
        any::<String>().prop_map(|text| text.chars().take(6).collect()),
        prop::sample::select(vec![
            "order ",
            "طلبي ",
            "refund",
            "الفلوس",
            "wen ",
            "ﷺ",
            "ﻼ",
            "e\u{301}",
            "\u{202e}",
            "\u{200d}",
            "كِتَاب",
            "don't ",
            "3'ali ",
            "🙏🏽",
            "한글",
            "가\u{11a8}",
            "ｆｕｌｌ",
            "İ",
            "٣٤",
            "\u{0}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_message_gives_a_match_whose_spans_are_in_it(text in any_message()) {
        let found = find(&text);
        for one in &found.evidence {
            prop_assert!(text.get(one.span.start as usize..one.span.end as usize).is_some());
            prop_assert!(one.span.start < one.span.end);
        }
    }

    #[test]
    fn marks_that_nobody_sees_change_nothing(
        (text, marks) in (
            prop::sample::select(SHOP.iter().flat_map(|(_, texts)| texts.iter()).collect::<Vec<_>>()),
            prop::collection::vec((0usize..80, prop::sample::select(vec![
                '\u{200b}', '\u{200d}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{ad}', '\u{fe0f}', '\u{64e}',
            ])), 1..6),
        )
    ) {
        let mut chars: Vec<char> = text.chars().chain(" please".chars()).collect();
        let plain: String = chars.iter().collect();
        for (at, mark) in marks {
            chars.insert(at.min(chars.len()), mark);
        }
        let marked: String = chars.into_iter().collect();
        let (plain, marked) = (find(&plain), find(&marked));
        prop_assert_eq!(plain.verdict, marked.verdict);
        prop_assert_eq!(plain.candidates, marked.candidates);
    }
}

mod grounds;
mod meaning;
