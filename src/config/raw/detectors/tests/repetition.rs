//! Who says that they say it again. Needs said again without saying so are tried in
//! `conversation`.

use super::*;

#[test]
fn saying_that_one_repeats_oneself_fires() {
    check(SignalKind::Repetition, FIRES, &[]);
}

#[test]
fn speaking_of_again_and_same_stays_quiet() {
    check(SignalKind::Repetition, &[], QUIET);
}

const FIRES: &[&str] = &[
    // English
    "I already told you my order number",
    "as I said, it has not arrived",
    "you keep giving me the same answer",
    "same answer again!",
    "do I have to repeat everything again?",
    "for the third time, where is it",
    "I just told you",
    "how many times must I say it",
    "stop repeating yourself",
    "once again: my parcel is lost",
    // Arabic
    "لقد قلت لك من قبل",
    "كما ذكرت لك سابقا",
    "نفس الرد كل مرة",
    "للمرة الثالثة أسألك أين طلبي",
    "قلت لك الطلب ما وصل",
    "كم مرة اقول لك",
    "نفس الكلام",
    "تكرر نفس الكلام",
    "قلتلك قبل كده",
    "كام مرة هقول",
    "حكيتلك من قبل",
    "كم مرة لازم اعيد",
    "عم تكرر نفس الحكي",
    "اقرا كلامي فوق",
    // Arabizi
    "2oltelak abl keda",
    "nafs el rad",
    "gelt lak",
    "kam marra a2ool",
    "7akitlak",
];

const QUIET: &[&str] = &[
    "I want to order the same shirt again",
    "same day delivery?",
    "can I repeat my order",
    "I already paid",
    "my card was declined again",
    "is it the same price",
    "I was charged for the same thing twice",
    "he told me about your shop",
    "try again later?",
    "two of the same please",
    "أريد نفس المقاس",
    "نفس العنوان السابق",
    "هل يمكنني الطلب مرة أخرى",
    "ابغى اطلب نفس الطلب",
    "وصلني نفس اللون",
    "عايز نفس الموديل",
    "تم خصم نفس المبلغ",
    "بدي نفس اللي طلبته اختي",
    "ممكن مرة تانية؟",
    "دفعت قبل",
    "nafs el size",
    "nafs el loon",
    "order tani law sama7t",
    "3ayez nafs el model",
    "طلبت منكم من قبل وكان ممتاز",
];
