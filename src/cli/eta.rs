//! How long somebody will wait, in words, with what that rests on.

use super::transcript::Reader;
use super::words::{pick, span};
use crate::domain::language::Language;
use crate::grpc::pb;

/// How long it takes until a person comes, and what that rests on; nothing where it is not known.
pub fn eta(language: Language, eta: &pb::Eta, reader: Reader) -> Option<String> {
    let high = span(language, eta.high.as_ref()?.seconds);
    let low = eta.low.as_ref().map_or(0, |low| low.seconds);
    let range = match (low, language) {
        (0, Language::En) => format!("about {high} at most"),
        (0, Language::Ar) => format!("نحو {high} على الأكثر"),
        (low, Language::En) => format!("about {} to {high}", span(language, low)),
        (low, Language::Ar) => format!("نحو {} إلى {high}", span(language, low)),
    };
    Some(match basis(language, eta, reader) {
        Some(basis) => format!("{range} ({basis})"),
        None => range,
    })
}

/// What an estimate rests on.
fn basis(language: Language, eta: &pb::Eta, reader: Reader) -> Option<String> {
    let like = match (eta.basis(), reader) {
        (pb::EtaBasis::Unspecified, _) => return None,
        (pb::EtaBasis::Class, Reader::Customer) => pick(language, "like yours", "تشبه محادثتك"),
        (pb::EtaBasis::Class, Reader::Staff) => pick(language, "of this kind", "من هذا النوع"),
        (pb::EtaBasis::Queue, _) => pick(language, "of this queue", "في هذه القائمة"),
    };
    let by = pick(language, "by the last", "بحسب آخر");
    Some(format!("{by} {} {like}", conversations(language, eta.samples)))
}

/// Conversations, counted: in Arabic a few take another word than one, two, or many.
fn conversations(language: Language, number: u32) -> String {
    match (language, number) {
        (Language::En, 1) => "conversation".to_owned(),
        (Language::En, number) => format!("{number} conversations"),
        (Language::Ar, 1) => "محادثة".to_owned(),
        (Language::Ar, 2) => "محادثتين".to_owned(),
        (Language::Ar, number) if matches!(number % 100, 3..=10) => format!("{number} محادثات"),
        (Language::Ar, number) => format!("{number} محادثة"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(low: i64, high: i64) -> pb::Eta {
        let seconds = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
        pb::Eta { low: seconds(low), high: seconds(high), ..pb::Eta::default() }
    }

    #[test]
    fn a_wait_is_told_as_a_range_and_not_at_all_where_nobody_knows() {
        for (low, en, ar) in [
            (300, "about 5 min to 10 min", "نحو 5 د إلى 10 د"),
            (0, "about 10 min at most", "نحو 10 د على الأكثر"),
        ] {
            let told = |language| eta(language, &range(low, 600), Reader::Customer).unwrap();
            assert_eq!((told(Language::En).as_str(), told(Language::Ar).as_str()), (en, ar));
        }
        assert_eq!(eta(Language::En, &pb::Eta::default(), Reader::Customer), None);
    }

    #[test]
    fn what_an_estimate_rests_on_is_told_as_one_would_say_it() {
        use pb::EtaBasis::{Class, Queue};
        for (basis, samples, reader, en, ar) in [
            (
                Class,
                34,
                Reader::Customer,
                "(by the last 34 conversations like yours)",
                "(بحسب آخر 34 محادثة تشبه محادثتك)",
            ),
            (
                Class,
                12,
                Reader::Staff,
                "(by the last 12 conversations of this kind)",
                "(بحسب آخر 12 محادثة من هذا النوع)",
            ),
            (
                Queue,
                8,
                Reader::Customer,
                "(by the last 8 conversations of this queue)",
                "(بحسب آخر 8 محادثات في هذه القائمة)",
            ),
        ] {
            let based = pb::Eta { basis: basis.into(), samples, ..range(300, 600) };
            let told = |language| eta(language, &based, reader).unwrap();
            assert!(told(Language::En).ends_with(en), "{}", told(Language::En));
            assert!(told(Language::Ar).ends_with(ar), "{}", told(Language::Ar));
        }
        let few = [1, 2, 3, 110, 100].map(|number| conversations(Language::Ar, number));
        assert_eq!(few, ["محادثة", "محادثتين", "3 محادثات", "110 محادثات", "100 محادثة"]);
    }
}
