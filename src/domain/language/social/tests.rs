//! Which messages are purely social, and what the short ones say.

use super::super::normalise::normalise;
use super::super::phrase_list::PhraseList;
use super::super::variety_of;
use super::*;
use crate::domain::detectors::{SignalKind, Utterance, Window, assess};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;

fn act(text: &str) -> Option<SocialAct> {
    social_act(&normalise(text), text)
}

#[test]
fn a_purely_social_message_is_known_in_every_dialect() {
    use SocialAct::{Acknowledgement, Anger, Attention, Emoji, Goodbye, Greeting, Thanks};
    let rows: [(SocialAct, &[&str]); 7] = [
        (
            Greeting,
            &[
                "السلام عليكم ورحمة الله",
                "السَّلامُ عليكم ورحمة الله وبركاته",
                "سلام عليكم",
                "هلا والله",
                "هلا وغلا",
                "صباح الخير",
                "مساء النور",
                "مرحبا كيفك",
                "ازيك",
                "شلونك",
                "لاباس",
                "Hello!",
                "hi there",
                "Good morning team",
                "salam alaikom",
                "mar7aba",
                "هاي",
                "hellooooo",
                "saba7 el 5eer",
                "saba7 el 5er",
                "masa2 el 5eer",
                "9aba7 el5air",
                "اهلين كيف الحال",
                "hi how are you?",
            ],
        ),
        (
            Thanks,
            &[
                "thanks a lot 🙏",
                "thank you so much!",
                "شكراً جزيلاً",
                "الله يعطيك العافية",
                "يعطيك العافيه",
                "تسلم",
                "مشكور ما قصرت",
                "متشكر اوي",
                "يسلمو ايديك",
                "shukran",
                "thx",
                "جزاك الله خير",
                "ok thanks",
                "بارك الله فيك",
                "shokran gazilan",
                "alf shokr",
                "شكرااااا",
            ],
        ),
        (
            Goodbye,
            &["bye", "مع السلامة", "في امان الله", "ok thanks bye", "good night", "ma3 elsalama"],
        ),
        (
            Acknowledgement,
            &[
                "ok",
                "تمام",
                "طيب",
                "اوكي",
                "ماشي",
                "okay got it",
                "tamam",
                "اها",
                "حسنا",
                "واخا",
                "لحظة",
            ],
        ),
        (
            Attention,
            &[
                "هلا رجعت",
                "hi i'm back",
                "؟؟؟",
                "hello??",
                "???",
                "?",
                "وينكم",
                "الو",
                "any one there",
                "still here",
                "hello, i'm still here",
                "are you there?",
                "لسه هنا",
                "انا موجود",
                "أنا موجودة",
                "أنا هنا",
                "لسا هون",
                "بعدني هون",
                "للحين موجود",
                "ما زلتُ هنا",
                "راني هنا",
                "فينكم",
                "lissa hena",
                "ana mawjood",
                "ana mawgood",
                "ba3dni hon",
                "احد هنا؟",
                "!?",
            ],
        ),
        (Emoji, &["🙏", "😂😂", ":)", "❤️", "👍🏽", ":'(", ":D", "<3"]),
        (Anger, &["😡", "🤬🤬", "😤 😡", "😡؟"]),
    ];
    for (expected, texts) in rows {
        for text in texts {
            // "how are you?" ends with a question mark and is still a greeting to answer.
            let found = act(text);
            let fine = found == Some(expected)
                || (expected == Greeting && text.ends_with('?') && found == Some(Attention));
            assert!(fine, "{text}: {found:?}");
        }
    }
}

#[test]
fn wishes_spellings_and_words_run_together_are_social_too() {
    use SocialAct::{Acknowledgement, Attention, Goodbye, Greeting, Thanks};
    let rows: [(SocialAct, &str); 5] = [
        (
            Greeting,
            "مسالخير;صباحالخير;الله يقويكم;قوة;قواكم الله;صباح الياسمين;اسعد الله اوقاتكم;علومك;شنوة احوالك;هلا بالغالي;\
             sba7o;9ba7o;sabah elkher;msa l5er;yes3ed sabahak;3aslama;kol sana w enta tayeb;goodmorning;helloo;hola;\
             how are u doing;hope you're well;happy new year;9abah el khair;م ر ح ب ا",
        ),
        (
            Thanks,
            "ربنا يخليك;تشكرات;ربنا يبارك فيك;بيض الله وجهك;كثر الله من أمثالك;مشكوور;تسلم الايادي;عطاك الله العافية;\
             الله يوفقكم;ما قصرتي;3afya;mashkoora;barak allah feek;y3aychek;kattar 5erak;ye3tik el 3afye;very kind of you;\
             you are a lifesaver;tyvm;t h a n k s",
        ),
        (
            Goodbye,
            "سلام عليكم بقى;يلا سلام عليكم;اشوفكم على خير;تصبح ع خير;وانت من اهله;دمتم سالمين;في حفظ الله;بالتوفيق;\
             tesba7 3ala 5er;tesbah 3ala kher;salam ba2a;ma3assalama;fi aman ellah;gotta go;bye for now;sweet dreams;\
             have a lovely weekend",
        ),
        (
            Acknowledgement,
            "جميل جدا;على راسي;ما شاء الله;كفو;ولا يهمكم;مش مشكلة;ما عندي شكوى;7ader;mafish moshkela;mashallah;kwayyes;\
             amazing;roger that;mhm;no complaints;I don't want to complain",
        ),
        (Attention, "!!!;...;.;…;fee 7ad;7ad hena;سامعني;حد معايا;تست;ping;test;is anybody here"),
    ];
    for (expected, texts) in rows {
        for text in texts.split(';') {
            assert_eq!(act(text), Some(expected), "{text}");
        }
    }
    for text in [
        "قوة البطارية",
        "test report",
        "كفو السعر",
        "deal price",
        "سلام عليكم طلبي",
        "god",
        "muslim clothes",
        "عافية الطلب",
        "mashed potatoes",
        "salmon",
        "3 5",
        "on time",
        "one time",
        "into my account",
        "batsman",
        "online",
        "هو",
        "وضح",
        "777",
    ] {
        assert_eq!(act(text), None, "{text}");
    }
}

