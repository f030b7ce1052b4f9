//! Facts of the host site, to and from the wire.

use super::decode::wrong;
use super::pb;
use super::pb::fact::Value;
use crate::domain::facts::{Fact, Facts};
use std::collections::BTreeMap;
use tonic::Status;

/// The longest key of a customer, in bytes.
pub const CUSTOMER_KEY_BYTES_MAX: usize = 256;

/// Facts as they are shown to staff.
pub fn facts(facts: &Facts) -> BTreeMap<String, pb::Fact> {
    let fact = |fact: &Fact| match fact {
        Fact::Text(text) => Value::Text(text.clone()),
        Fact::Number(number) => Value::Number(*number),
        Fact::Flag(flag) => Value::Flag(*flag),
    };
    let entry =
        |(name, value): (&String, &Fact)| (name.clone(), pb::Fact { value: Some(fact(value)) });
    facts.iter().map(entry).collect()
}

/// Facts that a platform tells.
pub fn read_facts(told: BTreeMap<String, pb::Fact>) -> Result<Facts, Status> {
    told.into_iter()
        .map(|(name, fact)| match fact.value {
            Some(Value::Text(text)) => Ok((name, Fact::Text(text))),
            Some(Value::Number(number)) => Ok((name, Fact::Number(number))),
            Some(Value::Flag(flag)) => Ok((name, Fact::Flag(flag))),
            None => Err(wrong("facts", format!("{name} has no value"))),
        })
        .collect()
}
