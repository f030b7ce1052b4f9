//! Everything that can happen within small bounds: one conversation, one customer, two agents, and
//! every order in which a bounded number of acts can follow, break off and come between each other.
//! Where the simulation draws one life of very many, this goes through all lives of a very small
//! world, breadth first, and each state once.
//!
//! Nothing of the application is replaced: an act is a call of the real [`crate::app::App`], which
//! runs the real machines and the real plan and commits to the real memory store; the checkers of
//! the simulation look at every commit. Each act runs in a process of its own, which knows nothing
//! but what is stored. Two states are one when the store has the same (apart from versions, the
//! ids of events and the number of the matcher's fence, which no decision depends on), the time is
//! the same, and the same acts are still allowed.

mod acts;
mod ground;
mod ran;
mod tests;

use super::model::Violation;
use super::mutant::Mutant;
use acts::{Act, Kind};
use ground::Ground;
use ran::Cut;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;

/// What may happen, and how often.
#[derive(Debug, Clone)]
struct Bounds {
    /// How often each kind of act may happen at most.
    at_most: Vec<(Kind, u8)>,
    /// Whether processes die after any of their changes.
    crashes: bool,
    /// Whether a whole act comes between two calls of another one.
    between: bool,
    /// More states than these are not looked at.
    states_max: usize,
    /// A guard that is taken out.
    mutant: Option<Mutant>,
}

impl Bounds {
    fn of(&self, kind: Kind) -> u8 {
        self.at_most.iter().find(|(of, _)| *of == kind).map_or(0, |(_, most)| *most)
    }
}

/// What was gone through.
#[derive(Debug, Default)]
struct Explored {
    states: usize,
    transitions: usize,
    depth: usize,
    /// Every state within the bounds was looked at.
    complete: bool,
    /// What does not hold, and how one comes there.
    found: Option<(Vec<String>, Violation)>,
}

impl fmt::Display for Explored {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explored { states, transitions, depth, complete, found } = self;
        let all = if *complete { "all" } else { "the first" };
        write!(out, "{all} {states} states, {transitions} transitions, depth {depth}")?;
        match found {
            Some((path, violation)) => write!(out, "\n{violation}\nby {}", path.join("\n   ")),
            None => Ok(()),
        }
    }
}

/// A state that was reached, and how.
struct Reached {
    from: Option<usize>,
    by: String,
    depth: usize,
}

/// One walk through all states.
struct Explorer<'b> {
    bounds: &'b Bounds,
    reached: Vec<Reached>,
    seen: BTreeSet<u64>,
    next: VecDeque<(usize, Ground)>,
    told: Explored,
}

/// Goes through all states that can be reached from these within the bounds, and ends at the first
/// thing that does not hold.
fn explore(roots: Vec<Ground>, bounds: &Bounds) -> Explored {
    let (reached, seen, next) = (Vec::new(), BTreeSet::new(), VecDeque::new());
    let told = Explored { complete: true, ..Explored::default() };
    let mut explorer = Explorer { bounds, reached, seen, next, told };
    for root in roots {
        explorer.arrive(None, || "the beginning".to_owned(), root);
    }
    while let Some((number, ground)) = explorer.next.pop_front() {
        if explorer.told.found.is_some() {
            break;
        }
        if explorer.told.states >= bounds.states_max {
            explorer.told.complete = false;
            break;
        }
        explorer.told.states += 1;
        explorer.go_on_from(number, &ground);
    }
    explorer.told
}

impl Explorer<'_> {
    /// Everything that can happen next.
    fn go_on_from(&mut self, number: usize, ground: &Ground) {
        let settled = ground.settles(self.bounds);
        self.judge(Some(number), || "everything owed is delivered".to_owned(), &settled);
        let acts = ground.acts(self.bounds);
        let alone: Vec<_> =
            acts.iter().map(|act| ground.run(self.bounds, act, &Cut::None)).collect();
        for (act, ran) in acts.iter().zip(&alone) {
            self.arrive(Some(number), || format!("{act:?}"), ran.ground.clone());
        }
        for (act, ran) in acts.iter().zip(&alone) {
            if self.bounds.crashes {
                for call in ran.deaths() {
                    let cut = Cut::After(call);
                    let ran = ground.run(self.bounds, act, &cut);
                    self.arrive(Some(number), || format!("{act:?}, dead after {call}"), ran.ground);
                }
            }
            if self.bounds.between {
                for (other, changes) in acts.iter().zip(&alone) {
                    for call in ran.gaps(changes) {
                        let cut = Cut::Before(call, other.clone());
                        let ran = ground.run(self.bounds, act, &cut);
                        let by = || format!("{act:?}, before its call {call} {other:?}");
                        self.arrive(Some(number), by, ran.ground);
                    }
                }
            }
        }
    }

    fn arrive(&mut self, from: Option<usize>, by: impl Fn() -> String, ground: Ground) {
        self.told.transitions += 1;
        self.judge(from, &by, &ground);
        if self.told.found.is_some() || !self.seen.insert(ground.digest()) {
            return;
        }
        let depth = from.map_or(0, |from| self.reached[from].depth + 1);
        self.told.depth = self.told.depth.max(depth);
        self.reached.push(Reached { from, by: by(), depth });
        self.next.push_back((self.reached.len() - 1, ground));
    }

    fn judge(&mut self, from: Option<usize>, by: impl Fn() -> String, ground: &Ground) {
        let Some(violation) = ground.violation() else { return };
        if self.told.found.is_none() {
            let mut path = vec![by()];
            let mut at = from;
            while let Some(number) = at {
                path.push(self.reached[number].by.clone());
                at = self.reached[number].from;
            }
            path.reverse();
            self.told.found = Some((path, violation));
        }
    }
}