#[test]
fn what_did_not_help_is_a_no_in_every_variety() {
    for text in [
        "لا ما فاد",
        "ما فادني",
        "لا، ما فادتني",
        "لا لم يفدني",
        "بدون فائدة",
        "لا ما نفع",
        "لا ما نفعنيش",
        "لا مفيش فايدة",
        "ما ساعدتني",
        "لا ما زبط معي",
        "لا ما استفدت شي",
        "ما تصلحش",
        "لا ما عاونتنيش",
        "la ma fad",
        "no that was no help",
        "this is not solved",
        "no, that doesn't help",
        "it did not help me",
        "no, this doesn't help me",
    ] {
        let n = normalise(text);
        assert!(deny(&n) && !decline(&n) && !affirm(&n), "{text}");
    }
    for text in ["فاد كثير", "ما فاد الكوبون", "that helped"] {
        assert!(!deny(&normalise(text)), "{text}");
    }
}

#[test]
fn that_it_is_not_settled_is_heard_beside_a_need_and_not_in_a_supposition() {
    for text in [
        "my order is still not here, this is not solved",
        "hi again, it isn't fixed yet",
        "طلبي للحين ما وصل والمشكلة ما انحلت",
        "يا جماعة المشكله لسه موجودة عندي",
        "المشكلة متحلتش خالص",
        "راه ما تصلحاتش",
    ] {
        assert!(says_unsettled(&normalise(text)), "{text}");
    }
    for text in [
        "what are your opening hours",
        "كم رسوم التوصيل",
        "and if it is not solved by then, what do I do?",
        "اذا ما انحلت المشكلة وش اسوي",
        "thanks, it is solved",
    ] {
        assert!(!says_unsettled(&normalise(text)), "{text}");
    }
}

#[test]
fn a_no_that_says_that_nothing_helped_is_told_from_one_that_only_refuses() {
    for text in [
        "الموضوع ما انحل",
        "ما انحلت مشكلتي",
        "رجعت لكم، الموضوع ما انحل",
        "لا ما فاد",
        "ما استفدت شي",
        "مفيش فايدة",
        "لسه نفس المشكله",
        "متحلتش المشكله",
        "ما تصلحاتش",
        "mat7alletsh",
        "ma fad",
        "the problem is not solved",
        "it did not help",
        "no, still not working",
    ] {
        assert!(says_unhelped(&normalise(text)), "{text}");
    }
    for text in
        ["لا", "لا والله", "مو الحين", "لا شكرا", "no", "no not now", "not really", "la", "mesh da"]
    {
        assert!(!says_unhelped(&normalise(text)), "{text}");
    }
}

#[test]
fn a_need_beside_a_greeting_is_no_social_act() {
    for text in [
        "hello where is my order",
        "السلام عليكم وين طلبي",
        "thanks but it still does not work",
        "ok how much is it",
        "order",
        "12345",
        "",
        "good",
        "thank you card",
        "موجود؟",
        "is it still here",
        "my order is still not here",
        "الطلب موجود",
    ] {
        let found = act(text);
        assert!(found.is_none() || text == "good", "{text}: {found:?}");
    }
}

