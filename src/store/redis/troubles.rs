//! What is known of the parts of the servers: which answer, which do not, which are full, which have
//! lost what they held; and what that makes of the servers as a whole. Nothing is asked here; who asks
//! is [`super::link`].

use crate::ports::store::Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// At most so often another way into a cluster is looked for while part of it does not answer.
const RENEW_EVERY: Duration = Duration::from_secs(1);

/// A part that nobody heard of for so long is asked for its own sake while another does not answer.
const QUIET_MAX: Duration = Duration::from_secs(1);

/// How the servers do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Health {
    /// They answer.
    #[default]
    Well,
    /// They answer, and what is written reaches fewer replicas than it should.
    Thin(String),
    /// They answer, and the memory of one is full: it takes nothing new.
    Full(String),
    /// They answer, and take no writes, for this reason.
    Barred(String),
    /// Part of them does not answer: these slots are away.
    Partly(Vec<Slot>),
    /// They answer, and what these slots held is gone; the others go on as ever.
    Lost(Vec<Slot>),
    /// They do not answer, for this reason.
    Away(String),
}

/// Which part of the servers a call concerns: in a cluster one part may be away and others not.
pub(super) type Lane = Option<Slot>;

/// A part that does not answer.
#[derive(Debug, Clone)]
struct Broken {
    /// Nobody asks before.
    until: Instant,
    reason: String,
}

/// How much is lost where a slot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// What this slot held.
    Slot,
    /// What its server held.
    Whole,
}

/// Why a part takes no writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    /// What the server says, and what to do.
    pub reason: String,
    /// Whether a right is lacking, so that what writes nothing may pass all the same.
    pub by_rights: bool,
}

/// What is wrong at the moment.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// Parts that were ever asked for anything, each with the time before which it need not be asked
    /// for its own sake.
    used: BTreeMap<Lane, Instant>,
    /// Parts that do not answer.
    broken: BTreeMap<Lane, Broken>,
    /// Parts that somebody tries beside the callers until they answer.
    probed: BTreeSet<Lane>,
    /// Parts whose memory is full, each of which somebody asks until there is room.
    full: BTreeMap<Lane, String>,
    /// Parts that take no writes, each of which somebody asks until they do.
    barred: BTreeMap<Lane, Bar>,
    /// Slots that answer and have lost what they held.
    lost: BTreeMap<Slot, (Loss, String)>,
    /// Why too few replicas have what was written.
    thin: Option<String>,
    /// Why fewer replicas follow than should, by the word of their masters.
    lacking: Option<String>,
    /// Why the servers keep less than they did at first.
    weaker: Option<String>,
    /// When another way into the cluster was last looked for.
    renewed: Option<Instant>,
}

impl Troubles {
    /// Lets a call through unless the part it concerns is known not to answer. When it is time to
    /// try, one call goes first, for as long as `call`, unless somebody else tries.
    pub(super) fn admit(
        &mut self,
        lane: &Lane,
        now: Instant,
        call: Duration,
    ) -> Result<(), String> {
        if !self.used.contains_key(lane) {
            self.used.insert(lane.clone(), now + QUIET_MAX);
        }
        let Some(part) = self.broken.get_mut(lane) else { return Ok(()) };
        if now < part.until || self.probed.contains(lane) {
            return Err(part.reason.clone());
        }
        part.until = now + call;
        Ok(())
    }

    /// A part did not answer, and is left alone until then.
    pub(super) fn breaks(&mut self, lane: &Lane, until: Instant, reason: &str) {
        self.broken.insert(lane.clone(), Broken { until, reason: reason.to_owned() });
    }

    /// A part answered; tells whether it did not before.
    pub(super) fn heals(&mut self, lane: &Lane, now: Instant) -> bool {
        if let Some(quiet_from) = self.used.get_mut(lane) {
            *quiet_from = now + QUIET_MAX;
        }
        self.broken.remove(lane).is_some()
    }

