//! The store has lost the conversation: the customer goes on in a new one.

use super::*;
use std::sync::Arc;
use tokio::sync::Notify;

#[tokio::test]
async fn what_was_not_answered_when_a_conversation_was_lost_is_sent_in_a_new_one() {
    for (language, told) in [("en", "no longer kept: a new one begins"), ("ar", "لم تعد محفوظة")]
    {
        let fake = FakeChat::new();
        let server = fake.serve(any_port());
        let (terminal, lines, shown) = person();
        let command = tokio::spawn(run_in(args(&server.url(), &["--lang", language]), terminal));
        lines.send("first".to_owned()).await.unwrap();
        shown.until("about first").await;
        let answers = Arc::new(Notify::new());
        fake.desk().faults.hold = Some(answers.clone());
        lines.send("second".to_owned()).await.unwrap();
        fake.until_asked("c1: second").await;
        fake.lose(&["c1"]);
        fake.until_asked("c2: second").await;
        fake.desk().faults.hold = None;
        answers.notify_waiters();
        shown.until("about second").await;
        lines.send("third".to_owned()).await.unwrap();
        shown.until("about third").await;
        lines.send("/quit".to_owned()).await.unwrap();
        command.await.unwrap().unwrap();
        let text = shown.text();
        assert_eq!(text.matches(told).count(), 1, "{text}");
        assert_eq!(text.matches("about second").count(), 1, "{text}");
        let calls = fake.desk().calls.borrow().clone();
        let expected = ["c1: first", "c1: second", "c2: second", "c2: third"];
        assert_eq!(calls, expected, "what was answered is not sent again");
    }
}

#[tokio::test]
async fn a_kept_conversation_that_is_lost_is_followed_by_a_new_one_that_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chat.json");
    let fake = FakeChat::new();
    let more = ["--resume", file.to_str().unwrap(), "--lang", "en"];
    scripted(&fake, &more, &["first"]).await.0.unwrap();
    fake.lose(&["c1"]);
    let (done, shown) = scripted(&fake, &more, &["second"]).await;
    done.expect("the customer was served");
    assert!(shown.contains("no longer kept") && shown.contains("about second"), "{shown}");
    let saved = super::super::saved::Saved::read(&file).unwrap().unwrap();
    assert_eq!(saved.conversation_id, "c2");
}

#[tokio::test]
async fn what_answers_the_lost_conversation_is_not_sent_to_the_new_one() {
    let fake = FakeChat::new();
    let server = fake.serve(any_port());
    let (terminal, lines, shown) = person();
    let command = tokio::spawn(run_in(args(&server.url(), &["--lang", "en"]), terminal));
    lines.send("which".to_owned()).await.unwrap();
    shown.until("2. My refund").await;
    fake.desk().faults.hold = Some(Arc::new(Notify::new()));
    // The choice waits for its turn behind the words.
    for line in ["hello", "1"] {
        lines.send(line.to_owned()).await.unwrap();
    }
    fake.until_asked("c1: hello").await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    fake.desk().faults.hold = None;
    fake.lose(&["c1"]);
    shown.until("about hello").await;
    lines.send("/quit".to_owned()).await.unwrap();
    command.await.unwrap().unwrap();
    let text = shown.text();
    assert!(text.contains("not done: this conversation is no longer kept"), "{text}");
    assert!(fake.desk().choices_taken.is_empty(), "{text}");
}

#[tokio::test]
async fn no_conversation_is_begun_again_and_again() {
    let fake = FakeChat::new();
    let server = fake.serve(any_port());
    let running = Running::start(args(&server.url(), &["--lang", "en", "--stay", "20"]));
    running.type_in("first").await;
    running.shown.until("about first").await;
    fake.lose(&["c1", "c2", "c3"]);
    let error = running.command.await.unwrap().unwrap_err();
    assert_eq!(error.downcast_ref::<Failure>().unwrap().exit_code(), 1);
    assert_eq!(fake.desk().begun, 2);
}
