//! The times of routing: credits, offers, leases, silence. Each within limits, and those that follow
//! each other in their order.

use super::value::{self, duration, number, shown};
use crate::config::problem::{Place, Problems};
use crate::config::raw::routing::{
    Alerts, Attendance, Blocks, Leases, Offers, Priorities, Promises, Routing, Silence,
};
use crate::config::raw::{At, Text};
use crate::domain::routing::alerts::AlertRules;
use crate::domain::routing::attendance::AttendanceRules;
use crate::domain::routing::blocks::BlockRules;
use crate::domain::routing::settings::{
    Credits, LeaseRules, OfferRules, PromiseRules, SilenceRules,
};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The checked times of the routing file.
pub struct Times {
    /// Credit by priority.
    pub credits: Credits,
    /// Of work that came back.
    pub credit_returned: Duration,
    /// The most anything can have.
    pub credit_max: Duration,
    /// How offers are made.
    pub offers: OfferRules,
    /// How presence is noticed.
    pub leases: LeaseRules,
    /// What happens when an agent does not answer.
    pub agent_silence: SilenceRules,
    /// What customers may be promised.
    pub promises: PromiseRules,
}

/// Checks them all.
pub fn check(raw: &Routing, problems: &mut Problems) -> Option<Times> {
    let credits = raw.priorities.as_ref().and_then(|raw| check_credits(raw, problems));
    let offers = raw.offers.as_ref().and_then(|raw| check_offers(raw, problems));
    let leases = raw.leases.as_ref().and_then(|raw| check_leases(raw, problems));
    let agent_silence = raw.agent_silence.as_ref().and_then(|raw| check_silence(raw, problems));
    let promises = raw.promises.as_ref().and_then(|raw| check_promises(raw, problems));
    let (credits, credit_returned, credit_max) = credits?;
    Some(Times {
        credits,
        credit_returned,
        credit_max,
        offers: offers?,
        leases: leases?,
        agent_silence: agent_silence?,
        promises: promises?,
    })
}

