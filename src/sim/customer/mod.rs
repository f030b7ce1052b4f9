//! Customers: what they want, how patient they are, and how they go on when a call fails. They know
//! nothing but what the application tells them.

mod known;
mod wishes;

use crate::app::App;
use crate::app::conversations::{Done, Request};
use crate::app::error::{AppError, AppResult};
use crate::app::keys;
use crate::domain::conversation::command::{Command, Input, Rejection};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::Conversation;
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::ids::{ConversationId, CustomerId, RequestId};
use crate::domain::language::Language;
use crate::domain::parts::Part;
use crate::sim::lines::{self, Told};
use crate::sim::model::Invariant;
use crate::sim::pages::OpenPage;
use crate::sim::phrases;
use crate::sim::random::Random;
use crate::sim::world::{Trouble, World};
use known::Own;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A call is sent again so often, then given up.
const TRIES_MAX: u32 = 60;

/// What drives a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Temper {
    Patient,
    /// Wants a person, soon.
    Impatient,
    Angry,
    Lost,
    Endangered,
    /// Says little and stops answering.
    Silent,
    /// Leaves while waiting.
    Leaving,
    /// Says no to every proposal.
    Denying,
    /// Comes back after the end.
    Returning,
    /// Writes in pieces.
    Bursting,
}

const TEMPERS: [(u32, Temper); 10] = [
    (20, Temper::Patient),
    (15, Temper::Impatient),
    (8, Temper::Angry),
    (8, Temper::Lost),
    (6, Temper::Endangered),
    (8, Temper::Silent),
    (8, Temper::Leaving),
    (9, Temper::Denying),
    (10, Temper::Returning),
    (8, Temper::Bursting),
];

/// What a customer does next.
#[derive(Debug, Clone)]
enum Action {
    Say(String),
    Choose(String),
    SayAgain,
    AskForHuman,
    Cancel,
    Respond(bool),
    Reopen,
    Leave,
    Wait(Duration),
    /// Closes the page and comes back after so long.
    Walk(Duration),
    ChooseWait(WaitChoice),
    Rate(bool),
    Score(u32),
}

/// What is sent under the id of a request, as often as it takes.
trait Sending: AsyncFn(Arc<App>, Option<Request>) -> AppResult<Done> + Clone + 'static {}

impl<F: AsyncFn(Arc<App>, Option<Request>) -> AppResult<Done> + Clone + 'static> Sending for F {}

struct Customer {
    world: Rc<World>,
    random: Random,
    id: ConversationId,
    customer: CustomerId,
    language: Language,
    temper: Temper,
    requests: u32,
    view: Option<Conversation>,
    /// The number in line they were told last.
    told: Option<Told>,
    own: Own,
}

/// The life of one customer.
pub(super) async fn live(world: Rc<World>, number: usize) {
    let random = world.random.fork();
    let id = |text: String| ConversationId::parse(&text).expect("a well-formed id");
    let device = CustomerId::parse(&format!("customer{number}")).expect("a well-formed id");
    let (customer, own) = Own::of(number, device);
    let mut customer = Customer {
        id: id(format!("c{number}")),
        customer,
        language: world.course.language(&random),
        temper: random.weighted(&TEMPERS),
        requests: 0,
        view: None,
        told: None,
        own,
        random,
        world: Rc::clone(&world),
    };
    customer.visit().await;
    if customer.random.below(6) == 0 {
        customer.have_erased().await;
    }
    world.finished.set(world.finished.get() + 1);
}

impl Customer {
    async fn visit(&mut self) {
        let mut budget = self.random.between(3, 14);
        if !self.start().await {
            return;
        }
        while budget > 0 {
            budget -= 1;
            self.see_to_own().await;
            if self.view.as_ref().is_some_and(Conversation::is_erased) {
                return;
            }
            let action = self.next();
            let Some(action) = action else { return };
            self.act(action).await;
            let pause = match (self.temper, self.random.below(4)) {
                (Temper::Bursting, 0..3) => self.random.span(50, 700),
                (_, 0) => self.random.span(100, 1_000),
                (_, _) => self.random.span(1_000, 12_000),
            };
            self.world.sleep(pause).await;
            self.look().await;
        }
    }

