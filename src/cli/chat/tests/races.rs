//! What happens while something is asked for after which the conversation is no longer at hand: lines
//! that are typed, streams that end, words that are not saved yet.

use super::*;
use crate::grpc::pb::Conversation;
use std::sync::Arc;
use tokio::sync::Notify;

/// A person in front of the fake, whose calls are answered one by one when the test lets them be.
struct Slow {
    fake: FakeChat,
    _server: crate::cli::fake::Running,
    lines: mpsc::Sender<String>,
    shown: Shown,
    command: JoinHandle<anyhow::Result<()>>,
    answers: Arc<Notify>,
}

impl Slow {
    async fn start(more: &[&str]) -> Slow {
        let fake = FakeChat::new();
        let answers = Arc::new(Notify::new());
        let other = Conversation {
            conversation_id: "c2".to_owned(),
            state: ConversationState::Bot.into(),
            ..Default::default()
        };
        fake.desk().faults.hold = Some(answers.clone());
        fake.desk().other = Some(other);
        let server = fake.serve(any_port());
        let (terminal, lines, shown) = person();
        let args = args(&server.url(), &[&["--lang", "en"], more].concat());
        let command = tokio::spawn(run_in(args, terminal));
        shown.until("/help").await;
        Slow { fake, _server: server, lines, shown, command, answers }
    }

    async fn types(&self, line: &str) {
        self.lines.send(line.to_owned()).await.unwrap();
    }

    /// The call has come, and is answered now.
    async fn answers(&self, call: &str) {
        self.fake.until_asked(call).await;
        self.answers.notify_one();
    }

    /// So many calls have come, and the last is answered now.
    async fn answers_after(&self, calls: usize) {
        let mut come = self.fake.desk().calls.subscribe();
        come.wait_for(|come| come.len() == calls).await.unwrap();
        self.answers.notify_one();
    }

    fn calls(&self) -> Vec<String> {
        self.fake.desk().calls.borrow().clone()
    }

    async fn left(self) -> String {
        self.command.await.unwrap().unwrap();
        self.shown.text()
    }
}

/// In front of a list in which the other conversation has the number 1.
async fn listed() -> Slow {
    let slow = Slow::start(&["--identity", "mona"]).await;
    slow.types("/mine").await;
    slow.shown.until("1. with the bot").await;
    slow
}

#[tokio::test]
async fn what_is_being_erased_need_not_be_followed_to_its_end() {
    let slow = Slow::start(&[]).await;
    slow.types("/erase").await;
    slow.types("erase").await;
    slow.fake.until_asked("erase").await;
    // The stream is told so before the call is answered, and that is no failure.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    slow.answers("erase").await;
    let shown = slow.left().await;
    assert!(shown.contains("erased for good (conversations: 1)"), "{shown}");
    assert!(!shown.contains("cannot be reached"), "{shown}");
}

#[tokio::test]
async fn what_could_not_be_erased_is_gone_on_with() {
    let slow = Slow::start(&[]).await;
    slow.fake.desk().faults.refuses = true;
    for line in ["/erase", "erase", "still here"] {
        slow.types(line).await;
    }
    slow.answers("erase").await;
    slow.answers("c1: still here").await;
    slow.shown.until("about still here").await;
    slow.types("/quit").await;
    slow.left().await;
}

#[tokio::test]
async fn what_is_typed_on_the_way_to_another_conversation_is_said_there() {
    let slow = listed().await;
    slow.types("/resume 1").await;
    slow.types("hello there").await;
    slow.answers("resume").await;
    slow.answers("c2: hello there").await;
    slow.shown.until("about hello there").await;
    slow.types("/quit").await;
    let calls = slow.calls();
    assert_eq!(calls, ["resume", "c2: hello there"]);
    slow.left().await;
}

#[tokio::test]
async fn a_way_to_another_conversation_that_is_refused_ends_here() {
    let slow = listed().await;
    slow.fake.desk().faults.refuses = true;
    slow.types("/resume 1").await;
    slow.types("then here").await;
    slow.answers("resume").await;
    slow.answers("c1: then here").await;
    slow.shown.until("about then here").await;
    slow.types("/quit").await;
    slow.left().await;
}

#[tokio::test]
async fn nobody_leaves_for_another_conversation_what_turns_out_not_to_be_saved() {
    let slow = listed().await;
    slow.fake.desk().faults.unsaved = 2;
    slow.types("keep this").await;
    slow.fake.until_asked("c1: keep this").await;
    // Nothing is known to be unsaved when this is asked for.
    slow.types("/resume 1").await;
    slow.answers("c1: keep this").await;
    slow.shown.until("not saved yet").await;
    // It is sent again before anything newer, and still cannot be saved.
    slow.answers_after(2).await;
    slow.answers("resume").await;
    slow.shown.until("go on there in a moment").await;
    assert!(!slow.shown.text().contains("you go on with this conversation"));
    // Here it is said again by itself.
    slow.fake.desk().faults.hold = None;
    slow.answers.notify_one();
    let saved = async {
        while slow.fake.desk().requests.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), saved).await.expect("it is sent again");
    slow.types("/quit").await;
    slow.left().await;
}

#[tokio::test]
async fn who_becomes_known_after_the_question_is_not_taken_to_have_answered_it_for_all() {
    let slow = Slow::start(&[]).await;
    slow.types("/login mona").await;
    slow.fake.until_asked("identify").await;
    slow.types("/erase").await;
    slow.shown.until("all that is kept of this conversation").await;
    slow.answers("identify").await;
    slow.shown.until("nothing was erased").await;
    slow.types("erase").await;
    slow.answers("c1: erase").await;
    slow.shown.until("about erase").await;
    slow.types("/quit").await;
    assert!(!slow.calls().contains(&"erase".to_owned()), "{:?}", slow.calls());
    slow.left().await;
}
