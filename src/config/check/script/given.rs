//! What a script takes for granted: keys of `routing.yaml` and `bot.yaml`, laid over what these files
//! say and checked as they are. So every key, limit and mistake is the same in both places, and
//! nothing has to be learnt twice.

use crate::config::check::names::Names;
use crate::config::check::{bot, routing};
use crate::config::problem::Problems;
use crate::config::raw::bot::Bot;
use crate::config::raw::conversation::Conversation;
use crate::config::raw::node::{self, Key, Node, Value};
use crate::config::raw::routing::Routing;
use crate::config::raw::{Fields, Read};
use crate::config::script::{Given, GivenBot, HoursThatCount};
use crate::config::source::{BOT, ROUTING, Sources};
use crate::domain::ids::QueueId;
use crate::domain::routing::settings::RoutingRules;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// The keys of `bot.yaml` that a script may give. What needs training or is the shop's word to
/// somebody in danger is not among them.
const OF_BOT: [&str; 5] = ["ladder", "ends", "satisfaction", "parts", "read_marks"];

/// What stands under these is not mixed with what the file says, but takes its place: a day that a
/// script does not name is closed in it, whatever the shop does on that day.
const WHOLE: [&str; 2] = ["hours", "targets"];

/// The files that scripts lay their own over, each read when it is first needed.
pub(super) struct Files<'a> {
    sources: &'a Sources,
    routing: OnceCell<Option<Node>>,
    bot: OnceCell<Option<Node>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Files { sources, routing: OnceCell::new(), bot: OnceCell::new() }
    }

    /// `None`: it cannot be read, which has been noted where it was read for itself.
    fn read(&self, path: &str) -> Option<Node> {
        node::parse(path, self.sources.text(path)?, &mut Problems::new())
    }

    fn routing(&self) -> Option<&Node> {
        self.routing.get_or_init(|| self.read(ROUTING)).as_ref()
    }

    fn bot(&self) -> Option<&Node> {
        self.bot.get_or_init(|| self.read(BOT)).as_ref()
    }
}

pub(super) fn check(
    raw: &Conversation,
    files: &Files<'_>,
    names: &Names,
    problems: &mut Problems,
) -> Option<Given> {
    let over = raw.given.as_ref().and_then(|given| given.routing.as_ref());
    let routing = match over {
        Some(over) => check_routing(&over.node, files, names, problems).map(Some),
        None => Some(None),
    };
    let hours = match &raw.at {
        // Without a time of its own a script is about something else than the hours.
        None => HoursThatCount::Of(over.map(|over| with_hours(&over.node)).unwrap_or_default()),
        Some(_) => HoursThatCount::All,
    };
    let bot = match raw.given.as_ref().and_then(|given| given.bot.as_ref()) {
        Some(over) => check_bot(&over.node, files, problems).map(Some),
        None => Some(None),
    };
    Some(Given { routing: routing?, bot: bot?, hours })
}

fn check_routing(
    over: &Node,
    files: &Files<'_>,
    names: &Names,
    problems: &mut Problems,
) -> Option<RoutingRules> {
    // What is wrong in the file would be found again in every script that lays something over it.
    if problems.has_errors_in(ROUTING) {
        return None;
    }
    let merged = laid(files.routing()?, over);
    of_the_script(over, problems, |found| {
        Routing::read(&merged, found).and_then(|raw| routing::check(&raw, names, found))
    })
}

fn check_bot(over: &Node, files: &Files<'_>, problems: &mut Problems) -> Option<GivenBot> {
    Fields::of(over, &OF_BOT, problems)?;
    if problems.has_errors_in(BOT) {
        return None;
    }
    let merged = laid(files.bot()?, over);
    let bot = of_the_script(over, problems, |found| {
        Bot::read(&merged, found).and_then(|raw| bot::check(&raw, found))
    })?;
    Some(GivenBot {
        ladder: bot.ladder,
        ends: bot.ends,
        satisfaction: bot.satisfaction,
        parts: bot.parts,
        read_marks: bot.read_marks,
    })
}

/// Checks, and notes what is wrong: in the file itself nothing is, so that what only both together make
/// wrong is the script's.
fn of_the_script<T>(
    over: &Node,
    problems: &mut Problems,
    check: impl FnOnce(&mut Problems) -> Option<T>,
) -> Option<T> {
    let mut found = Problems::new();
    let checked = check(&mut found);
    let failed = found.has_errors();
    for mut problem in found.sorted().into_iter().filter(|problem| problem.is_error()) {
        if problem.place.file != over.place.file {
            problem.also.push(problem.place.clone());
            problem.place = over.place.clone();
        }
        problems.add(problem);
    }
    checked.filter(|_| !failed)
}

/// The queues for which hours stand there.
fn with_hours(over: &Node) -> BTreeSet<QueueId> {
    let queues = match under(over, "queues").map(|node| &node.value) {
        Some(Value::List(queues)) => queues.as_slice(),
        Some(_) | None => &[],
    };
    let timed = queues.iter().filter(|queue| under(queue, "hours").is_some());
    timed.filter_map(|queue| QueueId::parse(id_of(queue)?).ok()).collect()
}

fn under<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Map(pairs) = &node.value else { return None };
    pairs.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
}

fn id_of(node: &Node) -> Option<&str> {
    match &under(node, "id")?.value {
        Value::Scalar { text, .. } => Some(text),
        Value::Nothing | Value::List(_) | Value::Map(_) => None,
    }
}

/// What stands below with what stands above: maps by their keys, lists of what has an `id` by it;
/// else what stands above. It stands where the upper one does, so that a mistake is shown there.
fn laid(below: &Node, above: &Node) -> Node {
    let value = match (&below.value, &above.value) {
        (Value::Map(below), Value::Map(above)) => Value::Map(laid_keys(below, above)),
        (Value::List(below), Value::List(above))
            if above.iter().all(|node| id_of(node).is_some()) =>
        {
            Value::List(laid_items(below, above))
        }
        _ => above.value.clone(),
    };
    Node { place: above.place.clone(), value }
}

fn laid_keys(below: &[(Key, Node)], above: &[(Key, Node)]) -> Vec<(Key, Node)> {
    let mut all = below.to_vec();
    for (key, node) in above {
        match all.iter_mut().find(|(known, _)| known.text == key.text) {
            Some(found) if WHOLE.contains(&key.text.as_str()) => {
                *found = (key.clone(), node.clone())
            }
            Some(found) => *found = (key.clone(), laid(&found.1, node)),
            None => all.push((key.clone(), node.clone())),
        }
    }
    all
}

fn laid_items(below: &[Node], above: &[Node]) -> Vec<Node> {
    let mut all = below.to_vec();
    for node in above {
        match all.iter_mut().find(|known| id_of(known) == id_of(node)) {
            Some(found) => *found = laid(found, node),
            None => all.push(node.clone()),
        }
    }
    all
}
