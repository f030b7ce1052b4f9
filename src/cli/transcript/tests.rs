//! What each reader is shown of an event, in both languages, on plain terminals and on rich ones.

use super::*;
use crate::grpc::pb;

fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText { text: text.to_owned(), ..LocalizedText::default() })
}

fn by(party: Party, name: &str, body: Body) -> Event {
    let author = Participant { party: party.into(), name: name.to_owned(), ..Default::default() };
    Event { author: Some(author), body: Some(body), ..Event::default() }
}

fn said(party: Party, name: &str, words: &str, choices: &[&str]) -> Event {
    let choices = choices.iter().map(|title| Choice { id: "id".into(), title: text(title) });
    let message =
        MessageSent { text: text(words), choices: choices.collect(), ..Default::default() };
    by(party, name, Body::MessageSent(message))
}

fn check(reader: Reader, event: &Event, en: &[&str], ar: &[&str]) {
    for (language, expected) in [(Language::En, en), (Language::Ar, ar)] {
        let transcript = Transcript { look: Look::PLAIN, language, reader };
        assert_eq!(transcript.event(event), expected);
    }
}

#[test]
fn everybody_is_named_for_what_they_are() {
    let customer = Reader::Customer;
    let bot = said(Party::Bot, "", "hello", &[]);
    check(customer, &bot, &["Sanad (bot): hello"], &["سند (رد آلي): hello"]);
    let agent = said(Party::Agent, "سارة", "أهلاً\nكيف أساعدك؟", &[]);
    check(
        customer,
        &agent,
        &["سارة (agent): أهلاً", "كيف أساعدك؟"],
        &["سارة (موظف): أهلاً", "كيف أساعدك؟"],
    );
    let own = said(Party::Customer, "", "hi", &[]);
    check(customer, &own, &["You: hi"], &["أنت: hi"]);
    check(Reader::Staff, &own, &["Customer: hi"], &["العميل: hi"]);
}

#[test]
fn choices_are_numbered() {
    let event = said(Party::Bot, "Sanad", "Which?", &["Order", "Refund"]);
    let lines = ["Sanad (bot): Which?", "1. Order", "2. Refund"];
    let ar = ["Sanad (رد آلي): Which?", "1. Order", "2. Refund"];
    check(Reader::Customer, &event, &lines, &ar);
}

#[test]
fn notices_come_in_the_servers_words() {
    let notice = pb::Notice { key: "greeting".into(), text: text("You are 2nd.") };
    let event = by(Party::System, "", Body::Notice(notice));
    check(Reader::Customer, &event, &["* You are 2nd."], &["* You are 2nd."]);
}

#[test]
fn what_lies_behind_a_notice_is_for_staff() {
    let evidence = pb::Evidence { quote: "useless".into(), ..Default::default() };
    let signal = Signal {
        kind: pb::SignalKind::Frustration.into(),
        strength: 0.8,
        evidence: vec![evidence.clone(), evidence],
        ..Signal::default()
    };
    let raised = Body::SignalRaised(pb::SignalRaised { signals: vec![signal] });
    let event = by(Party::System, "", raised);
    let (en, ar) = ("* angry (80%): «useless»", "* غاضب (80%): «useless»");
    check(Reader::Staff, &event, &[en], &[ar]);
    check(Reader::Customer, &event, &[], &[]);
    let left = pb::AgentLeft { reason: pb::AgentLeftReason::Lost.into() };
    let event = by(Party::Agent, "Omar", Body::AgentLeft(left));
    let (en, ar) = ("* Omar (agent): the line was lost", "* Omar (موظف): انقطع الاتصال");
    check(Reader::Staff, &event, &[en], &[ar]);
}

#[test]
fn a_proposed_end_tells_the_customer_how_to_answer() {
    let body = Body::ResolutionProposed(pb::ResolutionProposed::default());
    check(Reader::Customer, &by(Party::Agent, "Sara", body.clone()), &[], &[]);
    for (language, hint) in [
        (Language::En, "* /yes if it is settled, /no if not"),
        (Language::Ar, "* اكتب /yes إن حُلّت أو /no إن لم تُحلّ"),
    ] {
        let reader = Reader::Customer;
        let transcript = Transcript { look: Look::PLAIN, language, reader };
        assert_eq!(transcript.hint(&body).as_deref(), Some(hint));
    }
}

