//! Whether the servers flush what is written to their disks before they answer.

use super::attempt::lacks_right;
use super::decode;
use super::link::{Failed, Link};
use redis::Value;

/// Whether every server flushes before it answers. Who may not ask is told no.
pub(super) async fn flushes_always(link: &Link) -> Result<bool, Failed> {
    let mut command = redis::cmd("CONFIG");
    command.arg("GET").arg("appendfsync");
    are_always(link.command_everywhere(&command).await)
}

/// A server that was not heard has not said that it flushes late.
fn are_always(told: Result<Vec<Value>, Failed>) -> Result<bool, Failed> {
    let replies = match told {
        Ok(replies) => replies,
        Err(failed) if lacks_right(&failed.reason) => return Ok(false),
        Err(failed) => return Err(failed),
    };
    let always = |reply: &Value| match reply {
        Value::Array(items) => items.get(1).and_then(decode::text).as_deref() == Some("always"),
        Value::Map(items) => {
            items.first().and_then(|(_, v)| decode::text(v)).as_deref() == Some("always")
        }
        _ => false,
    };
    Ok(!replies.is_empty() && replies.iter().all(always))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::store::Why;

    #[test]
    fn a_lost_reply_does_not_say_that_a_server_flushes_late() {
        let words = |policy: &str| {
            let word = |text: &str| Value::BulkString(text.as_bytes().to_vec());
            Value::Array(vec![word("appendfsync"), word(policy)])
        };
        let failed = |reason: &str| {
            Err(Failed { maybe_done: true, why: Why::Away, reason: reason.to_owned() })
        };
        assert_eq!(are_always(Ok(vec![words("always")])), Ok(true));
        assert_eq!(are_always(Ok(vec![words("always"), words("everysec")])), Ok(false));
        let barred = "NOPERM: this user has no permissions to run the 'config|get' command";
        assert_eq!(are_always(failed(barred)), Ok(false), "who may not ask");
        assert!(are_always(failed("redis://h does not answer")).is_err());
    }
}
