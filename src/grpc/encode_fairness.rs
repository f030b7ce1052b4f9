//! Who is served worst, as it is said on the wire.

use super::encode::duration;
use super::encode_line::queue_title;
use super::pb;
use crate::app::App;
use crate::domain::ids::QueueId;
use crate::domain::routing::fairness::{Comparison, Group, Trait};

/// The groups that differ in one trait.
pub fn comparison(app: &App, comparison: &Comparison) -> pb::FairnessComparison {
    let by = match comparison.by {
        Trait::Priority => pb::FairnessTrait::Priority,
        Trait::Language => pb::FairnessTrait::Language,
        Trait::Queue => pb::FairnessTrait::Queue,
        Trait::Channel => pb::FairnessTrait::Channel,
        Trait::Known => pb::FairnessTrait::Known,
    };
    let groups = comparison.groups.iter().map(|it| group(app, comparison.by, it)).collect();
    pb::FairnessComparison { by: by.into(), groups }
}

fn group(app: &App, by: Trait, group: &Group) -> pb::FairnessGroup {
    let queue = (by == Trait::Queue).then(|| QueueId::parse(&group.name).ok()).flatten();
    pb::FairnessGroup {
        titles: queue.map(|queue| queue_title(app, &queue)).unwrap_or_default(),
        name: group.name.clone(),
        met: group.met,
        left: group.left,
        median: Some(duration(group.median)),
        p90: Some(duration(group.p90)),
        left_per_mille: group.left_per_mille(),
        judged: group.is_judged(),
    }
}
