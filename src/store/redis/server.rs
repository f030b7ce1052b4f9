//! Real Redis servers for tests: each on a free port, with its files in a temporary folder, ended
//! with the test even if that is killed: a shell beside the server ends it when the test's end of
//! its input closes. Knows nothing of Sanad.

// Other processes keep the real time.
#![allow(clippy::disallowed_methods)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Runs the server, tells its process, and ends it and its files with whoever holds the input; the
/// files stay where a word comes before the end.
const KEEPER: &str = r#"
folder=$1; shift
redis-server "$@" >/dev/null 2>&1 &
echo $!
read -r word
kill -9 $! 2>/dev/null
[ "$word" = keep ] || rm -rf "$folder"
"#;

/// A server that runs.
pub struct RedisServer {
    folder: TempDir,
    port: u16,
    extra: Vec<String>,
    keeper: Child,
    pid: String,
}

impl RedisServer {
    /// Starts one that keeps everything in an append-only file, flushed before each answer.
    pub fn start() -> RedisServer {
        RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// Starts one with these settings.
    pub fn start_with(extra: &[&str]) -> RedisServer {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let extra: Vec<String> = extra.iter().map(|word| (*word).to_owned()).collect();
        let (keeper, pid) = spawn(folder.path(), port, &extra);
        let server = RedisServer { folder, port, extra, keeper, pid };
        server.wait();
        server
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The folder of its files.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Runs a command with the client that comes with Redis.
    pub fn cli(&self, words: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &port])
            .args(words)
            .output()
            .expect("redis-cli is not installed; scripts/test.sh installs what the tests need");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Sends its process a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid]).status();
        assert!(sent.expect("kill").success());
    }

    /// Ends its process without warning.
    pub fn kill(&mut self) {
        self.end("keep");
    }

    fn end(&mut self, word: &str) {
        if let Some(mut input) = self.keeper.stdin.take() {
            let _ = writeln!(input, "{word}");
        }
        let _ = self.keeper.wait();
    }

    /// Starts it again on the same port with the same files.
    pub fn restart(&mut self) {
        (self.keeper, self.pid) = spawn(self.folder.path(), self.port, &self.extra);
        self.wait();
    }

    /// Waits until it answers.
    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.cli(&["PING"]) != "PONG" {
            assert!(
                Instant::now() < deadline,
                "redis-server does not answer; scripts/test.sh installs what the tests need"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.end("");
    }
}

/// A port that nobody uses at this moment, with the one above 10,000 more free too, since Redis
/// Cluster wants both.
pub fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}

fn spawn(folder: &Path, port: u16, extra: &[String]) -> (Child, String) {
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(folder)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--dir", &folder.to_string_lossy(), "--enable-debug-command", "yes"])
        .args(extra)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut pid = String::new();
    let told = keeper.stdout.take().expect("a pipe");
    BufReader::new(told).read_line(&mut pid).expect("the process of the server");
    (keeper, pid.trim().to_owned())
}
