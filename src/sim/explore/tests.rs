//! The small worlds that are gone through, and that each guard is missed in one of them. More of
//! each: `SANAD_EXPLORE=100000 cargo test --release --lib explore -- --nocapture`.

use super::*;

/// A small world.
struct Scene {
    name: &'static str,
    begins: fn(&Bounds) -> Vec<Ground>,
    bounds: Bounds,
}

/// So many states of each scene are looked at, unless more are asked for.
fn states_max() -> Option<usize> {
    std::env::var("SANAD_EXPLORE").ok().and_then(|text| text.parse().ok())
}

fn with_bot(bounds: &Bounds) -> Ground {
    Ground::beginning(bounds)
}

fn offered(bounds: &Bounds) -> Ground {
    with_bot(bounds).after(bounds, &[Act::Asks(0)])
}

fn taken(bounds: &Bounds) -> Ground {
    let offered = offered(bounds);
    let (agent, token) = offered.hands().pop().expect("it was offered");
    offered.after(bounds, &[Act::Accepts(agent, token)])
}

fn proposed(bounds: &Bounds) -> Ground {
    let taken = taken(bounds);
    let (agent, token) = taken.hands().pop().expect("it was offered");
    taken.after(bounds, &[Act::Proposes(agent, token)])
}

/// The same agent has it for the second time, because the other one has gone.
fn again(bounds: &Bounds) -> Ground {
    let begun = with_bot(bounds);
    let (other, session) = begun.sessions().pop().expect("there are two");
    let gone = begun.after(bounds, &[Act::Turns(other, session, acts::Turn::Gone), Act::Asks(0)]);
    let (agent, token) = gone.hands().pop().expect("it was offered");
    let back = [Act::Accepts(agent, token), Act::Requeues, Act::ToPool, Act::Matches];
    let back = gone.after(bounds, &back);
    let (agent, token) = back.hands().pop().expect("it was offered");
    back.after(bounds, &[Act::Accepts(agent, token)])
}

/// The process that takes the customer's wish dies after one of its changes.
fn asking(bounds: &Bounds) -> Vec<Ground> {
    with_bot(bounds).dying(bounds, &Act::Asks(0))
}

fn one_with_bot(bounds: &Bounds) -> Vec<Ground> {
    vec![with_bot(bounds)]
}

fn one_offered(bounds: &Bounds) -> Vec<Ground> {
    vec![offered(bounds)]
}

fn one_taken(bounds: &Bounds) -> Vec<Ground> {
    vec![taken(bounds)]
}

fn one_again(bounds: &Bounds) -> Vec<Ground> {
    vec![again(bounds)]
}

/// The customer never answers the proposal.
fn one_unanswered(bounds: &Bounds) -> Vec<Ground> {
    let patient = Bounds { at_most: vec![(Kind::Pass, 1)], ..bounds.clone() };
    vec![proposed(bounds).later(&patient, 14)]
}

fn scenes() -> Vec<Scene> {
    let scene = |name, begins, states: usize, (crashes, between), at_most: &[(Kind, u8)]| Scene {
        name,
        begins,
        bounds: Bounds {
            at_most: at_most.to_vec(),
            crashes,
            between,
            states_max: states_max().unwrap_or(states),
            mutant: None,
        },
    };
    vec![
        scene(
            "processes die after any change",
            one_with_bot,
            120,
            (true, false),
            &[
                (Kind::FirstAsk, 2),
                (Kind::SecondAsk, 1),
                (Kind::Cancel, 1),
                (Kind::Match, 1),
                (Kind::Accept, 2),
                (Kind::Decline, 1),
                (Kind::Speak, 1),
            ],
        ),
        scene(
            "one act between two calls of another",
            |bounds| [asking(bounds), vec![offered(bounds), taken(bounds)]].concat(),
            8,
            (false, true),
            &[
                (Kind::FirstSay, 2),
                (Kind::Cancel, 1),
                (Kind::Match, 1),
                (Kind::Accept, 1),
                (Kind::Release, 1),
                (Kind::Turn, 1),
                (Kind::Speak, 1),
            ],
        ),
        scene(
            "time passes",
            |bounds| vec![offered(bounds), taken(bounds), proposed(bounds)],
            120,
            (false, false),
            &[(Kind::Pass, 3), (Kind::Accept, 1), (Kind::Match, 1), (Kind::Speak, 1)],
        ),
        scene(
            "time passes between two calls",
            one_offered,
            3,
            (false, true),
            &[(Kind::Pass, 2), (Kind::Accept, 1), (Kind::Match, 1)],
        ),
        scene(
            "a slot goes back in time",
            |bounds| vec![with_bot(bounds), offered(bounds)],
            60,
            (false, false),
            &[
                (Kind::Mark, 1),
                (Kind::Rewind, 1),
                (Kind::FirstAsk, 1),
                (Kind::Accept, 1),
                (Kind::Cancel, 1),
                (Kind::Match, 1),
            ],
        ),
        scene(
            "the rules change",
            |bounds| vec![with_bot(bounds), offered(bounds)],
            3,
            (false, true),
            &[(Kind::Reload, 1), (Kind::FirstAsk, 1), (Kind::Accept, 1), (Kind::Pass, 1)],
        ),
    ]
}

