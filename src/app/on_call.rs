//! Ringing whoever is on call. A ring is committed as an event first; the process that has committed
//! it performs it, once. If that process dies in between, nobody is rung twice: the next ring has a
//! deadline of its own, which any process takes up.

use super::App;
use super::conversations::Done;
use super::error::{AppError, AppResult};
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::on_call::{RingAnswer, is_ringing};
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::ports::ringer::{Ring, Ringer, Rung};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The longest name that a customer is told.
const NAME_CHARS_MAX: usize = 60;
/// The longest reason that colleagues are told.
const WHY_CHARS_MAX: usize = 200;

/// A ring that this process has committed and nobody has performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedRing {
    /// For which conversation.
    pub conversation: ConversationId,
    /// Which ring.
    pub ring: i64,
}

/// The line to those on call, and what is to be rung over it.
pub(super) struct Line {
    ringer: Arc<dyn Ringer>,
    owing: UnboundedSender<OwedRing>,
    owed: Mutex<UnboundedReceiver<OwedRing>>,
}

impl Line {
    pub(super) fn over(ringer: Arc<dyn Ringer>) -> Line {
        let (owing, owed) = unbounded_channel();
        Line { ringer, owing, owed: Mutex::new(owed) }
    }
}

impl App {
    /// The same application with a line to those on call.
    pub fn ringing_over(mut self, ringer: Arc<dyn Ringer>) -> Self {
        self.line = Line::over(ringer);
        self
    }

    /// Remembers what a commit has decided to ring, and says in the log what colleagues must know.
    pub(super) fn note_rings(&self, done: &Done) {
        let conversation = &done.conversation.id;
        for logged in &done.events {
            let event = &logged.logged.event;
            if let Event::OnCallRung { ring, .. } = event {
                let owed = OwedRing { conversation: conversation.clone(), ring: *ring };
                // The receiver lives as long as the sender: both are in this application.
                self.line.owing.send(owed).ok();
            } else if let Event::OnCallFailed { why, .. } = event {
                tracing::warn!(%conversation, %why, "somebody on call could not be rung");
            } else if let Event::OnCallMissed { attempts } = event {
                tracing::error!(
                    %conversation,
                    attempts,
                    "somebody in danger waits, and nobody on call was reached"
                );
            }
        }
    }

    /// The next ring that this process owes; waits for one.
    pub async fn next_ring(&self) -> OwedRing {
        match self.line.owed.lock().await.recv().await {
            Some(owed) => owed,
            None => std::future::pending().await,
        }
    }

    /// What this process owes at this moment.
    pub async fn rings_owed(&self) -> Vec<OwedRing> {
        let mut owed = self.line.owed.lock().await;
        std::iter::from_fn(|| owed.try_recv().ok()).collect()
    }

    /// Performs a ring, unless somebody has the conversation by now; what the conversation must be
    /// told of it.
    pub async fn ring(&self, owed: &OwedRing) -> AppResult<Option<RingAnswer>> {
        let c = self.conversation(&owed.conversation).await?;
        if !is_ringing(&c, owed.ring) {
            return Ok(None);
        }
        let Some(ring) = self.ring_of(&c, owed.ring) else {
            let why = "the rules no longer name this target".to_owned();
            return Ok(Some(RingAnswer::Failed { why }));
        };
        Ok(match self.line.ringer.ring(&ring).await {
            Rung::Delivered => None,
            Rung::Reached(name) => Some(RingAnswer::Reached { name }),
            Rung::Failed(why) => Some(RingAnswer::Failed { why }),
        })
    }

    fn ring_of(&self, c: &Conversation, ring: i64) -> Option<Ring> {
        let (rules, open, asked) = (self.rules(), c.on_call.as_ref()?, c.handoff.as_ref()?);
        let on_call = &rules.routing.on_call;
        Some(Ring {
            ring,
            conversation: c.id.clone(),
            kind: open.kind,
            language: c.language,
            queue: asked.handoff.needs.queue.clone(),
            waiting_since: c.waits_since().unwrap_or(asked.waiting_since),
            attempt: open.attempts,
            rung_at: open.rung_at,
            target: on_call.named(open.kind, &open.target)?.clone(),
            secret_from: on_call.secret_from.clone(),
            is_drill: false,
        })
    }