#[test]
fn the_place_in_line_is_told_only_when_it_is_confirmed_and_with_its_reason() {
    let delay = Delay {
        reason: pb::DelayReason::OutsideHours.into(),
        opens_at: Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 }),
        opens_text: text("Friday 15 Jan, 11:00"),
    };
    let mut status = QueueStatus { position: 2, delay: Some(delay), ..Default::default() };
    let line = |language, status: &QueueStatus| {
        Transcript { look: Look::PLAIN, language, reader: Reader::Customer }.position(status)
    };
    let closed = "it is closed now, opens: Friday 15 Jan, 11:00";
    assert_eq!(line(Language::En, &status), "* asking for a person …");
    let degraded = Delay { reason: pb::DelayReason::SystemDegraded.into(), ..Default::default() };
    let not_yet = QueueStatus { delay: Some(degraded), ..Default::default() };
    for (language, told) in [
        (Language::En, "* asking for a person …: part of the system is disturbed; it keeps trying"),
        (Language::Ar, "* جارٍ طلب موظف …: في النظام خلل جزئي والمحاولة مستمرة"),
    ] {
        assert_eq!(line(language, &not_yet), told);
    }
    status.registered = true;
    assert_eq!(line(Language::En, &status), format!("* you are number 2 in line: {closed}"));
    status.delay = None;
    assert_eq!(line(Language::Ar, &status), "* رقمك في قائمة الانتظار 2");
    status.rise = pb::PositionRise::Emergencies.into();
    let further = "* you are number 2 in line (further back: somebody in danger goes before)";
    assert_eq!(line(Language::En, &status), further);
    assert_eq!(line(Language::Ar, &status), "* رقمك في قائمة الانتظار 2 (تأخر: تقدَّم من هو في خطر)");
}

#[test]
fn what_the_program_names_itself_is_told_in_the_readers_language() {
    let line = |language, body| {
        let look = Look::PLAIN;
        let transcript = Transcript { look, language, reader: Reader::Staff };
        transcript.event(&Event { body: Some(body), ..Default::default() }).concat()
    };
    let proposed = |disposition: &str| {
        let disposition = disposition.to_owned();
        Body::ResolutionProposed(pb::ResolutionProposed { disposition, ..Default::default() })
    };
    for (language, said, expected) in [
        (Language::Ar, "solved", "* سأل إن كان الأمر قد حُلّ (حُلّ)"),
        (Language::En, "solved", "* asked whether it is settled (solved)"),
        (Language::Ar, "استرداد", "* سأل إن كان الأمر قد حُلّ (استرداد)"),
    ] {
        assert_eq!(line(language, proposed(said)), expected);
    }
    let status = QueueStatus { registered: true, position: 2, ..Default::default() };
    let look = Look::PLAIN;
    for (language, expected) in [
        (Language::En, "* the customer is number 2 in line"),
        (Language::Ar, "* رقم العميل في قائمة الانتظار 2"),
    ] {
        let transcript = Transcript { look, language, reader: Reader::Staff };
        assert_eq!(transcript.position(&status), expected, "staff do not read \"you\"");
    }
}

#[test]
fn whoever_is_in_danger_reads_no_number_and_staff_do() {
    let delay = Delay { reason: pb::DelayReason::AgentsBusy.into(), ..Default::default() };
    let (delay, position) = (Some(delay), 9);
    let eta = Some(pb::Eta { unknown: pb::EtaUnknown::FewSamples.into(), ..Default::default() });
    let registered = true;
    let status =
        QueueStatus { registered, position, delay, eta, in_danger: true, ..Default::default() };
    let line =
        |language, reader| Transcript { look: Look::PLAIN, language, reader }.position(&status);
    for (language, first) in [
        (Language::En, "* you come before everyone who is not in danger · do not wait for it"),
        (Language::Ar, "* أنت قبل كل من ليس في خطر · لا تنتظر ذلك"),
    ] {
        let told = line(language, Reader::Customer);
        assert!(told.starts_with(first), "{told}");
        assert!(!told.contains('9'), "{told}");
        assert!(line(language, Reader::Staff).contains('9'));
    }
}

#[test]
fn a_moment_is_told_by_the_clock_of_the_terminal_which_is_named() {
    let at = prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 };
    let riyadh = TimeZone::get("Asia/Riyadh").unwrap();
    assert_eq!(moment_in(&at, &riyadh).as_deref(), Some("2027-01-15 11:00 Asia/Riyadh"));
    assert_eq!(moment_in(&at, &TimeZone::UTC).as_deref(), Some("2027-01-15 08:00 UTC"));
}

#[test]
fn a_terminal_gets_emoji_colours_and_isolated_names_and_texts() {
    let transcript =
        Transcript { look: Look::RICH, language: Language::En, reader: Reader::Customer };
    let lines = transcript.event(&said(Party::Bot, "سند", "وين طلبي 123", &["طلبي"]));
    assert!(lines[0].starts_with("🤖 \x1b["), "{lines:?}");
    assert!(lines[0].contains("\u{2068}سند\u{2069}"));
    assert!(lines[0].ends_with(": \u{2068}وين طلبي 123\u{2069}"));
    assert!(lines[1].ends_with(" \u{2068}طلبي\u{2069}"));
}

#[test]
fn the_wish_to_hear_it_again_is_no_empty_line() {
    let again = pb::MessageSent { choice_id: "say_again".into(), ..Default::default() };
    let event = by(Party::Customer, "", Body::MessageSent(again));
    check(Reader::Customer, &event, &["You: (say that again)"], &["أنت: (أعد ما قلت)"]);
}
