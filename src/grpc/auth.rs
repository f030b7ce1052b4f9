//! Who is calling: a customer with a token, staff with a key, or nobody in particular.

use super::Now;
use super::keys::{KeyRing, Role, Staff};
use super::status::Refusal;
use super::tokens::{CustomerClaim, CustomerTokens};
use crate::domain::ids::{AgentId, ConversationId};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::sync::Arc;

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody in particular: no key or token came with the call.
    Anonymous,
    /// The customer of one conversation.
    Customer(CustomerClaim),
    /// Somebody with a staff key.
    Staff(Staff),
}

impl Principal {
    /// Who is calling, as the gate found out before the handler.
    pub fn of<T>(request: &tonic::Request<T>) -> Principal {
        request.extensions().get().cloned().unwrap_or(Principal::Anonymous)
    }

    /// The customer's claim to `conversation`. Another customer's conversation is told like one
    /// that does not exist.
    pub fn may_read(&self, conversation: &ConversationId) -> Result<&CustomerClaim, Refusal> {
        match self {
            Principal::Customer(claim) if claim.conversation == *conversation => Ok(claim),
            Principal::Customer(_) | Principal::Staff(_) | Principal::Anonymous => {
                Err(Refusal::NotFound { what: "conversation" })
            }
        }
    }

    /// Whether this caller may speak and act for `agent`: the agent, a platform, or the supervisor
    /// whose desk it is.
    pub fn may_act_for(&self, agent: &AgentId) -> Result<(), Refusal> {
        let not_found = Err(Refusal::NotFound { what: "agent" });
        match self {
            Principal::Staff(Staff { role: Role::Agent, subject }) => {
                if subject == agent.as_str() {
                    Ok(())
                } else {
                    not_found
                }
            }
            Principal::Staff(Staff { role: Role::Platform, .. }) => Ok(()),
            Principal::Staff(Staff { role: Role::Supervisor | Role::Admin, .. })
            | Principal::Customer(_)
            | Principal::Anonymous => {
                if self.own_desk().as_ref() == Some(agent) {
                    Ok(())
                } else {
                    not_found
                }
            }
        }
    }

    /// The desk of a supervisor or admin, from which they serve what they took over.
    pub fn own_desk(&self) -> Option<AgentId> {
        match self {
            Principal::Staff(Staff { role: role @ (Role::Supervisor | Role::Admin), subject }) => {
                AgentId::parse(&format!("{}-{subject}", role.name())).ok()
            }
            Principal::Staff(Staff { role: Role::Agent | Role::Platform, .. })
            | Principal::Customer(_)
            | Principal::Anonymous => None,
        }
    }

    /// What the limits on this caller are counted under; nobody in particular is counted by
    /// address alone.
    pub fn limit_key(&self) -> Option<String> {
        match self {
            Principal::Anonymous => None,
            Principal::Customer(claim) => Some(format!("c/{}", claim.conversation)),
            Principal::Staff(staff) => Some(format!("{}/{}", staff.role.name(), staff.subject)),
        }
    }
}

/// Finds out who is calling.
pub struct Authenticator {
    keys: Arc<KeyRing>,
    tokens: Arc<CustomerTokens>,
    now: Now,
}

impl Authenticator {
    /// With the keys of staff and the tokens of customers.
    pub fn new(keys: Arc<KeyRing>, tokens: Arc<CustomerTokens>, now: Now) -> Self {
        Authenticator { keys, tokens, now }
    }

    /// The keys of staff, to be read again from time to time.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Who is calling, if it is staff; whatever else came with the call is not looked at.
    pub fn staff_or_nobody(&self, headers: &HeaderMap) -> Result<Principal, Refusal> {
        let shows_key = headers.get_all(AUTHORIZATION).iter().any(|value| {
            let text = value.to_str().unwrap_or_default();
            text.split_once(' ').is_some_and(|(_, secret)| secret.trim().starts_with("sanad_"))
        });
        if shows_key { self.authenticate(headers) } else { Ok(Principal::Anonymous) }
    }

