//! Who asks for a person, and who only speaks of people.

use super::*;

/// What the words mean for a wait, and whether a person is asked for in them.
fn withdrawal(text: &str) -> (Option<Withdrawal>, bool) {
    let assessment = assessed(text, &Window::default(), Timestamp::from_millis(1));
    let asks = is_over(&assessment, SignalKind::HumanRequest);
    (assessment.withdrawal, asks)
}

#[test]
fn the_wish_for_a_person_can_be_taken_back_in_every_variety() {
    let wrong = |clarity: Withdrawal, texts: &[&str]| -> Vec<String> {
        let found = texts.iter().map(|text| (text, withdrawal(text)));
        let wrong = found.filter(|(_, found)| *found != (Some(clarity), false));
        wrong.map(|(text, found)| format!("{text}: {found:?} instead of {clarity:?}")).collect()
    };
    let mut all = wrong(Withdrawal::Clear, CLEAR);
    all.extend(wrong(Withdrawal::Perhaps, PERHAPS));
    let kept = KEPT.iter().filter(|text| withdrawal(text).0 == Some(Withdrawal::Clear));
    all.extend(kept.map(|text| format!("{text}: takes nothing back")));
    assert!(all.is_empty(), "{}", all.join("\n"));
}

const CLEAR: &[&str] = &[
    "never mind, I don't need an agent anymore",
    "I don't want to talk to a human anymore",
    "no agent any more",
    "I no longer need a representative",
    "cancel my request for an agent",
    "stop looking for an agent please",
    "forget the agent",
    "ما عاد ابي موظف",
    "خلاص ما احتاج موظف",
    "ما عاد أحتاج موظف",
    "ما أبغى موظف خلاص",
    "لم أعد أريد التحدث مع موظف",
    "مش عايز موظف خلاص",
    "ما بدي موظف",
    "الغ طلب الموظف",
    "ma 3ad abi mowazaf",
];

const PERHAPS: &[&str] = &[
    "never mind",
    "nvm",
    "forget it",
    "it is solved now",
    "I found it, thanks",
    "خلاص ما يهم",
    "انحلت المشكلة الحمد لله",
    "غيرت رأيي",
];

const KEPT: &[&str] = &[
    "I don't need an agent who knows nothing, I want the manager",
    "I don't want a bot, I want a human",
    "ما ابي روبوت ابي موظف",
    "it is not solved",
    "it came broken",
    "ما وصل",
    "ما انحلت المشكلة",
    "cancel my order",
    "الغ طلبي",
    "why do I not get an agent?",
];

#[test]
fn a_wish_for_a_person_fires() {
    check(SignalKind::HumanRequest, FIRES, &[]);
}

#[test]
fn speaking_of_people_stays_quiet() {
    check(SignalKind::HumanRequest, &[], QUIET);
}

