//! Who is lost, and who only asks what an answer can tell.

use super::*;

#[test]
fn being_lost_fires() {
    check(SignalKind::Confusion, FIRES, &[]);
}

#[test]
fn plain_questions_stay_quiet() {
    check(SignalKind::Confusion, &[], QUIET);
}

const FIRES: &[&str] = &[
    // English
    "I don't understand",
    "what do you mean?",
    "I'm so confused",
    "sorry, I didn't get that",
    "huh?",
    "that makes no sense",
    "can you explain that again",
    "I have no idea what to do",
    "I'm lost",
    "I don't know which option to choose",
    "not clear to me",
    "what am I supposed to do now",
    "can you repeat please",
    "I don't know what to click",
    "this is too complicated",
    "what does that mean?",
    // Standard Arabic
    "لم أفهم",
    "ماذا تقصد؟",
    "أنا محتار",
    "هل يمكنك التوضيح أكثر",
    "كلامك غير واضح",
    "لا أعرف ماذا أختار",
    "أعد من فضلك",
    "لا أفهم ما تقول",
    // Gulf
    "ما فهمت",
    "وش تقصد",
    "مو فاهم شي",
    "وضح اكثر لو سمحت",
    "ضايع والله ما ادري وش اسوي",
    "ايش يعني",
    "مب فاهم",
    "مدري وش اختار",
    // Egyptian
    "مش فاهم حاجة",
    "قصدك ايه",
    "انا متلخبط",
    "مفهمتش",
    "يعني ايه",
    "مش عارف اعمل ايه",
    "ممكن تفهمني تاني",
    "مش واضح",
    // Levantine
    "مو فاهم عليك",
    "شو قصدك",
    "ما فهمت شي",
    "ما عم افهم",
    "مش عارف شو اعمل",
    "احترت",
    "شو يعني؟",
    "وضحلي اكتر",
    // Arabizi
    "mesh fahem",
    "ma fhemt",
    "mo fahem shay",
    "shu asdak",
    "2asdak eh",
    "esh ta2sod",
    "mafhemtesh",
    "ana metlakhbat",
    "mesh 3aref a3mel eh",
];

const QUIET: &[&str] = &[
    // English
    "I lost my card",
    "I'm not confused at all",
    "I don't understand why I was charged twice",
    "what does the warranty cover",
    "how do I return an item",
    "what should I do to change my address?",
    "can you explain the fees",
    "I want to repeat my last order",
    "I don't know when my order arrives",
    "do you know where my order is",
    "what is a pending payment",
    "where is my order",
    "lost and found",
    "is it complicated to return?",
    // Standard Arabic
    "أين طلبي",
    "فقدت بطاقتي",
    "كيف أرجع المنتج؟",
    "ماذا علي أن أفعل لتغيير العنوان؟",
    "ما معنى الدفع عند الاستلام",
    "هل تشرح لي الفرق بين الباقتين",
    // Gulf
    "كيف ارجع الطلب",
    "وش الفرق بين الاثنين",
    "ضاع طلبي",
    "وش لازم اسوي عشان ارجع المنتج",
    // Egyptian
    "ازاي ارجع المنتج",
    "ايه الفرق بينهم",
    "مش عارف ليه الاوردر اتأخر",
    // Levantine
    "كيف بدي رجع الغرض",
    "شو الفرق بيناتهن",
    "شو لازم اعمل لغير العنوان",
    // Arabizi
    "ezay araga3 el order",
    "shu el far2 benhom",
    "keef a3mel return",
    // Where to go and how to do one thing have answers
    "not sure how to cancel my order",
    "where do i go to return a parcel?",
    "where is the option to pay by card",
    "which ones are available in black?",
    "وين أروح لأستلم طلبي؟",
    "بدي أرجع غرض، وين أروح؟",
    "من وين وصل هذا المبلغ",
    "ممكن تفهمني ليش تأخر الطلب",
    "تلخبطت وكتبت عنوان قديم",
    "أنا من الرياض وأسافر كثيرا",
    "جربت كذا مرة أفتح التطبيق",
    "ممكن إعادة إرسال الفاتورة من فضلك",
];
