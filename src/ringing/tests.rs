//! Ringing through real sockets and real programs.

use super::webhook::{SIGNATURE, signature};
use super::*;
use crate::domain::detectors::EmergencyKind;
use crate::domain::ids::QueueId;
use crate::domain::language::Language;
use crate::domain::routing::on_call::Target;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

const SECRET: &str = "a secret of the environment";

/// One request as a server has read it.
struct Heard {
    head: String,
    body: Vec<u8>,
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Answers one request on the loopback with these bytes.
fn server(answer: String) -> (String, JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/ring/with/a/path", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).unwrap() > 2 {
            head.push_str(&std::mem::take(&mut line));
        }
        let mut heard = Heard { head, body: Vec::new() };
        let length = heard.header("content-length").unwrap().parse().unwrap();
        heard.body.resize(length, 0);
        reader.read_exact(&mut heard.body).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        heard
    });
    (address, heard)
}

fn answer(status: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{more}connection: close\r\n\r\n{body}"
    )
}

fn ring_by(way: Way) -> Ring {
    Ring {
        ring: 7,
        conversation: ConversationId::parse("c1").unwrap(),
        kind: EmergencyKind::Life,
        language: Language::Ar,
        queue: QueueId::parse("safety").unwrap(),
        waiting_since: Timestamp::from_millis(1_795_417_200_000),
        attempt: 2,
        rung_at: Timestamp::from_millis(1_795_417_230_500),
        target: Target { name: "night guard".to_owned(), way },
        secret_from: Some("SECRET_OF_THE_TEST".to_owned()),
        is_drill: false,
    }
}

async fn rings(way: Way) -> Rung {
    let environment: Environment =
        Arc::new(|name| (name == "SECRET_OF_THE_TEST").then(|| SECRET.to_owned()));
    let token: Acknowledgement = Arc::new(|conversation, ring| format!("{conversation}/{ring}"));
    Lines::new(token, environment).ring(&ring_by(way)).await
}

#[tokio::test]
async fn a_webhook_gets_one_signed_message_with_the_means_to_answer() {
    let (address, server) = server(answer("200 OK", "", ""));
    assert_eq!(rings(Way::Webhook(address)).await, Rung::Delivered);
    let heard = server.join().unwrap();
    assert!(heard.head.starts_with("POST /ring/with/a/path HTTP/1.1"), "{}", heard.head);
    assert_eq!(heard.header(SIGNATURE), Some(&*signature(SECRET.as_bytes(), &heard.body)));
    assert!(!heard.head.contains(SECRET));
    let message: serde_json::Value = serde_json::from_slice(&heard.body).unwrap();
    let expected = serde_json::json!({
        "event": "on_call_ring", "conversation_id": "c1", "kind": "life", "language": "ar",
        "queue": "safety", "target": "night guard", "waiting_since": "2026-11-23T07:00:00Z",
        "rung_at": "2026-11-23T07:00:30.5Z", "attempt": 2, "acknowledge": "c1/7",
    });
    assert_eq!(message, expected);
}

#[tokio::test]
async fn a_drill_says_that_it_is_one_and_cannot_be_acknowledged() {
    let (address, server) = server(answer("200 OK", "", ""));
    let token: Acknowledgement = Arc::new(|_, _| "good".to_owned());
    let lines = Lines::new(token, Arc::new(|_| None));
    let ring = Ring { is_drill: true, ..ring_by(Way::Webhook(address)) };
    assert_eq!(lines.ring(&ring).await, Rung::Delivered);
    let heard = server.join().unwrap();
    assert_eq!(heard.header(SIGNATURE), None, "there is no secret");
    let message: serde_json::Value = serde_json::from_slice(&heard.body).unwrap();
    assert_eq!(
        (message["event"].as_str(), message["acknowledge"].as_str()),
        (Some("on_call_drill"), Some(""))
    );
}

#[test]
fn the_signature_is_the_hmac_of_the_bytes() {
    // Test case 2 of RFC 4231.
    assert_eq!(
        signature(b"Jefe", b"what do ya want for nothing?"),
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[tokio::test]
async fn a_webhook_may_say_at_once_who_is_there() {
    for (body, rung) in [
        (r#"{"reached":"Khalid"}"#, Rung::Reached("Khalid".to_owned())),
        (r#"{"reached":" "}"#, Rung::Delivered),
        (r#"{"ok":true}"#, Rung::Delivered),
        ("thanks", Rung::Delivered),
    ] {
        let (address, server) = server(answer("202 Accepted", "", body));
        assert_eq!(rings(Way::Webhook(address)).await, rung, "{body}");
        server.join().unwrap();
    }
}

#[tokio::test]
async fn what_does_not_take_the_ring_has_failed_and_no_redirect_is_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = format!("location: http://{}/\r\n", elsewhere.local_addr().unwrap());
    for (status, more) in
        [("500 Broken", ""), ("404 Not Found", ""), ("302 Found", &other), ("307 Moved", &other)]
    {
        let (address, server) = server(answer(status, more, r#"{"reached":"Khalid"}"#));
        let why = format!("it answered with status {}", &status[..3]);
        assert_eq!(rings(Way::Webhook(address)).await, Rung::Failed(why));
        server.join().unwrap();
    }
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err(), "nobody else was called");
}

#[tokio::test]
async fn where_nobody_listens_the_reason_does_not_tell_the_address() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = format!("http://{closed}/with-a-secret-path");
    let Rung::Failed(why) = rings(Way::Webhook(address)).await else { panic!("nobody is there") };
    assert!(why.starts_with("no connection") && !why.contains("secret"), "{why}");
}

#[tokio::test]
async fn whoever_does_not_answer_in_time_has_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let agent = webhook::agent(Duration::from_millis(100));
    let rung = webhook::ring(&agent, &address, b"{}".to_vec(), None).await;
    assert_eq!(rung, Rung::Failed("no answer came in time".to_owned()));
}

fn shell(script: &str) -> Way {
    Way::Command(["/bin/sh", "-c", script].map(str::to_owned).to_vec())
}

#[tokio::test]
async fn a_program_reads_the_message_and_ends_with_nothing_wrong_when_it_rings() {
    let failed = |why: &str| Rung::Failed(why.to_owned());
    for (script, rung) in [
        ("grep -q on_call_ring", Rung::Delivered),
        (r#"cat > /dev/null; echo '{"reached":"Huda"}'"#, Rung::Reached("Huda".to_owned())),
        ("exit 0", Rung::Delivered),
        ("exit 3", failed("the program ended with 3")),
        ("kill -9 $$", failed("the program was ended by a signal")),
        // Of our environment it gets only what it needs.
        (r#"test -z "$CARGO_MANIFEST_DIR" && test -n "$PATH""#, Rung::Delivered),
    ] {
        assert_eq!(rings(shell(script)).await, rung, "{script}");
    }
    let nowhere = Way::Command(vec!["/no/such/program".to_owned()]);
    assert_eq!(rings(nowhere).await, failed("the program cannot be run: entity not found"));
}
