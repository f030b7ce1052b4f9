//! Numbers on everything that callers can make grow, and what happens at each limit: the call is
//! refused with RESOURCE_EXHAUSTED and the time after which to try again.

use super::status::Refusal;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A client that opened too many streams should wait for one of them to end.
const STREAM_RETRY: Duration = Duration::from_secs(5);

/// A shorter id of a device could be guessed, and whoever knows it may begin its conversations again.
pub const DEVICE_ID_CHARS_MIN: usize = 16;

/// All limits of the edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The largest request message.
    pub message_bytes_max: usize,
    /// The largest metadata (headers) of one call.
    pub metadata_bytes_max: usize,
    /// Calls a second from one address (for IPv6: from one /64 network).
    pub requests_per_second_per_address: u32,
    /// Calls at once from one address after a quiet time.
    pub request_burst: u32,
    /// Calls a second of one customer, agent, platform, supervisor or admin.
    pub requests_per_second_per_principal: u32,
    /// Calls at once of one of them after a quiet time.
    pub principal_burst: u32,
    /// Open streams of one of them.
    pub streams_per_principal_max: usize,
    /// How long a call that is not a stream may take, whatever its caller allows.
    pub unary_time_max: Duration,
    /// Open connections in all; more wait to be accepted.
    pub connections_max: usize,
    /// Calls and streams in progress on one connection.
    pub calls_per_connection_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_bytes_max: 64 * 1024,
            metadata_bytes_max: 16 * 1024,
            requests_per_second_per_address: 50,
            request_burst: 200,
            requests_per_second_per_principal: 50,
            principal_burst: 200,
            streams_per_principal_max: 16,
            // A long poll may take 30 s by itself.
            unary_time_max: Duration::from_secs(40),
            connections_max: 10_000,
            calls_per_connection_max: 1_000,
        }
    }
}

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Counts calls by address and by caller.
pub struct Rates {
    clock: DefaultClock,
    addresses: Keyed<IpAddr>,
    principals: Keyed<String>,
}

impl Rates {
    /// With these limits. A limit of 0 counts as 1: a server that answers nobody helps nobody.
    pub fn new(limits: &Limits) -> Rates {
        let quota = |per_second, burst| {
            Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst))
        };
        Rates {
            clock: DefaultClock::default(),
            addresses: RateLimiter::dashmap(quota(
                limits.requests_per_second_per_address,
                limits.request_burst,
            )),
            principals: RateLimiter::dashmap(quota(
                limits.requests_per_second_per_principal,
                limits.principal_burst,
            )),
        }
    }

    /// Counts one call from this address.
    pub fn address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.count(&self.addresses, &network(address), "calls_from_address")
    }

    /// Counts one call of this caller.
    pub fn principal(&self, key: &String) -> Result<(), Refusal> {
        self.count(&self.principals, key, "calls_of_caller")
    }

    /// Forgets who has been quiet; without this the tables would grow for ever.
    pub fn forget_quiet(&self) {
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
        self.principals.retain_recent();
        self.principals.shrink_to_fit();
    }

    fn count<K: Hash + Eq + Clone>(
        &self,
        limiter: &Keyed<K>,
        key: &K,
        what: &'static str,
    ) -> Result<(), Refusal> {
        limiter.check_key(key).map_err(|not_until| Refusal::TooMany {
            what,
            retry_after: not_until.wait_time_from(self.clock.now()),
        })
    }
}

/// Counts the open streams of each caller.
pub struct Streams {
    open: Mutex<BTreeMap<String, usize>>,
    max: usize,
}

/// One open stream; the place is free again when this is dropped.
pub struct StreamPermit {
    streams: Arc<Streams>,
    key: String,
}

impl Streams {
    /// At most `max` a caller.
    pub fn new(max: usize) -> Arc<Streams> {
        Arc::new(Streams { open: Mutex::default(), max })
    }

    /// Takes a place for one more stream of this caller.
    pub fn open(self: &Arc<Self>, key: &str) -> Result<StreamPermit, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key.to_owned()).or_default();
        if *count >= self.max {
            return Err(Refusal::TooMany { what: "open_streams", retry_after: STREAM_RETRY });
        }
        *count += 1;
        Ok(StreamPermit { streams: Arc::clone(self), key: key.to_owned() })
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

/// What one party is likely to own: a single IPv4 address, a whole /64 network of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 64 << 64)),
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(per_second: u32, burst: u32) -> Rates {
        Rates::new(&Limits {
            requests_per_second_per_address: per_second,
            request_burst: burst,
            ..Limits::default()
        })
    }

    #[test]
    fn an_address_that_calls_too_often_is_told_when_to_come_back() {
        let rates = rates(1, 3);
        let address = IpAddr::from([192, 0, 2, 7]);
        assert!((0..3).all(|_| rates.address(address).is_ok()));
        let Err(Refusal::TooMany { retry_after, .. }) = rates.address(address) else {
            panic!("the fourth call at once must be refused");
        };
        assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(1));
        assert!(rates.address(IpAddr::from([192, 0, 2, 8])).is_ok(), "another address is free");
    }

    #[test]
    fn one_ipv6_network_is_one_caller_whatever_addresses_it_makes_up() {
        let check = |one: &str, other: &str, same: bool| {
            let network = |text: &str| network(text.parse().unwrap());
            assert_eq!(network(one) == network(other), same, "{one} {other}");
        };
        check("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true);
        check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
        check("::ffff:192.0.2.7", "192.0.2.7", true);
        check("::ffff:192.0.2.7", "192.0.2.8", false);
    }

    #[test]
    fn a_stream_that_ended_makes_room_for_another() {
        let streams = Streams::new(2);
        let first = streams.open("c/1").unwrap();
        let _second = streams.open("c/1").unwrap();
        assert!(streams.open("c/1").is_err());
        assert!(streams.open("c/2").is_ok(), "another caller's streams are counted apart");
        drop(first);
        assert!(streams.open("c/1").is_ok());
    }

    #[test]
    fn callers_without_streams_are_not_remembered() {
        let streams = Streams::new(2);
        drop(streams.open("c/1").unwrap());
        assert!(streams.open.lock().unwrap().is_empty());
    }
}
