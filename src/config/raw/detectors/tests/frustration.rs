//! Who has lost patience, mostly without an angry word, and who only asks or reports.

use super::*;
use crate::domain::detectors::Levels;

#[test]
fn lost_patience_fires() {
    check(SignalKind::Frustration, FIRES, &[]);
}

#[test]
fn questions_and_reports_stay_quiet() {
    check(SignalKind::Frustration, &[], QUIET);
}

#[test]
fn an_angry_face_alone_is_a_hint_and_a_second_one_is_enough() {
    let after = |levels: Levels, text: &str| {
        let window = Window { levels, ..Window::default() };
        assessed(text, &window, Timestamp::from_millis(1))
    };
    let first = after(Levels::default(), "😡😡😡");
    assert!(first.fired.is_none() && first.levels.get(SignalKind::Frustration) > 0.0);
    let second = after(first.levels.clone(), "🤬").fired.map(|fired| fired.reason);
    assert_eq!(second, Some(SignalKind::Frustration));
    let complaint = after(first.levels, "you promised it for today").fired;
    assert_eq!(complaint.map(|fired| fired.reason), Some(SignalKind::Frustration));
    let calm = after(Levels::default(), "🙏").levels;
    assert!(calm.is_empty());
}

const FIRES: &[&str] = &[
    // Faces, and answers that are refused
    "وين طلبي 🤬",
    "stop giving me links",
    "لا ترسل لي روابط",
    // English
    "what is the point of this chat?",
    "ما يصير هيك",
    "this is ridiculous",
    "You promised Tuesday and it is Friday",
    "every day you tell me tomorrow",
    "worst service ever",
    "nobody ever answers me",
    "I've been waiting three weeks and nobody has replied to me",
    "I am so angry right now",
    "how many times do I have to explain this",
    "you keep saying tomorrow",
    "I'm fed up with you",
    "what a waste of my time",
    "I will never order from you again",
    "this is the third time I contact you",
    "you people are useless",
    "are you kidding me?",
    "I want to file a complaint",
    "my agent said 2 days but still nothing arrived",
    "your support is pathetic",
    "stop ignoring me",
    "all I get are excuses",
    // Standard Arabic
    "خدمة سيئة جدا",
    "هذا غير مقبول",
    "لا أحد يرد على رسائلي",
    "وعدتموني بالتوصيل أمس ولم يصل شيء",
    "إلى متى أنتظر؟ لقد سئمت",
    "أسوأ تجربة مررت بها",
    "أريد تقديم شكوى",
    "أنا غاضب جدا منكم",
    "ضيعتم وقتي",
    // Gulf
    "كل يوم تقولون بكرة",
    "محد يرد علي",
    "طفشت منكم",
    "لمتى وانا انتظر وما احد معبرني",
    "صار لي اسبوعين وانا انتظر ومحد رد",
    "قلتوا يوصل امس وللحين ما وصل",
    "خدمتكم زفت",
    "والله قهرتوني",
    "حسبي الله عليكم",
    "تستهبلون؟",
    "اخر مره اطلب منكم",
    // Egyptian
    "زهقت من كتر ما بكلمكم",
    "محدش بيرد عليا",
    "كل يوم تقولولي بكره",
    "ايه القرف ده",
    "حرام عليكم بقالي شهر مستني",
    "انتوا بتستهبلوا",
    "خدمة زبالة",
    "قلتولي النهارده ولسه موصلش",
    "دي مهزلة",
    "هشتكيكم لحماية المستهلك",
    // Levantine
    "كل يوم بتقولوا بكرا",
    "ما حدا عم يرد علي",
    "شو هالمسخرة",
    "زهقت وانا ناطر",
    "طلعتوا روحي",
    "عم تضحكوا علينا؟",
    "صرلي اسبوعين ناطر وما حدا سأل فيي",
    "خلص بكفي تعبت منكن",
    // Arabizi and mixed
    "kol yom t2oloon bokra",
    "ma7adesh byrod 3alaya",
    "zehe2t menkom",
    "eh el araf dah",
    "khedma zbala",
    "sarli osbo3en nater w ma 7ada rad",
    "ma7ad yrod 3alay",
    "خدمتكم very bad",
    // Again and again
    "at this point i want my money and nothing else",
    "المرة الثالثة تغلطون بالطلب",
    "هذه المرة الثانية تتأخرون",
    "this is the 3rd email and nobody cares",
    "شو آخرتها معكم",
];

