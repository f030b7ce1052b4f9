//! What is told of why an entry was proposed, and why the one behind it.

use super::*;

fn grounds_of(matcher: &Matcher, text: &str) -> Vec<Grounds> {
    let n = normalise(text);
    let variety = variety_of(&n);
    matcher.grounds(&n, variety, &matcher.find(&n, variety).candidates)
}

fn grounds(text: &str) -> Vec<Grounds> {
    grounds_of(&MATCHER, text)
}

/// Each clue with the customer's own words it stands for.
fn told<'t>(grounds: &Grounds, text: &'t str) -> Vec<(Clue, Vec<&'t str>)> {
    let own = |ground: &Ground| ground.spans.iter().map(|span| span.of(text)).collect();
    grounds.clues.iter().map(|ground| (ground.clue.clone(), own(ground))).collect()
}

fn word(text: &str) -> Clue {
    Clue::Word(text.to_owned())
}

fn letters(text: &str) -> Clue {
    Clue::Letters(text.to_owned())
}

#[test]
fn the_winner_and_the_runner_up_are_told_each_by_its_own_words() {
    for (text, one, other) in [
        ("refund or cancel please", ("refund", "refund"), ("cancel_order", "cancel")),
        ("الفلوس او العنوان", ("refund", "الفلوس"), ("change_address", "العنوان")),
    ] {
        let found = grounds(text);
        let [first, second] = found.as_slice() else { panic!("{found:?}") };
        for (entry, own) in [one, other] {
            let it = found.iter().find(|it| it.entry == id_of(entry)).expect("it is explained");
            let told = told(it, text);
            assert_eq!(told[0], (word(own), vec![own]), "{text}: {entry}: {told:?}");
            assert!(!told.contains(&(word("please"), vec!["please"])), "{told:?} says nothing");
        }
        let candidates = find(text).candidates;
        let best: Vec<&EntryId> = candidates.iter().take(2).map(|one| &one.entry).collect();
        assert_eq!([&first.entry, &second.entry], best[..], "in their order");
    }
}

#[test]
fn letters_of_a_word_that_no_example_has_are_named_where_they_stand() {
    for (text, clue, own) in [
        ("please CANCLE it", letters("canc…"), "CANC"),
        ("ابغى اغيرالعنوان", letters("…العنوان"), "العنوان"),
        ("ابغى العنـــوَانين", letters("العنواني…"), "العنـــوَاني"),
        ("cancelorder", letters("…order"), "order"),
    ] {
        let found = grounds(text);
        let told = told(&found[0], text);
        assert!(told.contains(&(clue, vec![own])), "{text}: {found:?}");
    }
    let known = grounds("cancel the order");
    let clues = known.iter().flat_map(|it| &it.clues);
    assert!(clues.clone().count() > 3, "{known:?}");
    assert!(clues.clone().all(|it| !matches!(it.clue, Clue::Letters(_))), "{known:?}");
}

#[test]
fn where_letters_make_up_the_whole_word_the_word_is_named() {
    let text = "wrong Addres";
    let told = told(&grounds(text)[0], text);
    assert!(told.contains(&(word("addres"), vec!["Addres"])), "{told:?}");
    let is_part = |clue: &Clue| !matches!(clue, Clue::Letters(text) if !text.contains('…'));
    assert!(told.iter().all(|(clue, _)| is_part(clue)), "{told:?}");
}

#[test]
fn a_number_is_named_whole() {
    let mut entries = shop();
    entries[1]
        .examples
        .push(Example { text: "موديل 300".to_owned(), variety: Variety::Arabic });
    let found = grounds_of(&trained(&entries), "الفلوس 123456");
    let whole = (word("123456"), vec!["123456"]);
    assert!(told(&found[0], "الفلوس 123456").contains(&whole), "{found:?}");
}

#[test]
fn what_was_read_in_other_letters_is_named_in_them_and_stands_in_the_customers_own() {
    for (text, own, is_whole) in [
        ("abgha a8ayer el 3enwan", "3enwan", true),
        ("abgha a8ayer el 3enwaneen", "3enwaneen", false),
    ] {
        let found = grounds(text);
        let clues = told(&found[0], text).into_iter().filter(|(_, said)| *said == [own]);
        let read = clues.map(|(clue, _)| match clue {
            Clue::Word(read) => (read, true),
            Clue::Letters(read) => (read, false),
            other => panic!("{text}: {other:?}"),
        });
        let read: Vec<(String, bool)> = read.collect();
        let is_read = |(read, whole): &(String, bool)| read.contains("عنو") && *whole == is_whole;
        assert!(read.iter().any(is_read), "{text}: {found:?}");
    }
}

#[test]
fn two_words_that_count_together_are_named_together_with_both_their_places() {
    let text = "is my ORDER somewhere? where";
    let told = told(&grounds(text)[0], text);
    let pair = Clue::Pair("is".to_owned(), "order".to_owned());
    assert!(told.contains(&(pair, vec!["is", "ORDER"])), "{told:?}");
}

#[test]
fn a_word_near_in_meaning_is_named_with_the_one_it_is_near_to() {
    let text = "Reimbursement please";
    let near = Clue::Near("reimbursement".to_owned(), "refund".to_owned());
    assert!(told(&grounds(text)[0], text).contains(&(near, vec!["Reimbursement"])));
}

#[test]
fn what_is_beyond_doubt_rests_on_its_example_or_its_own_pattern() {
    let text = "Where  is my order!";
    let found = grounds(text);
    assert_eq!(found.len(), 1, "nothing is behind it: {found:?}");
    let example = Clue::Example("where is my order".to_owned());
    assert_eq!(told(&found[0], text), [(example, vec![text])]);
    let mut entries = shop();
    entries[2].patterns = vec!["nothing".to_owned(), r"\bcode\b".to_owned()];
    let text = "the tracking CODE";
    let found = grounds_of(&trained(&entries), text);
    assert_eq!(told(&found[0], text), [(Clue::Pattern(1), vec!["tracking CODE"])]);
    assert_eq!(told(&found[1], text), [(Clue::Pattern(2), vec!["CODE"])]);
}

#[test]
fn what_is_told_of_each_entry_makes_up_its_score() {
    let words = ["where", "is", "my", "order", "my", "refund", "4711", "12345"];
    let reading = MATCHER.model.read(words.into_iter(), Variety::English);
    let mut scores = vec![0.0; MATCHER.entries.len()];
    MATCHER.model.weights().scores(reading.sparse(), &mut scores);
    for (entry, score) in scores.into_iter().enumerate() {
        let traces = MATCHER.model.traces(&words, Variety::English, entry);
        assert_eq!(traces.letters, [], "every word is known, a number as any other");
        let said = traces.words.iter().sum::<f32>() + traces.pairs.values().sum::<f32>();
        assert!((said - score).abs() < 1e-3, "{entry}: {said} of {score}");
    }
}

#[test]
fn shares_are_of_all_that_spoke_and_fall() {
    for text in [
        "please stop my order i want to cancel an order i placed how",
        "wen floosi",
        "ابغى الغي الطلب واسترجع فلوسي بسرعة لو سمحت",
    ] {
        for it in grounds(text) {
            let shares: Vec<f32> = it.clues.iter().map(|one| one.weight).collect();
            assert!(shares.is_sorted_by(|a, b| a >= b) && shares.iter().all(|share| *share > 0.0));
            assert!(shares.len() <= 6, "{text}: {shares:?}");
            assert!((0.5..=1.001).contains(&shares.iter().sum::<f32>()), "{text}: {shares:?}");
        }
    }
}
