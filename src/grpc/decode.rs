//! From what comes over the wire to what the core knows; what cannot be is refused with the field
//! and with what to send instead. One direction, one place.

use super::context::id;
use super::facts;
use super::pb;
use super::resume::Place;
use super::status::{Facts, Refusal};
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, SkillId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{AWAY_UNANSWERED, Presence, Profile, ordinary_id};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use tonic::Status;

/// Reasons and codes that agents make up.
pub const CODE_CHARS_MAX: usize = 64;
/// The longest name of an agent.
pub(super) const NAME_CHARS_MAX: usize = 64;
/// More than anyone can do at a time.
const CAPACITY_MAX: u32 = 100;

/// A refusal of one field.
pub fn wrong(field: &'static str, what: impl Into<String>) -> Status {
    Refusal::Field { field, what: what.into(), facts: Vec::new() }.into()
}

/// A refusal of one field in which nothing stands that must not be empty.
pub fn empty(field: &'static str, what: impl Into<String>) -> Status {
    told(field, what, vec![("problem", "empty".to_owned())])
}

/// A refusal of one field that a person can have caused, with the facts to say it in their language.
fn told(field: &'static str, what: impl Into<String>, facts: Facts) -> Status {
    Refusal::Field { field, what: what.into(), facts }.into()
}

/// A refusal of a number that lies outside what can be.
pub fn range(field: &'static str, min: u32, max: u32) -> Status {
    told(field, format!("must be from {min} to {max}"), facts::out_of_range(min, max))
}

fn unknown(field: &'static str, sort: &str, name: &str, what: String) -> Status {
    told(field, what, facts::unknown(sort, name))
}

/// The language a client asks for; none is asked for by an empty tag.
pub fn language(tag: &str) -> Result<Option<Language>, Status> {
    if tag.is_empty() {
        return Ok(None);
    }
    Language::from_tag(tag).map(Some).ok_or_else(|| {
        wrong(
            "language",
            format!("{tag:?} is not spoken here; ask for ar or en, or leave it empty"),
        )
    })
}

/// Where a reader stood.
pub fn place(token: &str) -> Result<Place, Status> {
    Place::parse(token)
        .ok_or_else(|| wrong("resume_token", "this is not a resume token of this API"))
}

/// The agent and incarnation of a session.
pub fn session(session: Option<&pb::AgentSession>) -> Result<(AgentId, u64), Status> {
    let session = session.ok_or_else(|| wrong("session", "hand in the session of SignIn"))?;
    Ok((id("session.agent_id", &session.agent_id, AgentId::parse)?, session.incarnation))
}

/// An ownership token.
pub fn token(token: Option<&pb::OwnershipToken>) -> Result<Token, Status> {
    let token =
        token.ok_or_else(|| wrong("token", "hand in the token of the offer or assignment"))?;
    // A number that is too large was never issued: it is told as lost ownership, like any other.
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(Token { term: number(token.term), attempt: number(token.attempt) })
}

/// A point in time that must be given.
pub fn time(
    field: &'static str,
    time: Option<&prost_types::Timestamp>,
) -> Result<Timestamp, Status> {
    let time = time.ok_or_else(|| wrong(field, "say when"))?;
    let millis =
        time.seconds.saturating_mul(1000).saturating_add(i64::from(time.nanos) / 1_000_000);
    Ok(Timestamp::from_millis(millis))
}

/// What a waiting customer chooses.
pub fn wait_choice(asked: &pb::ChooseWaitOptionRequest) -> Result<WaitChoice, Status> {
    let at = match &asked.callback_at {
        Some(at) => Some(time("callback_at", Some(at))?),
        None => None,
    };
    if at.is_some() && asked.option() != pb::WaitOption::Callback {
        return Err(wrong("callback_at", "a time goes with CALLBACK only"));
    }
    match asked.option() {
        pb::WaitOption::Wait => Ok(WaitChoice::Wait),
        pb::WaitOption::Callback => Ok(WaitChoice::Callback { at }),
        pb::WaitOption::LeaveQuestion => Ok(WaitChoice::LeaveQuestion),
        pb::WaitOption::OtherLanguage => Ok(WaitChoice::OtherLanguage),
        pb::WaitOption::Unspecified => {
            Err(wrong("option", "say WAIT, CALLBACK, LEAVE_QUESTION or OTHER_LANGUAGE"))
        }
    }
}

