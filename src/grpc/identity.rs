//! Who the host site says its customer is: a JSON Web Token (HS256) under a key that the site and
//! this server share. Verified without looking anything up.
//!
//! `{"alg":"HS256"}` and `{"sub": customer key, "aud": …, "exp": seconds, "facts": {…}}`. Any other
//! algorithm is refused, whatever the token says of itself.

use crate::domain::facts::{self, Fact, Facts};
use crate::domain::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::time::Duration;

/// A longer text is not a token of a host.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// The longest customer key, in bytes.
const KEY_BYTES_MAX: usize = 256;
/// A shorter shared key could be guessed.
pub const HOST_KEY_BYTES_MIN: usize = 32;
/// Clocks of two machines differ by so much at most.
const SKEW: Duration = Duration::from_secs(60);

/// What a good token says.
#[derive(Debug, Clone, PartialEq)]
pub struct HostClaim {
    /// How the host knows the customer.
    pub customer_key: String,
    /// What it tells of them.
    pub facts: Facts,
}

/// Why a token is not good. Says nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// The server has no key to check it with.
    #[error("this server has no host key: make one with `sanad token key`")]
    NotConfigured,
    /// Not of this host, or changed.
    #[error("this is not a token of the host site")]
    Forged,
    /// For somebody else.
    #[error("the token is not for this service: its audience must be {expected:?}")]
    OtherAudience {
        /// Whom it must be for.
        expected: String,
    },
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Good for too long.
    #[error("the token is good for longer than {} s: make shorter ones", life_max.as_secs())]
    TooLong {
        /// The longest life of a token.
        life_max: Duration,
    },
    /// Names nobody, or in too many words.
    #[error("`sub` must be the customer's key, 1 to {KEY_BYTES_MAX} bytes")]
    NoCustomer,
    /// The facts are out of bounds.
    #[error("{0}")]
    Facts(#[from] facts::FactFault),
}

/// Verifies and makes tokens of the host site.
pub struct HostIdentity {
    key: Option<Vec<u8>>,
    audience: String,
    life_max: Duration,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    facts: Facts,
}

/// One audience or a list of them.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl HostIdentity {
    /// With the key that host and server share, if there is one.
    pub fn new(key: Option<Vec<u8>>, audience: &str, life_max: Duration) -> HostIdentity {
        HostIdentity { key, audience: audience.to_owned(), life_max }
    }

    /// What the token says, if it is good at `at`.
    pub fn verify(&self, token: &str, at: Timestamp) -> Result<HostClaim, IdentityFault> {
        let key = self.key.as_ref().ok_or(IdentityFault::NotConfigured)?;
        if token.len() > TOKEN_BYTES_MAX {
            return Err(IdentityFault::Forged);
        }
        let (body, mac) = token.rsplit_once('.').ok_or(IdentityFault::Forged)?;
        let (header, claims) = body.split_once('.').ok_or(IdentityFault::Forged)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| IdentityFault::Forged)?;
        // The comparison takes the same time wherever they differ.
        signed(key, body).verify_slice(&mac).map_err(|_| IdentityFault::Forged)?;
        let header: Header = part(header)?;
        if header.alg != "HS256" {
            return Err(IdentityFault::Forged);
        }
        self.accept(part(claims)?, at)
    }

    fn accept(&self, claims: Claims, at: Timestamp) -> Result<HostClaim, IdentityFault> {
        let is_ours = match &claims.aud {
            Audience::One(one) => *one == self.audience,
            Audience::Many(many) => many.contains(&self.audience),
        };
        if !is_ours {
            return Err(IdentityFault::OtherAudience { expected: self.audience.clone() });
        }
        let moment = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        let early = claims.nbf.is_some_and(|from| moment(from) > at + SKEW);
        if early || moment(claims.exp) + SKEW <= at {
            return Err(IdentityFault::Expired);
        }
        if moment(claims.exp) > at + self.life_max + SKEW {
            return Err(IdentityFault::TooLong { life_max: self.life_max });
        }
        if claims.sub.is_empty() || claims.sub.len() > KEY_BYTES_MAX {
            return Err(IdentityFault::NoCustomer);
        }
        Ok(HostClaim { customer_key: claims.sub, facts: facts::checked(claims.facts)? })
    }

    /// A token for this customer, as the host site would make it.
    pub fn mint(
        &self,
        customer_key: &str,
        facts: &Facts,
        expires: Timestamp,
    ) -> Result<String, IdentityFault> {
        let key = self.key.as_ref().ok_or(IdentityFault::NotConfigured)?;
        let header = Header { alg: "HS256".to_owned(), typ: Some("JWT".to_owned()) };
        let claims = Claims {
            sub: customer_key.to_owned(),
            aud: Audience::One(self.audience.clone()),
            exp: expires.as_millis() / 1000,
            nbf: None,
            facts: facts.clone(),
        };
        let body = format!("{}.{}", encoded(&header), encoded(&claims));
        let mac = signed(key, &body).finalize().into_bytes();
        Ok(format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac)))
    }
}

