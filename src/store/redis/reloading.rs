//! Whether a restart of Redis brings back what the scripts wrote. Redis files the writes of one script
//! as a transaction, and many releases load a transaction from the append-only file with the rights
//! of the user `default`: where that user is restricted they drop it, and say so in the server's log
//! only. What was written alone comes back, so nothing looks amiss.
//!
//! So the rights are asked for before a server is used. And each slot is vouched for now and then: a
//! number is written together with others, then alone (`vouch.lua`, `stand.lua`). Where the lone one
//! is the newer, a restart has dropped what was written together, and nothing is done there any more.

use super::address::Address;
use super::decode;
use super::deployment::Info;
use super::keys::Keys;
use super::link::{Failed, Link};
use super::scripts::{Call, Script};
use crate::ports::store::Slot;
use redis::Value;

/// The releases that are known to load with these rights: of Redis itself, up to this one.
const CONCERNED: (u32, u32) = (8, 4);

/// What to do about it. The user stays off: nobody can sign in as it.
pub const REMEDY: &str = "write `user default off ~* &* +@all` in its configuration (`off` keeps the \
                          user shut, the rights let the file be loaded), on replicas too";

/// What Sanad's user must be allowed, with its own prefix for `P`; `sanad store copy` wants `+keys` too.
pub const RIGHTS: &str = "~P:* &P:* +@all -@admin -@dangerous +info +config|get +role +acl|dryrun";

/// What a restart brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reload {
    /// Everything that is in the file.
    Whole,
    /// Nobody may ask which rights `default` has: `+acl|dryrun` is missing.
    Untold,
    /// `default` may not do what is in the file; this is what the server says to it.
    Barred(String),
}

/// Asks every master what `default` may do of all that scripts write.
pub async fn ask(link: &Link, keys: &Keys) -> Result<Reload, Failed> {
    for write in writes(keys, link.address()) {
        let mut command = redis::cmd("ACL");
        command.arg("DRYRUN").arg("default");
        write.iter().for_each(|word| _ = command.arg(word));
        let told = match link.command_everywhere(&command).await {
            Ok(told) => told,
            // Whoever is that user has the rights: the scripts work.
            Err(failed) if is_refused(&failed) => {
                let is_default = matches!(link.address().user(), "" | "default");
                return Ok(if is_default { Reload::Whole } else { Reload::Untold });
            }
            Err(failed) => return Err(failed),
        };
        let barred = told.iter().filter_map(decode::text).find(|told| told != "OK");
        if let Some(barred) = barred {
            return Ok(Reload::Barred(barred));
        }
    }
    Ok(Reload::Whole)
}

/// Whether the server answered, and would not say: it may not be asked, or knows no such command.
fn is_refused(failed: &Failed) -> bool {
    let reason = failed.reason.to_lowercase();
    reason.contains("noperm") || reason.contains("unknown command")
}

/// One of each write that comes into the file by a script.
fn writes(keys: &Keys, address: &Address) -> [Vec<String>; 9] {
    let key = keys.head(&Slot::Bucket(0));
    let words = |line: &str| line.replace("KEY", &key).split(' ').map(str::to_owned).collect();
    [
        words("HSET KEY f v"),
        words("HDEL KEY f"),
        words("SET KEY v PX 1"),
        words("DEL KEY"),
        words("UNLINK KEY"),
        words("ZADD KEY 1 m"),
        words("ZREM KEY m"),
        words("XADD KEY 1-0 f v"),
        // Newer releases file the choice of the database within the transaction.
        words(&format!("SELECT {}", address.database)),
    ]
}

/// Whether this release is known to drop what `default` may not do.
pub fn is_concerned(info: &Info) -> bool {
    // Descendants tell the version of Redis that they began with, and their own name.
    let is_redis = matches!(info.get("server_name"), "" | "redis");
    is_redis && info.version() <= CONCERNED
}

/// Vouches that what scripts write in a slot is there, and takes the slot into use if it is new.
/// False if it is another deployment's.
pub async fn vouch(
    link: &Link,
    keys: &Keys,
    deployment: &str,
    slot: &Slot,
) -> Result<bool, Failed> {
    let head = keys.head(slot);
    let mut together = Call::new(Script::Vouch);
    together.key(&head).arg(deployment);
    let Value::Int(number) = link.call(slot, &together).await? else { return Ok(false) };
    let mut alone = Call::new(Script::Stand);
    alone.key(&head).arg(deployment).arg(number.to_string());
    link.call(slot, &alone).await.map(|_| true)
}

/// What is to be said of a slot where the lone number is the newer.
pub fn torn(address: &Address, slot: &Slot) -> String {
    format!(
        "{address}: a restart of Redis dropped what scripts had written in slot {slot}, because its \
         user `default` may not do that; nothing is written there any more. To have it back, {REMEDY}, \
         and restart Redis: the append-only file still holds it unless it was rewritten since"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_before_the_mended_ones_are_known_and_descendants_are_not() {
        let check = |told: &str, expected: bool| {
            assert_eq!(is_concerned(&Info::parse(told)), expected, "{told}");
        };
        check("redis_version:7.0.15", true);
        check("redis_version:8.4.0", true);
        check("redis_version:8.6.0", false);
        check("server_name:redis\r\nredis_version:7.2.4", true);
        check("server_name:valkey\r\nredis_version:7.2.4", false);
    }
}
