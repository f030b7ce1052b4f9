//! What to do about it when servers cannot be used: each cause has its own advice, found by what the
//! server or the client says.

use super::address::{Address, Shape};
use super::attempt::lacks_right;
use super::reloading::RIGHTS;

/// What is said of a server that answers and takes no writes.
pub fn refusing(address: &Address, reason: &str) -> String {
    format!("Redis refuses writes: {reason}; {}", hint(address, reason))
}

/// What to do about this reason.
pub fn hint(address: &Address, reason: &str) -> String {
    let says = reason.to_lowercase();
    let has = |part: &str| says.contains(part);
    if has("misconf") {
        return "its disk is full or its file cannot be written: make room, look at the log of Redis, and \
                run `redis-cli BGSAVE`, or BGREWRITEAOF where the append-only file is named"
            .to_owned();
    }
    if has("noreplicas") {
        return "fewer replicas follow than `min-replicas-to-write` asks for: bring them back; `redis-cli \
                INFO replication` lists them"
            .to_owned();
    }
    if lacks_right(reason) {
        return no_right(address, reason);
    }
    if has("unknownissuer") {
        let of = "whoever signed the server's certificate is not known here";
        return format!("{of}; write ?ca=FILE with their certificate (PEM)");
    }
    if has("invalidcertificate") || has("notvalidforname") {
        return "the server's certificate is not good for this host; write the host by the name that \
                stands in it, or renew it"
            .to_owned();
    }
    if has("file of ?ca=") {
        return "name a PEM file that is there and that the account Sanad runs under may read"
            .to_owned();
    }
    if has("noauth") || has("authentication required") {
        return "the server wants a password: redis://user:password@HOST".to_owned();
    }
    if has("wrongpass") || has("authentication failed") || has("invalid password") {
        return "user or password of the URL is not right; signs such as @ and / are written %40 and %2F"
            .to_owned();
    }
    if has("no such master") {
        return "write the name that the Sentinels have for the server; `redis-cli -p 26379 SENTINEL \
                MASTERS` lists the names"
            .to_owned();
    }
    if has("no sentinel") {
        return "are the Sentinels running, and are these their addresses?".to_owned();
    }
    if has("clusterdown") || has("cluster is down") || has("no connections found") {
        return "the cluster lacks a majority of its masters, or a server for part of its hash slots; \
                `redis-cli CLUSTER INFO` and `redis-cli --cluster check` tell which"
            .to_owned();
    }
    if has("readonly") {
        return "this server is a replica; write the address of its master, or that of Sentinels \
                (redis-sentinel://HOST,HOST/NAME)"
            .to_owned();
    }
    if has("loading") {
        return "the server still reads its files; try again when it has".to_owned();
    }
    if address.tls && (has("invalidcontenttype") || has("corrupt message")) {
        return "the server does not speak TLS on this port; write redis… for rediss…".to_owned();
    }
    if address.shape == Shape::Cluster {
        return "is the cluster running, and can all of its nodes be reached from here?".to_owned();
    }
    "is it running, and can it be reached from here?".to_owned()
}

/// Names the right that is missing, where the server names the command.
fn no_right(address: &Address, reason: &str) -> String {
    // Within a script no command is named, and an apostrophe stands for something else.
    let named = reason.split('\'').nth(1).filter(|word| !word.contains(' '));
    let command = named.map(|command| format!(" (here `+{command}`)"));
    format!(
        "the user {} lacks a right{}; {}",
        if address.user().is_empty() { "default" } else { address.user() },
        command.unwrap_or_default(),
        needed(address)
    )
}

/// The rights that a user needs.
pub fn needed(address: &Address) -> String {
    format!("it needs `{}`", RIGHTS.replace("P:", &format!("{}:", address.prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_own_advice() {
        let check = |url: &str, reason: &str, expected: &str| {
            let told = hint(&Address::parse(url).unwrap(), reason);
            assert!(told.contains(expected), "{reason}: {told}");
        };
        let one = "redis://shop:secret@h?prefix=shop";
        let right = "NOPERM: this user has no permissions to run the 'config|get' command";
        check(
            one,
            right,
            "user shop lacks a right (here `+config|get`); it needs `~shop:* &shop:*",
        );
        check("redis://h", "MISCONF: Redis is configured to save RDB snapshots", "BGSAVE");
        check(
            "redis://h",
            "NOREPLICAS: Not enough good replicas to write",
            "min-replicas-to-write",
        );
        let within = "ERR: The user executing the script can't run this command or subcommand";
        check("redis://h", within, "user default lacks a right;");
        check("redis://h", "NOPERM: No permissions to access a key", "user default lacks a right;");
        check("rediss://h", "invalid peer certificate: UnknownIssuer", "?ca=FILE");
        check("rediss://h", "InvalidCertificate(NotValidForName)", "not good for this host");
        check("rediss://h", "the file of ?ca= cannot be used: x.pem: no such file", "PEM file");
        check(
            "rediss://h",
            "received corrupt message of type InvalidContentType",
            "redis… for rediss…",
        );
        check(one, "WRONGPASS: invalid username-password pair", "%40");
        check(one, "Password authentication failed - AuthenticationFailed", "not right");
        check("redis://h", "NOAUTH: Authentication required.", "user:password@");
        check("redis://h", "READONLY: You can't write against a read only replica.", "a replica");
        let sentinel = "redis-sentinel://h/desk";
        check(sentinel, "no Sentinel answers: refused", "running");
        check(sentinel, "No such master with that name", "SENTINEL MASTERS");
        check("redis-cluster://h", "CLUSTERDOWN: The cluster is down", "CLUSTER INFO");
        let slotless = "No connections found for multi-node operation - ClusterConnectionNotFound";
        check("redis-cluster://h", slotless, "CLUSTER INFO");
        check("redis-cluster://h", "no connection in time", "all of its nodes");
        check("redis://h", "LOADING: Redis is loading the dataset in memory", "reads its files");
        check("redis://h", "Connection refused (os error 111)", "is it running");
    }
}
