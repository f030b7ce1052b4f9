//! The operators' file. What it leaves out has the default.

use super::value::{self, duration, number};
use crate::config::problem::{Code, Problem, Problems};
use crate::config::raw::service::{
    Identity, Limits as RawLimits, Retention as RawRetention, Service,
};
use crate::config::raw::{At, Text};
use crate::config::service::{
    IdentitySettings, Limits, OnBadConfig, Retention, ServiceSettings, StoreKind,
};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Checks the operators' file.
pub fn check(raw: &Service, problems: &mut Problems) -> Option<ServiceSettings> {
    let usual = ServiceSettings::default();
    let listen = or(&raw.listen, usual.listen, |text| address(text, problems));
    let data = or(&raw.data, usual.data, |text| value::said(text, problems).map(PathBuf::from));
    let store = or(&raw.store, usual.store, |text| store(text, problems));
    let on_bad_config = or(&raw.on_bad_config, usual.on_bad_config, |text| {
        value::one_of(text, &OnBadConfig::NAMES, problems)
    });
    let drain_notice = or(&raw.drain_notice, usual.drain_notice, |text| {
        duration(text, "drain_notice", "0s"..="10m", problems)
    });
    let drain = or(&raw.drain, usual.drain, |text| duration(text, "drain", "0s"..="10m", problems));
    let identity = or(&raw.identity, usual.identity, |raw| check_identity(raw, problems));
    let limits = or(&raw.limits, usual.limits, |limits| check_limits(limits, problems));
    let retention = or(&raw.retention, usual.retention, |raw| retention(raw, problems).map(Some));
    Some(ServiceSettings {
        listen: listen?,
        data: data?,
        store: store?,
        on_bad_config: on_bad_config?,
        drain_notice: drain_notice?,
        drain: drain?,
        identity: identity?,
        limits: limits?,
        retention: retention?,
    })
}

fn check_identity(raw: &Identity, problems: &mut Problems) -> Option<IdentitySettings> {
    let usual = IdentitySettings::default();
    let audience = or(&raw.audience, usual.audience, |text| value::said(text, problems));
    let life_max = or(&raw.life_max, usual.life_max, |text| {
        duration(text, "life_max", "1m"..="30d", problems)
    });
    Some(IdentitySettings { audience: audience?, life_max: life_max? })
}

fn or<R, T>(raw: &Option<R>, usual: T, check: impl FnOnce(&R) -> Option<T>) -> Option<T> {
    match raw {
        Some(raw) => check(raw),
        None => Some(usual),
    }
}

/// They go to one place, and going for good has to be said.
fn retention(raw: &RawRetention, problems: &mut Problems) -> Option<Retention> {
    let after = raw.after.as_ref();
    let after = after.and_then(|text| duration(text, "after", "1h"..="3650d", problems));
    let archive = raw.archive.as_ref().map(|text| value::said(text, problems).map(PathBuf::from));
    let delete = raw.delete.as_ref().is_some_and(|delete| delete.value);
    match (archive, delete) {
        (Some(archive), false) => Some(Retention { after: after?, archive: Some(archive?) }),
        (None, true) => Some(Retention { after: after?, archive: None }),
        (Some(_), true) | (None, false) => {
            let place = raw.after.as_ref().map(|text| &text.place)?;
            let found = if delete { "both" } else { "neither" };
            let problem = Problem::new(Code::NotOneOf, place).with("value", found);
            problems.add(problem.with("known", "archive: DIR, delete: true"));
            None
        }
    }
}

fn store(text: &Text, problems: &mut Problems) -> Option<StoreKind> {
    let kind = StoreKind::parse(&text.value);
    if kind.is_none() {
        value::one_of(text, &StoreKind::NAMES.map(|name| (name, ())), problems);
    }
    kind
}

fn address(text: &Text, problems: &mut Problems) -> Option<SocketAddr> {
    match text.value.parse() {
        Ok(address) => Some(address),
        Err(error) => {
            let error: std::net::AddrParseError = error;
            let problem = Problem::new(Code::BadAddress, &text.place).with("value", &text.value);
            problems.add(problem.with("reason", error));
            None
        }
    }
}

fn check_limits(raw: &RawLimits, problems: &mut Problems) -> Option<Limits> {
    let usual = Limits::default();
    let mut limit = |at: &Option<At<u32>>, key, usual, range| match at {
        Some(at) => number(at, key, range, problems),
        None => Some(usual),
    };
    let utterance = limit(
        &raw.utterance_chars_max,
        "utterance_chars_max",
        usual.utterance_chars_max,
        100..=20_000,
    );
    let streams = limit(
        &raw.streams_per_principal_max,
        "streams_per_principal_max",
        usual.streams_per_principal_max,
        1..=1_000,
    );
    let requests = limit(
        &raw.requests_per_second_per_address,
        "requests_per_second_per_address",
        usual.requests_per_second_per_address,
        1..=100_000,
    );
    let burst = limit(&raw.request_burst, "request_burst", usual.request_burst, 1..=100_000);
    let requests_per_second_per_principal = limit(
        &raw.requests_per_second_per_principal,
        "requests_per_second_per_principal",
        usual.requests_per_second_per_principal,
        1..=100_000,
    );
    let principal_burst =
        limit(&raw.principal_burst, "principal_burst", usual.principal_burst, 1..=100_000);
    let connections_max =
        limit(&raw.connections_max, "connections_max", usual.connections_max, 1..=1_000_000);
    let calls_per_connection_max = limit(
        &raw.calls_per_connection_max,
        "calls_per_connection_max",
        usual.calls_per_connection_max,
        1..=100_000,
    );
    let message = limit(
        &raw.message_bytes_max,
        "message_bytes_max",
        usual.message_bytes_max,
        4_096..=4_194_304,
    );
    let metadata = limit(
        &raw.metadata_bytes_max,
        "metadata_bytes_max",
        usual.metadata_bytes_max,
        256..=1_048_576,
    );
    let disk_reserve_mb =
        limit(&raw.disk_reserve_mb, "disk_reserve_mb", usual.disk_reserve_mb, 0..=1_048_576);
    let waiting = limit(&raw.waiting_max, "waiting_max", usual.waiting_max, 1..=1_000_000);
    Some(Limits {
        utterance_chars_max: utterance?,
        streams_per_principal_max: streams?,
        requests_per_second_per_address: requests?,
        request_burst: burst?,
        requests_per_second_per_principal: requests_per_second_per_principal?,
        principal_burst: principal_burst?,
        connections_max: connections_max?,
        calls_per_connection_max: calls_per_connection_max?,
        message_bytes_max: message?,
        metadata_bytes_max: metadata?,
        disk_reserve_mb: disk_reserve_mb?,
        waiting_max: waiting?,
    })
}
