//! What the customer does.

use super::{Stage, draw, name};
use crate::app::error::{AppError, AppResult};
use crate::config::script::{CustomerAction, Moment};
use crate::domain::conversation::command::{Command, Input};
use crate::domain::conversation::satisfaction::Measure;
use crate::domain::conversation::waiting::WaitChoice;
use crate::domain::facts::Facts;
use crate::domain::ids::{ConversationId, CustomerId};
use crate::ports::clock::Clock;

impl Stage {
    pub(super) async fn customer(&mut self, what: CustomerAction) -> AppResult<()> {
        let command = match what {
            CustomerAction::Confirm => Command::Respond { resolved: true },
            CustomerAction::Deny => Command::Respond { resolved: false },
            CustomerAction::RequestHuman => Command::RequestHuman,
            CustomerAction::CancelRequest => Command::CancelHumanRequest,
            CustomerAction::Leave => Command::Leave,
            CustomerAction::Reopen => Command::Reopen,
            CustomerAction::Callback => Command::ChooseWait(WaitChoice::Callback { at: None }),
            CustomerAction::CallbackAt(Moment::In(span)) => {
                let at = Some(self.clock.now() + span);
                Command::ChooseWait(WaitChoice::Callback { at })
            }
            CustomerAction::CallbackAt(Moment::At(at)) => {
                Command::ChooseWait(WaitChoice::Callback { at: Some(at) })
            }
            CustomerAction::LeaveQuestion => Command::ChooseWait(WaitChoice::LeaveQuestion),
            CustomerAction::OtherLanguage => Command::ChooseWait(WaitChoice::OtherLanguage),
            CustomerAction::KeepWaiting => Command::ChooseWait(WaitChoice::Wait),
            CustomerAction::Helpful => self.rate(true).await?,
            CustomerAction::NotHelpful => self.rate(false).await?,
            CustomerAction::Score(score) => {
                let open = self.app.conversation(&self.id).await?.satisfaction.open;
                let measure = open.map_or(Measure::Csat, |open| open.measure);
                let (part, comment) = (None, String::new());
                Command::RateConversation { measure, part, score, comment }
            }
            CustomerAction::OpenPage => {
                self.page = Some(self.app.attach(&self.id));
                return Ok(());
            }
            CustomerAction::ClosePage => {
                self.page = None;
                return Ok(());
            }
            CustomerAction::OtherDevice => return self.other_device().await,
            CustomerAction::BeginAnew => return self.begin_anew().await,
            CustomerAction::Export => return self.export().await,
            CustomerAction::Erase => return self.erase().await,
            CustomerAction::SayAgain => {
                return self.app.say(&self.id, None, Input::SayAgain).await.map(|_| ());
            }
            CustomerAction::Choose(number) => {
                let chosen = self.choices.get((number as usize).saturating_sub(1));
                let chosen = chosen.ok_or(AppError::NotFound { what: "choice of that number" })?;
                let input = Input::Choice(chosen.id.clone());
                return self.app.say(&self.id, None, input).await.map(|_| ());
            }
        };
        self.app.command(&self.id, None, command).await.map(|_| ())
    }

    async fn rate(&self, helpful: bool) -> AppResult<Command> {
        let answers = self.app.conversation(&self.id).await?.satisfaction.answers;
        let last = answers.last().ok_or(AppError::NotFound { what: "answer of the bot" })?;
        Ok(Command::RateAnswer { answer: last.seq, helpful })
    }

    /// The host site's word that the conversation is this customer's.
    pub(super) async fn log_in(&mut self, key: &str, facts: &Facts) -> AppResult<()> {
        let customer = name(key, CustomerId::known)?;
        self.app.identify(&self.id, None, customer, facts.clone()).await.map(|_| ())
    }

    /// Another device knows nothing but the host's key for the customer, and shows all that it opens.
    async fn other_device(&mut self) -> AppResult<()> {
        let c = self.app.conversation(&self.id).await?;
        let theirs = self.app.conversations_of(&c.customer, usize::MAX, |_| true).await?;
        let latest = theirs.first().ok_or(AppError::NotFound { what: "conversation" })?;
        self.turn_to(latest.id.clone());
        Ok(())
    }

    /// Nothing of what was before the customer or the agent is carried over.
    fn turn_to(&mut self, id: ConversationId) {
        self.id = id;
        (self.read, self.page, self.about) = (0, None, None);
        self.choices.clear();
        self.written.clear();
    }

    /// The same customer begins another conversation.
    async fn begin_anew(&mut self) -> AppResult<()> {
        let c = self.app.conversation(&self.id).await?;
        let id = draw::id(&self.app.rules(), self.survey, self.begun)?;
        self.begun += 1;
        if c.customer.is_known() {
            self.app.start_known(id.clone(), c.customer, self.language, c.facts).await?;
        } else {
            self.app.start(id.clone(), c.customer, self.language).await?;
        }
        self.turn_to(id);
        Ok(())
    }

    async fn export(&mut self) -> AppResult<()> {
        let c = self.app.conversation(&self.id).await?;
        let known = Some(&c.customer).filter(|customer| customer.is_known());
        let mut export = self.app.export(known, Some(self.id.clone()), None).await?;
        while let Some(piece) = self.app.next_piece(&mut export).await? {
            self.exported.push(piece);
        }
        Ok(())
    }

    /// Somebody who is known has everything of theirs erased. The first try ends what is open; the
    /// pool lets go of it, and the next one erases it.
    async fn erase(&mut self) -> AppResult<()> {
        let c = self.app.conversation(&self.id).await?;
        for last in [false, true] {
            let done = if c.customer.is_known() {
                self.app.erase_customer(&c.customer, None).await
            } else {
                self.app.erase_conversation(&self.id, None).await
            };
            match done {
                Ok(_) => return Ok(()),
                Err(AppError::Contended) if !last => self.settle().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
