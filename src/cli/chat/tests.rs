//! The customer's terminal against a server with real sockets, including lines that break.

mod gone;
mod races;

use super::calls::Asked;
use super::*;
use crate::cli::connect::Failure;
use crate::cli::fake::{FakeChat, any_port, said};
use crate::cli::terminal::Look;
use crate::cli::terminal::fake::{Shown, person, script};
use crate::grpc::pb;
use crate::grpc::pb::event::Body;
use crate::grpc::pb::subscribe_events_response::Frame;
use crate::grpc::pb::{
    ConversationState, Event, Party, PositionRise, QueueStatus, StartConversationResponse,
    SubscribeEventsResponse,
};
use clap::Parser;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

#[derive(Parser)]
struct Alone {
    #[command(flatten)]
    chat: ChatArgs,
}

fn args(server: &str, more: &[&str]) -> ChatArgs {
    Alone::parse_from(["chat", "--server", server].iter().chain(more)).chat
}

struct Running {
    lines: Option<mpsc::Sender<String>>,
    shown: Shown,
    command: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    fn start(args: ChatArgs) -> Running {
        let (terminal, lines, shown) = script();
        Running { lines: Some(lines), shown, command: tokio::spawn(run_in(args, terminal)) }
    }

    async fn type_in(&self, line: &str) {
        self.lines.as_ref().unwrap().send(line.to_owned()).await.unwrap();
    }

    async fn end(mut self) -> (anyhow::Result<()>, String) {
        self.lines = None;
        let done = self.command.await.unwrap();
        (done, self.shown.text())
    }
}

async fn scripted(fake: &FakeChat, more: &[&str], lines: &[&str]) -> (anyhow::Result<()>, String) {
    let server = fake.serve(any_port());
    let running = Running::start(args(&server.url(), more));
    for line in lines {
        running.type_in(line).await;
    }
    running.end().await
}

