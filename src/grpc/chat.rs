//! `ChatService`: what customers' clients call. Each call checks that the token belongs to the
//! conversation, decodes, asks the application, encodes; nothing is decided here.

use super::auth::Principal;
use super::chat_stream;
use super::chat_unsaved::unless_begun;
use super::context::{Context, conversation_id, request};
use super::decode;
use super::encode::{self, Reader};
use super::frames::Frames;
use super::parts;
use super::pb;
use super::pb::chat_service_server::ChatService;
use super::refusals::{customer_status, status};
use super::resume::Place;
use super::seen;
use super::tokens::Unbegun;
use crate::app::conversations::{Done, Logged};
use crate::app::error::{AppError, AppResult};
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::state::Conversation;
use crate::domain::facts::Facts;
use crate::domain::ids::ConversationId;
use crate::domain::language::Language;
use crate::ports::store::StoreError;
use std::time::Duration;
use tonic::{Request, Response, Status};

/// The longest wait of a long poll.
const WAIT_MAX: Duration = Duration::from_secs(25);

/// The handlers.
pub struct Chat {
    pub(super) context: Context,
}

impl Chat {
    /// Handlers on this application.
    pub fn new(context: Context) -> Self {
        Chat { context }
    }

    /// The conversation of the request, if it is the caller's.
    pub(super) fn own<T>(
        &self,
        request: &Request<T>,
        named: &str,
    ) -> Result<ConversationId, Status> {
        let conversation = conversation_id(named)?;
        Principal::of(request).may_read(&conversation)?;
        Ok(conversation)
    }

    /// The conversation of the request, if it is the caller's; begun now if it could not be before.
    async fn begun<T>(&self, request: &Request<T>, named: &str) -> Result<ConversationId, Status> {
        let conversation = self.own(request, named)?;
        let begun = self.begin_late(&conversation, unbegun(request)).await;
        begun.map(|()| conversation).map_err(customer_status)
    }

