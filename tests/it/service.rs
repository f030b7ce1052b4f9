//! The real binary as a test starts it: its own folders, its own port, and no mercy.

use sanad::grpc::pb::agent_service_client::AgentServiceClient;
use sanad::grpc::pb::chat_service_client::ChatServiceClient;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use tonic::transport::Channel;

/// A service that runs in a process of its own.
pub struct Service {
    folder: Arc<TempDir>,
    store: String,
    child: Child,
    address: String,
}

impl Service {
    /// Starts it with the shipped rules on a free port and an empty data folder.
    pub fn start() -> Service {
        Service::start_on("embedded")
    }

    /// Starts another on the same rules, keys and store.
    pub fn beside(&self) -> Service {
        let (folder, store) = (Arc::clone(&self.folder), self.store.clone());
        let (child, address) = spawn_quiet(folder.path(), &store);
        Service { folder, store, child, address }
    }

    /// Starts another on the same rules and keys, on another store.
    pub fn moved_to(&self, store: &str) -> Service {
        let (folder, store) = (Arc::clone(&self.folder), store.to_owned());
        let (child, address) = spawn_quiet(folder.path(), &store);
        Service { folder, store, child, address }
    }

    /// Starts it with a key of the host site; all that it could log goes to the file [`Service::log`].
    pub fn start_talkative() -> Service {
        let folder = folder();
        make_host_key(folder.path());
        let log = File::create(folder.path().join("log")).unwrap();
        let (child, address) = spawn(folder.path(), "embedded", "trace", log.into());
        Service { folder, store: "embedded".to_owned(), child, address }
    }

    /// Starts it with a key of the host site.
    pub fn start_with_logins() -> Service {
        let folder = folder();
        make_host_key(folder.path());
        let (child, address) = spawn_quiet(folder.path(), "embedded");
        Service { folder, store: "embedded".to_owned(), child, address }
    }

    /// What a talkative service has logged.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Starts it with this line in `service.yaml` instead of the one of the same key.
    pub fn start_with(line: &str) -> Service {
        let folder = folder();
        let file = folder.path().join("config/service.yaml");
        let (key, _) = line.split_once(':').expect("a key and its value");
        let text = std::fs::read_to_string(&file).unwrap();
        let of_key = |row: &&str| row.starts_with(&format!("{key}:"));
        let row = text.lines().find(of_key).expect("the shipped file has this key").to_owned();
        std::fs::write(&file, text.replace(&row, line)).unwrap();
        let (child, address) = spawn_quiet(folder.path(), "embedded");
        Service { folder, store: "embedded".to_owned(), child, address }
    }

    /// Starts it with a data folder that this has prepared.
    pub fn start_with_data(prepare: impl FnOnce(&Path)) -> Service {
        let folder = folder();
        prepare(&folder.path().join("data"));
        let (child, address) = spawn_quiet(folder.path(), "embedded");
        Service { folder, store: "embedded".to_owned(), child, address }
    }

    /// Starts it on this store.
    pub fn start_on(store: &str) -> Service {
        let folder = folder();
        let store = store.to_owned();
        let (child, address) = spawn_quiet(folder.path(), &store);
        Service { folder, store, child, address }
    }

    /// Kills the process without warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills the process without warning and starts another on the same data.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        let (child, address) = spawn_quiet(self.folder.path(), &self.store);
        self.child = child;
        self.address = address;
    }

    /// Asks it to stop and waits; returns whether it ended by itself and well.
    pub fn terminate(&mut self) -> bool {
        self.ask_to_stop();
        self.child.wait().unwrap().success()
    }

    /// Asks it to stop.
    pub fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    }

    /// What a page of it says to somebody who comes anew: the status, or that nobody answers.
    pub fn page(&self, path: &str) -> std::io::Result<u16> {
        let host = self.address.trim_start_matches("http://");
        let mut line = TcpStream::connect(host)?;
        write!(line, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut first = String::new();
        BufReader::new(line).read_line(&mut first)?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.ok_or_else(|| std::io::Error::other("no answer"))
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The secret of a key of staff, such as `agent_sara`.
    pub fn key(&self, name: &str) -> String {
        let file = self.data().join("keys").join(format!("{name}.key"));
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// A client for agents.
    pub async fn desk(&self) -> AgentServiceClient<Channel> {
        AgentServiceClient::connect(self.address.clone()).await.unwrap()
    }

    /// A client for customers.
    pub async fn chat(&self) -> ChatServiceClient<Channel> {
        ChatServiceClient::connect(self.address.clone()).await.unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn make_host_key(folder: &Path) {
    let made = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["token", "key", "--data"])
        .arg(folder.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

/// The shipped rules in a folder of their own.
fn folder() -> Arc<TempDir> {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    copy(Path::new("config"), &folder.path().join("config"));
    // One test is many callers at one address.
    let file = folder.path().join("config/service.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text
        .replace("requests_per_second_per_address: 50", "requests_per_second_per_address: 100000")
        .replace("request_burst: 200", "request_burst: 100000");
    std::fs::write(&file, text).unwrap();
    folder
}

fn spawn_quiet(folder: &Path, store: &str) -> (Child, String) {
    spawn(folder, store, "error", Stdio::inherit())
}

fn spawn(folder: &Path, store: &str, level: &str, log: Stdio) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(folder.join("config"))
        .arg("--data")
        .arg(folder.join("data"))
        .args(["--store", store])
        .stdout(Stdio::piped())
        .stderr(log)
        .env("SANAD_LOG", level)
        .env("NO_COLOR", "1")
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            let rest = line.strip_prefix("Sanad listens on ")?;
            Some(rest.split(' ').next()?.to_owned())
        })
        .expect("the service says where it listens");
    // Whatever else it prints must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