#[tokio::test]
async fn a_script_gets_each_answer_before_its_next_line_and_ends_after_the_last() {
    let fake = FakeChat::new();
    let (done, shown) = scripted(&fake, &["--lang", "en"], &["where", "later", "thanks"]).await;
    done.unwrap();
    let expected = "\
Sanad (bot): hello, I am a machine
You: where
Sanad (bot): about where
You: later
Sanad (bot): about later
You: thanks
Sanad (bot): about thanks
";
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn what_may_be_done_instead_of_waiting_stands_whatever_else_is_said() {
    let fake = FakeChat::new();
    let (done, _) = scripted(&fake, &["--lang", "en"], &["wait", "where", "2", "which", "1"]).await;
    done.unwrap();
    assert_eq!(fake.desk().choices_taken, ["wait:leave_question", "order"]);
}

#[tokio::test]
async fn a_number_takes_the_choice_that_stands_there() {
    let fake = FakeChat::new();
    let (done, shown) = scripted(&fake, &["--lang", "ar"], &["which", "٢", "2"]).await;
    done.unwrap();
    assert!(shown.contains("1. My order\n2. My refund\n"), "{shown}");
    assert_eq!(fake.desk().choices_taken, ["refund"]);
    assert!(shown.contains("أنت: 2\n"), "no choice stood open, so it is a message: {shown}");
}

#[tokio::test]
async fn a_stream_that_breaks_goes_on_where_it_was_without_loss_or_doubles() {
    let fake = FakeChat::new();
    fake.desk().faults.streams_end_after = [2, 1, 0].into();
    let server = fake.serve(any_port());
    let running = Running::start(args(&server.url(), &[]));
    running.type_in("one").await;
    running.shown.until("about one").await;
    for number in 1..=4 {
        fake.happen(said(Party::Agent, "Sara", &format!("line {number}")));
    }
    running.shown.until("line 4").await;
    let (done, shown) = running.end().await;
    done.unwrap();
    let expected = "\
Sanad (bot): hello, I am a machine
You: one
Sanad (bot): about one
Sara (agent): line 1
Sara (agent): line 2
Sara (agent): line 3
Sara (agent): line 4
";
    assert_eq!(shown, expected);
    assert_eq!(fake.desk().tokens, ["1", "3", "4", "4"], "each time from the last token");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again_under_the_same_id() {
    let fake = FakeChat::new();
    fake.desk().faults.answers_lost = 2;
    let (done, shown) = scripted(&fake, &[], &["once"]).await;
    done.unwrap();
    assert_eq!(shown.matches("You: once").count(), 1, "{shown}");
    assert_eq!(shown.matches("about once").count(), 1, "{shown}");
    assert_eq!(fake.desk().requests.len(), 1);
    assert_eq!(fake.desk().events.len(), 3, "greeting, message, answer");
}

#[tokio::test]
async fn a_server_that_is_killed_and_comes_back_goes_unnoticed() {
    let fake = FakeChat::new();
    let server = fake.serve(any_port());
    let address = server.address;
    let running = Running::start(args(&server.url(), &[]));
    running.type_in("before").await;
    running.shown.until("about before").await;
    drop(server);
    fake.happen(said(Party::Agent, "Sara", "while you were away"));
    running.type_in("after").await;
    let _server = fake.serve(address);
    running.shown.until("about after").await;
    let (done, shown) = running.end().await;
    done.unwrap();
    for once in ["You: before", "while you were away", "You: after", "about after"] {
        assert_eq!(shown.matches(once).count(), 1, "{once}: {shown}");
    }
}

#[tokio::test]
async fn what_could_not_be_saved_is_told_sent_again_and_not_shown_twice() {
    let fake = FakeChat::new();
    fake.desk().faults.unsaved = 1;
    let server = fake.serve(any_port());
    let running = Running::start(args(&server.url(), &["--lang", "en", "--stay", "8"]));
    running.type_in("hello").await;
    let Running { lines, shown, command } = running;
    shown.until("not saved yet").await;
    let saved = async {
        while fake.desk().requests.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), saved).await.expect("it is sent again");
    fake.happen(said(Party::Agent, "Sara", "last"));
    shown.until("last").await;
    let text = shown.text();
    assert_eq!(text.matches("about hello").count(), 1, "{text}");
    assert_eq!(text.matches("You: hello").count(), 1, "{text}");
    drop(lines);
    command.abort();
}

#[tokio::test]
async fn what_could_not_be_saved_is_saved_in_the_order_in_which_it_was_written() {
    let fake = FakeChat::new();
    // The first once when it is written and once before each that follows it, and these.
    fake.desk().faults.unsaved = 5;
    let server = fake.serve(any_port());
    let (terminal, lines, shown) = person();
    let command = tokio::spawn(run_in(args(&server.url(), &["--lang", "en"]), terminal));
    for line in ["first", "second", "third"] {
        lines.send(line.to_owned()).await.unwrap();
        shown.until(&format!("about {line}")).await;
    }
    assert!(fake.desk().requests.is_empty(), "none of them is saved");
    lines.send("last".to_owned()).await.unwrap();
    shown.until("about last").await;
    let own = |event: &Event| {
        let (party, words) = super::facts::spoken(event)?;
        (party == Party::Customer).then_some(words)
    };
    let saved: Vec<String> = fake.desk().events.iter().filter_map(own).collect();
    assert_eq!(saved, ["first", "second", "third", "last"]);
    lines.send("/quit".into()).await.unwrap();
    command.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_customer_who_waits_sees_the_place_in_line() {
    let fake = FakeChat::new();
    let server = fake.serve(any_port());
    let running = Running::start(args(&server.url(), &["--lang", "en"]));
    running.type_in("/human").await;
    running.shown.until("* you are number 2 in line\n").await;
    fake.queue(Some(QueueStatus { registered: true, position: 1, ..Default::default() }));
    running.shown.until("* you are number 1 in line\n").await;
    running.type_in("/yes").await;
    let (done, shown) = running.end().await;
    done.unwrap();
    assert!(shown.contains("/reopen"), "{shown}");
    assert_eq!(shown.matches("number 2").count(), 1, "{shown}");
}

#[tokio::test]
async fn a_script_hears_once_what_was_refused_goes_on_and_says_so_at_its_end() {
    let lines = ["/cancel", "where", "/cancel"];
    let (done, shown) = scripted(&FakeChat::new(), &["--lang", "en"], &lines).await;
    let error = done.unwrap_err();
    assert_eq!(error.to_string(), "not everything was done; what was refused is told above: 2");
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 1);
    assert_eq!(shown.matches("not done: ").count(), 2, "{shown}");
    assert!(shown.contains("about where"), "{shown}");
}

#[tokio::test]
async fn a_kept_conversation_is_taken_up_again_with_its_past() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chat.json");
    let file = file.to_str().unwrap();
    let fake = FakeChat::new();
    scripted(&fake, &["--resume", file], &["first"]).await.0.unwrap();
    let (done, shown) = scripted(&fake, &["--resume", file], &["second"]).await;
    done.unwrap();
    let expected = "\
Sanad (bot): hello, I am a machine
You: first
Sanad (bot): about first
You: second
Sanad (bot): about second
";
    assert_eq!(shown, expected);
}

