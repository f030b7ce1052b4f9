//! What the servers' answer to one attempt of a call means: whether something was done, may have been
//! done, or certainly was not, and who is to be asked next. What follows from it is decided in
//! [`super::link`].

use super::wires::Node;
use redis::{RedisError, RedisResult, ServerErrorKind, Value};
use tokio::time::error::Elapsed;

/// What an attempt came to.
pub enum Attempt {
    /// It was done, and this is the reply.
    Done(Value),
    /// Nothing was done; asking again at once makes no sense.
    Refused(String),
    /// The server answers, and takes no writes: its disk, its replicas or the rights of the user say no.
    /// A script may have been stopped by that in the middle.
    Barred {
        /// Whether part of it may be done.
        maybe_done: bool,
        /// What the server says.
        reason: String,
    },
    /// Nothing was done: the server's memory is full.
    Full(String),
    /// Nothing was done, and in a moment it may go.
    Later(String),
    /// The server does not know the script yet.
    NoScript,
    /// Nothing was done, and this connection leads to the wrong server.
    Elsewhere(String),
    /// Nothing was done: who has the keys by the map sees no majority of the cluster, or there is none.
    Down(String),
    /// Nothing was done; this node takes the keys over and is to be asked.
    Ask(Node),
    /// A script failed in the middle: what it had written stays written.
    Faulty(String),
    /// The connection is of no use any more; the call may have been done.
    Broken(String),
    /// No reply came in time; the call may have been done.
    Silent(String),
}

/// What came of an attempt.
pub fn judge(sent: Result<RedisResult<Value>, Elapsed>) -> Attempt {
    let error = match sent {
        Ok(Ok(value)) => return Attempt::Done(value),
        Ok(Err(error)) => error,
        Err(_) => return Attempt::Silent("the server does not answer in time".to_owned()),
    };
    let reason = error.to_string();
    if let Some(node) = taking_over(&error) {
        return Attempt::Ask(node);
    }
    match error.kind() {
        // The server itself refused: whatever it was, it was not done.
        redis::ErrorKind::Server(ServerErrorKind::NoScript) => Attempt::NoScript,
        redis::ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::TryAgain
            | ServerErrorKind::MasterDown
            | ServerErrorKind::Moved
            | ServerErrorKind::Ask,
        ) => Attempt::Later(reason),
        redis::ErrorKind::Server(ServerErrorKind::ClusterDown) => Attempt::Down(reason),
        // A server that was demoted: the connection leads to the wrong one.
        redis::ErrorKind::Server(ServerErrorKind::ReadOnly) => Attempt::Elsewhere(reason),
        _ if error.code() == Some("OOM") => Attempt::Full(reason),
        _ if reason.contains("user_script") => match lacks_right(&reason) {
            true => Attempt::Barred { maybe_done: true, reason },
            false => Attempt::Faulty(reason),
        },
        redis::ErrorKind::Server(_) => match lacks_right(&reason) {
            true => Attempt::Barred { maybe_done: false, reason },
            false => Attempt::Refused(reason),
        },
        redis::ErrorKind::Extension => match error.code() {
            Some("BUSY") => Attempt::Later(reason),
            // One key is of another kind than it should be.
            Some("WRONGTYPE") => Attempt::Refused(reason),
            // MISCONF, NOREPLICAS, NOAUTH, and whatever else servers come to say.
            _ => Attempt::Barred { maybe_done: false, reason },
        },
        redis::ErrorKind::AuthenticationFailed | redis::ErrorKind::InvalidClientConfig => {
            Attempt::Barred { maybe_done: false, reason }
        }
        redis::ErrorKind::ClusterConnectionNotFound => Attempt::Later(reason),
        _ if error.is_timeout() => Attempt::Silent(reason),
        _ => Attempt::Broken(reason),
    }
}

/// Whether the user may not do what was asked, itself or within a script. A command that was renamed or
/// taken away comes to the same.
pub fn lacks_right(reason: &str) -> bool {
    let says = reason.to_lowercase();
    let signs =
        ["noperm", "no permissions", "the user executing the script can't", "unknown command"];
    signs.iter().any(|sign| says.contains(sign))
}

/// The node that takes the keys over, if that is what the answer says.
fn taking_over(error: &RedisError) -> Option<Node> {
    if error.kind() != redis::ErrorKind::Server(ServerErrorKind::Ask) {
        return None;
    }
    let (host, port) = error.redirect_node()?.0.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}
