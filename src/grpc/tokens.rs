//! Customer tokens: `v1.<conversation>.<expiry>.<mac>`, an HMAC-SHA256 under the server's own
//! secret. They are verified without looking anything up, so they hold while the store is away,
//! and they open exactly one conversation.
//!
//! Who comes while the store is away gets one that also says how the conversation is to begin,
//! `v1.<conversation>.<expiry>.<customer>.<language>.<channel>.<mac>`: whichever instance is shown it
//! can talk meanwhile, and begins the conversation when the store is there.
//!
//! They slide: whoever uses a token that is more than a day old gets a new one.

use crate::app::begin::Opening;
use crate::domain::ids::{ChannelId, ConversationId, CustomerId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;

/// How long a token is good without being used.
pub const TOKEN_SPAN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A token older than this is due for a new one.
pub const TOKEN_FRESH: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a token of a conversation that has not begun is good. Short: once it has begun a person may
/// have it, and whoever goes by this token alone could not know.
pub const UNBEGUN_SPAN: Duration = Duration::from_secs(60 * 60);
/// Bytes of a secret's name.
const NAME_BYTES: usize = 4;
/// A longer text is not a token.
const TOKEN_BYTES_MAX: usize = 320;
/// Stands for what is not said.
const NOTHING: &str = "-";

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerClaim {
    /// The one conversation it opens.
    pub conversation: ConversationId,
    /// Until when.
    pub expires: Timestamp,
    /// How it is to begin, if it could not when the token was issued.
    pub unbegun: Option<Unbegun>,
}

/// How a conversation is to begin that could not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbegun {
    /// Whose it is.
    pub customer: CustomerId,
    /// What their client asked for.
    pub opening: Opening,
}

/// Why a token is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It was not made by this server, or was changed.
    #[error("this is not a token of this server")]
    Forged,
    /// It was not used for too long.
    #[error("the token has expired")]
    Expired,
}

/// A token with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The secret text.
    pub token: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// Issues and verifies customer tokens.
pub struct CustomerTokens {
    /// Makes.
    secret: Secret,
    /// Are good still, or soon.
    others: Vec<Secret>,
}

/// A secret and the name by which it is told from others, which says nothing about it.
struct Secret {
    bytes: [u8; 32],
    name: String,
}