    async fn start(&mut self) -> bool {
        self.world.command_given();
        for _ in 0..TRIES_MAX {
            match self.begin().await {
                Ok(done) => {
                    self.view = Some(done.conversation);
                    return true;
                }
                // Erased, or claimed by another name before a store lost its tail.
                Err(Trouble::App(AppError::NotFound { .. })) => return false,
                Err(_) => self.pause_to_retry().await,
            }
        }
        false
    }

    async fn act(&mut self, action: Action) {
        let command = match action {
            // Now and then with something beside the words.
            Action::Say(text) if self.random.below(12) == 0 => {
                let (latitude, longitude) = (24_713_552, 46_675_297);
                let place = Part::Location { latitude, longitude, label: "here".to_owned() };
                return self.speak(Input::Parts { text, parts: vec![place] }).await;
            }
            Action::Say(text) => return self.speak(Input::Text(text)).await,
            Action::Choose(entry) => return self.speak(Input::Choice(entry)).await,
            Action::SayAgain => return self.speak(Input::SayAgain).await,
            Action::Wait(span) => return self.wait(span).await,
            Action::Walk(span) => {
                self.world.model().pages.walks += 1;
                return self.world.sleep(span).await;
            }
            Action::AskForHuman => Command::RequestHuman,
            Action::Cancel => Command::CancelHumanRequest,
            Action::Respond(resolved) => Command::Respond { resolved },
            Action::Reopen => Command::Reopen,
            Action::Leave => Command::Leave,
            Action::ChooseWait(choice) => Command::ChooseWait(choice),
            Action::Rate(helpful) => {
                let answers = self.view.iter().flat_map(|view| &view.satisfaction.answers);
                let answer = answers.last().map_or(0, |last| last.seq);
                Command::RateAnswer { answer, helpful }
            }
            Action::Score(score) => Command::RateConversation {
                measure: self.asked_for(),
                part: None,
                score,
                comment: String::new(),
            },
        };
        self.command(command).await;
    }

    /// What they were asked, or what anybody may say unasked.
    fn asked_for(&self) -> Measure {
        let asked = self.view.as_ref().and_then(|view| view.satisfaction.open);
        asked.map_or(Measure::Csat, |asked| asked.measure)
    }

    /// Shows that they type and have read.
    async fn show_signs(&self) {
        let (id, at) = (self.id.clone(), self.world.now());
        let seq = self.view.as_ref().map_or(0, |view| view.seq);
        let shown = self.call(async move |app: Arc<App>| {
            app.customer_types(&id, at).await?;
            app.customer_reads(&id, seq).await
        });
        if shown.await.is_ok() {
            self.world.model().desk.count("customer signs");
        }
    }

    /// Waits for news, or for so long.
    async fn wait(&self, span: Duration) {
        let Some(number) = self.world.anyone(&self.random) else {
            return self.world.sleep(span).await;
        };
        let id = self.id.clone();
        let _page = OpenPage::on(&self.world, number, &id);
        let buckets = self.world.options.buckets;
        let news = self.world.call_within(number, span, async move |app| {
            let slot = keys::bucket(keys::bucket_of(&id, buckets));
            app.hub().watch(slot, keys::Topic::Log(id)).changed().await;
            Ok(())
        });
        let _ = news.await;
    }

    async fn speak(&mut self, input: Input) {
        self.world.model().saying(&self.id);
        let is_yes = input.words().is_some_and(phrases::is_yes);
        if self.random.below(8) == 0 {
            self.show_signs().await;
        }
        let id = self.id.clone();
        let contents = format!("{input:?}");
        let said = self
            .persist(&contents, is_yes, async move |app, request| {
                app.say(&id, request, input.clone()).await
            })
            .await;
        if said == Outcome::Refused {
            self.world.model().unsaid(&self.id);
        }
    }

    async fn command(&mut self, command: Command) {
        let id = self.id.clone();
        let contents = format!("{command:?}");
        let is_yes = matches!(command, Command::Respond { resolved: true });
        self.persist(&contents, is_yes, async move |app, request| {
            app.command(&id, request, command.clone()).await
        })
        .await;
    }