/// A text that must not be longer than this.
pub fn at_most(field: &'static str, text: &str, chars_max: usize) -> Result<String, Status> {
    let length = text.chars().count();
    if length > chars_max {
        let what = format!("at most {chars_max} characters, this has {length}");
        return Err(told(field, what, facts::too_long(chars_max, length)));
    }
    Ok(text.to_owned())
}

/// The presence an agent wants.
pub fn presence(wanted: pb::Presence, away_reason: &str) -> Result<Presence, Status> {
    let reason = at_most("away_reason", away_reason, CODE_CHARS_MAX)?;
    if reason == AWAY_UNANSWERED {
        return Err(wrong("away_reason", "this word is kept for what Sanad itself sets"));
    }
    match wanted {
        pb::Presence::Available => Ok(Presence::Available),
        pb::Presence::Away => Ok(Presence::Away { reason }),
        pb::Presence::Draining => Ok(Presence::Draining),
        pb::Presence::Offline => Ok(Presence::Offline),
        pb::Presence::Unspecified => {
            Err(wrong("presence", "say AVAILABLE, AWAY, DRAINING or OFFLINE"))
        }
    }
}

/// The profile of an agent who is registered by a call.
pub fn profile(
    profile: Option<&pb::AgentProfile>,
    rules: &RoutingRules,
) -> Result<(AgentId, Profile), Status> {
    let profile = profile.ok_or_else(|| wrong("profile", "hand in the agent's profile"))?;
    let agent = id("profile.agent_id", &profile.agent_id, ordinary_id)?;
    let name = at_most("profile.name", profile.name.trim(), NAME_CHARS_MAX)?;
    if name.is_empty() {
        return Err(empty("profile.name", "customers must see a name"));
    }
    let mut languages = BTreeMap::new();
    for (tag, level) in &profile.languages {
        let spoken = Language::from_tag(tag).ok_or_else(|| {
            unknown("profile.languages", "language", tag, format!("{tag:?} is not ar or en"))
        })?;
        languages.insert(spoken, self::level("profile.languages", tag, *level)?);
    }
    if languages.is_empty() {
        return Err(empty("profile.languages", "an agent speaks at least one language"));
    }
    let mut skills = BTreeMap::new();
    for (name, level) in &profile.skills {
        let skill = id("profile.skills", name, SkillId::parse)?;
        if !rules.skills.contains(&skill) {
            let what = format!("the rules name no skill {name:?}");
            return Err(unknown("profile.skills", "skill", name, what));
        }
        skills.insert(skill, self::level("profile.skills", name, *level)?);
    }
    if !(1..=CAPACITY_MAX).contains(&profile.capacity) {
        return Err(range("profile.capacity", 1, CAPACITY_MAX));
    }
    let capacity = profile.capacity;
    Ok((agent, Profile { name, languages, skills, capacity, declared: false }))
}

fn level(field: &'static str, of: &str, level: u32) -> Result<u8, Status> {
    u8::try_from(level).ok().filter(|level| (1..=5).contains(level)).ok_or_else(|| {
        let what = format!("the level of {of:?} must be from 1 to 5");
        told(field, what, facts::out_of_range(1, 5))
    })
}

/// How many a page holds: `usual` if it is not said, at most `max`.
pub fn page_size(asked: u32, usual: usize, max: usize) -> usize {
    match asked {
        0 => usual,
        asked => (asked as usize).min(max),
    }
}