#[test]
fn a_person_does_not_read_the_own_lines_twice() {
    let mut view = View::new(Look::PLAIN, true, Some(Language::En), None);
    let say = input::Want::Say("hi".into());
    view.asking(&say);
    let mut own = said(Party::Customer, "", "hi");
    own.sequence = 1;
    let done = calls::Done { events: vec![own.clone()], own: 1, ..Default::default() };
    let asked = Asked {
        request_id: "r".into(),
        want: say,
        rated: Default::default(),
        identity: String::new(),
    };
    let durable = crate::grpc::pb::Durability::Durable;
    assert!(view.done(asked, calls::Done { durability: durable, ..done }).is_empty());
    own.sequence = 2;
    let frame = crate::grpc::pb::subscribe_events_response::Frame::Event(own);
    let from_elsewhere = SubscribeEventsResponse { frame: Some(frame), ..Default::default() };
    assert_eq!(view.frame(from_elsewhere), ["You: hi"], "from another device");
}

#[test]
fn a_place_in_line_is_gone_when_the_conversation_no_longer_waits() {
    let mut view = View::new(Look::PLAIN, false, Some(Language::En), None);
    let status = QueueStatus { registered: true, position: 3, ..Default::default() };
    let frame = crate::grpc::pb::subscribe_events_response::Frame::QueueStatus(status);
    view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
    assert_eq!(view.position().unwrap(), "* you are number 3 in line");
    let conversation = Some(crate::grpc::pb::Conversation {
        state: ConversationState::Human.into(),
        ..Default::default()
    });
    let done = calls::Done { conversation, ..Default::default() };
    let asked = Asked {
        request_id: "r".into(),
        want: input::Want::Again,
        rated: Default::default(),
        identity: String::new(),
    };
    view.done(asked, done);
    assert_eq!(view.position(), None);
}

#[test]
fn only_a_number_that_rose_is_told_to_be_further_back() {
    let mut view = View::new(Look::PLAIN, false, Some(Language::En), None);
    let mut told = |position: u32, rise: PositionRise| {
        let rise = rise.into();
        let status = QueueStatus { registered: true, position, rise, ..Default::default() };
        let frame = Frame::QueueStatus(status);
        view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
        view.position().unwrap()
    };
    let claim = PositionRise::EarlierClaim;
    assert_eq!(told(2, PositionRise::Unspecified), "* you are number 2 in line");
    assert!(told(4, claim).starts_with("* you are number 4 in line (further back: "));
    assert!(told(4, claim).contains("further back"), "as long as they stand there");
    assert_eq!(told(3, claim), "* you are number 3 in line", "it fell since they were told");
    assert_eq!(told(3, claim), "* you are number 3 in line");
    assert!(told(4, claim).contains("further back"), "it rose again");
}

#[test]
fn why_a_number_rose_is_not_said_again_when_something_else_changes() {
    let mut view = View::new(Look::PLAIN, false, Some(Language::En), None);
    let mut told = |reason: pb::DelayReason, is_shown: bool| {
        let rise = PositionRise::EarlierClaim.into();
        let delay = Some(pb::Delay { reason: reason.into(), ..Default::default() });
        let status =
            QueueStatus { registered: true, position: 4, rise, delay, ..Default::default() };
        let frame = Frame::QueueStatus(status);
        view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
        let line = view.position().unwrap();
        if is_shown {
            view.position_shown();
        }
        line
    };
    let (busy, asked) = (pb::DelayReason::AgentsBusy, pb::DelayReason::BeingOffered);
    assert!(told(busy, false).contains("further back"));
    assert!(told(asked, true).contains("further back"), "nobody has read it yet");
    assert!(told(asked, true).contains("further back"), "the same line is no new one");
    assert!(!told(busy, true).contains("further back"));
    assert!(!told(asked, true).contains("further back"));
}

#[test]
fn why_a_number_rose_is_said_after_a_line_that_told_something_else() {
    let mut view = View::new(Look::PLAIN, true, Some(Language::En), None);
    let mut hear = |frame: Frame| {
        view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
        let line = view.position().unwrap();
        view.position_shown();
        line
    };
    let status = |reason: pb::DelayReason| {
        let rise = PositionRise::EarlierClaim.into();
        let delay = Some(pb::Delay { reason: reason.into(), ..Default::default() });
        let status =
            QueueStatus { registered: true, position: 4, rise, delay, ..Default::default() };
        Frame::QueueStatus(status)
    };
    let types = |millis: i32| {
        let lasts = prost_types::Duration { seconds: 0, nanos: millis * 1_000_000 };
        Frame::Typing(pb::Typing { lasts: Some(lasts), ..Default::default() })
    };
    assert!(hear(types(900)).contains("typing"));
    assert!(hear(status(pb::DelayReason::AgentsBusy)).contains("typing"), "nothing else is read");
    view.tick();
    view.tick();
    view.tick();
    let mut hear = |frame: Frame| {
        view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
        view.position().unwrap()
    };
    let told = hear(status(pb::DelayReason::BeingOffered));
    assert!(told.contains("further back"), "nobody has read it yet: {told}");
}

