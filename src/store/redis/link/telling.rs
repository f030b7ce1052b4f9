//! What the link was told of the servers, by its own calls and by those who look: it is noted, and whoever
//! follows the health hears of what it comes to.

use super::super::address::Shape;
use super::super::probe;
use super::super::settings::{self, Settings};
use super::super::troubles::{Bar, Loss, Troubles};
use super::{Lane, Link};
use crate::ports::store::Slot;
use std::sync::atomic::Ordering;
use tokio::time::Instant;

impl Link {
    /// Counts the ways that were made anew.
    pub fn ways(&self) -> u64 {
        self.ways.load(Ordering::SeqCst)
    }

    /// How safely the servers keep what is written, as it was last seen.
    pub fn settings(&self) -> settings::Seen {
        self.settings.subscribe()
    }

    /// This was seen of the servers by the way with this number, now or when they were opened. What was
    /// asked over a connection from before says nothing of the one that came after.
    pub(in crate::store::redis) fn settings_are(&self, settings: Settings, ways: u64) {
        let first = *self.first.get_or_init(|| settings.safety());
        let weaker = settings.weaker_than(first);
        // While this is written no other way begins.
        let is_of_now = self.settings.send_if_modified(|known| {
            let is_of_now = self.ways() == ways;
            if is_of_now {
                *known = settings;
            }
            is_of_now
        });
        let mut troubles = self.troubles();
        if is_of_now && troubles.is_weaker(weaker) {
            self.report(&troubles);
        }
    }

    /// Whoever is talked to from now on may be another, or have been started with other settings.
    pub(super) fn begins_anew(&self) {
        self.ways.fetch_add(1, Ordering::SeqCst);
        self.settings.send_modify(|known| *known = known.unseen());
    }

    /// Whether this part is still to be tried; if not, whoever tried it ends.
    pub(in crate::store::redis) fn is_probed(&self, lane: &Lane) -> bool {
        self.troubles().is_probed(lane)
    }

    pub(super) fn heal(&self, lane: &Lane) {
        let mut troubles = self.troubles();
        if troubles.heals(lane, Instant::now()) {
            self.begins_anew();
            self.report(&troubles);
        }
    }

    /// A part answers, and takes nothing new.
    pub(super) fn fill(&self, lane: &Lane, reason: &str) {
        let mut troubles = self.troubles();
        // A call of another kind may go through meanwhile, so only who asks for it knows of room.
        if self.is_shared() && troubles.fills(lane, reason) {
            tokio::spawn(probe::until_there_is_room(self.itself.clone(), lane.clone()));
            self.report(&troubles);
        }
    }

    /// A part answers, and takes no writes.
    pub(super) fn bar(&self, lane: &Lane, bar: Bar) {
        let (mut troubles, by_rights) = (self.troubles(), bar.by_rights);
        if self.is_shared() && troubles.bars(lane, bar) {
            tokio::spawn(probe::until_it_takes_writes(
                self.itself.clone(),
                lane.clone(),
                by_rights,
            ));
            self.report(&troubles);
        }
    }

    /// A part takes writes again.
    pub(in crate::store::redis) fn takes_writes(&self, lane: &Lane) {
        let mut troubles = self.troubles();
        troubles.takes_writes(lane);
        self.report(&troubles);
    }

    /// A part takes what is new again.
    pub(in crate::store::redis) fn has_room(&self, lane: &Lane) {
        let mut troubles = self.troubles();
        troubles.has_room(lane);
        self.report(&troubles);
    }

    /// The servers answer, but what this slot held is not there.
    pub(in crate::store::redis) fn slot_is_lost(&self, slot: &Slot, reason: &str, loss: Loss) {
        let mut troubles = self.troubles();
        troubles.loses(slot, reason, loss);
        self.report(&troubles);
    }

    /// The slot is as it should be.
    pub fn slot_is_there(&self, slot: &Slot) {
        let mut troubles = self.troubles();
        if troubles.finds(slot) {
            self.report(&troubles);
        }
    }

    /// Why fewer replicas follow than should, if so, by the word of the masters.
    pub fn followers_are(&self, lacking: Option<String>) {
        let mut troubles = self.troubles();
        if troubles.are_lacking(lacking) {
            self.report(&troubles);
        }
    }

    /// Whether what is written reaches as many replicas as it should, or why not.
    pub fn replicas_are(&self, thin: Option<&str>) {
        let mut troubles = self.troubles();
        if troubles.is_thin(thin) {
            self.report(&troubles);
        }
    }

    pub(super) fn report(&self, troubles: &Troubles) {
        let health = troubles.health(self.address.shape == Shape::Cluster);
        self.health.send_if_modified(|known| {
            let changes = *known != health;
            *known = health;
            changes
        });
    }
}
