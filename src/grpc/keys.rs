//! The keys of staff: agents, platforms, supervisors, admins.
//!
//! A key reads `sanad_<role>_<subject>_<secret>` and lies in a file of its own,
//! `<folder>/<role>_<subject>.key`, readable by the server's account only. Files are how keys are
//! managed: a new file is a new key, an emptied file is a revoked one (it is not minted again), a
//! removed one is minted afresh at the next start, unless other instances have it. Several keys for one
//! subject are several files.
//!
//! In memory the server keeps only a keyed digest of each key, so that neither a dump nor the
//! time a comparison takes gives a key away.

use super::Now;
use super::identity::HOST_KEY_BYTES_MIN;
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

/// How long unknown keys are refused from memory before the folder is read again.
const RELOAD_PAUSE: Duration = Duration::from_secs(1);
/// A longer text is not a key.
const KEY_BYTES_MAX: usize = 256;
/// Bits of a secret: 192, written as hex so that it holds no `_`.
const SECRET_BYTES: usize = 24;
/// Bytes of a key's digest that name it: enough to tell two apart, and of a secret of 192 bits nothing.
const NAME_BYTES: usize = 4;

/// What the holder of a key may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// One human agent, who acts for nobody else.
    Agent,
    /// A contact-centre platform, which acts for every agent it names.
    Platform,
    /// Watches queues and conversations and puts stuck ones right.
    Supervisor,
    /// Runs the deployment.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 4] = [Role::Agent, Role::Platform, Role::Supervisor, Role::Admin];

    /// The name in keys, file names and errors.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Platform => "platform",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }

    fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == text)
    }
}

/// Somebody with a staff key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Staff {
    /// What they may be.
    pub role: Role,
    /// Who they are: for an agent's key the agent's id.
    pub subject: String,
}

/// What went wrong with the folder of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file or the folder cannot be read or written.
    #[error("{path}: {source}; make sure that the server's account may read and write there")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no randomness.
    #[error("the system gives no randomness to make a key of: {0}")]
    NoRandomness(String),
    /// A subject that cannot stand in a key.
    #[error("{subject:?} cannot stand in a key: {reason}")]
    Subject {
        /// The subject.
        subject: String,
        /// Why not.
        reason: String,
    },
}

/// All staff keys that are good at this moment.
pub struct KeyRing {
    folder: PathBuf,
    pepper: [u8; 32],
    now: Now,
    digests: RwLock<BTreeMap<Staff, Vec<[u8; 32]>>>,
    read_at: Mutex<Timestamp>,
}

impl KeyRing {
    /// Reads the keys in `folder`, which is made if it is not there.
    pub fn open(folder: &Path, now: Now) -> Result<KeyRing, KeyError> {
        make_folder(folder)?;
        let ring = KeyRing {
            folder: folder.to_owned(),
            pepper: random()?,
            now,
            digests: RwLock::default(),
            read_at: Mutex::new(Timestamp::ZERO),
        };
        ring.reload()?;
        Ok(ring)
    }

    /// Mints what is missing: one key each for a platform, a supervisor and an admin called
    /// `main`, and one for each of these agents. Returns the files that are new.
    pub fn mint_missing(&self, agents: &[AgentId]) -> Result<Vec<PathBuf>, KeyError> {
        self.mint_missing_but(agents, |_| false)
    }

    /// The same, without the keys, by the names of their files, that are `elsewhere`.
    pub fn mint_missing_but(
        &self,
        agents: &[AgentId],
        elsewhere: impl Fn(&str) -> bool,
    ) -> Result<Vec<PathBuf>, KeyError> {
        let chiefs = [Role::Platform, Role::Supervisor, Role::Admin].map(|role| (role, "main"));
        let agents = agents.iter().map(|agent| (Role::Agent, agent.as_str()));
        let mut made = Vec::new();
        for (role, subject) in chiefs.into_iter().chain(agents) {
            let path = self.path(role, subject);
            if !path.exists() && !file_name(&path).is_some_and(&elsewhere) {
                self.mint(role, subject)?;
                made.push(path);
            }
        }
        Ok(made)
    }

    /// Takes back what was minted a moment ago, before anybody has learnt of it.
    pub fn take_back(&self, minted: &[PathBuf]) -> Result<(), KeyError> {
        for path in minted {
            fs::remove_file(path)
                .map_err(|source| KeyError::File { path: path.clone(), source })?;
        }
        self.reload()
    }

    /// The folder of the keys.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a new key in the subject's file, in place of the one that was there.
    pub fn mint(&self, role: Role, subject: &str) -> Result<PathBuf, KeyError> {
        if let Err(error) = AgentId::parse(subject) {
            let reason = error.to_string();
            return Err(KeyError::Subject { subject: subject.to_owned(), reason });
        }
        let secret: [u8; SECRET_BYTES] = random()?;
        let path = self.path(role, subject);
        write_secret(&path, &format!("sanad_{}_{subject}_{}\n", role.name(), hex(&secret)))?;
        self.reload()?;
        Ok(path)
    }

    /// Whose key this is. An unknown one is looked for in the folder, but not more often than
    /// once in a second, so that guessing keys costs the disk nothing.
    pub fn find(&self, presented: &str) -> Option<Staff> {
        let claimed = parse(presented)?;
        if self.holds(&claimed, presented) {
            return Some(claimed);
        }
        if !self.may_reload() {
            return None;
        }
        if let Err(error) = self.reload() {
            tracing::warn!(%error, "the folder of keys could not be read again");
            return None;
        }
        self.holds(&claimed, presented).then_some(claimed)
    }