const FIRES: &[&str] = &[
    // English words in Arabic letters
    "ابغى اكلم ايجنت",
    "كستمر سيرفس",
    "حولني على المانجر",
    // English
    "Can I speak to a real person please?",
    "I want a person",
    "agent",
    "I'd rather deal with a human",
    "get me someone who can actually help",
    "is there anybody I can talk to",
    "put me through to customer service",
    "I want to speak with your manager",
    "transfer me to an agent",
    "stop, I don't want to talk to a bot",
    "let me talk to someone from support",
    "can you connect me with a representative",
    "No, I want an agent",
    "human please!!",
    "why can't I just talk to a person?",
    "speak to humn",
    "need live agnet",
    "is there somebody else I can talk to",
    "في حدا تاني احكي معه؟",
    "have someone call me",
    "Could you hand me over to a colleague? I need a human",
    // Standard Arabic
    "أريد التحدث مع موظف",
    "هل يمكنني التحدث إلى شخص حقيقي؟",
    "أرغب في التواصل مع خدمة العملاء",
    "حوّلني إلى موظف من فضلك",
    "لا أريد التحدث مع روبوت",
    "أحتاج إلى مساعدة من موظف بشري",
    "موظف",
    "أريد أن أكلم المسؤول",
    // Gulf
    "ابغى اكلم موظف",
    "ابي احد يكلمني",
    "ودي اتكلم مع خدمة العملاء",
    "حولوني على موظف لو سمحتوا",
    "عطني واحد فاهم اكلمه",
    "تكفى ابي موظف الحين",
    "ما ابغى روبوت ابغى موظف",
    "وين الموظفين؟ ابي احد يرد علي",
    "خلني اكلم انسان",
    "ابغى اكلم احد من عندكم",
    // Egyptian
    "عايز اكلم حد من خدمة العملاء",
    "ممكن اكلم موظف لو سمحت",
    "عاوزة حد يكلمني",
    "وصلني بخدمة العملاء",
    "مش عايز اكلم بوت عايز بني ادم",
    "فين الموظفين عايز حد يرد عليا",
    "هاتلي المدير",
    "حولني لحد مسؤول",
    // Levantine
    "بدي احكي مع موظف",
    "بدي حدا يحكي معي",
    "فيني احكي مع حدا؟",
    "حوّلني لموظف بليز",
    "بدنا نحكي مع المدير",
    "خليني احكي مع بني ادم",
    "ما بدي بوت، بدي شخص حقيقي",
    // Arabizi and mixed
    "abgha akallem mowathaf",
    "3ayez akalem 7ad men khedmet el 3omala",
    "bedi e7ki ma3 muwazzaf",
    "momken akalem agent",
    "7awelni 3ala mowazaf",
    "badi 7ada ye7ki ma3i",
    "ابي agent",
    "عايز اكلم customer service",
    "ابغى اكلم human بليز",
    // Somebody else, or whoever is there
    "can you loop in one of your colleagues",
    "i need to get hold of somebody in sales",
    "get me off this robot",
    "فين الناس اللي بترد هنا",
    "عايز حد يكلمني",
    "مافي غيرك هون؟",
    "بدي ست تحكي معي",
    "كيف أصل إلى موظف",
    "خلي مديركم يتصل بي",
    "بدي مين يسمعني",
    "wein el nas 3andkon",
    "mafi bashar hon?",
    "khalli zmilak yerod 3alay",
];

const QUIET: &[&str] = &[
    // What we are, and what we speak
    "is this a real person?",
    "am I talking to a real person",
    "هل أنا أكلم شخص حقيقي؟",
    "انا بكلم حد حقيقي ولا روبوت",
    "talk to me in arabic",
    "كلمني انجليزي",
    // Somebody or one of something in a report, a limit, a number of one's own
    "I made a transfer to someone yesterday and it is not there",
    "how do I add one of your gift cards to my account?",
    "how do I get hold of a new invoice?",
    "the red and the blue one, can I get them both?",
    "is it possible for a person who lives in Oman to order?",
    "إذا أرسل لي أحدهم هدية فهل أدفع رسوما؟",
    "هل هناك حد أعلى للطلب؟",
    "أريد تغيير رقم التعريف الشخصي على الفور",
    "طلبت ثلاث قطع ووصلني واحد من الأغراض بس",
    "شو بعمل إذا حدا تاني استخدم حسابي؟",
    "يمكن في حدا تاني عم يستعمل حسابي",
    // English words in Arabic letters
    "باروكة هيومن هير",
    "كم سعر الهيومن هير",
    // English
    "I don't want an agent, just tell me the price",
    "no need for a human, thanks, where is my order",
    "do you sell human hair wigs?",
    "what is the agent commission",
    "how do I become a delivery agent",
    "how many people fit in this tent",
    "can I send a gift to another person",
    "customer service number",
    "what are your call center hours",
    "one person tent price",
    "executive chair in black",
    "I need a password manager",
    "is the ticket per person",
    "my manager needs an invoice",
    "where is my order",
    "can I talk about my order",
    "hello",
    "what if someone else opens my parcel",
    // Standard Arabic
    "لا أريد التحدث مع موظف",
    "هل أنتم وكيل معتمد لسامسونج؟",
    "ما هي ساعات عمل خدمة العملاء",
    "رقم خدمة العملاء",
    "هل يمكنني إرسال الهدية لشخص آخر",
    "كيف أحول المبلغ إلى حسابي",
    "هل عندكم وظيفة موظف مبيعات",
    "كرسي مدير مكتب",
    // Gulf
    "ما ابغى موظف بس ابي اعرف السعر",
    "وكيل سيارات عندكم؟",
    "ابغى ارجع احد الطلبات",
    "ابي شعر بشري طبيعي",
    "متى يوصلني المندوب",
    // Egyptian
    "مش عايز اكلم حد عايز اعرف السعر بس",
    "مش محتاج موظف",
    "عايز ارجع واحد من الاتنين",
    "في خصم للموظفين؟",
    // Levantine
    "ما بدي موظف",
    "بدي واحد لون اسود",
    "بدي احكي عن طلبي",
    // Arabizi
    "mesh 3ayez mowazaf",
    "wen talabi",
    "abgha a3raf el se3r",
    "bedi wa7ed aswad",
    // People, and nobody of them wanted
    "how do i hold of my order",
    "what do people say about this shop",
    "وين الناس بتستلم الطلبات بالعادة",
];

