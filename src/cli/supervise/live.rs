//! Rows of queues and agents as they change, for a screen that goes on below them: what a supervisor
//! would look at again, told once, and not each second that somebody waits longer. No I/O.

use super::floor::Floor;
use super::show::Show;
use crate::grpc::pb::{AgentView, HeldView, QueueView};
use std::collections::BTreeMap;

/// So many rows at once; what moves more than this is read in the list.
const ROWS_MAX: usize = 12;

/// What was shown last of each queue and each agent.
#[derive(Debug, Default)]
pub struct Live {
    queues: BTreeMap<String, QueueView>,
    agents: BTreeMap<String, AgentView>,
}

impl Live {
    /// All of it was shown.
    pub fn shown(&mut self, floor: &Floor) {
        self.queues = floor.queues.iter().map(|it| (it.queue_id.clone(), gist(it))).collect();
        self.agents = floor.agents.iter().map(|(id, it)| (id.clone(), bearing(it))).collect();
    }

    /// The rows that say something else than they did.
    pub fn changes(&mut self, show: &Show, floor: &Floor, now: i64) -> Vec<String> {
        let before = std::mem::take(self);
        self.shown(floor);
        let mut lines = Vec::new();
        for queue in &floor.queues {
            if before.queues.get(&queue.queue_id) != self.queues.get(&queue.queue_id) {
                lines.push(show.queue(floor, queue, now));
            }
        }
        for (id, view) in &floor.agents {
            let (then, since) = (before.agents.get(id), self.agents.get(id));
            if then == since {
                continue;
            }
            let was_held = |held: &HeldView| {
                let same = |it: &HeldView| {
                    it.conversation_id == held.conversation_id && it.hold == held.hold
                };
                then.is_some_and(|then| then.held.iter().any(same))
            };
            let mut fresh = view.clone();
            fresh.held.retain(|held| !was_held(held));
            lines.extend(show.agent(floor, &fresh, now));
        }
        if lines.len() > ROWS_MAX {
            lines.truncate(ROWS_MAX);
            lines.push(show.say("more has moved: /list", "تغيّر غير ذلك أيضًا: /list"));
        }
        lines
    }
}

/// What of a queue is worth a new row.
fn gist(queue: &QueueView) -> QueueView {
    let mut gist = queue.clone();
    // Whoever waits longest waits longer each second.
    gist.oldest_since = None;
    gist.oldest_conversation_id = String::new();
    gist.delay = queue
        .delay
        .as_ref()
        .map(|delay| crate::grpc::pb::Delay { reason: delay.reason, ..Default::default() });
    gist
}

