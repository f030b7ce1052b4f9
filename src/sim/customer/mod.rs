//! Customers: what they want, how patient they are, and how they go on when a call fails. They know
//! nothing but what the application tells them.

use super::lines::Told;
use super::pages::OpenPage;
use super::phrases::{self, Mood};
use super::random::Random;
use super::world::{Trouble, World};
use crate::app::App;
use crate::app::conversations::{Done, Request};
use crate::app::error::{AppError, AppResult};
use crate::app::keys;
use crate::domain::conversation::command::{Command, Input, Rejection};
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::ids::{ConversationId, CustomerId, RequestId};
use crate::domain::language::Language;
use crate::sim::model::Invariant;
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
}

/// The life of one customer.
pub(super) async fn live(world: Rc<World>, number: usize) {
    let random = world.random.fork();
    let id = |text: String| ConversationId::parse(&text).expect("a well-formed id");
    let customer = CustomerId::parse(&format!("customer{number}")).expect("a well-formed id");
    let mut customer = Customer {
        id: id(format!("c{number}")),
        customer,
        language: *random.pick(&Language::ALL),
        temper: random.weighted(&TEMPERS),
        requests: 0,
        view: None,
        told: None,
        random,
        world: Rc::clone(&world),
    };
    customer.visit().await;
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
        let language = (self.random.below(2) == 0).then_some(self.language);
        self.world.command_given();
        for _ in 0..TRIES_MAX {
            let (id, customer) = (self.id.clone(), self.customer.clone());
            let started = self.call(async move |app| app.start(id, customer, language).await).await;
            match started {
                Ok(done) => {
                    self.view = Some(done.conversation);
                    return true;
                }
                Err(_) => self.pause_to_retry().await,
            }
        }
        false
    }

    /// What it does next; `None` when it has had enough.
    fn next(&self) -> Option<Action> {
        let state = &self.view.as_ref()?.state;
        match state {
            State::Bot => Some(self.next_with_bot()),
            State::Queued => Some(self.next_in_queue()),
            State::Pending { .. } => Some(self.next_while_promised()),
            State::Human { .. } => Some(self.next_with_agent()),
            State::Blocked => Some(self.next_while_blocked()),
            State::Confirming(_) => Some(self.next_to_proposal()),
            State::Resolved { .. } | State::Closed { .. } => self.next_after_end(),
        }
    }

    fn next_with_bot(&self) -> Action {
        let memory = self.view.as_ref().map(|view| &view.memory);
        if let Some(choice) = memory.and_then(|memory| memory.choices.first())
            && self.random.below(3) > 0
        {
            return Action::Choose(choice.to_string());
        }
        if memory.is_some_and(|memory| memory.asking.is_some()) && self.random.below(3) > 0 {
            return self.say(Mood::Number);
        }
        let mood = match self.temper {
            Temper::Impatient => self.random.weighted(&[(5, Mood::WantsHuman), (3, Mood::Asks)]),
            Temper::Angry => self.random.weighted(&[(5, Mood::Angry), (3, Mood::Asks)]),
            Temper::Lost => self.random.weighted(&[(4, Mood::Lost), (3, Mood::Gibberish)]),
            Temper::Endangered => self.random.weighted(&[(5, Mood::Danger), (2, Mood::Asks)]),
            Temper::Silent => self.random.weighted(&[(2, Mood::Asks), (2, Mood::Fragment)]),
            Temper::Bursting => self.random.weighted(&[(5, Mood::Fragment), (2, Mood::Asks)]),
            Temper::Denying => {
                self.random.weighted(&[(4, Mood::Asks), (4, Mood::Thanks), (1, Mood::WantsHuman)])
            }
            Temper::Patient | Temper::Leaving | Temper::Returning => self.random.weighted(&[
                (8, Mood::Asks),
                (3, Mood::Thanks),
                (2, Mood::Gibberish),
                (2, Mood::WantsHuman),
                (1, Mood::Yes),
                (1, Mood::No),
                (1, Mood::OtherLanguage),
            ]),
        };
        match self.random.below(30) {
            0 => Action::SayAgain,
            1 => Action::AskForHuman,
            2 => Action::Choose("return-policy".to_owned()),
            3 => Action::Choose("no-such-entry".to_owned()),
            4 if self.temper == Temper::Leaving => Action::Leave,
            5 => Action::Rate(self.random.below(3) == 0),
            _ => self.say(mood),
        }
    }

    fn next_in_queue(&self) -> Action {
        match (self.temper, self.random.below(10)) {
            (Temper::Leaving, 0..4) => Action::Leave,
            (Temper::Leaving, 4..6) => Action::Cancel,
            (Temper::Silent, _) => Action::Wait(self.random.span(20_000, 120_000)),
            (Temper::Endangered, 0..3) => self.say(Mood::Danger),
            (_, 0) => self.say(Mood::Asks),
            (_, 1) => self.say(Mood::WantsHuman),
            (_, 2) => self.say(Mood::Gibberish),
            (_, 3) => Action::AskForHuman,
            (_, 4) if self.random.below(4) == 0 => Action::Cancel,
            (_, 5) => self.choose_wait(),
            (_, 6) => Action::Walk(self.random.span(40_000, 400_000)),
            (_, _) => Action::Wait(self.random.span(2_000, 25_000)),
        }
    }

    /// By a quick reply or by the call.
    fn choose_wait(&self) -> Action {
        let at = self.world.now() + self.random.span(1_000, 900_000) * self.world.course.slower;
        let choices = [
            (4, WaitChoice::Callback { at: None }),
            (2, WaitChoice::Callback { at: Some(at) }),
            (3, WaitChoice::LeaveQuestion),
            (2, WaitChoice::OtherLanguage),
            (1, WaitChoice::Wait),
        ];
        let choice = self.random.weighted(&choices);
        match self.random.below(2) {
            0 => Action::Choose(choice.id().to_owned()),
            _ => Action::ChooseWait(choice),
        }
    }

    fn next_while_promised(&self) -> Action {
        match self.random.below(12) {
            0 => self.say(Mood::Asks),
            1 => self.say(Mood::Thanks),
            2 => self.say(Mood::Gibberish),
            3 => Action::AskForHuman,
            4 => self.choose_wait(),
            5 if self.random.below(3) == 0 => Action::Cancel,
            6 if self.temper == Temper::Leaving => Action::Leave,
            7 if self.temper == Temper::Endangered => self.say(Mood::Danger),
            _ => Action::Wait(self.random.span(10_000, 300_000) * self.world.course.slower),
        }
    }

    fn next_while_blocked(&self) -> Action {
        match self.random.below(14) {
            0 => self.say(Mood::Asks),
            1 => self.say(Mood::Angry),
            2 => self.say(Mood::WantsHuman),
            3 => Action::AskForHuman,
            4 => self.say(Mood::Danger),
            5 if self.random.below(4) == 0 => Action::Leave,
            6 => self.choose_wait(),
            _ => Action::Wait(self.random.span(5_000, 90_000)),
        }
    }

    fn next_with_agent(&self) -> Action {
        match (self.temper, self.random.below(12)) {
            (Temper::Silent, _) => Action::Wait(self.random.span(30_000, 400_000)),
            (Temper::Leaving, 0) => Action::Leave,
            (Temper::Endangered, 0) => self.say(Mood::Danger),
            (_, 0..2) => self.say(Mood::Asks),
            (_, 2..5) => self.say(Mood::Gibberish),
            (_, 5) => self.say(Mood::Thanks),
            (_, 6) => Action::AskForHuman,
            (_, 7) => Action::SayAgain,
            (_, _) => Action::Wait(self.random.span(2_000, 20_000)),
        }
    }

    fn next_to_proposal(&self) -> Action {
        match (self.temper, self.random.below(10)) {
            (Temper::Silent, _) => Action::Wait(self.random.span(60_000, 300_000)),
            (Temper::Denying, 0..4) => Action::Respond(false),
            (Temper::Denying, 4..9) => self.say(Mood::No),
            (_, 0..4) => Action::Respond(true),
            (_, 4..6) => self.say(Mood::Yes),
            (_, 6) => self.say(Mood::Asks),
            (_, 7) => self.say(Mood::Thanks),
            (_, 8) => Action::AskForHuman,
            (_, _) => Action::Wait(self.random.span(2_000, 100_000)),
        }
    }

    fn next_after_end(&self) -> Option<Action> {
        let comes_back = self.temper == Temper::Returning || self.random.below(8) == 0;
        comes_back.then(|| match self.random.below(5) {
            0 => Action::Reopen,
            1 => Action::AskForHuman,
            2 => self.say(Mood::Asks),
            3 => Action::Score(self.random.below(6) as u32),
            _ => Action::Wait(self.random.span(1_000, 1_300_000)),
        })
    }

    fn say(&self, mood: Mood) -> Action {
        Action::Say(phrases::phrase(mood, self.language, &self.random))
    }

    async fn act(&mut self, action: Action) {
        let command = match action {
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
                measure: Measure::Csat,
                part: None,
                score,
                comment: String::new(),
            },
        };
        self.command(command).await;
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
        let is_yes = matches!(&input, Input::Text(text) if phrases::is_yes(text));
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
    fn answered(&self, epoch: u64, done: &Done) {
        let mut model = self.world.model();
        if model.rewinds == epoch {
            model.acknowledged(&self.id, &done.events);
        }
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
            model.check(Invariant::Once, holds || rewound, || {
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
            Ok((seen, Told::by(&app, &id)))
        };
        let Ok((seen, told)) = self.call(look).await else { return };
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