    /// Begins what could not be begun when its token was issued.
    async fn begin_late(
        &self,
        conversation: &ConversationId,
        unbegun: Option<Unbegun>,
    ) -> AppResult<()> {
        match unbegun {
            Some(unbegun) => self.open(conversation, unbegun, Facts::new()).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Begins a conversation, or finds it if it has begun already.
    pub(super) async fn open(
        &self,
        conversation: &ConversationId,
        Unbegun { customer, opening }: Unbegun,
        facts: Facts,
    ) -> AppResult<Done> {
        let app = &self.context.app;
        match customer.is_known() {
            true => app.start_known(conversation.clone(), customer, opening, facts).await,
            false => app.start(conversation.clone(), customer, opening).await,
        }
    }

    /// A fresh token when the caller's is more than a day old.
    fn renewed<T>(&self, request: &Request<T>) -> String {
        let renewed = match Principal::of(request) {
            Principal::Customer(claim) => self.context.tokens.renew(&claim, (self.context.now)()),
            Principal::Staff(_) | Principal::Anonymous => None,
        };
        renewed.map(|issued| issued.token).unwrap_or_default()
    }

    /// Runs a command that carries nothing but its name.
    pub(super) async fn simple(
        &self,
        conversation: &ConversationId,
        request_id: &str,
        name: &str,
        command: Command,
    ) -> Result<Done, Status> {
        let asked = request(request_id, conversation.as_str(), name)?;
        self.context.app.command(conversation, asked, command).await.map_err(customer_status)
    }

    pub(super) async fn durability(&self, done: &Done) -> i32 {
        self.context.durability(done).await.into()
    }

    pub(super) fn mode(&self) -> i32 {
        self.context.mode().into()
    }
}

/// For so long a call that found the store away waits for the phase to follow.
const PHASE_FOLLOWS: Duration = Duration::from_millis(100);

#[tonic::async_trait]
impl ChatService for Chat {
    async fn get_availability(
        &self,
        request: Request<pb::GetAvailabilityRequest>,
    ) -> Result<Response<pb::GetAvailabilityResponse>, Status> {
        let language = decode::language(&request.get_ref().language)?.unwrap_or(Language::Ar);
        let app = &self.context.app;
        let mut mode = pb::Mode::Normal;
        let (human_available, delay) = match app.store_now().await {
            Ok(at) => {
                let (available, delay) = app.availability(language, at);
                (available, encode::delay(&delay))
            }
            // The bot is there; whether people are cannot be known, nor could they be asked.
            Err(AppError::Store(StoreError::Unavailable { .. })) => {
                // The phase follows what this very call found, a moment later.
                self.context.lifecycle.is_cut_off(PHASE_FOLLOWS).await;
                mode = pb::Mode::Degraded;
                (false, encode::degraded())
            }
            Err(error) => return Err(status(error)),
        };
        let rules = app.rules();
        Ok(Response::new(pb::GetAvailabilityResponse {
            mode: mode.max(self.context.mode()).into(),
            human_available,
            delay: (!human_available).then_some(delay),
            bot_name: Some(encode::text(rules.bot.name.get(language).clone(), language)),
            languages: Language::ALL.map(|language| language.tag().to_owned()).to_vec(),
            accepted_parts: Some(parts::accepted(&rules.bot.parts)),
        }))
    }

    async fn start_conversation(
        &self,
        request: Request<pb::StartConversationRequest>,
    ) -> Result<Response<pb::StartConversationResponse>, Status> {
        self.begin(request).await
    }

    async fn send_message(
        &self,
        request: Request<pb::SendMessageRequest>,
    ) -> Result<Response<pb::SendMessageResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let (customer_token, unbegun) = (self.renewed(&request), unbegun(&request));
        let begun = match self.begin_late(&conversation, unbegun.clone()).await {
            // The bot answers all the same.
            Err(AppError::Store(error @ StoreError::Unavailable { .. })) => Err(error),
            begun => begun.map(Ok).map_err(customer_status)?,
        };
        let asked = request.into_inner();
        let (input, contents) = parts::said(asked.content, asked.parts)?;
        let named = super::context::request(&asked.request_id, conversation.as_str(), &contents)?;
        self.context.app.is_heard(&conversation);
        let done = match self.context.app.say(&conversation, named, input.clone()).await {
            Ok(done) => done,
            Err(error) => {
                let error = unless_begun(begun, error);
                let Some(text) = input.words() else { return Err(customer_status(error)) };
                let told = self.unsaved(&conversation, unbegun, text, error).await?;
                return Ok(Response::new(told));
            }
        };
        let said = |logged: &Logged| matches!(logged.logged.event, Event::CustomerSaid { .. });
        let split = done.events.iter().position(said);
        let message = split.and_then(|at| {
            encode::event(&self.context.app, &done.events[at], None, Reader::Customer)
        });
        let others: Vec<Logged> =
            done.events.iter().filter(|logged| !said(logged)).cloned().collect();
        Ok(Response::new(pb::SendMessageResponse {
            message,
            events: self.context.events(&others, Reader::Customer),
            bot_pending: done.conversation.memory.reply_due.is_some(),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
            customer_token,
        }))
    }

    type SubscribeEventsStream = Frames<pb::SubscribeEventsResponse>;

    async fn subscribe_events(
        &self,
        request: Request<pb::SubscribeEventsRequest>,
    ) -> Result<Response<Self::SubscribeEventsStream>, Status> {
        let conversation = self.begun(&request, &request.get_ref().conversation_id).await?;
        let place = decode::place(&request.get_ref().resume_token)?;
        let frames = chat_stream::open(self.context.clone(), conversation, Reader::Customer, place);
        let frames = frames.await?;
        Ok(Response::new(frames))
    }

    async fn list_messages(
        &self,
        request: Request<pb::ListMessagesRequest>,
    ) -> Result<Response<pb::ListMessagesResponse>, Status> {
        use pb::list_messages_request::After;
        let conversation = self.begun(&request, &request.get_ref().conversation_id).await?;
        let asked = request.into_inner();
        let (place, checked) = match asked.after {
            None => (Place::default(), false),
            Some(After::ResumeToken(token)) => (decode::place(&token)?, true),
            Some(After::AfterSequence(sequence)) => (Place { sequence, event_id: 0 }, false),
        };
        let wait = Duration::from_millis(u64::from(asked.wait_ms)).min(WAIT_MAX);
        // A page that polls is as open as one that holds a stream.
        let _page = (!wait.is_zero()).then(|| self.context.app.attach(&conversation));
        let page = self
            .context
            .read_page(&conversation, Reader::Customer, place, checked, wait)
            .await
            .map_err(customer_status)?;
        let c = self.context.app.conversation(&conversation).await.map_err(customer_status)?;
        let mut current = encode::conversation(&self.context.app, &c);
        let read = seen::of(&self.context.app, &conversation).await;
        current.read_marks = read.map_err(customer_status)?;
        let limit = match asked.page_size {
            0 => usize::MAX,
            size => size as usize,
        };
        Ok(Response::new(page.response(limit, Some(current), self.mode())))
    }

    async fn request_human(
        &self,
        request: Request<pb::RequestHumanRequest>,
    ) -> Result<Response<pb::RequestHumanResponse>, Status> {
        let conversation = self.begun(&request, &request.get_ref().conversation_id).await?;
        let request_id = &request.get_ref().request_id;
        let done = self.simple(&conversation, request_id, "human", Command::RequestHuman).await?;
        let c = &done.conversation;
        let reason = c.handoff.as_ref().map(|asked| encode::reason(asked.handoff.reason).into());
        Ok(Response::new(pb::RequestHumanResponse {
            receipt: Some(pb::HandoffReceipt {
                status: encode::queue_status(&self.context.app, c),
                reason: reason.unwrap_or_default(),
            }),
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    async fn cancel_human_request(
        &self,
        request: Request<pb::CancelHumanRequestRequest>,
    ) -> Result<Response<pb::CancelHumanRequestResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let request_id = &request.get_ref().request_id;
        let done =
            self.simple(&conversation, request_id, "cancel", Command::CancelHumanRequest).await?;
        Ok(Response::new(pb::CancelHumanRequestResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    async fn get_queue_status(
        &self,
        request: Request<pb::GetQueueStatusRequest>,
    ) -> Result<Response<pb::GetQueueStatusResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let c: Conversation =
            self.context.app.conversation(&conversation).await.map_err(customer_status)?;
        Ok(Response::new(pb::GetQueueStatusResponse {
            conversation: Some(encode::conversation(&self.context.app, &c)),
            mode: self.mode(),
        }))
    }

    async fn choose_wait_option(
        &self,
        request: Request<pb::ChooseWaitOptionRequest>,
    ) -> Result<Response<pb::ChooseWaitOptionResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let asked = request.into_inner();
        let choice = decode::wait_choice(&asked)?;
        let name = format!("choose {choice:?}");
        let command = Command::ChooseWait(choice);
        let done = self.simple(&conversation, &asked.request_id, &name, command).await?;
        Ok(Response::new(pb::ChooseWaitOptionResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    async fn respond_to_resolution(
        &self,
        request: Request<pb::RespondToResolutionRequest>,
    ) -> Result<Response<pb::RespondToResolutionResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let asked = request.into_inner();
        let resolved = match asked.answer() {
            pb::ResolutionAnswer::Confirm => true,
            pb::ResolutionAnswer::Deny => false,
            pb::ResolutionAnswer::Unspecified => {
                let what = "say CONFIRM or DENY".to_owned();
                return Err(decode::wrong("answer", what));
            }
        };
        let name = format!("respond {resolved}");
        let command = Command::Respond { resolved };
        let done = self.simple(&conversation, &asked.request_id, &name, command).await?;
        Ok(Response::new(pb::RespondToResolutionResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    async fn reopen_conversation(
        &self,
        request: Request<pb::ReopenConversationRequest>,
    ) -> Result<Response<pb::ReopenConversationResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let request_id = &request.get_ref().request_id;
        let done = self.simple(&conversation, request_id, "reopen", Command::Reopen).await?;
        Ok(Response::new(pb::ReopenConversationResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    async fn rate_answer(
        &self,
        request: Request<pb::RateAnswerRequest>,
    ) -> Result<Response<pb::RateAnswerResponse>, Status> {
        self.rate_one_answer(request).await
    }

    async fn rate_conversation(
        &self,
        request: Request<pb::RateConversationRequest>,
    ) -> Result<Response<pb::RateConversationResponse>, Status> {
        self.score_conversation(request).await
    }

    async fn identify_customer(
        &self,
        request: Request<pb::IdentifyCustomerRequest>,
    ) -> Result<Response<pb::IdentifyCustomerResponse>, Status> {
        self.identify(request).await
    }

    async fn list_my_conversations(
        &self,
        request: Request<pb::ListMyConversationsRequest>,
    ) -> Result<Response<pb::ListMyConversationsResponse>, Status> {
        self.list_mine(request).await
    }

    async fn resume_conversation(
        &self,
        request: Request<pb::ResumeConversationRequest>,
    ) -> Result<Response<pb::ResumeConversationResponse>, Status> {
        self.resume(request).await
    }

    type ExportMyDataStream = Frames<pb::ExportMyDataResponse>;

    async fn export_my_data(
        &self,
        request: Request<pb::ExportMyDataRequest>,
    ) -> Result<Response<Self::ExportMyDataStream>, Status> {
        self.export_mine(request).await
    }

    async fn erase_my_data(
        &self,
        request: Request<pb::EraseMyDataRequest>,
    ) -> Result<Response<pb::EraseMyDataResponse>, Status> {
        self.erase_mine(request).await
    }

    async fn set_typing(
        &self,
        request: Request<pb::SetTypingRequest>,
    ) -> Result<Response<pb::SetTypingResponse>, Status> {
        self.types(request).await
    }

    async fn mark_read(
        &self,
        request: Request<pb::MarkReadRequest>,
    ) -> Result<Response<pb::MarkReadResponse>, Status> {
        self.reads(request).await
    }

    async fn end_conversation(
        &self,
        request: Request<pb::EndConversationRequest>,
    ) -> Result<Response<pb::EndConversationResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let request_id = &request.get_ref().request_id;
        let done = self.simple(&conversation, request_id, "end", Command::Leave).await?;
        Ok(Response::new(pb::EndConversationResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }
}

/// How the caller's conversation is to begin, if it could not when the token was issued.
fn unbegun<T>(request: &Request<T>) -> Option<Unbegun> {
    match Principal::of(request) {
        Principal::Customer(claim) => claim.unbegun,
        Principal::Staff(_) | Principal::Anonymous => None,
    }
}

/// The place after the events of a call.
pub(super) fn place_after(events: &[Logged]) -> Place {
    events.last().map_or(Place::default(), |logged| Place {
        sequence: logged.seq,
        event_id: logged.event_id,
    })
}