    /// Sends a request until it is answered, under one id; now and then once more after that.
    async fn persist(&mut self, contents: &str, is_yes: bool, send: impl Sending) -> Outcome {
        self.world.command_given();
        self.requests += 1;
        let name = RequestId::parse(&format!("q{}", self.requests)).expect("a well-formed id");
        let request = Request::new(name.clone(), self.customer.as_str(), contents);
        // A try that got no answer may be carried out later, when another one was refused already:
        // a process that stood still goes on.
        let mut refused = Outcome::Refused;
        for _ in 0..TRIES_MAX {
            if is_yes {
                self.world.model().says_yes(&self.id);
            }
            let epoch = self.world.model().rewinds;
            match self.send(&send, &request).await {
                Ok(done) => {
                    self.answered(epoch, &done);
                    self.check_once(&send, &request, epoch, &done).await;
                    self.view = Some(done.conversation);
                    return Outcome::Done;
                }
                Err(trouble) if trouble.is_passing() => {
                    refused = Outcome::Unknown;
                    self.pause_to_retry().await;
                }
                Err(Trouble::App(AppError::NotFound { .. }))
                | Err(Trouble::App(AppError::Rejected(Rejection::NotFound))) => {
                    // The store lost the conversation: it begins anew under its old id.
                    self.start().await;
                    return refused;
                }
                Err(_) => {
                    self.look().await;
                    return refused;
                }
            }
        }
        Outcome::Unknown
    }

    async fn send(&self, send: &impl Sending, request: &Request) -> Result<Done, Trouble> {
        let (send, request) = (send.clone(), self.world.options.request_id(request));
        self.call(async move |app| send(app, request).await).await
    }

    /// What was acknowledged must be there.
    fn answered(&mut self, epoch: u64, done: &Done) {
        {
            let mut model = self.world.model();
            if model.rewinds != epoch {
                return;
            }
            model.acknowledged(&self.id, &done.events);
        }
        self.is_said(epoch, done);
    }

    /// The same request again has the same answer; with other contents it is refused.
    async fn check_once(&self, send: &impl Sending, request: &Request, epoch: u64, first: &Done) {
        if self.random.below(8) == 0
            && let Ok(again) = self.send(send, request).await
        {
            let mut model = self.world.model();
            let same = first.events.iter().zip(&again.events).all(|(one, other)| one == other);
            let holds = same && first.events.is_empty() == again.events.is_empty();
            let rewound = model.rewinds != epoch;
            // Erased since, before the record of the request went: nothing else can be told of it.
            let erased = matches!(&again.events[..], [only] if only.logged.event == Event::Erased);
            model.check(Invariant::Once, holds || rewound || erased, || {
                format!(
                    "{}: {request:?} was first answered\n{:?}\nthen\n{:?}",
                    self.id, first.events, again.events
                )
            });
        }
        if self.random.below(25) == 0 {
            let other = Request::new(request.id.clone(), self.customer.as_str(), "other contents");
            let answer = self.send(send, &other).await;
            let mut model = self.world.model();
            let rewound = model.rewinds != epoch;
            model.check(Invariant::Once, answer.is_err() || rewound, || {
                format!("{}: the id of {request:?} was taken with other contents", self.id)
            });
        }
    }

    /// Looks at the conversation.
    async fn look(&mut self) {
        let id = self.id.clone();
        let look = async move |app: Arc<App>| {
            let seen = app.conversation(&id).await?;
            let shown = lines::shown(&app, &seen);
            Ok((seen, shown, Told::by(&app, &id)))
        };
        let Ok((seen, shown, told)) = self.call(look).await else { return };
        if let Some(wait) = shown {
            self.world.model().judge_shown(&self.id, &seen, &wait);
        }
        self.view = Some(seen);
        if let Some(told) = told {
            told.judge(&self.world, &self.id, self.told.replace(told.clone()));
        }
    }

    async fn pause_to_retry(&self) {
        self.world.sleep(self.random.span(200, 3_000)).await;
    }

    async fn call<T: 'static>(
        &self,
        work: impl AsyncFnOnce(Arc<App>) -> AppResult<T> + 'static,
    ) -> Result<T, Trouble> {
        self.world.call_any(&self.random, work).await
    }
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Refused,
    Unknown,
}