/// A duration with the key it stands under, for the comparison with its neighbours.
type Named = (&'static str, Option<Duration>);

fn named(
    text: Option<&Text>,
    key: &'static str,
    limits: RangeInclusive<&'static str>,
    problems: &mut Problems,
) -> Named {
    (key, text.and_then(|text| duration(text, key, limits, problems)))
}

/// Notes each neighbour that is below the one before it.
fn rising(times: &[Named], place: &Place, problems: &mut Problems) {
    for pair in times.windows(2) {
        let [lower, upper] =
            [pair[0], pair[1]].map(|(key, time)| (key, time, time.map(shown).unwrap_or_default()));
        value::in_order(lower, upper, place, problems);
    }
}

/// Checks when supervisors are alerted.
pub fn alerts(raw: &Alerts, problems: &mut Problems) -> Option<AlertRules> {
    let mut time = |text: &Option<Text>, key, limits| {
        text.as_ref().and_then(|text| duration(text, key, limits, problems))
    };
    let longest_wait = time(&raw.longest_wait, "longest_wait", "1s"..="1d");
    let nobody_there = time(&raw.nobody_there, "nobody_there", "1s"..="1d");
    let emergency_wait = time(&raw.emergency_wait, "emergency_wait", "1s"..="1h");
    let hold = time(&raw.hold, "hold", "0s"..="1h");
    let mut count = |count: &Option<At<u32>>, key, limits| {
        count.as_ref().and_then(|count| number(count, key, limits, problems))
    };
    let queue_length = count(&raw.queue_length, "queue_length", 1..=100_000);
    let broken_promises = count(&raw.broken_promises, "broken_promises", 1..=100_000);
    let clear_below = count(&raw.clear_below, "clear_below", 1..=100);
    Some(AlertRules {
        longest_wait: longest_wait?,
        queue_length: queue_length?,
        nobody_there: nobody_there?,
        broken_promises: broken_promises?,
        emergency_wait: emergency_wait?,
        clear_below: clear_below?,
        hold: hold?,
    })
}

fn check_credits(
    raw: &Priorities,
    problems: &mut Problems,
) -> Option<(Credits, Duration, Duration)> {
    let low = named(raw.low.as_ref(), "low", "0s"..="1d", problems);
    let normal = named(raw.normal.as_ref(), "normal", "0s"..="1d", problems);
    let high = named(raw.high.as_ref(), "high", "0s"..="1d", problems);
    let returned = named(raw.returned.as_ref(), "returned", "0s"..="1d", problems);
    let most = named(raw.credit_max.as_ref(), "credit_max", "0s"..="1d", problems);
    rising(&[low, normal, high, most], &raw.place, problems);
    rising(&[returned, most], &raw.place, problems);
    Some((Credits { low: low.1?, normal: normal.1?, high: high.1? }, returned.1?, most.1?))
}

fn check_offers(raw: &Offers, problems: &mut Problems) -> Option<OfferRules> {
    let mut time = |text: &Option<Text>, key, limits| named(text.as_ref(), key, limits, problems).1;
    let timeout = time(&raw.timeout, "timeout", "5s"..="10m");
    let declined = time(&raw.cool_down_after_decline, "cool_down_after_decline", "0s"..="1h");
    let expired = time(&raw.cool_down_after_expiry, "cool_down_after_expiry", "0s"..="1h");
    let decliner_pause = time(&raw.decliner_pause, "decliner_pause", "0s"..="1d");
    let emergency_again = time(&raw.emergency_again_max, "emergency_again_max", "1s"..="1m");
    let preferred_hold = time(&raw.preferred_hold, "preferred_hold", "0s"..="1h");
    let away = raw
        .unanswered_until_away
        .as_ref()
        .and_then(|count| number(count, "unanswered_until_away", 1..=100, problems));
    let run = raw
        .emergency_run_max
        .as_ref()
        .and_then(|count| number(count, "emergency_run_max", 1..=1_000, problems));
    Some(OfferRules {
        timeout: timeout?,
        unanswered_until_away: away?,
        cool_down_after_decline: declined?,
        cool_down_after_expiry: expired?,
        decliner_pause: decliner_pause?,
        emergency_again_max: emergency_again?,
        preferred_hold: preferred_hold?,
        emergency_run_max: run?,
    })
}

fn check_leases(raw: &Leases, problems: &mut Problems) -> Option<LeaseRules> {
    let heartbeat = named(raw.heartbeat.as_ref(), "heartbeat", "1s"..="5m", problems);
    let length = named(raw.length.as_ref(), "length", "2s"..="10m", problems);
    let browser = named(raw.browser_length.as_ref(), "browser_length", "2s"..="30m", problems);
    let grace = named(raw.grace.as_ref(), "grace", "0s"..="1h", problems);
    let outage = named(raw.outage_grace.as_ref(), "outage_grace", "0s"..="1d", problems);
    rising(&[heartbeat, length, browser], &raw.place, problems);
    rising(&[grace, outage], &raw.place, problems);
    Some(LeaseRules {
        heartbeat: heartbeat.1?,
        length: length.1?,
        browser_length: browser.1?,
        grace: grace.1?,
        outage_grace: outage.1?,
    })
}

fn check_silence(raw: &Silence, problems: &mut Problems) -> Option<SilenceRules> {
    let nudge = named(raw.nudge.as_ref(), "nudge", "5s"..="1d", problems);
    let supervisor = named(raw.supervisor.as_ref(), "supervisor", "5s"..="1d", problems);
    let requeue = named(raw.requeue.as_ref(), "requeue", "5s"..="1d", problems);
    rising(&[nudge, supervisor, requeue], &raw.place, problems);
    Some(SilenceRules { nudge: nudge.1?, supervisor: supervisor.1?, requeue: requeue.1? })
}

/// Checks for how long agents may block: a look must come before the end of what is looked at.
pub fn blocks(raw: &Blocks, problems: &mut Problems) -> Option<BlockRules> {
    let lasts = named(raw.lasts.as_ref(), "lasts", "1m"..="1d", problems);
    let within = named(raw.review_within.as_ref(), "review_within", "30s"..="1d", problems);
    let otherwise = raw.otherwise.as_ref().and_then(|said| value::both(said, problems));
    rising(&[within, lasts], &raw.place, problems);
    Some(BlockRules { length: lasts.1?, review_within: within.1?, otherwise: otherwise? })
}

/// Checks what it means that a customer's page is closed.
pub fn attendance(raw: &Attendance, problems: &mut Problems) -> Option<AttendanceRules> {
    let gone_after = named(raw.gone_after.as_ref(), "gone_after", "10s"..="1d", problems).1;
    let aside_for = named(raw.aside_for.as_ref(), "aside_for", "0s"..="1d", problems).1;
    Some(AttendanceRules { gone_after: gone_after?, aside_for: aside_for? })
}

fn check_promises(raw: &Promises, problems: &mut Problems) -> Option<PromiseRules> {
    let mut time = |text: &Option<Text>, key, limits| named(text.as_ref(), key, limits, problems);
    let callback_after = time(&raw.callback_after, "callback_after", "1m"..="7d").1;
    let callback_max = time(&raw.callback_max, "callback_max", "1h"..="90d").1;
    let warn_before = time(&raw.warn_before, "warn_before", "10s"..="1d");
    // Whoever is warned must be warned after the promise was to begin.
    let callback_window = time(&raw.callback_window, "callback_window", "1m"..="7d");
    let answer_within = time(&raw.answer_within, "answer_within", "1m"..="30d");
    let follow_up_ahead = time(&raw.follow_up_ahead, "follow_up_ahead", "1m"..="7d");
    let follow_up_min = time(&raw.follow_up_min, "follow_up_min", "1m"..="7d");
    let follow_up_max = time(&raw.follow_up_max, "follow_up_max", "1h"..="365d");
    let extension = time(&raw.extension, "extension", "1m"..="7d").1;
    let credit_broken = time(&raw.credit_broken, "credit_broken", "0s"..="1d").1;
    rising(&[warn_before, callback_window], &raw.place, problems);
    rising(&[warn_before, answer_within], &raw.place, problems);
    rising(&[warn_before, follow_up_ahead], &raw.place, problems);
    rising(&[follow_up_min, follow_up_max], &raw.place, problems);
    Some(PromiseRules {
        callback_after: callback_after?,
        callback_window: callback_window.1?,
        callback_max: callback_max?,
        answer_within: answer_within.1?,
        follow_up_min: follow_up_min.1?,
        follow_up_max: follow_up_max.1?,
        follow_up_ahead: follow_up_ahead.1?,
        warn_before: warn_before.1?,
        extension: extension?,
        credit_broken: credit_broken?,
    })
}