impl Secret {
    fn new(bytes: &[u8; 32]) -> Secret {
        let mut secret = Secret { bytes: *bytes, name: String::new() };
        let mac = secret.mac("name of the secret", &[]).finalize().into_bytes();
        secret.name = mac[..NAME_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
        secret
    }

    fn mac(&self, purpose: &str, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        for part in parts {
            // The length before each part keeps ("ab", "c") apart from ("a", "bc").
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

impl CustomerTokens {
    /// With the server's secret; all instances of a deployment share it.
    pub fn new(secret: [u8; 32]) -> Self {
        CustomerTokens::with_all(&[secret])
    }

    /// With these secrets, at least one: the first makes, all of them are good.
    pub fn with_all(secrets: &[[u8; 32]]) -> Self {
        let mut secrets = secrets.iter().map(Secret::new);
        let secret = secrets.next().expect("there is a secret");
        CustomerTokens { secret, others: secrets.collect() }
    }

    /// The name of the secret that makes.
    pub fn name(&self) -> &str {
        &self.secret.name
    }

    /// Whether the secret of this name is among them.
    pub fn has(&self, name: &str) -> bool {
        self.secret.name == name || self.others.iter().any(|secret| secret.name == name)
    }

    /// A token for this conversation, good for [`TOKEN_SPAN`].
    pub fn issue(&self, conversation: &ConversationId, at: Timestamp) -> IssuedToken {
        self.sealed(conversation, at + TOKEN_SPAN, "")
    }

    /// A token for a conversation that has not begun, good for [`UNBEGUN_SPAN`].
    pub fn issue_unbegun(
        &self,
        conversation: &ConversationId,
        Unbegun { customer, opening }: &Unbegun,
        at: Timestamp,
    ) -> IssuedToken {
        let language = opening.language.map_or(NOTHING, Language::tag);
        let channel = opening.channel.as_ref().map_or(NOTHING, ChannelId::as_str);
        let beginning = format!(".{customer}.{language}.{channel}");
        self.sealed(conversation, at + UNBEGUN_SPAN, &beginning)
    }

    fn sealed(
        &self,
        conversation: &ConversationId,
        expires: Timestamp,
        beginning: &str,
    ) -> IssuedToken {
        let seconds = expires.as_millis() / 1000;
        let body = format!("v1.{conversation}.{seconds}{beginning}");
        let mac = self.mac("customer-token", &[&body]).finalize().into_bytes();
        IssuedToken {
            token: format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac)),
            expires: Timestamp::from_millis(seconds * 1000),
        }
    }

    /// What the token says, if it is good at `at`.
    pub fn verify(&self, token: &str, at: Timestamp) -> Result<CustomerClaim, TokenFault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenFault::Forged);
        }
        let (body, mac) = token.rsplit_once('.').ok_or(TokenFault::Forged)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenFault::Forged)?;
        self.made(&mac, "customer-token", body).then_some(()).ok_or(TokenFault::Forged)?;
        let claim = parse(body).ok_or(TokenFault::Forged)?;
        if at >= claim.expires { Err(TokenFault::Expired) } else { Ok(claim) }
    }

    /// A new token if the one that was used is due, or its conversation has begun since.
    pub fn renew(&self, claim: &CustomerClaim, at: Timestamp) -> Option<IssuedToken> {
        let old = claim.expires.since(at) < TOKEN_SPAN - TOKEN_FRESH;
        let due = old || claim.unbegun.is_some();
        due.then(|| self.issue(&claim.conversation, at))
    }

    /// The id of the conversation that this device begins with this request: the same for every
    /// repetition of it, on every instance, without asking anybody.
    pub fn conversation_id(&self, device: &str, request: &str) -> ConversationId {
        let mac = self.mac("conversation-id", &[device, request]).finalize().into_bytes();
        let id = format!("c{}", URL_SAFE_NO_PAD.encode(&mac[..16]));
        ConversationId::parse(&id).expect("base64url consists of characters that an id may have")
    }

    /// By this whoever is rung says that they are there: it is good for one ring of one conversation,
    /// and for as long as that ring counts.
    pub fn acknowledgement(&self, conversation: &ConversationId, ring: i64) -> String {
        let body = format!("r1.{conversation}.{ring}");
        let mac = self.mac("on-call-acknowledgement", &[&body]).finalize().into_bytes();
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// The conversation and the ring that an acknowledgement is for.
    pub fn acknowledged(&self, token: &str) -> Result<(ConversationId, i64), TokenFault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenFault::Forged);
        }
        let (body, mac) = token.rsplit_once('.').ok_or(TokenFault::Forged)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenFault::Forged)?;
        let good = self.made(&mac, "on-call-acknowledgement", body);
        good.then_some(()).ok_or(TokenFault::Forged)?;
        let named = body.strip_prefix("r1.").and_then(|named| named.split_once('.'));
        let (conversation, ring) = named.ok_or(TokenFault::Forged)?;
        let conversation = ConversationId::parse(conversation).map_err(|_| TokenFault::Forged)?;
        Ok((conversation, ring.parse().map_err(|_| TokenFault::Forged)?))
    }

    /// The id under which a customer is kept whom the host knows by this key: the same on every
    /// instance, and nothing that leads back to the key.
    pub fn customer_id(&self, customer_key: &str) -> CustomerId {
        let mac = self.mac("customer-key", &[customer_key]).finalize().into_bytes();
        CustomerId::known(&URL_SAFE_NO_PAD.encode(mac))
            .expect("base64url consists of characters that an id may have")
    }

    fn mac(&self, purpose: &str, parts: &[&str]) -> Hmac<Sha256> {
        self.secret.mac(purpose, parts)
    }

    /// Whether one of the secrets made this of the text. The comparison takes the same time wherever
    /// they differ.
    fn made(&self, mac: &[u8], purpose: &str, text: &str) -> bool {
        let mut all = std::iter::once(&self.secret).chain(&self.others);
        all.any(|secret| secret.mac(purpose, &[text]).verify_slice(mac).is_ok())
    }
}