#[test]
fn a_script_does_not_read_its_place_below_the_words_that_have_told_it() {
    for is_person in [false, true] {
        let mut view = View::new(Look::PLAIN, is_person, Some(Language::En), None);
        let words = crate::grpc::pb::Notice {
            key: "handoff_registered".to_owned(),
            text: Some(crate::grpc::pb::LocalizedText {
                text: "Registered. You are number 3 in line.".to_owned(),
                ..Default::default()
            }),
        };
        let event = Event { sequence: 1, body: Some(Body::Notice(words)), ..Default::default() };
        let frame = Frame::Event(event);
        view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
        let mut told = |position: u32| {
            let status = QueueStatus { registered: true, position, ..Default::default() };
            let frame = Frame::QueueStatus(status);
            view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
            view.position()
        };
        assert_eq!(told(3).is_some(), is_person, "it stands in the words above");
        assert_eq!(told(2).as_deref(), Some("* you are number 2 in line"));
    }
}

#[tokio::test]
async fn a_person_is_welcomed_and_leaves_with_quit() {
    let fake = FakeChat::new();
    let server = fake.serve(any_port());
    let (terminal, lines, shown) = person();
    let command = tokio::spawn(run_in(args(&server.url(), &["--lang", "ar"]), terminal));
    shown.until("/help").await;
    lines.send("/مساعدة".into()).await.unwrap();
    shown.until("/human (/موظف): التحدث مع موظف").await;
    lines.send("/quit".into()).await.unwrap();
    command.await.unwrap().unwrap();
}

#[test]
fn a_server_that_keeps_all_in_memory_is_not_taken_for_one_without_its_store() {
    use crate::grpc::pb::{Durability, Mode};
    for (mode, unsaved) in [(Mode::Normal, 0), (Mode::Degraded, 1), (Mode::Isolated, 1)] {
        let mut view = View::new(Look::PLAIN, false, Some(Language::En), None);
        let mut own = said(Party::Customer, "", "hi");
        own.sequence = 1;
        let durability = Durability::None;
        let done =
            calls::Done { events: vec![own], own: 1, durability, mode, ..Default::default() };
        view.done(
            Asked {
                request_id: "r".into(),
                want: input::Want::Say("hi".into()),
                rated: Default::default(),
                identity: String::new(),
            },
            done,
        );
        assert_eq!(view.unsaved(), unsaved, "{mode:?}");
    }
}

#[test]
fn a_device_id_that_could_be_guessed_is_refused_and_says_what_to_do() {
    let told = super::device("short").unwrap_err();
    assert!(told.contains("16") && told.contains("leave --device out"), "{told}");
    assert!(super::device("a-device-of-mine-1").is_ok());
}

#[tokio::test]
async fn a_person_sees_that_their_words_were_read_and_the_agent_is_told_what_they_have_read() {
    use crate::grpc::pb::ReadMarks;
    let fake = FakeChat::new();
    let server = fake.serve(any_port());
    let (terminal, lines, shown) = person();
    let command = tokio::spawn(run_in(args(&server.url(), &["--lang", "ar"]), terminal));
    lines.send("where".into()).await.unwrap();
    shown.until("about where").await;
    let mut read = fake.desk().read.subscribe();
    let (customer_through_sequence, agent_through_sequence) = (0, 2);
    fake.read(ReadMarks { customer_through_sequence, agent_through_sequence });
    shown.until("* قُرئت").await;
    lines.send("and when".into()).await.unwrap();
    shown.until("about and when").await;
    fake.read(ReadMarks { customer_through_sequence, agent_through_sequence: 4 });
    let twice = async {
        while shown.text().matches("* قُرئت").count() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), twice).await.expect("the new words too");
    fake.happen(said(Party::Agent, "Sara", "let me look"));
    let told = tokio::time::timeout(Duration::from_secs(20), read.wait_for(|read| *read > 0));
    assert_eq!(*told.await.unwrap().unwrap(), 6, "her words, not those of the bot before");
    lines.send("/quit".into()).await.unwrap();
    command.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_script_reads_nothing() {
    let fake = FakeChat::new();
    fake.desk().add(said(Party::Agent, "Sara", "let me look"));
    let (done, shown) = scripted(&fake, &["--lang", "en"], &["where", "thanks"]).await;
    done.unwrap();
    assert!(shown.contains("about thanks"), "{shown}");
    assert_eq!(*fake.desk().read.borrow(), 0);
}

