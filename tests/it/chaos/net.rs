//! A network of its own for each server, so that some of them can be kept apart from the others
//! while everybody else still reaches them all. It needs rights that not every machine gives.

use std::process::{Command, Stdio};

/// Networks that are joined by a bridge.
pub struct Net {
    name: String,
    base: String,
    count: usize,
}

impl Net {
    /// So many; `None`, with the reason on standard error, where that is not permitted.
    pub fn of(count: usize) -> Option<Net> {
        let own = std::process::id();
        let (a, b) = (200 + own / 250 % 50, own % 250);
        let net = Net { name: format!("sn{own}"), base: format!("10.{a}.{b}"), count };
        match net.is_made() {
            Ok(()) => Some(net),
            Err(command) => {
                eprintln!("skipped: this machine does not permit `{command}`");
                None
            }
        }
    }

    fn is_made(&self) -> Result<(), String> {
        let (bridge, here) = (&self.name, format!("{}.254/24", self.base));
        ip(&["link", "add", bridge, "type", "bridge"])?;
        ip(&["addr", "add", &here, "dev", bridge])?;
        ip(&["link", "set", bridge, "up"])?;
        for number in 0..self.count {
            let (space, end) = (self.space(number), format!("{bridge}v{number}"));
            let address = format!("{}/24", self.host(number));
            ip(&["netns", "add", &space])?;
            ip(&["link", "add", &end, "type", "veth", "peer", "name", "eth0", "netns", &space])?;
            ip(&["link", "set", &end, "master", bridge, "up"])?;
            ip(&["-n", &space, "addr", "add", &address, "dev", "eth0"])?;
            ip(&["-n", &space, "link", "set", "eth0", "up"])?;
            ip(&["-n", &space, "link", "set", "lo", "up"])?;
        }
        Ok(())
    }

    /// The name of one.
    pub fn space(&self, number: usize) -> String {
        format!("{}-{number}", self.name)
    }

    /// The address in it.
    pub fn host(&self, number: usize) -> String {
        format!("{}.{}", self.base, number + 1)
    }

    /// One of them and the others no longer reach each other.
    pub fn part(&self, one: usize) {
        self.routes("add", one);
    }

    /// They reach each other again.
    pub fn heal(&self, one: usize) {
        self.routes("del", one);
    }

    fn routes(&self, what: &str, one: usize) {
        for other in (0..self.count).filter(|other| *other != one) {
            for (from, to) in [(one, other), (other, one)] {
                let (space, to) = (self.space(from), format!("{}/32", self.host(to)));
                ip(&["-n", &space, "route", what, "blackhole", &to]).expect("a route");
            }
        }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for number in 0..self.count {
            let _ = ip(&["netns", "del", &self.space(number)]);
        }
        let _ = ip(&["link", "del", &self.name]);
    }
}

fn ip(words: &[&str]) -> Result<(), String> {
    let done = Command::new("ip").args(words).stderr(Stdio::null()).status();
    match done.is_ok_and(|status| status.success()) {
        true => Ok(()),
        false => Err(format!("ip {}", words.join(" "))),
    }
}