    /// Somebody on call says that they are there, or could not be rung. A name is a line of its own
    /// among the words for the customer: it is cut to what a name can be.
    pub async fn on_call_answered(&self, owed: &OwedRing, answer: RingAnswer) -> AppResult<Done> {
        let answer = match answer {
            RingAnswer::Reached { name } => {
                let name = one_line(&name, NAME_CHARS_MAX);
                if name.is_empty() {
                    return Err(AppError::Empty);
                }
                RingAnswer::Reached { name }
            }
            RingAnswer::Failed { why } => RingAnswer::Failed { why: one_line(&why, WHY_CHARS_MAX) },
        };
        let command = Command::OnCallAnswered { ring: owed.ring, answer };
        self.command(&owed.conversation, None, command).await
    }
}

/// A text from outside without what could pass for other lines or change how they are read.
fn one_line(text: &str, chars_max: usize) -> String {
    let plain = |c: char| if c.is_whitespace() { ' ' } else { c };
    let kept = text.chars().map(plain).filter(|c| !c.is_control() && !is_bidi_mark(*c));
    let words: Vec<String> =
        kept.collect::<String>().split_whitespace().map(str::to_owned).collect();
    words.join(" ").chars().take(chars_max).collect()
}

fn is_bidi_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Settings;
    use crate::domain::conversation::command::Input;
    use crate::domain::ids::{AgentId, CustomerId};
    use crate::domain::language::Language;
    use crate::domain::pool::agent::Presence;
    use crate::domain::pool::item::{ItemState, Place};
    use crate::domain::time::Timestamp;
    use crate::ports::clock::{Chance, Clock};
    use crate::store::memory::MemoryStore;
    use async_trait::async_trait;
    use std::sync::Mutex as StdMutex;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
    use std::time::Duration;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    #[derive(Default)]
    struct Counted(AtomicU64);

    impl Chance for Counted {
        fn bits(&self) -> u128 {
            u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1)
        }
    }

    /// Writes down who was rung.
    #[derive(Default)]
    struct Recording(StdMutex<Vec<String>>);

    #[async_trait]
    impl Ringer for Recording {
        async fn ring(&self, ring: &Ring) -> Rung {
            let told = format!("{} {} {}", ring.target.name, ring.attempt, ring.kind.name());
            self.0.lock().unwrap().push(told);
            Rung::Delivered
        }
    }

    /// One customer in danger, on a store that processes come to and go from.
    struct Night {
        clock: Arc<Hand>,
        store: Arc<MemoryStore>,
        ringer: Arc<Recording>,
        id: ConversationId,
    }

    impl Night {
        async fn begins() -> (Night, App) {
            let clock = Arc::new(Hand(AtomicI64::new(1_000_000)));
            let store = Arc::new(MemoryStore::new(clock.clone()));
            let (ringer, id) = (Arc::default(), ConversationId::parse("c1").unwrap());
            let night = Night { clock, store, ringer, id };
            let app = night.process("one").await;
            let customer = CustomerId::parse("customer").unwrap();
            app.start(night.id.clone(), customer, Some(Language::En)).await.unwrap();
            let words = Input::Text("call an ambulance".to_owned());
            app.say(&night.id, None, words).await.unwrap();
            (night, app)
        }

        async fn process(&self, name: &str) -> App {
            let settings = Settings {
                buckets: 1,
                instance: name.to_owned(),
                utterance_chars_max: 2_000,
                waiting_max: 100,
            };
            let rules = Arc::new(crate::sim::rules::rules(1));
            let chance = Arc::new(Counted::default());
            let app = App::new(self.store.clone(), rules, chance, settings);
            let app = app.ringing_over(self.ringer.clone());
            app.recover().await.unwrap();
            app
        }

        fn passes(&self, span: Duration) {
            self.clock.0.fetch_add(span.as_millis() as i64, Ordering::Relaxed);
        }

        /// What is due is committed, and nothing else.
        async fn sweeps(&self, app: &App) {
            for slot in app.slots() {
                app.sweep(&slot).await.unwrap();
            }
        }

        async fn rings(&self, app: &App) -> Vec<String> {
            for owed in app.rings_owed().await {
                app.ring(&owed).await.unwrap();
            }
            std::mem::take(&mut self.ringer.0.lock().unwrap())
        }
    }

    #[tokio::test]
    async fn a_ring_is_committed_first_and_performed_once() {
        let (night, app) = Night::begins().await;
        night.sweeps(&app).await;
        let c = app.conversation(&night.id).await.unwrap();
        assert_eq!(
            c.on_call.map(|open| open.attempts),
            Some(1),
            "it is in the log before it rings"
        );
        assert_eq!(night.rings(&app).await, ["guard 1 life"]);
        night.sweeps(&app).await;
        assert_eq!(night.rings(&app).await, Vec::<String>::new(), "it has its time");
        night.passes(app.rules().routing.on_call.answer_within);
        night.sweeps(&app).await;
        assert_eq!(night.rings(&app).await, ["doctor 2 life"]);
    }

    #[tokio::test]
    async fn a_process_that_dies_between_the_commit_and_the_ring_is_followed_by_the_next_ring() {
        let (night, first) = Night::begins().await;
        night.sweeps(&first).await;
        drop(first);
        let second = night.process("two").await;
        night.sweeps(&second).await;
        assert_eq!(night.rings(&second).await, Vec::<String>::new(), "nobody knows if it rang");
        night.passes(second.rules().routing.on_call.answer_within);
        night.sweeps(&second).await;
        assert_eq!(night.rings(&second).await, ["doctor 2 life"]);
    }

    #[tokio::test]
    async fn of_two_processes_that_look_at_once_one_rings() {
        let (night, first) = Night::begins().await;
        let second = night.process("two").await;
        night.sweeps(&first).await;
        night.sweeps(&second).await;
        let mut rung = night.rings(&first).await;
        rung.extend(night.rings(&second).await);
        assert_eq!(rung, ["guard 1 life"]);
    }

    #[tokio::test]
    async fn nobody_is_rung_for_whom_a_colleague_has_by_now() {
        let (night, app) = Night::begins().await;
        night.sweeps(&app).await;
        let agent = AgentId::parse("agent0").unwrap();
        let session = app.sign_in(&agent, Duration::from_secs(60), None).await.unwrap().incarnation;
        app.set_presence(&agent, session, Presence::Available, None).await.unwrap();
        let Some(Place::Here(item)) = app.place(&night.id).await.unwrap() else {
            panic!("a place")
        };
        assert!(matches!(item.state, ItemState::Offered { .. }), "{item:?}");
        app.accept(&agent, &night.id, item.token, None).await.unwrap();
        assert_eq!(night.rings(&app).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_name_from_outside_is_one_short_line() {
        let (night, app) = Night::begins().await;
        night.sweeps(&app).await;
        let owed = app.rings_owed().await.remove(0);
        let reached = |name: &str| RingAnswer::Reached { name: name.to_owned() };
        let refused = app.on_call_answered(&owed, reached(" \u{202e}\n")).await;
        assert_eq!(refused.map(|_| ()), Err(AppError::Empty));
        let name = format!("Khalid\n\u{202e}from  the\tnight {}", "x".repeat(100));
        let done = app.on_call_answered(&owed, reached(&name)).await.unwrap();
        let told = done.events.iter().find_map(|logged| match &logged.logged.event {
            Event::OnCallReached { name, .. } => Some(name.clone()),
            _ => None,
        });
        let told = told.unwrap();
        assert!(told.starts_with("Khalid from the night xxx"), "{told}");
        assert_eq!(told.chars().count(), NAME_CHARS_MAX);
    }
}