fn parse(body: &str) -> Option<CustomerClaim> {
    let mut parts = body.split('.');
    let (version, conversation, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if version != "v1" {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let unbegun = match parts.next() {
        None => None,
        Some(customer) => Some(unbegun(customer, parts.next()?, parts.next()?)?),
    };
    if parts.next().is_some() {
        return None;
    }
    Some(CustomerClaim {
        conversation: ConversationId::parse(conversation).ok()?,
        expires: Timestamp::from_millis(seconds.checked_mul(1000)?),
        unbegun,
    })
}

fn unbegun(customer: &str, language: &str, channel: &str) -> Option<Unbegun> {
    let language = match language {
        NOTHING => None,
        tag => Some(Language::from_tag(tag)?),
    };
    let channel = match channel {
        NOTHING => None,
        named => Some(ChannelId::parse(named).ok()?),
    };
    let customer = CustomerId::parse(customer).ok()?;
    Some(Unbegun { customer, opening: Opening { language, channel, ..Opening::default() } })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn at(days: u32) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000) + DAY * days
    }

    fn conversation(id: &str) -> ConversationId {
        ConversationId::parse(id).unwrap()
    }

    #[test]
    fn a_token_opens_its_conversation_until_it_expires() {
        let tokens = CustomerTokens::new([7; 32]);
        let issued = tokens.issue(&conversation("c-1"), at(0));
        let claim = tokens.verify(&issued.token, at(29)).unwrap();
        assert_eq!(claim.conversation, conversation("c-1"));
        assert_eq!(tokens.verify(&issued.token, at(30)), Err(TokenFault::Expired));
    }

    #[test]
    fn while_a_secret_is_changed_the_older_is_good_and_the_first_makes() {
        let (old, both) =
            (CustomerTokens::new([7; 32]), CustomerTokens::with_all(&[[8; 32], [7; 32]]));
        let token = |tokens: &CustomerTokens| tokens.issue(&conversation("c-1"), at(0)).token;
        assert!(both.verify(&token(&old), at(1)).is_ok());
        assert!(both.acknowledged(&old.acknowledgement(&conversation("c-1"), 1)).is_ok());
        assert_eq!(token(&both), token(&CustomerTokens::new([8; 32])));
        assert!(both.has(old.name()) && !old.has(both.name()));
        assert!(!"07".repeat(32).contains(old.name()), "the name says nothing");
    }

    #[test]
    fn a_changed_or_foreign_token_opens_nothing() {
        let tokens = CustomerTokens::new([7; 32]);
        let token = tokens.issue(&conversation("c-1"), at(0)).token;
        let expiry = token.split('.').nth(2).unwrap().to_owned();
        for forged in [
            token.replace("c-1", "c-2"),
            token.replace(&expiry, "99999999999"),
            token.replace("v1", "v2"),
            token[..token.len() - 1].to_owned(),
            CustomerTokens::new([8; 32]).issue(&conversation("c-1"), at(0)).token,
            String::new(),
            "...".to_owned(),
            "x".repeat(10_000),
        ] {
            assert_eq!(tokens.verify(&forged, at(1)), Err(TokenFault::Forged), "{forged}");
        }
    }

    #[test]
    fn an_acknowledgement_is_good_for_one_ring_of_one_conversation_and_opens_nothing() {
        let tokens = CustomerTokens::new([7; 32]);
        let token = tokens.acknowledgement(&conversation("c-1"), 1_234);
        assert_eq!(tokens.acknowledged(&token), Ok((conversation("c-1"), 1_234)));
        assert_eq!(tokens.verify(&token, at(0)), Err(TokenFault::Forged));
        for forged in [
            token.replace("c-1", "c-2"),
            token.replace("1234", "1235"),
            token[..token.len() - 1].to_owned(),
            CustomerTokens::new([8; 32]).acknowledgement(&conversation("c-1"), 1_234),
            tokens.issue(&conversation("c-1"), at(0)).token,
            String::new(),
            "x".repeat(10_000),
        ] {
            assert_eq!(tokens.acknowledged(&forged), Err(TokenFault::Forged), "{forged}");
        }
    }

    #[test]
    fn a_token_of_what_could_not_begin_says_how_it_is_to_and_is_renewed_at_once() {
        let tokens = CustomerTokens::new([7; 32]);
        let customer = CustomerId::parse("a-device-of-mine").unwrap();
        let channel = ChannelId::parse("web").unwrap();
        for opening in [
            Opening::default(),
            Opening { language: Some(Language::Ar), channel: Some(channel), ..Opening::default() },
        ] {
            let unbegun = Unbegun { customer: customer.clone(), opening };
            let issued = tokens.issue_unbegun(&conversation("c-1"), &unbegun, at(0));
            let claim = tokens.verify(&issued.token, at(0)).unwrap();
            assert_eq!(claim.conversation, conversation("c-1"));
            assert_eq!(claim.unbegun.as_ref(), Some(&unbegun));
            assert_eq!(tokens.verify(&issued.token, at(1)), Err(TokenFault::Expired));
            let renewed = tokens.renew(&claim, at(0)).expect("it has begun");
            assert_eq!(tokens.verify(&renewed.token, at(1)).unwrap().unbegun, None);
            // Nothing can be taken off it or put to it.
            let begun = format!("{}.x", issued.token);
            let other = issued.token.replace("a-device-of-mine", "a-device-of-yours");
            for forged in [begun, other] {
                assert_eq!(tokens.verify(&forged, at(0)), Err(TokenFault::Forged), "{forged}");
            }
        }
    }

    #[test]
    fn a_token_slides_once_a_day_of_use() {
        let tokens = CustomerTokens::new([7; 32]);
        let issued = tokens.issue(&conversation("c-1"), at(0));
        let claim = tokens.verify(&issued.token, at(0)).unwrap();
        assert_eq!(tokens.renew(&claim, at(0)), None);
        let renewed = tokens.renew(&claim, at(2)).expect("two days old");
        assert!(tokens.verify(&renewed.token, at(31)).is_ok());
    }

    #[test]
    fn the_same_device_and_request_are_the_same_conversation() {
        let tokens = CustomerTokens::new([7; 32]);
        let first = tokens.conversation_id("device", "request");
        assert_eq!(tokens.conversation_id("device", "request"), first);
        assert_ne!(tokens.conversation_id("devicer", "equest"), first);
        assert_ne!(CustomerTokens::new([8; 32]).conversation_id("device", "request"), first);
    }
}
