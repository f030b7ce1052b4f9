//! Whether Sanad's user may do all that Sanad does. A right that is missing shows only when something is
//! to be written; so it is asked for before a server is used, without writing where the server may be
//! asked (`ACL DRYRUN`), and else by a script that leaves nothing behind (`rights.lua`).

use super::attempt::lacks_right;
use super::decode;
use super::keys::Keys;
use super::link::{Failed, Lane, Link};
use super::scripts::{Call, Script};
use crate::ports::store::Slot;
use futures::future::join_all;
use redis::Value;

/// One of each command that is sent or stands in a script.
const COMMANDS: [&str; 29] = [
    "EVALSHA 0 1 KEY",
    "EVAL 0 1 KEY",
    "EXISTS KEY",
    "GET KEY",
    "SET KEY v PX 1",
    "DEL KEY",
    "HGET KEY f",
    "HMGET KEY f",
    "HGETALL KEY",
    "HSET KEY f v",
    "HDEL KEY f",
    "SADD KEY m",
    "SISMEMBER KEY m",
    "ZADD KEY 1 m",
    "ZREM KEY m",
    "ZRANGE KEY 0 1",
    "ZRANGEBYSCORE KEY 0 1",
    "ZRANK KEY m",
    "ZSCORE KEY m",
    "ZCOUNT KEY 0 1",
    "XADD KEY 1-0 f v",
    "XRANGE KEY - +",
    "XREVRANGE KEY + -",
    "TIME",
    "INFO memory",
    "WAIT 0 0",
    "PUBLISH BELL v",
    "SUBSCRIBE BELL",
    "PING",
];

/// What the user may not do, on any master; empty if nothing is missing. Each as a right that can be
/// given, or in the server's words.
pub async fn missing(link: &Link, keys: &Keys) -> Result<Vec<String>, Failed> {
    let Some(user) = whoami(link).await? else { return tried(link, keys, None).await };
    let (key, bell) = (keys.head(&Slot::Bucket(0)), keys.bell());
    let asked = COMMANDS.map(|line| {
        let mut command = redis::cmd("ACL");
        command.arg("DRYRUN").arg(&user);
        for word in line.split(' ') {
            command.arg(match word {
                "KEY" => key.as_str(),
                "BELL" => bell.as_str(),
                word => word,
            });
        }
        async move { link.command_everywhere(&command).await.map(|told| (line, told)) }
    });
    let mut missing = Vec::new();
    for told in join_all(asked).await {
        let (line, told) = match told {
            Ok(told) => told,
            Err(failed) if lacks_right(&failed.reason) => return tried(link, keys, None).await,
            Err(failed) => return Err(failed),
        };
        let refused = told.iter().filter_map(decode::text).find(|told| told != "OK");
        missing.extend(refused.map(|says| right(link, line, &says)));
    }
    missing.dedup();
    Ok(missing)
}

/// Whether nothing is missing, as far as that can be known.
pub async fn are_whole(link: &Link, lane: &Lane) -> bool {
    let keys = Keys::new(&link.address().prefix);
    let whole = |told: Result<Vec<String>, Failed>| told.is_ok_and(|missing| missing.is_empty());
    // What the server says it may do is done all the same in the part that refused.
    whole(missing(link, &keys).await) && whole(tried(link, &keys, Some(lane)).await)
}

/// The user, as the server calls it; `None` if it may not ask.
async fn whoami(link: &Link) -> Result<Option<String>, Failed> {
    let mut command = redis::cmd("ACL");
    command.arg("WHOAMI");
    match link.command_everywhere(&command).await {
        Ok(told) => Ok(told.first().and_then(decode::text)),
        Err(failed) if lacks_right(&failed.reason) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// Does one of each in a script that leaves nothing behind, and tells what was refused.
async fn tried(link: &Link, keys: &Keys, lane: Option<&Lane>) -> Result<Vec<String>, Failed> {
    let slot = lane.cloned().flatten().unwrap_or(Slot::System);
    let mut call = Call::new(Script::Rights);
    call.key(&keys.once(&slot, rand::random())).arg(keys.bell()).arg(super::bell::mark());
    let told = match lane {
        Some(lane) => link.probe(lane.clone(), &call).await,
        None => link.call(&slot, &call).await,
    };
    match told? {
        Value::Array(names) => {
            let names = names.iter().filter_map(decode::text);
            Ok(names.map(|name| if name == "&" { channels(link) } else { name }).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The right that the server's words ask for; of keys, the words themselves.
fn right(link: &Link, line: &str, says: &str) -> String {
    if says.contains("channel") {
        return channels(link);
    }
    match says.contains("to run the") {
        true => format!("+{}", line.split(' ').next().unwrap_or_default().to_lowercase()),
        false => says.to_owned(),
    }
}

fn channels(link: &Link) -> String {
    format!("&{}:*", link.address().prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPTS: [&str; 11] = [
        include_str!("scripts/bless.lua"),
        include_str!("scripts/claim.lua"),
        include_str!("scripts/commit.lua"),
        include_str!("scripts/head.lua"),
        include_str!("scripts/held.lua"),
        include_str!("scripts/load.lua"),
        include_str!("scripts/range.lua"),
        include_str!("scripts/read_log.lua"),
        include_str!("scripts/reserve.lua"),
        include_str!("scripts/stand.lua"),
        include_str!("scripts/vouch.lua"),
    ];

    #[test]
    fn what_stands_in_a_script_is_asked_for_and_tried() {
        let tries = include_str!("scripts/rights.lua");
        let commands = SCRIPTS.iter().flat_map(|script| script.split("redis.call('").skip(1));
        for command in commands.filter_map(|rest| rest.split('\'').next()) {
            let is_asked = |line: &&str| line.split(' ').next() == Some(command);
            assert!(COMMANDS.iter().any(is_asked), "{command} is not asked for");
            assert!(tries.contains(&format!("try('{command}'")), "{command} is not tried");
        }
    }
}