#[tokio::test]
async fn a_person_hears_that_nobody_is_there_and_what_they_type_meanwhile_is_sent_later() {
    let fake = FakeChat::new();
    fake.desk().faults.away = true;
    let server = fake.serve(any_port());
    let (mut terminal, lines, shown) = person();
    terminal.locale = Some(Language::Ar);
    let command = tokio::spawn(run_in(args(&server.url(), &[]), terminal));
    shown.until("تعذّر الوصول إلى سند").await;
    lines.send("where".into()).await.unwrap();
    shown.until("محفوظ هنا").await;
    lines.send("/help".into()).await.unwrap();
    shown.until("/human (/موظف): التحدث مع موظف").await;
    fake.desk().faults.away = false;
    shown.until("عاد الاتصال").await;
    shown.until("about where").await;
    assert_eq!(fake.desk().requests.len(), 1, "{}", shown.text());
    lines.send("/quit".into()).await.unwrap();
    command.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_person_may_leave_while_nobody_is_there() {
    let fake = FakeChat::new();
    fake.desk().faults.away = true;
    let server = fake.serve(any_port());
    let (terminal, lines, shown) = person();
    let command = tokio::spawn(run_in(args(&server.url(), &["--lang", "en"]), terminal));
    shown.until("cannot be reached").await;
    lines.send("/quit".into()).await.unwrap();
    command.await.unwrap().unwrap();
    assert!(fake.desk().events.is_empty());
}

#[tokio::test]
async fn a_script_waits_for_a_server_no_longer_than_it_is_patient() {
    let fake = FakeChat::new();
    fake.desk().faults.away = true;
    let (done, shown) = scripted(&fake, &["--lang", "en", "--patience", "1"], &["where"]).await;
    let error = done.unwrap_err();
    assert!(error.to_string().contains("within 1 s"), "{error}");
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 4);
    assert!(shown.contains("I keep trying") && shown.contains("nothing was kept"), "{shown}");
}

#[test]
fn until_something_was_written_the_terminal_speaks_the_systems_language_or_both() {
    let started = || {
        let conversation =
            crate::grpc::pb::Conversation { language: "ar".into(), ..Default::default() };
        StartConversationResponse { conversation: Some(conversation), ..Default::default() }
    };
    let (en, ar) = ("type a message", "اكتب رسالتك");
    for (chosen, system, english, arabic) in [
        (None, None, true, true),
        (None, Some(Language::En), true, false),
        (None, Some(Language::Ar), false, true),
        (Some(Language::En), Some(Language::Ar), true, false),
    ] {
        let mut view = View::new(Look::PLAIN, true, chosen, system);
        view.started(started());
        let (welcome, help) = (view.welcome(), view.help().join("\n"));
        assert_eq!((welcome.contains(en), welcome.contains(ar)), (english, arabic), "{welcome}");
        let told = (help.contains("speak to a person"), help.contains("التحدث مع موظف"));
        assert_eq!(told, (english, arabic), "{help}");
        // What the customer writes tells more, unless the language was chosen.
        let mut own = said(Party::Customer, "", "أين طلبي");
        own.sequence = 1;
        if let Some(crate::grpc::pb::event::Body::MessageSent(sent)) = &mut own.body {
            sent.text.as_mut().unwrap().language = "ar".to_owned();
        }
        let frame = crate::grpc::pb::subscribe_events_response::Frame::Event(own);
        view.frame(SubscribeEventsResponse { frame: Some(frame), ..Default::default() });
        assert_eq!(view.welcome().contains(ar), chosen.is_none());
        assert_eq!(view.welcome().contains(en), chosen.is_some());
    }
}

#[test]
fn that_sanad_is_away_is_told_once_whoever_notices_it_first() {
    let mut view = View::new(Look::PLAIN, true, Some(Language::En), None);
    for stream_first in [true, false] {
        let told = match stream_first {
            true => [view.stream_lost(), view.call_waits()].concat(),
            false => [view.call_waits(), view.stream_lost()].concat(),
        };
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("cannot be reached"), "{told:?}");
        assert!([view.call_waits(), view.stream_lost()].concat().is_empty());
        // Both are back: the next time is news again.
        assert!(view.stream_back().contains("connected again"));
        view.answered();
    }
}