fn signed(key: &[u8], body: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    mac
}

fn part<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, IdentityFault> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| IdentityFault::Forged)?;
    serde_json::from_slice(&bytes).map_err(|_| IdentityFault::Forged)
}

fn encoded<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_vec(value).expect("our own types are representable as JSON");
    URL_SAFE_NO_PAD.encode(json)
}

/// A fact as it is written on a command line: `true`, a number, or a text.
pub fn read_fact(text: &str) -> Fact {
    match (text.parse::<bool>(), text.parse::<f64>()) {
        (Ok(flag), _) => Fact::Flag(flag),
        (_, Ok(number)) if number.is_finite() && number.to_string() == text => Fact::Number(number),
        (_, _) => Fact::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn host() -> HostIdentity {
        HostIdentity::new(Some(vec![7; 32]), "sanad", HOUR * 24)
    }

    fn raw(header: &str, claims: &str) -> String {
        let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mac = signed(&[7; 32], &body).finalize().into_bytes();
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    #[test]
    fn a_token_of_the_host_says_who_and_what_until_it_expires() {
        let facts = Facts::from([("plan".to_owned(), Fact::Text("gold".to_owned()))]);
        let token = host().mint("user 17@shop", &facts, NOW + HOUR).unwrap();
        let claim = host().verify(&token, NOW).unwrap();
        assert_eq!(claim, HostClaim { customer_key: "user 17@shop".to_owned(), facts });
        let late = host().verify(&token, NOW + HOUR + SKEW);
        assert_eq!(late, Err(IdentityFault::Expired));
    }

    #[test]
    fn what_the_host_did_not_sign_like_this_says_nothing() {
        let good = r#"{"sub":"u","aud":["x","sanad"],"exp":1800000060}"#;
        assert!(host().verify(&raw(r#"{"alg":"HS256"}"#, good), NOW).is_ok());
        let none = format!("{}.", raw(r#"{"alg":"none"}"#, good).rsplit_once('.').unwrap().0);
        let other = HostIdentity::new(Some(vec![8; 32]), "sanad", HOUR);
        let foreign = other.mint("u", &Facts::new(), NOW + HOUR).unwrap();
        for forged in [none, foreign, raw(r#"{"alg":"none"}"#, good), "a.b".into(), String::new()] {
            assert_eq!(host().verify(&forged, NOW), Err(IdentityFault::Forged), "{forged}");
        }
        for (claims, fault) in [
            (r#"{"sub":"u","aud":"shop","exp":1800000060}"#, "audience"),
            (r#"{"sub":"","aud":"sanad","exp":1800000060}"#, "`sub`"),
            (r#"{"sub":"u","aud":"sanad","exp":9999999999}"#, "longer"),
            (r#"{"sub":"u","aud":"sanad","exp":1800000060,"nbf":1800009999}"#, "expired"),
            (r#"{"sub":"u","aud":"sanad","exp":1800000060,"facts":{"A b":1}}"#, "name of a fact"),
        ] {
            let refused = host().verify(&raw(r#"{"alg":"HS256"}"#, claims), NOW).unwrap_err();
            assert!(refused.to_string().contains(fault), "{refused}");
        }
        let closed = HostIdentity::new(None, "sanad", HOUR);
        assert_eq!(closed.verify("a.b.c", NOW), Err(IdentityFault::NotConfigured));
    }

    #[test]
    fn facts_of_a_command_line_have_their_kinds() {
        assert_eq!(read_fact("true"), Fact::Flag(true));
        assert_eq!(read_fact("17.5"), Fact::Number(17.5));
        // A number that would be written otherwise is a name, such as an order's.
        assert_eq!(read_fact("007"), Fact::Text("007".to_owned()));
    }
}