const QUIET: &[&str] = &[
    // Dying of laughter or hunger, and of nothing that we did
    "هموت من الضحك",
    "هموت من الجوع",
    "what is the point of verifying my number?",
    "ممكن تجمدوا البطاقة عشان ما يصير هيك مع غيري؟",
    // Words that also stand in plain reports
    "my new card had not arrived at this point",
    "لم أتحمل أبدا رسوم دفع بالبطاقة من قبل",
    "راجعت رقم الحساب عدة مرات للتأكد",
    "بطاقتي راح تشتغل في كل مواقع التجارة؟",
    // English
    "I'm not angry, just asking",
    "where is my order",
    "my order is late, when will it come?",
    "I still haven't received my card",
    "I have been waiting for two weeks for my card",
    "mad deals this week!",
    "do you have the angry birds toy",
    "how many times can I use the coupon",
    "how much longer until delivery",
    "is the weather bad for delivery today?",
    "waste bin 20 litres",
    "the payment was declined again",
    "can I cancel my order",
    "not bad, thank you",
    "thanks for the help",
    // Standard Arabic
    "أين طلبي؟",
    "متى يصل الطلب؟",
    "طلبي متأخر، متى يصل؟",
    "لم أستلم البطاقة بعد",
    "لست غاضبا، أريد أن أفهم فقط",
    "كيس زبالة كبير",
    "كم مرة يمكنني استخدام القسيمة؟",
    // Gulf
    "متى يوصل طلبي",
    "ما وصلني الطلب",
    "طلبي تأخر شوي وين وصل",
    "مو زعلان بس ابي اعرف",
    "الجو زفت اليوم توصلون؟",
    // Egyptian
    "الاوردر اتأخر هو فين",
    "لسه ما استلمتش",
    "مش زعلان والله",
    "زهقت من لون موبايلي عندكم ايه",
    // Levantine
    "وين صار طلبي",
    "لسا ما وصل الطلب",
    "قديش بدو وقت ليوصل",
    // Arabizi
    "wen talabi",
    "lessa ma wesel el order",
    "emta yewsal el talab",
    // Tried, checked, charged and regretted: reports and questions
    "is it possible to offer me a voucher for my next order?",
    "what happens if my parcel still hasn't arrived after the holidays?",
    "nothing has happened yet, when does it start?",
    "راجعت بيانات العنوان مرتين وكلها صحيحة",
    "جربت الكود اكثر من مرة وما اشتغل",
    "المرة الاولى رفض الجهاز والمرة الثانية نجح",
    "لماذا الدفع بالتقسيط غير مقبول؟",
    "هل النظام معطل اليوم؟",
    "اشتريت جاكيت وندمت، كيف أرجعه",
    "بدفع اشي على التوصيل ولا مجاني؟",
    "كم مرة بقدر أغير العنوان؟",
    "الرصيد بيكفي للطلب؟",
];

#[test]
fn agents_are_shown_only_what_called_for_them_in_words_of_the_message() {
    let angry = assessed("this is terrible, you are useless", &Window::default(), Timestamp::ZERO);
    assert!(angry.signals.iter().any(|found| DETECTORS.is_shown(found, &angry.levels)));
    let mut after = Window { handoffs: 1, ..Window::default() };
    after.levels = angry.levels;
    for calm in ["yes", "please hurry", "thanks, it came"] {
        let read = assessed(calm, &after, Timestamp::ZERO);
        let shown = read.signals.iter().find(|found| DETECTORS.is_shown(found, &read.levels));
        assert_eq!(shown, None, "{calm}");
    }
}
