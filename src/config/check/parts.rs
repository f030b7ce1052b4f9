//! `parts` of the bot's file: what messages may carry beside words, and from where.

use super::value::number;
use crate::config::problem::{Code, Problem, Problems};
use crate::config::raw::bot::{Attachments, Parts};
use crate::config::raw::{At, Text};
use crate::domain::parts::{HostRule, Hosts, PartRules, is_media_type};
use std::collections::BTreeSet;

/// Parts in one message, unless told otherwise.
const COUNT_MAX: u32 = 5;
/// Megabytes of one file, unless told otherwise.
const SIZE_MB_MAX: u32 = 10;

/// What messages may carry. What is left out is not taken.
pub fn check(raw: &Parts, problems: &mut Problems) -> Option<PartRules> {
    let count_max = limit(&raw.count_max, "count_max", COUNT_MAX, 20, problems);
    let links = hosts(raw.links.as_deref().unwrap_or_default(), problems);
    let rules = match &raw.attachments {
        Some(files) => check_files(files, problems),
        None => Some(PartRules::default()),
    };
    Some(PartRules {
        count_max: count_max? as usize,
        links: links?,
        locations: raw.locations.as_ref().is_some_and(|at| at.value),
        ..rules?
    })
}

fn check_files(raw: &Attachments, problems: &mut Problems) -> Option<PartRules> {
    let attachment_hosts = hosts(raw.hosts.as_deref().unwrap_or_default(), problems);
    let named = raw.media_types.as_deref().unwrap_or_default().iter();
    let media_types: Vec<Option<String>> = named
        .map(|named| {
            if is_media_type(&named.value) {
                return Some(named.value.clone());
            }
            let problem = Problem::new(Code::BadMediaType, &named.place);
            problems.add(problem.with("value", &named.value));
            None
        })
        .collect();
    let media_types: Option<BTreeSet<String>> = media_types.into_iter().collect();
    let megabytes = limit(&raw.size_mb_max, "size_mb_max", SIZE_MB_MAX, 10_000, problems);
    Some(PartRules {
        attachment_hosts: attachment_hosts?,
        media_types: media_types?,
        size_max: u64::from(megabytes?) * 1_000_000,
        ..PartRules::default()
    })
}

fn hosts(named: &[Text], problems: &mut Problems) -> Option<Hosts> {
    let rules: Vec<Option<HostRule>> = named
        .iter()
        .map(|host| {
            let rule = HostRule::parse(&host.value);
            if rule.is_none() {
                let problem = Problem::new(Code::BadHost, &host.place);
                problems.add(problem.with("value", &host.value));
            }
            rule
        })
        .collect();
    rules.into_iter().collect::<Option<Vec<HostRule>>>().map(Hosts)
}

fn limit(
    at: &Option<At<u32>>,
    key: &str,
    usual: u32,
    most: u32,
    problems: &mut Problems,
) -> Option<u32> {
    match at {
        Some(at) => number(at, key, 1..=most, problems),
        None => Some(usual),
    }
}
