//! Topics for people that are named beside something else: «my driver shouted at my wife, and what does
//! delivery cost». As a whole such a message resembles the ordinary question, and one topic only can win;
//! whoever is answered by the machine then has said the other in vain. So its beginnings and its ends are
//! read by themselves, and what one of them says beyond doubt goes to people together with the rest.

use super::entry::FaqEntry;
use super::matcher::{Basis, Candidate, Match, Matcher, Verdict};
use crate::domain::ids::EntryId;
use crate::domain::language::{Normalised, Span, Variety, normalise};
use std::collections::BTreeMap;

/// A part of fewer words says too little: "the driver" is not yet a word about his manners.
const PART_WORDS_MIN: usize = 3;
/// A longer message is a story, and reading all its parts would take too long.
const WORDS_MAX: usize = 40;
/// The whole must show a trace of the topic for its parts to be read at all. Of 600 pairs of ordinary
/// examples of the shipped rules, and of the 1,541 ordinary ones with other words added, none shows
/// it and has such a part as well.
const TRACE_MIN: f32 = 0.02;
/// A part says the topic from this score on. Of 300 pairs of an ordinary example and one of a topic for
/// people, 206 are found to be about the latter as a whole, and 283 by their parts.
const PART_SCORE_MIN: f32 = 0.85;

/// The topic for people that is named beside what was `found` in the message, and the part that names
/// it; else what was found, `None`.
pub fn for_people(
    entries: &BTreeMap<EntryId, FaqEntry>,
    matcher: &Matcher,
    (text, n, variety): (&str, &Normalised, Variety),
    found: Match,
) -> (Match, Option<Span>) {
    let people_answer = |id: &EntryId| entries.get(id).is_some_and(|entry| entry.human_first);
    let is_settled = match (&found.verdict, found.basis) {
        (Verdict::Sure(entry), _) if people_answer(entry) => true,
        (_, Basis::Exact) => true,
        (Verdict::Sure(_) | Verdict::Unsure(_) | Verdict::Unknown, _) => false,
    };
    if is_settled || n.tokens.len() > WORDS_MAX {
        return (found, None);
    }
    let between = match (&found.verdict, found.basis) {
        (Verdict::Unsure(entries), Basis::Pattern) => &entries[..],
        (Verdict::Unsure(_) | Verdict::Sure(_) | Verdict::Unknown, _) => &[],
    };
    if let Some(topic) = between.iter().find(|id| people_answer(id)).cloned() {
        // Their own patterns say both: there is nothing to ask.
        let mut candidates = found.candidates;
        candidates.sort_by_key(|one| one.entry != topic);
        return (Match { verdict: Verdict::Sure(topic), candidates, ..found }, None);
    }
    let shows = |one: &Candidate| one.score >= TRACE_MIN && people_answer(&one.entry);
    let has_trace = match found.basis {
        // A pattern sees a few words, and nothing of what stands beside them.
        Basis::Pattern => matcher.likeness(n, variety).candidates.iter().any(shows),
        Basis::Exact | Basis::Examples | Basis::OtherLanguage | Basis::None => {
            found.candidates.iter().any(shows)
        }
    };
    if !has_trace {
        return (found, None);
    }
    let said = parts(n.tokens.len()).filter_map(|(from, to)| {
        let (first, last) = (n.tokens.get(from)?, n.tokens.get(to - 1)?);
        let span = n.original_span(first.range.start..last.range.end);
        let part = matcher.find(&normalise(span.of(text)), variety);
        let score = part.candidates.first().map_or(0.0, |best| best.score);
        let is_said = matches!(&part.verdict, Verdict::Sure(entry) if people_answer(entry));
        (is_said && score >= PART_SCORE_MIN).then_some((score, span, part))
    });
    let Some((_, span, mut part)) = said.max_by(|(one, ..), (other, ..)| one.total_cmp(other))
    else {
        return (found, None);
    };
    for evidence in &mut part.evidence {
        evidence.span.start += span.start;
        evidence.span.end += span.start;
    }
    if !part.basis.is_likeness() {
        // The part may be an example or hold a pattern; the message is only like it.
        part.basis = Basis::Examples;
    }
    (part, Some(span))
}

/// The beginnings and the ends of a message of so many words, by their words.
fn parts(words: usize) -> impl Iterator<Item = (usize, usize)> {
    let lengths = PART_WORDS_MIN..words;
    lengths.flat_map(move |length| [(0, length), (words - length, words)])
}

#[cfg(test)]
mod tests {
    use crate::domain::bot::matcher::Verdict;
    use crate::domain::detectors::Window;
    use crate::domain::reading;
    use crate::domain::time::Timestamp;
    use std::path::Path;