    /// Those who were asked before and not of late, and are not known to be away. Who asks them has
    /// as long as `call` for it. Without this a part that nobody happens to need would count as there
    /// for ever, and a cluster that is gone as a whole as one that is away in part.
    pub(super) fn quiet(&mut self, now: Instant, call: Duration) -> Vec<Lane> {
        let broken = &self.broken;
        let is_quiet =
            |(lane, from): &(&Lane, &mut Instant)| **from <= now && !broken.contains_key(lane);
        let quiet = self.used.iter_mut().filter(is_quiet);
        quiet
            .map(|(lane, from)| {
                *from = now + call;
                lane.clone()
            })
            .collect()
    }

    /// Whether it is time to look for another way in; then it is being done.
    pub(super) fn renews(&mut self, now: Instant) -> bool {
        let is_due = self.renewed.is_none_or(|last| now >= last + RENEW_EVERY);
        if is_due {
            self.renewed = Some(now);
        }
        is_due
    }

    /// Somebody tries this part from now on; tells whether nobody did before.
    pub(super) fn begin_probe(&mut self, lane: &Lane) -> bool {
        self.probed.insert(lane.clone())
    }

    /// Whether this part is still to be tried; if not, whoever tried it ends.
    pub(super) fn is_probed(&mut self, lane: &Lane) -> bool {
        let is_broken = self.broken.contains_key(lane);
        if !is_broken {
            self.probed.remove(lane);
        }
        is_broken
    }

    /// A part refused because its memory is full; tells whether that is new.
    pub(super) fn fills(&mut self, lane: &Lane, reason: &str) -> bool {
        self.full.insert(lane.clone(), reason.to_owned()).is_none()
    }

    /// There is room again in a part.
    pub(super) fn has_room(&mut self, lane: &Lane) {
        self.full.remove(lane);
    }

    /// A part takes no writes; tells whether that is new.
    pub(super) fn bars(&mut self, lane: &Lane, bar: Bar) -> bool {
        self.barred.insert(lane.clone(), bar).is_none()
    }

    /// A part takes writes again.
    pub(super) fn takes_writes(&mut self, lane: &Lane) {
        self.barred.remove(lane);
    }

    /// What a slot held is not there.
    pub(super) fn loses(&mut self, slot: &Slot, reason: &str, loss: Loss) {
        self.lost.insert(slot.clone(), (loss, reason.to_owned()));
    }

    /// A slot is as it should be; tells whether it was not before.
    pub(super) fn finds(&mut self, slot: &Slot) -> bool {
        self.lost.remove(slot).is_some()
    }

    /// Why too few replicas have what is written; tells whether that changes anything.
    pub(super) fn is_thin(&mut self, thin: Option<&str>) -> bool {
        let changes = self.thin.as_deref() != thin;
        if changes {
            self.thin = thin.map(str::to_owned);
        }
        changes
    }

    /// Why fewer replicas follow than should; tells whether that changes anything.
    pub(super) fn are_lacking(&mut self, lacking: Option<String>) -> bool {
        std::mem::replace(&mut self.lacking, lacking) != self.lacking
    }

    /// Why the servers keep less than they did; tells whether that changes anything.
    pub(super) fn is_weaker(&mut self, weaker: Option<String>) -> bool {
        std::mem::replace(&mut self.weaker, weaker) != self.weaker
    }

