//! The scripts, and the call of one. A script is known to the server by the hash of its text, so
//! that old and new instances can work side by side, each with its own.

use redis::Cmd;
use std::sync::LazyLock;

/// Which script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// A transaction.
    Commit,
    /// A transaction that begins what will grow: it is refused while memory is nearly full.
    CommitNew,
    /// A transaction that may pass although the server's memory is full.
    CommitAnyway,
    /// Entities and scores at one moment.
    Load,
    /// What is due.
    Claim,
    /// A page of an ordered set.
    Range,
    /// A page of a log.
    ReadLog,
    /// Whether a record is there; what follows on the connection can wait for it.
    Held,
    /// The deployment's record.
    Bless,
    /// That a slot is in use, written together with something else.
    Vouch,
    /// The same, written alone.
    Stand,
    /// Nothing, where there is room for more.
    Room,
    /// Whether the user may do all that scripts do.
    Rights,
}

struct Text {
    source: &'static str,
    hash: String,
}

macro_rules! script {
    ($flags:literal, $($part:literal),+) => {
        LazyLock::new(|| {
            let source = concat!("#!lua", $flags, "\n" $(, include_str!(concat!("scripts/", $part)))+);
            Text { source, hash: redis::Script::new(source).get_hash().to_owned() }
        })
    };
}

// A script without the first line would be begun also when memory is full, and stopped halfway.
static COMMIT: LazyLock<Text> = script!("", "head.lua", "commit.lua");
static COMMIT_NEW: LazyLock<Text> = script!("", "reserve.lua", "head.lua", "commit.lua");
static COMMIT_ANYWAY: LazyLock<Text> = script!(" flags=allow-oom", "head.lua", "commit.lua");
static LOAD: LazyLock<Text> = script!(" flags=no-writes", "head.lua", "load.lua");
static CLAIM: LazyLock<Text> = script!(" flags=allow-oom", "head.lua", "claim.lua");
static RANGE: LazyLock<Text> = script!(" flags=no-writes", "head.lua", "range.lua");
static READ_LOG: LazyLock<Text> = script!(" flags=no-writes", "head.lua", "read_log.lua");
static HELD: LazyLock<Text> = script!(" flags=allow-oom", "held.lua");
static BLESS: LazyLock<Text> = script!("", "bless.lua");
static VOUCH: LazyLock<Text> = script!(" flags=allow-oom", "vouch.lua");
static STAND: LazyLock<Text> = script!(" flags=allow-oom", "stand.lua");
static RIGHTS: LazyLock<Text> = script!(" flags=allow-oom", "rights.lua");
static ROOM: LazyLock<Text> = script!("", "reserve.lua", "room.lua");

impl Script {
    fn text(self) -> &'static Text {
        match self {
            Script::Commit => &COMMIT,
            Script::CommitNew => &COMMIT_NEW,
            Script::CommitAnyway => &COMMIT_ANYWAY,
            Script::Load => &LOAD,
            Script::Claim => &CLAIM,
            Script::Range => &RANGE,
            Script::ReadLog => &READ_LOG,
            Script::Held => &HELD,
            Script::Bless => &BLESS,
            Script::Vouch => &VOUCH,
            Script::Stand => &STAND,
            Script::Room => &ROOM,
            Script::Rights => &RIGHTS,
        }
    }
}

/// One call of a script: its keys and its arguments.
#[derive(Debug, Clone)]
pub struct Call {
    script: Script,
    keys: Vec<String>,
    args: Vec<Vec<u8>>,
}

impl Call {
    /// A call without keys and arguments.
    pub fn new(script: Script) -> Call {
        Call { script, keys: Vec::new(), args: Vec::new() }
    }

    /// Declares a key.
    pub fn key(&mut self, key: &str) -> &mut Call {
        self.keys.push(key.to_owned());
        self
    }

    /// Adds an argument.
    pub fn arg(&mut self, arg: impl Into<String>) -> &mut Call {
        self.args.push(arg.into().into_bytes());
        self
    }

    /// Adds an argument as it is.
    pub fn bytes(&mut self, arg: &[u8]) -> &mut Call {
        self.args.push(arg.to_vec());
        self
    }

    /// How many keys are declared.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    /// The command, by the script's hash.
    pub fn by_hash(&self) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(self.script.text().hash.as_str());
        self.finish(command)
    }

    /// The command with the script's text, for a server that does not know it yet.
    pub fn by_text(&self) -> Cmd {
        let mut command = redis::cmd("EVAL");
        command.arg(self.script.text().source);
        self.finish(command)
    }

    fn finish(&self, mut command: Cmd) -> Cmd {
        command.arg(self.keys.len());
        self.keys.iter().for_each(|key| _ = command.arg(key));
        self.args.iter().for_each(|arg| _ = command.arg(arg.as_slice()));
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_says_what_it_may_do() {
        let check = |script: Script, first: &str| {
            assert_eq!(script.text().source.lines().next(), Some(first), "{script:?}");
        };
        check(Script::Commit, "#!lua");
        check(Script::CommitNew, "#!lua");
        check(Script::CommitAnyway, "#!lua flags=allow-oom");
        check(Script::Load, "#!lua flags=no-writes");
        check(Script::Claim, "#!lua flags=allow-oom");
        check(Script::Range, "#!lua flags=no-writes");
        check(Script::ReadLog, "#!lua flags=no-writes");
        check(Script::Held, "#!lua flags=allow-oom");
        check(Script::Bless, "#!lua");
        check(Script::Vouch, "#!lua flags=allow-oom");
        check(Script::Stand, "#!lua flags=allow-oom");
        check(Script::Room, "#!lua");
        check(Script::Rights, "#!lua flags=allow-oom");
    }
}