#[test]
fn a_wish_in_so_many_words_wins_over_what_was_said_before_it() {
    let lost = INSISTS.iter().map(|text| (text, withdrawal(text)));
    let lost: Vec<String> =
        lost.filter(|(_, found)| *found != (None, true)).map(|it| format!("{it:?}")).collect();
    let kept = NO_WISH.iter().filter(|text| withdrawal(text).1);
    let all: Vec<String> =
        lost.into_iter().chain(kept.map(|text| format!("{text}: asks"))).collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

const INSISTS: &[&str] = &[
    // English
    "no, I want a human",
    "no, need a human",
    "no thanks, I want an agent",
    "no thanks i want an agent",
    "dont understand want a human",
    "i dont know, need an agent",
    "it did not help, I want a person",
    "not helpful, need an agent",
    "without bot i want a human",
    "thanks i want an agent",
    "thank you but no, can I talk to a person",
    // Standard Arabic
    "لا، أريد موظفا",
    "ما نفع، أريد موظف",
    "بدون روبوت أريد موظف",
    "خلاص لا، أريد أن أتحدث إلى موظف",
    // Gulf
    "لا، ابي موظف",
    "لا ابي موظف",
    "لا ابغى موظف",
    "لا شكرا، ابي موظف",
    "ما فادني ابي موظف",
    "ما استفدت ابي اكلم موظف",
    "لا ابي احد يرد علي",
    "شكرا ابي موظف",
    // Egyptian
    "لا، عايز اكلم حد",
    "لا مش كده عايز موظف",
    "مش نافع عايز موظف",
    "بلاش روبوت عايز موظف",
    // Levantine
    "لا، بدي موظف",
    "ما زبط بدي موظف",
    "بلا بوت بدي موظف",
    // Maghrebi
    "لا، بغيت موظف",
    "ما نفعنيش بغيت نهضر مع موظف",
    // Arabizi
    "la abi mowazaf",
    "ma fad abi mowazaf",
    "mesh nafe3 3ayez akallem mowazaf",
    "la, beddi e7ki ma3 mowazaf",
    "mesh 3ayez robot 3ayez mowazaf",
];

const NO_WISH: &[&str] = &[
    "no, I don't want an agent",
    "no i dont want an agent",
    "no I don't need a human",
    "I no longer need to talk to a person",
    "i dont think i need an agent",
    "no need for an agent",
    "thanks for the great agent",
    "I want the customer service number",
    "لا، لا أريد موظفا",
    "لا أريد أن أتحدث مع موظف",
    "لست بحاجة إلى موظف",
    "لم أعد أريد موظفا",
    "لا، ما ابي موظف",
    "لا ماني محتاج موظف",
    "لا مش عايز موظف",
    "لا مش عايز اكلم حد",
    "لا ما بدي موظف",
    "لا مابغيتش نهضر مع موظف",
    "شكرا للموظف",
    "la ma abi mowazaf",
    "mesh 3ayez akallem 7ad",
    "ma baddi e7ki ma3 mowazaf",
];

#[test]
fn no_i_want_one_without_its_comma_is_asked_about_and_never_acted_upon() {
    assert_eq!(withdrawal("لا أريد موظفا"), (Some(Withdrawal::Perhaps), false));
    assert_eq!(withdrawal("لا أريد موظفا بعد الآن"), (Some(Withdrawal::Clear), false));
}