    /// What all of it comes to.
    pub(super) fn health(&self, is_cluster: bool) -> Health {
        // Where nothing answers of all that was ever asked, it is not a part that is away.
        let mut broken = self.used.keys().map(|lane| self.broken.get(lane));
        let first = broken.next().flatten().filter(|_| broken.all(|part| part.is_some()));
        let all = first.map(|part| &part.reason);
        let whole = self.lost.values().find(|(loss, _)| !is_cluster && *loss == Loss::Whole);
        if let Some(reason) = all.or(whole.map(|(_, reason)| reason)) {
            return Health::Away(reason.clone());
        }
        let serves =
            |lane: &Lane| !self.broken.contains_key(lane) && !self.barred.contains_key(lane);
        if let Some(bar) = self.barred.values().next()
            && !self.used.keys().any(serves)
        {
            return Health::Barred(bar.reason.clone());
        }
        if !self.broken.is_empty() || !self.barred.is_empty() {
            let away = self.broken.keys().chain(self.barred.keys()).flatten();
            let away: BTreeSet<Slot> = away.chain(self.lost.keys()).cloned().collect();
            return Health::Partly(away.into_iter().collect());
        }
        let full = self.full.values().next().cloned().map(Health::Full);
        let thin = self.weaker.clone().or(self.lacking.clone()).or(self.thin.clone());
        let lost = || Health::Lost(self.lost.keys().cloned().collect());
        let lost = (!self.lost.is_empty()).then(lost);
        full.or(thin.map(Health::Thin)).or(lost).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Duration = Duration::from_secs(2);

    fn lane(bucket: u16) -> Lane {
        Some(Slot::Bucket(bucket))
    }

    #[test]
    fn a_part_that_nobody_needs_is_asked_once_another_does_not_answer() {
        let (mut troubles, began) = (Troubles::default(), Instant::now());
        for part in [Some(Slot::System), lane(1), lane(2)] {
            troubles.admit(&part, began, CALL).unwrap();
            troubles.heals(&part, began);
        }
        assert_eq!(troubles.quiet(began, CALL), [], "all of them were heard of just now");
        let now = began + QUIET_MAX;
        troubles.heals(&lane(2), now);
        troubles.breaks(&lane(1), now, "gone");
        assert_eq!(troubles.health(true), Health::Partly(vec![Slot::Bucket(1)]));
        assert_eq!(troubles.quiet(now, CALL), [Some(Slot::System)], "used once at the start");
        assert_eq!(troubles.quiet(now, CALL), [], "it is being asked");
        troubles.breaks(&Some(Slot::System), now, "gone");
        let now = now + QUIET_MAX;
        assert_eq!(troubles.quiet(now, CALL), [lane(2)]);
        assert!(matches!(troubles.health(true), Health::Partly(_)));
        troubles.breaks(&lane(2), now, "gone");
        assert_eq!(troubles.health(true), Health::Away("gone".to_owned()));
        assert_eq!(troubles.quiet(now + CALL, CALL), [], "they are tried beside the callers");
    }

    #[test]
    fn a_part_that_takes_no_writes_is_not_well_however_often_it_answers() {
        let (mut troubles, now) = (Troubles::default(), Instant::now());
        for part in [lane(1), lane(2)] {
            troubles.admit(&part, now, CALL).unwrap();
        }
        let bar = || Bar { reason: "MISCONF".to_owned(), by_rights: false };
        assert!(troubles.bars(&lane(1), bar()) && !troubles.bars(&lane(1), bar()));
        troubles.heals(&lane(1), now);
        assert_eq!(troubles.health(true), Health::Partly(vec![Slot::Bucket(1)]));
        troubles.bars(&lane(2), bar());
        assert_eq!(troubles.health(true), Health::Barred("MISCONF".to_owned()));
        troubles.takes_writes(&lane(1));
        troubles.takes_writes(&lane(2));
        assert_eq!(troubles.health(true), Health::Well);
    }

    #[test]
    fn a_full_part_is_told_until_there_is_room_and_what_is_worse_comes_first() {
        let (mut troubles, now) = (Troubles::default(), Instant::now());
        for part in [lane(1), lane(2)] {
            troubles.admit(&part, now, CALL).unwrap();
        }
        assert!(troubles.is_thin(Some("0 of 1")));
        assert!(troubles.fills(&lane(1), "OOM") && !troubles.fills(&lane(1), "OOM"));
        // That it answers says nothing of room: what is there already may still be changed.
        troubles.heals(&lane(1), now);
        assert_eq!(troubles.health(true), Health::Full("OOM".to_owned()));
        troubles.breaks(&lane(2), now, "gone");
        assert_eq!(troubles.health(true), Health::Partly(vec![Slot::Bucket(2)]));
        troubles.heals(&lane(2), now);
        troubles.has_room(&lane(1));
        assert_eq!(troubles.health(true), Health::Thin("0 of 1".to_owned()));
    }
}