    /// What people look after, said beside an ordinary matter.
    const FOR_PEOPLE: [(&str, &str); 23] = [
        ("deceased_customer", "my mother died, please cancel her order"),
        (
            "deceased_customer",
            "our grandmother passed away last week and we need to change the delivery address of her parcel",
        ),
        ("deceased_customer", "my husband passed away, how do I delete his account"),
        ("courier_behaviour", "I want to return these shoes, and your driver shouted at my wife"),
        (
            "courier_behaviour",
            "I'd like to change my delivery time because the last courier was rude to me",
        ),
        (
            "delivered_not_received",
            "where is my order? the tracking says delivered but I never got anything",
        ),
        ("complaint", "please change my address. also I want to file a complaint about your staff"),
        ("complaint", "can I cancel order 123456, I want to make a formal complaint as well"),
        (
            "payment_dispute",
            "how do I get a refund? there is a charge on my card that I never made",
        ),
        ("courier_behaviour", "your driver shouted at my wife, and what is my tracking number"),
        ("complaint", "do you take cash on delivery? and I want to make a formal complaint"),
        ("deceased_customer", "وش رقم التتبع، امي توفت امس وابي الغي طلبها"),
        ("payment_dispute", "the invoice is wrong and I am going to the ministry of commerce"),
        ("deceased_customer", "امي توفت ابي الغي طلبها"),
        ("deceased_customer", "أريد تغيير موعد التوصيل، فقد توفي والدي أمس"),
        ("deceased_customer", "جوزي اتوفى وعايزة ارجع الجهاز اللي طلبه"),
        ("courier_behaviour", "ابي ارجع الجزمة والمندوب كان وقح معي"),
        ("courier_behaviour", "المندوب زعق لامي وابي اعرف كم رسوم التوصيل"),
        ("delivered_not_received", "فين الأوردر بتاعي؟ السيستم بيقول اتسلم وانا مستلمتش حاجة"),
        ("complaint", "بدي غير العنوان وكمان بدي قدم شكوى عالموظف"),
        ("complaint", "بغيت نبدل العنوان و بغيت ندير شكاية"),
        ("payment_dispute", "كيف استرجع فلوسي، انخصم من بطاقتي مبلغ ما اعرف عنه شي"),
        ("payment_dispute", "ابغى الفاتورة وبرفع عليكم شكوى في وزارة التجارة"),
    ];

    /// Words of such topics, and nothing that people must look after.
    const ORDINARY: [&str; 10] = [
        "please cancel my order, my mother bought the same one",
        "my father wants to know where his parcel is",
        "when will the courier come, I am at home until six",
        "the charge for delivery, how much is it and can I pay by card",
        "my phone died, how do I open your app on another one",
        "ابوي يبي يلغي طلبه",
        "متى يوصل المندوب؟ انا في البيت لين الساعة ست",
        "عايز اغير عنوان التوصيل عشان امي هتستلم بدالي",
        "كم رسوم التوصيل وهل اقدر ادفع بالبطاقة",
        "الجوال مات، كيف افتح التطبيق من جهاز ثاني",
    ];

    #[test]
    fn what_people_look_after_is_heard_beside_an_ordinary_matter_and_only_that() {
        let rules = crate::config::load(Path::new("config")).1.rules.unwrap();
        let read = |text: &str| {
            reading::read(&rules, text, &Window::default(), Timestamp::from_millis(1)).matched
        };
        let missed: Vec<_> = FOR_PEOPLE
            .iter()
            .map(|(topic, text)| (topic, text, read(text)))
            .filter(|(topic, _, found)| {
                !matches!(&found.verdict, Verdict::Sure(entry) if entry.as_str() == **topic)
            })
            .map(|(_, text, found)| (text, found.candidates))
            .collect();
        assert!(missed.is_empty(), "{missed:#?}");
        for text in ORDINARY {
            if let Verdict::Sure(entry) = read(text).verdict {
                assert!(!rules.bot.entries[&entry].human_first, "{text}: {entry}");
            }
        }
    }

    #[test]
    fn what_was_seen_is_pointed_at_in_the_whole_message() {
        let rules = crate::config::load(Path::new("config")).1.rules.unwrap();
        let text = "can I cancel order 123456, I want to make a formal complaint as well";
        let found = reading::read(&rules, text, &Window::default(), Timestamp::from_millis(1));
        let seen = found.matched.evidence.iter();
        let seen: Vec<_> = seen.map(|it| (it.what.as_str(), it.span.of(text))).collect();
        assert!(seen.contains(&("complaint", "complaint")), "{seen:?}");
        let grounds = reading::grounds(&rules, text, &found);
        let spans = grounds.iter().flat_map(|it| &it.clues).flat_map(|it| &it.spans);
        assert_eq!(grounds[0].clues[0].spans[0].of(text), "complaint", "{grounds:?}");
        let part = text.find("I want").unwrap();
        assert!(spans.clone().all(|span| span.start as usize >= part), "{grounds:?}");
    }
}
