//! A whole store is carried into another: from the file to Redis and back, cut off at every step,
//! killed in the middle; readers go on where they were.

// Other processes keep the real time.
#![allow(clippy::disallowed_methods)]

use crate::redis_server::RedisServer;
use crate::service::Service;
use async_trait::async_trait;
use sanad::app::copying::{CopyError, copy, sum};
use sanad::domain::time::Timestamp;
use sanad::grpc::pb;
use sanad::grpc::pb::send_message_request::Content;
use sanad::ports::store::whole::{Filling, Place, Thing, Whole};
use sanad::ports::store::{Slot, StoreError, Why};
use sanad::store::embedded::whole::WholeFile;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use tonic::Request;

fn sanad(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sanad")).args(words).output().unwrap()
}

fn with<T>(message: T, secret: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    request
}

/// Somebody who asked something and waits for a person.
struct Customer {
    id: String,
    token: String,
    resume_token: String,
}

async fn start(service: &Service, device: &str) -> Customer {
    let mut chat = service.chat().await;
    let request = pb::StartConversationRequest {
        request_id: "start".to_owned(),
        device_id: device.to_owned(),
        language: "en".to_owned(),
        ..pb::StartConversationRequest::default()
    };
    let started = chat.start_conversation(request).await.unwrap().into_inner();
    let id = started.conversation.unwrap().conversation_id;
    let customer =
        Customer { id, token: started.customer_token, resume_token: started.resume_token };
    say(service, &customer, "m1", "where is my order").await;
    let (conversation_id, request_id) = (customer.id.clone(), "person".to_owned());
    let request = pb::RequestHumanRequest { conversation_id, request_id };
    chat.request_human(with(request, &customer.token)).await.unwrap();
    customer
}

async fn say(service: &Service, customer: &Customer, request_id: &str, text: &str) -> u64 {
    let request = pb::SendMessageRequest {
        conversation_id: customer.id.clone(),
        request_id: request_id.to_owned(),
        content: Some(Content::Text(text.to_owned())),
        sent_at: None,
        parts: Vec::new(),
    };
    let said = service.chat().await.send_message(with(request, &customer.token)).await.unwrap();
    said.into_inner().message.unwrap().sequence
}