    /// Reads the folder again, so that removed and emptied files lose their power.
    pub fn reload(&self) -> Result<(), KeyError> {
        let mut digests: BTreeMap<Staff, Vec<[u8; 32]>> = BTreeMap::new();
        for path in key_files(&self.folder)? {
            let text = read(&path)?;
            let key = text.trim();
            match parse(key) {
                Some(staff) => digests.entry(staff).or_default().push(self.digest(key)),
                None if key.is_empty() => {}
                None => {
                    tracing::warn!(file = %path.display(), "this file holds no key: it is left out");
                }
            }
        }
        *self.digests.write().unwrap_or_else(PoisonError::into_inner) = digests;
        Ok(())
    }

    fn path(&self, role: Role, subject: &str) -> PathBuf {
        self.folder.join(format!("{}_{subject}.key", role.name()))
    }

    fn may_reload(&self) -> bool {
        let now = (self.now)();
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = now.since(*read_at) >= RELOAD_PAUSE;
        if may {
            *read_at = now;
        }
        may
    }

    fn holds(&self, claimed: &Staff, presented: &str) -> bool {
        let digests = self.digests.read().unwrap_or_else(PoisonError::into_inner);
        let known = digests.get(claimed).map(Vec::as_slice).unwrap_or_default();
        // `verify_slice` compares in constant time.
        known.iter().any(|digest| self.mac(presented).verify_slice(digest).is_ok())
    }

    fn digest(&self, key: &str) -> [u8; 32] {
        self.mac(key).finalize().into_bytes().into()
    }

    fn mac(&self, key: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.pepper).expect("HMAC takes a key of any length");
        mac.update(key.as_bytes());
        mac
    }
}

/// The server's own secrets for customer tokens, the first of them made at the first start.
pub fn server_secrets(folder: &Path) -> Result<Vec<[u8; 32]>, KeyError> {
    make_folder(folder)?;
    let path = folder.join("server.secret");
    if !path.exists() {
        new_secret(&path)?;
    }
    secrets_in(&path)
}

/// The secrets in a file, one a line; at least one.
pub fn secrets_in(path: &Path) -> Result<Vec<[u8; 32]>, KeyError> {
    let text = read(path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let secrets: Option<Vec<_>> = lines.map(unhex).collect();
    secrets.filter(|secrets| !secrets.is_empty()).ok_or_else(|| KeyError::File {
        path: path.to_owned(),
        source: io::Error::new(
            io::ErrorKind::InvalidData,
            "this is not a list of secrets of 64 hex digits, one a line; what was made with them is \
             of no use without them: take the file from a backup, or from another instance",
        ),
    })
}

/// Puts a new secret at the end of a file, which is made if it is not there.
pub fn new_secret(path: &Path) -> Result<(), KeyError> {
    let mut text = match path.exists() {
        true => read(path)?,
        false => String::new(),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    write_secret(path, &format!("{text}{}\n", hex(&random::<32>()?)))
}

/// The key that the host site signs identities with; `None` if there is no such file.
pub fn host_key(path: &Path) -> Result<Option<Vec<u8>>, KeyError> {
    if !path.exists() {
        return Ok(None);
    }
    let key = read(path)?.trim().as_bytes().to_vec();
    if key.len() < HOST_KEY_BYTES_MIN {
        let what =
            format!("a key that others cannot guess has {HOST_KEY_BYTES_MIN} bytes at least");
        let source = io::Error::new(io::ErrorKind::InvalidData, what);
        return Err(KeyError::File { path: path.to_owned(), source });
    }
    Ok(Some(key))
}

/// Makes the key that the host site signs identities with.
pub fn make_host_key(path: &Path) -> Result<(), KeyError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    write_secret(path, &format!("{}\n", hex(&random::<32>()?)))
}

/// Splits a key; says nothing about whether it is good.
fn parse(key: &str) -> Option<Staff> {
    if key.len() > KEY_BYTES_MAX {
        return None;
    }
    let (role, rest) = key.strip_prefix("sanad_")?.split_once('_')?;
    let (subject, secret) = rest.rsplit_once('_')?;
    AgentId::parse(subject).ok()?;
    let plain = secret.len() >= 32 && secret.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then_some(())?;
    Some(Staff { role: Role::parse(role)?, subject: subject.to_owned() })
}

fn key_files(folder: &Path) -> Result<Vec<PathBuf>, KeyError> {
    let file = |source| KeyError::File { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(file)? {
        let path = entry.map_err(file)?.path();
        if path.extension().is_some_and(|extension| extension == "key") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The keys of a folder by the names of their files: of each a name of its own that tells nothing about it,
/// empty for one that is revoked.
pub fn names_in(folder: &Path) -> Result<BTreeMap<String, String>, KeyError> {
    let mut names = BTreeMap::new();
    for path in key_files(folder)? {
        let key = read(&path)?;
        let name = match key.trim() {
            "" => String::new(),
            key => hex(&Sha256::digest(key)[..NAME_BYTES]),
        };
        names.extend(file_name(&path).map(|file| (file.to_owned(), name)));
    }
    Ok(names)
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

fn read(path: &Path) -> Result<String, KeyError> {
    fs::read_to_string(path).map_err(|source| KeyError::File { path: path.to_owned(), source })
}

fn make_folder(folder: &Path) -> Result<(), KeyError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| KeyError::File { path: folder.to_owned(), source })
}

/// Writes beside and renames, so that a crash leaves no half or empty file (which would revoke).
fn write_secret(path: &Path, text: &str) -> Result<(), KeyError> {
    let beside = path.with_extension("new");
    let write = || -> io::Result<()> {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|source| KeyError::File { path: path.to_owned(), source })
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| KeyError::NoRandomness(error.to_string()))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
