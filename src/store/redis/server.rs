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
/// files stay where a word comes before the end. It is gone when the shell is gone.
const KEEPER: &str = r#"
folder=$1; shift
redis-server "$@" >/dev/null 2>&1 &
echo $!
read -r word
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
[ "$word" = keep ] || rm -rf "$folder"
"#;

/// So often a server is begun on another port: between finding a free port and using it somebody
/// else may take it.
const BEGINNINGS_MAX: u32 = 8;
/// A server that runs and does not answer within this will not.
const ANSWER_SPAN: Duration = Duration::from_secs(60);
/// Between two looks at something that takes its time.
pub const LOOK_AGAIN: Duration = Duration::from_millis(30);

/// Where servers listen, unless they have a network of their own.
const LOOPBACK: &str = "127.0.0.1";

/// A server that runs.
pub struct RedisServer {
    folder: TempDir,
    host: String,
    port: u16,
    /// The network namespace it runs in, if not in that of the test.
    space: Option<String>,
    words: Vec<String>,
    /// The user, with a password of the same name, that commands are run as; empty = `default`.
    user: &'static str,
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
        RedisServer::start_as("", extra)
    }

    /// The same; commands are run as this user, whose password is its name.
    pub fn start_as(user: &'static str, extra: &[&str]) -> RedisServer {
        let words = |folder: &Path, port| words(folder, LOOPBACK, port, extra);
        RedisServer::begin(None, LOOPBACK, user, words)
    }

    /// Starts one in a network namespace, at an address that it has there.
    pub fn start_within(space: &str, host: &str, extra: &[&str]) -> RedisServer {
        let words = |folder: &Path, port| words(folder, host, port, extra);
        RedisServer::begin(Some(space), host, "", words)
    }

    /// Starts a Sentinel with these lines of configuration.
    pub fn sentinel(lines: &[String]) -> RedisServer {
        RedisServer::begin(None, LOOPBACK, "", |folder, port| {
            let config = folder.join("sentinel.conf");
            let dir = folder.display();
            let text = format!("port {port}\nbind 127.0.0.1\ndir {dir}\n{}\n", lines.join("\n"));
            std::fs::write(&config, text).expect("a file");
            vec![config.to_string_lossy().into_owned(), "--sentinel".to_owned()]
        })
    }

    fn begin(
        space: Option<&str>,
        host: &str,
        user: &'static str,
        words: impl Fn(&Path, u16) -> Vec<String>,
    ) -> RedisServer {
        for _ in 0..BEGINNINGS_MAX {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let port = free_port();
            let words = words(folder.path(), port);
            let (keeper, pid) = spawn(space, folder.path(), &words);
            let (host, space) = (host.to_owned(), space.map(str::to_owned));
            let server = RedisServer { folder, host, port, space, words, user, keeper, pid };
            if server.comes_up() {
                return server;
            }
        }
        panic!("redis-server does not stay up; scripts/test.sh installs what the tests need");
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens, as clusters write it.
    pub fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
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
            .args(["-h", &self.host, "-p", &port])
            .args(match self.user {
                "" => vec![],
                user => vec!["--user", user, "--pass", user, "--no-auth-warning"],
            })
            .args(words)
            .output()
            .expect("redis-cli is not installed; scripts/test.sh installs what the tests need");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs a command again and again until its output holds `wanted`.
    pub fn cli_until(&self, words: &[&str], wanted: &str) {
        let deadline = Instant::now() + ANSWER_SPAN;
        loop {
            let told = self.cli(words);
            if told.contains(wanted) {
                return;
            }
            assert!(Instant::now() < deadline, "{words:?} never says {wanted:?}: {told}");
            std::thread::sleep(LOOK_AGAIN);
        }
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
        for _ in 0..BEGINNINGS_MAX {
            (self.keeper, self.pid) = spawn(self.space.as_deref(), self.folder.path(), &self.words);
            if self.comes_up() {
                return;
            }
            // Whoever has the port at this moment may let it go.
            self.end("keep");
            std::thread::sleep(LOOK_AGAIN);
        }
        panic!("redis-server does not come up again on port {}", self.port);
    }

    /// Waits until it answers; tells whether it does. Another server on the port is not it.
    fn comes_up(&self) -> bool {
        let deadline = Instant::now() + ANSWER_SPAN;
        let itself = format!("process_id:{}\r", self.pid);
        while Instant::now() < deadline {
            // It tells no more than that while it reads its files.
            let told = self.cli(&["INFO", "server"]);
            if told.contains(&itself) && !self.cli(&["PING"]).contains("LOADING") {
                return true;
            }
            let is_there =
                Command::new("kill").args(["-0", &self.pid]).stderr(Stdio::null()).status();
            if !is_there.is_ok_and(|status| status.success()) {
                return false;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        false
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

fn words(folder: &Path, host: &str, port: u16, extra: &[&str]) -> Vec<String> {
    let (folder, port) = (folder.to_string_lossy(), port.to_string());
    let words = ["--port", &port, "--bind", host, "--save", "", "--dir", &folder];
    let debug = ["--enable-debug-command", "yes"];
    words.iter().chain(&debug).chain(extra).map(|word| (*word).to_owned()).collect()
}

fn spawn(space: Option<&str>, folder: &Path, words: &[String]) -> (Child, String) {
    let mut keeper = match space {
        None => Command::new("sh"),
        Some(space) => {
            let mut inside = Command::new("ip");
            inside.args(["netns", "exec", space, "sh"]);
            inside
        }
    };
    let mut keeper = keeper
        .args(["-c", KEEPER, "keeper"])
        .arg(folder)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut pid = String::new();
    let told = keeper.stdout.take().expect("a pipe");
    BufReader::new(told).read_line(&mut pid).expect("the process of the server");
    (keeper, pid.trim().to_owned())
}