fn copied(from: &str, to: &str) -> String {
    let output = sanad(&["store", "copy", "--from", from, "--to", to, "--buckets", "8"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("copied and compared")).unwrap();
    line.to_owned()
}

fn folder(path: &Path) -> String {
    format!("embedded:{}", path.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_from_the_file_to_redis_and_back_and_readers_go_on() {
    let redis = RedisServer::start();
    let url = format!("{}?prefix=shop", redis.url());
    let mut service = Service::start();
    let mut customers = Vec::new();
    for number in 0..12 {
        customers.push(start(&service, &format!("device-of-customer-{number}")).await);
    }
    let output = sanad(&["store", "copy", "--from", &folder(&service.data()), "--to", &url]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("in use by another process"), "{text}");
    assert!(service.terminate());
    let there = folder(&service.data());
    copied(&there, &url);
    // The same things, whichever way they came.
    let other = tempfile::tempdir().unwrap();
    let (direct, through) = (other.path().join("direct"), other.path().join("through"));
    assert_eq!(copied(&there, &folder(&direct)), copied(&url, &folder(&through)));
    for taken in [url.clone(), folder(&direct)] {
        let output = sanad(&["store", "copy", "--from", &there, "--to", &taken]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains("already"), "{text}");
    }
    let moved = service.moved_to(&url);
    for customer in &customers {
        let request = pb::SubscribeEventsRequest {
            conversation_id: customer.id.clone(),
            resume_token: customer.resume_token.clone(),
        };
        let stream = moved.chat().await.subscribe_events(with(request, &customer.token)).await;
        let first = stream.unwrap().into_inner().message().await.unwrap().unwrap();
        use pb::subscribe_events_response::Frame;
        assert!(matches!(first.frame, Some(Frame::Attached(_))), "{first:?}");
        let again = say(&moved, customer, "m1", "where is my order").await;
        let newer = say(&moved, customer, "m2", "hello?").await;
        assert!(newer > again, "the first is known, the second is new");
    }
    let output =
        sanad(&["store", "copy", "--from", &url, "--to", &folder(&other.path().join("x"))]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("an instance serves it"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_killed_is_not_used_and_is_gone_on_with() {
    let redis = RedisServer::start();
    let url = redis.url();
    let mut service = Service::start();
    for number in 0..12 {
        start(&service, &format!("device-of-customer-{number}")).await;
    }
    assert!(service.terminate());
    let there = folder(&service.data());
    let words = ["store", "copy", "--from", &there, "--to", &url, "--buckets", "8"];
    let mut copying = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(words)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let first = BufReader::new(copying.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(first.starts_with("slot "), "{first}");
    copying.kill().unwrap();
    copying.wait().unwrap();
    if redis.cli(&["EXISTS", "sanad:{sys}:copying"]) == "1" {
        let output = sanad(&["init", "--store", &url]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("begun and not ended"), "{text}");
        let elsewhere = tempfile::tempdir().unwrap();
        assert!(
            sanad(&["store", "copy", "--from", &there, "--to", &folder(elsewhere.path())])
                .status
                .success()
        );
        let wrong = sanad(&["store", "copy", "--from", &folder(elsewhere.path()), "--to", &url]);
        assert!(!wrong.status.success(), "another source must not go on with it");
        let resumed = ["store", "copy", "--from", &there, "--to", &url, "--buckets", "16"];
        let output = sanad(&resumed);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("going on with a copy"), "{output:?}");
        assert!(text.contains("begun with --buckets 8, which it keeps"), "{text}");
    }
    assert_eq!(redis.cli(&["EXISTS", "sanad:{sys}:copying"]), "0");
    let other = tempfile::tempdir().unwrap();
    let (direct, through) = (other.path().join("direct"), other.path().join("through"));
    assert_eq!(copied(&there, &folder(&direct)), copied(&url, &folder(&through)));
}

/// A target that fails for good after so many calls, as a process does that is killed.
struct Mortal {
    inner: WholeFile,
    left: AtomicI64,
    /// Loses what is written instead of failing.
    forgetful: bool,
}

impl Mortal {
    fn live(&self) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::Relaxed) > 0 {
            return Ok(());
        }
        Err(StoreError::Unavailable {
            maybe_applied: false,
            why: Why::Away,
            reason: "it is dead".to_owned(),
        })
    }
}

#[async_trait]
impl Whole for Mortal {
    fn name(&self) -> String {
        self.inner.name()
    }
    fn buckets(&self) -> u16 {
        self.inner.buckets()
    }
    async fn slots(&self) -> Result<Vec<Slot>, StoreError> {
        self.inner.slots().await
    }
    async fn read(
        &self,
        slot: &Slot,
        from: Option<Place>,
    ) -> Result<(Vec<Thing>, Option<Place>), StoreError> {
        self.inner.read(slot, from).await
    }
    async fn rings(&self, slot: &Slot) -> Result<u64, StoreError> {
        self.inner.rings(slot).await
    }
    async fn last_time(&self) -> Result<Timestamp, StoreError> {
        self.inner.last_time().await
    }
}

#[async_trait]
impl Filling for Mortal {
    async fn done(&self) -> Result<Vec<Slot>, StoreError> {
        self.inner.done().await
    }
    async fn write(&self, slot: &Slot, things: &[Thing]) -> Result<(), StoreError> {
        if self.forgetful {
            return self.inner.write(slot, &things[1..]).await;
        }
        self.live()?;
        self.inner.write(slot, things).await
    }
    async fn note_done(&self, source: &Slot) -> Result<(), StoreError> {
        if !self.forgetful {
            self.live()?;
        }
        self.inner.note_done(source).await
    }
    async fn begin_slot(&self, slot: &Slot, at: Timestamp, rings: u64) -> Result<(), StoreError> {
        if !self.forgetful {
            self.live()?;
        }
        self.inner.begin_slot(slot, at, rings).await
    }
    async fn finish(&self, at: Timestamp) -> Result<(), StoreError> {
        if !self.forgetful {
            self.live()?;
        }
        self.inner.finish(at).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_copy_is_cut_off_the_next_one_ends_it_and_a_loss_is_noticed() {
    let mut service = Service::start();
    for number in 0..3 {
        start(&service, &format!("device-of-customer-{number}")).await;
    }
    assert!(service.terminate());
    let file = service.data().join("sanad.redb");
    let source = WholeFile::open(&file, 4).unwrap();
    let whole = sum(&source).await.unwrap();
    for step in 0.. {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("sanad.redb");
        let fill = || WholeFile::fill(&path, 2, &source.name()).unwrap();
        let mortal = Mortal { inner: fill(), left: AtomicI64::new(step), forgetful: false };
        let cut = copy(&source, &mortal, |_| ()).await;
        drop(mortal);
        if cut.is_ok() {
            assert!(step > 5, "there were steps to fail at");
            break;
        }
        assert!(!path.exists(), "what is not whole has not its name");
        let ended = copy(&source, &fill(), |_| ()).await.unwrap();
        assert_eq!(ended.entities, whole.entities);
        let arrived = sum(&WholeFile::open(&path, 2).unwrap()).await.unwrap();
        assert_eq!(arrived, ended, "cut off at step {step}");
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("sanad.redb");
    let inner = WholeFile::fill(&path, 4, "source").unwrap();
    let forgetful = Mortal { inner, left: AtomicI64::new(0), forgetful: true };
    let noticed = copy(&source, &forgetful, |_| ()).await;
    assert!(matches!(noticed, Err(CopyError::Differs { .. })), "{noticed:?}");
    assert!(!path.exists());
}
