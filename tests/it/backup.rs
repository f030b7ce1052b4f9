//! A backup made while all are at work, and what a restore gives back: everything acknowledged before it,
//! and a desk that goes on.

use crate::chaos::agents::Agent;
use crate::chaos::customers::Customer;
use crate::chaos::file::back_up;
use crate::chaos::front::{Front, with};
use crate::chaos::stored::Stored;
use crate::chaos::{AGENTS, CUSTOMERS};
use crate::service::{Service, copy};
use sanad::grpc::pb;
use sanad::grpc::pb::list_messages_request::After;
use sanad::grpc::pb::send_message_request::Content;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

/// What a restore needs beside the backup.
const SECRETS: [&str; 2] = ["server.secret", "seal.secret"];

/// Customers and agents who work until the front is over.
fn busy(front: &Arc<Front>, begin: usize) -> (Vec<String>, Vec<tokio::task::JoinHandle<()>>) {
    let people: Vec<Customer> = (0..CUSTOMERS).map(|n| Customer::new(front, begin + n)).collect();
    let who = people.iter().map(|customer| customer.name.clone()).collect();
    let mut tasks = Vec::new();
    for customer in people {
        tasks.push(tokio::spawn(async { drop(customer.live().await) }));
    }
    for name in AGENTS {
        let agent = Agent::new(front, name, 0).numbered_from(begin as u32 * 1_000_000);
        tasks.push(tokio::spawn(async { drop(agent.work().await) }));
    }
    (who, tasks)
}

async fn over(front: &Front, tasks: Vec<tokio::task::JoinHandle<()>>) {
    front.end();
    for task in tasks {
        task.await.expect("an end");
    }
}

fn said(told: &Output) -> String {
    String::from_utf8_lossy(&[&told.stdout[..], &told.stderr[..]].concat()).into_owned()
}

/// A new data folder from a backup, as the README says.
fn restore(old: &Path, backup: &Path, new: &Path) {
    copy(&old.join("keys"), &new.join("keys"));
    for secret in SECRETS {
        std::fs::copy(old.join(secret), new.join(secret)).unwrap();
    }
    std::fs::copy(backup, new.join("sanad.redb")).unwrap();
}

/// One customer of before, by hand.
struct Before {
    id: String,
    token: String,
}

impl Before {
    async fn at(front: &Front) -> Before {
        let request = pb::StartConversationRequest {
            request_id: "start".to_owned(),
            device_id: "a-device-from-before".to_owned(),
            language: "en".to_owned(),
            ..Default::default()
        };
        let mut chat = front.chat().await;
        let started = chat.start_conversation(request).await.unwrap().into_inner();
        let id = started.conversation.unwrap().conversation_id;
        Before { id, token: started.customer_token }
    }

    async fn says(&self, front: &Front, request_id: &str) -> u64 {
        let request = pb::SendMessageRequest {
            conversation_id: self.id.clone(),
            request_id: request_id.to_owned(),
            content: Some(Content::Text(format!("this is {request_id}"))),
            sent_at: None,
            parts: Vec::new(),
        };
        let mut chat = front.chat().await;
        let said = chat.send_message(with(request, &self.token)).await.unwrap().into_inner();
        said.message.expect("it is saved").sequence
    }

    async fn page(&self, front: &Front, after: After) -> pb::ListMessagesResponse {
        let request = pb::ListMessagesRequest {
            conversation_id: self.id.clone(),
            after: Some(after),
            page_size: 100,
            wait_ms: 0,
        };
        let mut chat = front.chat().await;
        chat.list_messages(with(request, &self.token)).await.unwrap().into_inner()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_made_under_load_gives_back_all_that_was_acknowledged_before_it() {
    let front = Arc::new(Front::alone());
    front.history.begin("a backup");
    let before = Before::at(&front).await;
    let sequence = before.says(&front, "m1").await;
    let (who, tasks) = busy(&front, 0);
    front.recovery(&who).await;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.redb");
    let told = front.history.messages();
    let made = back_up(&front.server(), &front.data(), &path);
    assert!(made.status.success(), "{}", said(&made));
    // It was one moment, while all went on.
    front.recovery(&who).await;
    before.says(&front, "m2").await;
    let resume = before.page(&front, After::AfterSequence(0)).await.resume_token;
    over(&front, tasks).await;
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing else is left");
    let again = back_up(&front.server(), &front.data(), &path);
    assert!(!again.status.success() && said(&again).contains("exists already"), "{}", said(&again));
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "nothing is written over");
    front.kill(0);

    let copied = folder.path().join("copied.redb");
    std::fs::copy(&path, &copied).unwrap();
    let wrongs = Stored::in_file(&copied, &front.data()).await.wrongs(&told, &front.history, false);
    assert!(told.len() >= CUSTOMERS && wrongs.is_empty(), "{}", wrongs.join("\n"));
    let restored = Service::start_with_data(|data| restore(&front.data(), &path, data));
    let restored = Arc::new(Front::of_one(restored));
    restored.history.begin("after the restore");
    // What was said after the backup is gone; what was owed before it may have been done since.
    let page = before.page(&restored, After::AfterSequence(0)).await;
    let has = |text: &str| page.events.iter().any(|event| format!("{event:?}").contains(text));
    assert!(has("this is m1") && !has("this is m2"), "{:?}", page.events);
    let seen = page.conversation.unwrap().head_sequence;
    assert_eq!(before.says(&restored, "m1").await, sequence, "the same request, the same message");
    let reset = before.page(&restored, After::ResumeToken(resume)).await.reset;
    assert!(reset.is_some(), "who had seen more is told");
    assert!(before.says(&restored, "m3").await > seen, "who was there goes on");

    // The same agents, with their old keys, go on with what they had and with what is new.
    let (who, tasks) = busy(&restored, 100);
    restored.recovery(&who).await;
    while restored.history.assigned() == 0 {
        restored.recovery(&who).await;
    }
    over(&restored, tasks).await;
    let told = restored.history.messages();
    let wrongs = Stored::of(&restored).await.wrongs(&told, &restored.history, false);
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[test]
fn a_damaged_backup_is_refused() {
    let mut service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    // Given a folder, the file is named by the time.
    let made = back_up(service.address(), &service.data(), folder.path());
    assert!(made.status.success(), "{}", said(&made));
    let path = folder.path().read_dir().unwrap().next().unwrap().unwrap().path();
    assert!(said(&made).contains(&path.display().to_string()), "{}", said(&made));
    service.kill();
    let whole = std::fs::read(&path).unwrap();
    let mut scratched = whole.clone();
    scratched.iter_mut().skip(4_096).step_by(512).for_each(|byte| *byte ^= 0x55);
    for (name, bytes) in [("scratched", &scratched[..]), ("short", &whole[..whole.len() / 2])] {
        let (data, backup) = (folder.path().join(name), folder.path().join("damaged.redb"));
        std::fs::write(&backup, bytes).unwrap();
        restore(&service.data(), &backup, &data);
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        let told = command.output().unwrap();
        let text = said(&told);
        assert!(!told.status.success() && text.contains("is damaged"), "{name}: {text}");
    }
}

#[test]
fn a_store_that_is_not_ours_to_copy_is_told_with_what_to_do() {
    let service = Service::start_on("memory");
    let folder = tempfile::tempdir().unwrap();
    let told = back_up(service.address(), &service.data(), &folder.path().join("backup.redb"));
    let text = said(&told);
    assert_eq!(told.status.code(), Some(1), "{text}");
    assert!(text.contains("--store embedded") && text.contains("WRONG_STATE"), "{text}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nothing is left");
}
