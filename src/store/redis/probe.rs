//! Tries a part of the servers that did not answer, until it does, beside the callers: they are told
//! at once that it is away, instead of each waiting for it in turn.

use super::keys::Keys;
use super::link::{Lane, Link};
use super::rights;
use super::scripts::{Call, Script};
use crate::ports::store::{Slot, Why};
use std::sync::Weak;

/// Tries again and again, as long as somebody uses the link.
pub async fn until_it_answers(link: Weak<Link>, lane: Lane) {
    loop {
        let Some(pause) = link.upgrade().map(|link| link.patience().breaker) else { return };
        tokio::time::sleep(pause).await;
        let Some(link) = link.upgrade() else { return };
        if !link.is_probed(&lane) {
            return;
        }
        // What comes of it is noted by the link.
        let _ = link.probe(lane.clone(), &harmless(&link, &lane)).await;
        if !link.is_probed(&lane) {
            return;
        }
    }
}

/// Asks a part of which nothing was heard for a while whether it is there.
pub async fn once(link: Weak<Link>, lane: Lane) {
    let Some(link) = link.upgrade() else { return };
    let _ = link.probe(lane.clone(), &harmless(&link, &lane)).await;
}

/// Asks a part whose memory is full again and again, until it takes what is new.
pub async fn until_there_is_room(link: Weak<Link>, lane: Lane) {
    loop {
        let Some(pause) = link.upgrade().map(|link| link.patience().breaker) else { return };
        tokio::time::sleep(pause).await;
        let Some(link) = link.upgrade() else { return };
        if link.probe(lane.clone(), &call(&link, &lane, Script::Room)).await.is_ok() {
            return link.has_room(&lane);
        }
    }
}

/// Asks a part that takes no writes again and again, until it does. Where a right was lacking, what
/// writes nothing may pass, so the rights are asked for too.
pub async fn until_it_takes_writes(link: Weak<Link>, lane: Lane, by_rights: bool) {
    loop {
        let Some(pause) = link.upgrade().map(|link| link.patience().breaker) else { return };
        tokio::time::sleep(pause).await;
        let Some(link) = link.upgrade() else { return };
        let told = link.probe(lane.clone(), &call(&link, &lane, Script::Room)).await;
        // Where memory is full now, that is told by those who bring something new.
        let takes = told.is_ok() || told.is_err_and(|failed| failed.why == Why::Full);
        if takes && (!by_rights || rights::are_whole(&link, &lane).await) {
            return link.takes_writes(&lane);
        }
    }
}

/// A script that could write, so that only who leads runs it, and that writes nothing: nobody's is the
/// deployment it is called for.
fn harmless(link: &Link, lane: &Lane) -> Call {
    let mut call = call(link, lane, Script::Stand);
    call.arg("").arg("0");
    call
}

fn call(link: &Link, lane: &Lane, script: Script) -> Call {
    let keys = Keys::new(&link.address().prefix);
    let mut call = Call::new(script);
    call.key(&keys.head(lane.as_ref().unwrap_or(&Slot::System)));
    call
}