fn explored(scene: &Scene) -> Explored {
    explore((scene.begins)(&scene.bounds), &scene.bounds)
}

#[test]
fn everything_holds_in_every_order_within_small_bounds() {
    let mut sum = 0;
    for scene in scenes() {
        let explored = explored(&scene);
        println!("{}: {explored}", scene.name);
        assert!(explored.found.is_none(), "{}: {explored}", scene.name);
        sum += explored.states;
    }
    println!("{sum} states in all");
}

/// Where a world begins, whether acts come between calls, and what may happen how often.
type World = (fn(&Bounds) -> Vec<Ground>, bool, &'static [(Kind, u8)]);

/// In which small world the lack of a guard is noticed.
fn noticed(mutant: Mutant) -> Option<World> {
    Some(match mutant {
        Mutant::BindIgnoresToken => (one_offered, true, &[(Kind::Accept, 2)]),
        Mutant::AgentSpeaksWithOldToken => (one_again, false, &[(Kind::Speak, 1)]),
        Mutant::BotSpeaksOverHumans => (one_taken, false, &[(Kind::FirstSay, 1)]),
        Mutant::SilenceResolves => (one_unanswered, false, &[]),
        Mutant::EnqueueIgnoresTombstone => (asking, true, &[(Kind::Cancel, 1)]),
        Mutant::EnqueueForgetsHolder => (one_taken, false, &[(Kind::Release, 1)]),
        Mutant::ReleaseForgetsLoad => (one_taken, false, &[(Kind::Leave, 1)]),
        Mutant::AcceptIgnoresDeadline => {
            (one_offered, false, &[(Kind::Pass, 2), (Kind::Accept, 1)])
        }
        Mutant::LoseKeepsAttempt => (one_taken, false, &[(Kind::Pass, 3)]),
        Mutant::OfferCostsNothing => (one_with_bot, false, &[(Kind::FirstAsk, 1)]),
        Mutant::SessionIgnored => (one_with_bot, false, &[(Kind::Turn, 1)]),
        Mutant::LeaseIgnored => (asking, false, &[(Kind::Pass, 2), (Kind::Match, 1)]),
        Mutant::ExpiryIgnored => (one_offered, true, &[(Kind::Pass, 1), (Kind::Accept, 1)]),
        Mutant::OutboxClearedEarly => (one_with_bot, true, &[(Kind::FirstAsk, 1)]),
        Mutant::RequestIdIgnored => (one_with_bot, false, &[(Kind::FirstSay, 2)]),
        Mutant::AuditSkipped => {
            (one_offered, false, &[(Kind::Mark, 1), (Kind::Rewind, 1), (Kind::Accept, 1)])
        }
        // What is said and promised, who is rung and who is blocked, is not what this is about. A matcher that goes on with an old picture of the
        // pool needs a process that outlives an act; and where only two acts meet, the numbers of
        // the logs refuse what versions would. These are left to the simulation.
        Mutant::FragmentsForgotten
        | Mutant::AnswersRepeat
        | Mutant::PromiseForgotten
        | Mutant::RungIsReached
        | Mutant::BlockIgnoresDanger
        | Mutant::OfferIgnoresPresence
        | Mutant::PagesIgnored
        | Mutant::GivenWayIsUntaken
        | Mutant::RecordForgotten
        | Mutant::OwnerUnasked
        | Mutant::ErasedStays
        | Mutant::DirectivesUnread
        | Mutant::BrokenUnalerted
        | Mutant::ReasonGuessed
        | Mutant::PlaceGuessed
        | Mutant::PictureUnrepaired
        | Mutant::PlaceLost
        | Mutant::CreditUnbounded
        | Mutant::OrderIgnored
        | Mutant::ReportUnlisted
        | Mutant::VersionsIgnored => return None,
    })
}

#[test]
fn each_missing_guard_of_the_protocol_is_noticed_in_some_order() {
    let mut unnoticed = Vec::new();
    for mutant in Mutant::ALL {
        let Some((begins, between, at_most)) = noticed(mutant) else { continue };
        let bounds = Bounds {
            at_most: at_most.to_vec(),
            crashes: false,
            between,
            states_max: 80,
            mutant: Some(mutant),
        };
        let explored = explore(begins(&bounds), &bounds);
        println!("{mutant:?}: {explored}");
        if explored.found.is_none() {
            unnoticed.push(mutant);
        }
        // The very same world holds with the guard, as far as one looks here.
        let whole = Bounds { mutant: None, states_max: 2, ..bounds };
        let explored = explore(begins(&whole), &whole);
        assert!(explored.found.is_none(), "{explored}");
    }
    assert!(unnoticed.is_empty(), "not noticed: {unnoticed:?}");
}
