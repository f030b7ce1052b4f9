//! What is refused, what is wanted beside it, and the many a "not" that refuses nothing.

use crate::domain::bot::matcher::Verdict;
use crate::domain::detectors::Window;
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::path::Path;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> =
    LazyLock::new(|| crate::config::load(Path::new("config")).1.rules.unwrap());

fn read(text: &str) -> Reading {
    reading::read(&RULES, text, &Window::default(), Timestamp::from_millis(1))
}

/// Nothing but what is not wanted.
const REFUSED: [&str; 24] = [
    "I don't want to cancel my order",
    "I do not want to return the shoes",
    "please don't cancel my order",
    "I did not ask for a refund",
    "I never asked to delete my account",
    "we don't want to exchange it",
    "I am not trying to cancel my order",
    "ما ابي الغي الطلب",
    "مابي الغي طلبي",
    "ما ابغى ارجع المنتج",
    "ما طلبت استرجاع",
    "مش عايز ارجع المنتج",
    "مش عاوزة الغي الاوردر",
    "انا معملتش طلب استرجاع",
    "ما بدي استرجاع",
    "ما بدي الغي الطلب",
    "لا أريد إلغاء حسابي",
    "لا اريد حذف حسابي",
    "لم أطلب استرداد المبلغ",
    "لا تلغي طلبي",
    "ما بغيتش نلغي الطلب",
    "ma abi alghi el talab",
    "mish 3ayez arga3 el montag",
    "ma bedi el8i el talab",
];

/// What is not wanted, and what is.
const WANTED: [(&str, &str); 10] = [
    ("change_address", "I don't want to cancel, just change the address"),
    ("change_address", "I don't want to cancel my order but I want to change the delivery address"),
    ("change_address", "can I change the delivery address without cancelling my order"),
    ("change_address", "ما ابي الغي، ابي اغير العنوان"),
    ("change_address", "ما ابي الغي الطلب ابي اغير العنوان"),
    ("change_address", "مش عايز الغي الاوردر عايز اغير العنوان"),
    ("change_address", "ما بدي الغي الطلب بس بدي غير العنوان"),
    ("change_address", "لا أريد إلغاء الطلب، أريد تغيير العنوان"),
    ("change_address", "ابي اغير العنوان بدون ما الغي الطلب"),
    ("order_status", "I don't want to return it, I want to know where my order is"),
];

/// A "not" that refuses nothing.
const NO_REFUSAL: [&str; 30] = [
    "my order has not arrived",
    "I can't log in",
    "why don't you want to refund me",
    "I don't want to wait any more for my order",
    "don't you have gift cards",
    "I don't want your marketing emails",
    "I don't know how to cancel my order",
    "I didn't get my refund",
    "I don't want this order any more",
    "you did not refund me",
    "I don't need the parcel any more",
    "I want to cancel because I don't want to pay for delivery",
    "can I return it without a receipt",
    "ما وصل طلبي",
    "ما يفتح التطبيق",
    "ما عندكم توصيل للرياض",
    "ليش ما تبون ترجعون فلوسي",
    "ما ابي انتظر طلبي اكثر",
    "ما ابي رسائلكم الترويجية",
    "مش عارف الغي الطلب",
    "ما اقدر الغي الطلب",
    "ما بعرف كيف رجع المنتج",
    "لم يصل طلبي",
    "لا أستطيع إلغاء الطلب",
    "ما رجعتوا فلوسي",
    "مش عايز الطلب ده خلاص",
    "لا يفتح التطبيق",
    "لا اقصد حساب التوفير",
    "هيدا رقم الحوالة متل ما طلبت",
    "i no longer want my reservation for five cancel it please",
];

#[test]
fn what_is_refused_is_not_answered_and_asked_back() {
    let answered: Vec<_> = REFUSED
        .iter()
        .map(|text| (text, read(text)))
        .filter(|(_, read)| read.refused.is_none() || read.matched.verdict != Verdict::Unknown)
        .map(|(text, read)| (text, read.matched.verdict, read.assessment.refusals))
        .collect();
    assert!(answered.is_empty(), "{answered:#?}");
}

#[test]
fn what_is_wanted_beside_it_is_answered() {
    let missed: Vec<_> = WANTED
        .iter()
        .map(|(entry, text)| (entry, text, read(text)))
        .filter(|(entry, _, read)| {
            !matches!(&read.matched.verdict, Verdict::Sure(it) if it.as_str() == **entry)
        })
        .map(|(_, text, read)| (text, read.matched.verdict, read.assessment.refusals))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_not_that_is_what_the_message_is_about_refuses_nothing() {
    let refused: Vec<_> = NO_REFUSAL
        .iter()
        .map(|text| (text, read(text).refused))
        .filter(|(_, refused)| refused.is_some())
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn evidence_of_what_is_wanted_points_at_its_words() {
    let text = "I don't want to cancel, just change the address";
    let reading = read(text);
    let said: Vec<&str> = reading.matched.evidence.iter().map(|one| one.span.of(text)).collect();
    assert!(said.contains(&"address") && !said.contains(&"cancel"), "{said:?}");
    let grounds = reading::grounds(&RULES, text, &reading);
    let spans = grounds.iter().flat_map(|it| &it.clues).flat_map(|it| &it.spans);
    let said: Vec<&str> = spans.map(|span| span.of(text)).collect();
    assert!(said.contains(&"address") && !said.contains(&"cancel"), "{said:?}");
}