    /// Who is calling, by the `authorization` header; a bad one is refused, none is nobody.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Principal, Refusal> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(Principal::Anonymous) };
        if values.next().is_some() {
            return Err(bad("send one `authorization` header, not several"));
        }
        let bearer = value.to_str().ok().and_then(|text| {
            let (scheme, secret) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
        });
        match bearer {
            None | Some("") => Err(bad("the header must read `authorization: Bearer <secret>`")),
            Some(key) if key.starts_with("sanad_") => match self.keys.find(key) {
                Some(staff) => Ok(Principal::Staff(staff)),
                None => Err(bad(
                    "this staff key is not known here; it may have been revoked, or is of another \
                     deployment: the keys of this one are in the folder `keys` of its data folder, \
                     and `sanad key` makes new ones",
                )),
            },
            Some(other) if !other.starts_with("v1.") => Err(bad(
                "this is no secret of ours: a staff key begins with `sanad_` (it is the whole content of a \
                 file in the folder `keys` of the server's data folder, made by `sanad key`), a \
                 customer's token with `v1.`",
            )),
            Some(token) => match self.tokens.verify(token, (self.now)()) {
                Ok(claim) => Ok(Principal::Customer(claim)),
                Err(fault) => Err(bad(format!("{fault}; begin a new conversation"))),
            },
        }
    }
}

fn bad(why: impl Into<String>) -> Refusal {
    Refusal::BadCredentials { why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    struct Fixture {
        _folder: tempfile::TempDir,
        authenticator: Authenticator,
        agent_key: String,
        token: String,
    }

    fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let now: Now = Arc::new(|| Timestamp::from_millis(1_800_000_000_000));
        let keys = Arc::new(KeyRing::open(folder.path(), now.clone()).unwrap());
        let path = keys.mint(Role::Agent, "sara").unwrap();
        let tokens = Arc::new(CustomerTokens::new([1; 32]));
        let token = tokens.issue(&conversation("c1"), now()).token;
        Fixture {
            agent_key: std::fs::read_to_string(path).unwrap().trim().to_owned(),
            token,
            authenticator: Authenticator::new(keys, tokens, now),
            _folder: folder,
        }
    }

    fn conversation(id: &str) -> ConversationId {
        ConversationId::parse(id).unwrap()
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn keys_and_tokens_say_who_calls_and_anything_else_is_refused() {
        let f = fixture();
        let who = |values: &[&str]| f.authenticator.authenticate(&headers(values));
        assert_eq!(who(&[]), Ok(Principal::Anonymous));
        let key = format!("Bearer {}", f.agent_key);
        let staff = Staff { role: Role::Agent, subject: "sara".into() };
        assert_eq!(who(&[&key]), Ok(Principal::Staff(staff)));
        let token = format!("bearer {}", f.token);
        assert!(matches!(who(&[&token]), Ok(Principal::Customer(_))));
        for bad in [
            &["Bearer"][..],
            &["Bearer "],
            &["Basic c2FuYWQ6"],
            &[&f.token],
            &["Bearer sanad_admin_main_0000000000000000000000000000000000000000"],
            &["Bearer v1.c1.99999999999.AAAA"],
            &[&key, &token],
        ] {
            assert!(matches!(who(bad), Err(Refusal::BadCredentials { .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_wrong_key_is_told_as_a_key_and_not_as_a_customers_token() {
        let f = fixture();
        for wrong in ["letmein", "sanad_agent_sara_0000000000000000000000000000000000000000"] {
            let header = format!("Bearer {wrong}");
            let refused = f.authenticator.authenticate(&headers(&[&header])).unwrap_err();
            let told = refused.to_string();
            assert!(told.contains("`keys`") && told.contains("sanad key"), "{told}");
            assert!(!told.contains("begin a new conversation"), "{told}");
        }
    }

    #[test]
    fn nobody_reads_another_customers_conversation_and_cannot_tell_that_it_exists() {
        let f = fixture();
        let token = format!("Bearer {}", f.token);
        let customer = f.authenticator.authenticate(&headers(&[&token])).unwrap();
        assert!(customer.may_read(&conversation("c1")).is_ok());
        let refused = Refusal::NotFound { what: "conversation" };
        assert_eq!(customer.may_read(&conversation("c2")), Err(refused));
    }

    #[test]
    fn an_agent_acts_for_nobody_else_and_a_platform_for_all() {
        let agent = |id: &str| AgentId::parse(id).unwrap();
        let staff = |role| Principal::Staff(Staff { role, subject: "sara".into() });
        assert!(staff(Role::Agent).may_act_for(&agent("sara")).is_ok());
        assert!(staff(Role::Agent).may_act_for(&agent("omar")).is_err());
        assert!(staff(Role::Platform).may_act_for(&agent("omar")).is_ok());
        assert!(staff(Role::Admin).may_act_for(&agent("sara")).is_err());
    }
}