/// What of an agent is worth a new row: whether they are there, and what they hold. What is said in it
/// is watched.
fn bearing(view: &AgentView) -> AgentView {
    let mut agent = view.agent.clone().unwrap_or_default();
    agent.profile = agent.profile.map(|profile| crate::grpc::pb::AgentProfile {
        name: profile.name,
        capacity: profile.capacity,
        ..Default::default()
    });
    let held = view.held.iter().map(|held| HeldView {
        conversation_id: held.conversation_id.clone(),
        hold: held.hold,
        ..Default::default()
    });
    let agent = crate::grpc::pb::Agent {
        profile: agent.profile,
        presence: agent.presence,
        away_reason: agent.away_reason,
        lease: agent.lease,
        names: agent.names,
        load: agent.load,
        ..Default::default()
    };
    AgentView { agent: Some(agent), held: held.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Look;
    use crate::cli::transcript::{Reader, Transcript};
    use crate::domain::language::Language;
    use crate::grpc::pb::subscribe_overview_response::Frame;
    use crate::grpc::pb::{
        Agent, AgentProfile, Delay, DelayReason, Hold, Overview, Presence, Standing,
        SubscribeOverviewResponse,
    };

    fn queue(id: &str, waiting: u32, since: i64) -> QueueView {
        let delay = Delay { reason: DelayReason::NoAgentForLanguage.into(), ..Default::default() };
        QueueView {
            queue_id: id.to_owned(),
            waiting,
            open: true,
            oldest_since: Some(prost_types::Timestamp { seconds: since, nanos: 0 }),
            delay: (waiting > 1).then_some(delay),
            ..Default::default()
        }
    }

    fn agent(presence: Presence, held: &[(&str, u32)]) -> AgentView {
        let profile = AgentProfile {
            agent_id: "sara".to_owned(),
            name: "Sara".to_owned(),
            capacity: 3,
            ..Default::default()
        };
        let load = held.len() as u32;
        let (profile, presence) = (Some(profile), presence.into());
        let agent = Some(Agent { profile, presence, load, ..Default::default() });
        let one = |(id, unanswered): &(&str, u32)| HeldView {
            conversation_id: (*id).to_owned(),
            hold: Hold::Owned.into(),
            standing: Some(Standing { unanswered: *unanswered, ..Default::default() }),
            ..Default::default()
        };
        AgentView { agent, held: held.iter().map(one).collect() }
    }

    struct Screen {
        floor: Floor,
        live: Live,
    }

    impl Screen {
        fn open() -> Screen {
            let mut screen = Screen { floor: Floor::default(), live: Live::default() };
            let queues = vec![queue("care", 1, 10), queue("money", 0, 0)];
            let agents = vec![agent(Presence::Available, &[("c1", 0)])];
            let all = Overview { queues, agents, ..Default::default() };
            screen.take(Frame::Overview(all));
            screen.live.shown(&screen.floor);
            screen
        }

        fn take(&mut self, frame: Frame) {
            self.floor.frame(SubscribeOverviewResponse { frame: Some(frame) });
        }

        fn rows(&mut self, language: Language, now: i64) -> Vec<String> {
            let transcript = Transcript { look: Look::PLAIN, language, reader: Reader::Staff };
            self.live.changes(&Show { transcript }, &self.floor, now)
        }
    }

    #[test]
    fn a_row_is_shown_when_it_says_something_new_and_only_then() {
        let mut screen = Screen::open();
        assert_eq!(screen.rows(Language::En, 20), Vec::<String>::new(), "all was shown");
        assert_eq!(screen.rows(Language::En, 500), Vec::<String>::new(), "time alone is no news");
        screen.take(Frame::Queue(queue("care", 2, 10)));
        assert_eq!(
            screen.rows(Language::En, 20),
            [
                "care: waiting 2 · longest 10 s · offered 0 · with agents 0 · nobody who is there speaks \
                 the customer's language"
            ]
        );
        assert_eq!(screen.rows(Language::En, 30), Vec::<String>::new());
        // Back and forth between two looks.
        screen.take(Frame::Queue(queue("money", 1, 10)));
        screen.take(Frame::Queue(queue("money", 0, 0)));
        assert_eq!(screen.rows(Language::En, 40), Vec::<String>::new());
    }

    #[test]
    fn an_agents_row_tells_what_is_new_in_their_hands_and_not_what_is_said_there() {
        let mut screen = Screen::open();
        screen.take(Frame::Agent(agent(Presence::Available, &[("c1", 3)])));
        assert_eq!(screen.rows(Language::Ar, 20), Vec::<String>::new());
        screen.take(Frame::Agent(agent(Presence::Available, &[("c1", 3), ("c2", 1)])));
        let rows = screen.rows(Language::Ar, 20);
        assert_eq!(rows[0], "Sara (sara): متاح · 2/3");
        assert!(rows.len() == 2 && rows[1].contains("[2] c2"), "{rows:?}");
        screen.take(Frame::Agent(agent(Presence::Away, &[])));
        assert_eq!(screen.rows(Language::Ar, 20), ["Sara (sara): بعيد · 0/3"]);
    }

    #[test]
    fn when_everything_moves_the_screen_is_not_flooded() {
        let mut screen = Screen::open();
        for number in 0..40 {
            screen.take(Frame::Queue(queue(&format!("q{number}"), 1, 10)));
        }
        let rows = screen.rows(Language::En, 20);
        assert_eq!(rows.len(), ROWS_MAX + 1);
        assert_eq!(rows.last().unwrap(), "* more has moved: /list");
    }
}