#[test]
fn a_short_yes_and_a_short_no_are_told_apart() {
    let yes = [
        "yes",
        "Yes please",
        "yep",
        "ايه",
        "اي نعم",
        "نعم",
        "ايوه",
        "ايوا",
        "اه",
        "تم",
        "تم الحل",
        "aywa",
        "na3am",
        "yes it is solved",
        "انحلت شكرا",
        "it works now",
        "صح",
        "اكيد",
        "yeah thanks",
        "ok",
        "تمام",
        "واه",
        "اجل",
        "sure",
        "solved",
        "اتحلت",
    ];
    let no = [
        "no",
        "nope",
        "لا",
        "لأ",
        "لا ما انحلت",
        "لسه",
        "لسا ما انحلت",
        "not yet",
        "no it isn't",
        "still not working",
        "la2",
        "كلا",
        "ما انحلت",
        "لا للحين",
        "no it's not solved",
        "لا ما انحلت للحين",
        "no, it's still not solved",
        "مو محلوله",
        "not solved",
        "متحلتش",
        "لا لا",
    ];
    for text in yes {
        assert!(affirm(&normalise(text)), "{text} is a yes");
        assert!(!deny(&normalise(text)), "{text} is not a no");
    }
    for text in no {
        assert!(deny(&normalise(text)), "{text} is a no");
        assert!(!affirm(&normalise(text)), "{text} is not a yes");
    }
    let enough = [
        "no thanks",
        "No, thank you!",
        "nope thanks",
        "no that's all",
        "no I'm good",
        "nothing, thanks",
        "لا شكرا",
        "لا شكراً",
        "لا، مشكور",
        "لا يعطيك العافية",
        "لا تسلم",
        "لا خلاص شكرا",
        "لا ما ابغى شي",
        "لا ولا شي",
        "شكرا لا",
        "la shukran",
    ];
    for text in enough {
        assert!(decline(&normalise(text)), "{text} takes leave");
        assert!(!affirm(&normalise(text)), "{text} is not a yes");
    }
    for text in no.iter().chain(&yes) {
        assert!(!decline(&normalise(text)), "{text} takes no leave");
    }
    for text in ["no my order is 123", "نعم اريد رقم الطلب", "", "??", "note"] {
        assert!(!affirm(&normalise(text)) && !deny(&normalise(text)), "{text}");
    }
}

fn lists() -> [(&'static str, &'static PhraseList); 5] {
    [
        ("greeting", &lists::GREETING),
        ("thanks", &lists::THANKS),
        ("goodbye", &lists::GOODBYE),
        ("acknowledgement", &lists::ACKNOWLEDGEMENT),
        ("attention", &lists::ATTENTION),
    ]
}

#[test]
fn a_phrase_stands_in_one_list_only() {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, list) in lists() {
        list.all().into_iter().for_each(|phrase| all.entry(phrase).or_default().push(name));
    }
    all.retain(|_, names| names.len() > 1);
    assert!(all.is_empty(), "{all:#?}");
}

/// Detectors look away from pleasantries, so none of them may be a cry for help.
#[test]
fn no_pleasantry_is_a_cry_for_help() {
    let rules = crate::config::load(Path::new("config")).1.rules.unwrap();
    let mut cries = Vec::new();
    for phrase in lists().iter().flat_map(|(_, list)| list.all()) {
        let n = normalise(&phrase);
        let (variety, at) = (variety_of(&n), Timestamp::ZERO);
        let said = Utterance { text: &phrase, normalised: &n, variety, social: None, at };
        let found = assess(&rules.detectors, &said, &Window::default());
        let Some(fired) = found.fired.filter(|it| it.reason == SignalKind::Emergency) else {
            continue;
        };
        // What was learnt knows a few short words by chance alone; the lists say what is meant.
        if fired.evidence.iter().any(|it| it.what != "emergency.learnt") {
            cries.push(phrase);
        }
    }
    assert!(cries.is_empty(), "{cries:?}");
}

#[test]
fn a_choice_is_taken_by_its_place() {
    let rows: [(Option<usize>, &[&str]); 4] = [
        (
            Some(0),
            &["the first one", "yes the first one please", "الأولى", "اول واحد لو سمحت", "el awal"],
        ),
        (
            Some(1),
            &[
                "2",
                "the second",
                "no, the second one",
                "I mean number two",
                "الثانية",
                "التاني",
                "ابي الثاني",
            ],
        ),
        (Some(LAST), &["the last one", "الأخير", "اخر واحد"]),
        // Something else is said of it, or it is no place at all.
        (
            None,
            &[
                "the second parcel is late",
                "one",
                "first I want to know the price",
                "الطلب الثاني ما وصل",
                "اول مرة",
            ],
        ),
    ];
    for (place, texts) in rows {
        for text in texts {
            assert_eq!(pick(&normalise(text)), place, "{text}");
        }
    }
}

#[test]
fn a_change_of_mind_and_more_to_come_are_whole_messages() {
    for text in [
        "actually no, keep it",
        "لا خلاص بخليها",
        "لا استنى",
        "never mind",
        "la khalas",
        "لا صافي",
        "غيرت رأيي",
    ] {
        assert!(changes_mind(&normalise(text)), "{text}");
    }
    for text in ["keep it cold", "خلاص وصل الطلب", "no", "لا", "cancel it"] {
        assert!(!changes_mind(&normalise(text)), "{text}");
    }
    for text in [
        "yes one more thing",
        "لا باقي شي",
        "ايوه في حاجة تانية",
        "one more question please",
        "عندي سؤال ثاني",
    ] {
        assert!(has_more(&normalise(text)), "{text}");
    }
    for text in ["yes", "one more shirt", "باقي شي ما وصل", "something else is broken"] {
        assert!(!has_more(&normalise(text)), "{text}");
    }
}
