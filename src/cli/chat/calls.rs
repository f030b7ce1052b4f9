//! The customer's calls, one after the other in the order they were asked for, each repeated under
//! the same request id until it is answered, and until it is saved.

use super::facts::away;
use super::input::{Mine, Want};
use super::own;
use crate::cli::connect::{Secured, ask, patiently, transient};
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::send_message_request::Content;
use crate::grpc::pb::{
    AnswerRating, CancelHumanRequestRequest, ChooseWaitOptionRequest, Conversation, Durability,
    EndConversationRequest, Event, MarkReadRequest, Measure, MessagePart, Mode, MyConversation,
    RateAnswerRequest, RateConversationRequest, ReopenConversationRequest, RequestHumanRequest,
    ResolutionAnswer, RespondToResolutionRequest, ResumeConversationResponse, SayAgain,
    SendMessageRequest, ServedBy, SetTypingRequest, WaitOption,
};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tonic::Status;

/// So often what could not be saved is sent again.
const SEND_AGAIN_EVERY: Duration = Duration::from_secs(3);

/// A call to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Made once, kept for all repetitions.
    pub request_id: String,
    /// What is wanted.
    pub want: Want,
    /// What a rating is about.
    pub rated: Rated,
    /// What the host site has signed of the customer; empty if they are not known.
    pub identity: String,
}

/// What a rating is about: the bot's last answer, and the scale the customer was asked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rated {
    /// The sequence of the bot's last answer; 0 if there is none.
    pub answer: u64,
    /// The scale; CSAT unless another was asked for.
    pub measure: Measure,
}

/// What a call brought, whichever it was.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// What happened, the customer's own message first.
    pub events: Vec<Event>,
    /// The sequence of the customer's own message; 0 if the call added none.
    pub own: u64,
    /// Whether the bot's answer comes later.
    pub bot_pending: bool,
    /// How the conversation stands.
    pub conversation: Option<Conversation>,
    /// How safely it is kept.
    pub durability: Durability,
    /// How well the deployment works.
    pub mode: Mode,
    /// A newer customer token, or nothing.
    pub customer_token: String,
    /// What was asked for of the customer's own.
    pub brought: Own,
}

impl Done {
    /// Whether it was answered without the store, and is to be sent again. A server that keeps
    /// everything in memory says NONE all the time, and all is well there.
    pub fn is_unsaved(&self) -> bool {
        self.durability == Durability::None && away(self.mode)
    }
}

/// What a call about the customer's own brought.
#[derive(Debug, Clone, Default)]
pub enum Own {
    /// The call was about something else.
    #[default]
    Nothing,
    /// The conversation is theirs.
    Identified,
    /// Their conversations.
    Mine(Vec<MyConversation>),
    /// A secret to go on with one.
    Resumed(Box<ResumeConversationResponse>),
    /// All that is kept, as JSON lines.
    Exported(String),
    /// It is gone: so many conversations.
    Erased(u32),
}

/// What becomes of a call.
#[derive(Debug)]
pub enum Report {
    /// The server cannot be reached; it is tried again.
    Waiting,
    /// It was done.
    Done(Asked, Box<Done>),
    /// The server said no.
    Refused(Asked, Status),
}

/// Makes the calls until nobody asks for more.
pub async fn work(
    client: ChatServiceClient<Secured>,
    conversation_id: String,
    mut asked: mpsc::Receiver<Asked>,
    reports: mpsc::UnboundedSender<Report>,
) {
    let mut worker = Worker { client, conversation_id, reports, unsaved: VecDeque::new() };
    loop {
        let next = tokio::select! {
            next = asked.recv() => match next {
                Some(next) => Some(next),
                None => return,
            },
            () = sleep(SEND_AGAIN_EVERY), if !worker.unsaved.is_empty() => None,
        };
        // Whoever reads it later reads it in the order in which it was written, as far as that can be:
        // a newer one is sent all the same, for its answer.
        if !worker.send_again().await {
            return;
        }
        let Some(asked) = next else { continue };
        match worker.make(asked.clone(), false).await {
            Some(true) => {}
            Some(false) => worker.unsaved.push_back(asked),
            None => return,
        }
    }
}

/// Makes calls, and remembers which could not be saved.
struct Worker {
    client: ChatServiceClient<Secured>,
    conversation_id: String,
    reports: mpsc::UnboundedSender<Report>,
    /// In the order they were asked for.
    unsaved: VecDeque<Asked>,
}

impl Worker {
    /// Sends again what could not be saved, the first first, until one still cannot be. Tells whether
    /// anybody still wants to know.
    async fn send_again(&mut self) -> bool {
        while let Some(asked) = self.unsaved.front().cloned() {
            match self.make(asked, true).await {
                Some(true) => drop(self.unsaved.pop_front()),
                still => return still.is_some(),
            }
        }
        true
    }

    /// Makes one call. Tells whether it is done with, or nothing if nobody wants to know any more. What
    /// is made again was answered before: it is not done with until it is saved or truly refused.
    async fn make(&self, asked: Asked, again: bool) -> Option<bool> {
        let waiting = || {
            let _ = self.reports.send(Report::Waiting);
        };
        let call = || call(self.client.clone(), self.conversation_id.clone(), asked.clone());
        let (report, is_done) = match patiently(waiting, call).await {
            Ok(done) => {
                let is_saved = !done.is_unsaved();
                (Report::Done(asked, Box::new(done)), is_saved)
            }
            Err(status) if again && transient(&status) => (Report::Waiting, false),
            Err(status) => (Report::Refused(asked, status), true),
        };
        self.reports.send(report).ok().map(|()| is_done)
    }
}

/// Tells how far the customer has read, the newest only, until nobody reads any more. A mark that
/// cannot be set costs nothing: the next one says more.
pub async fn mark(
    client: ChatServiceClient<Secured>,
    conversation_id: String,
    mut read: watch::Receiver<u64>,
) {
    while read.changed().await.is_ok() {
        let through_sequence = *read.borrow_and_update();
        let request =
            MarkReadRequest { conversation_id: conversation_id.clone(), through_sequence };
        let call = || {
            let (mut client, request) = (client.clone(), request.clone());
            async move { client.mark_read(ask(request)).await }
        };
        patiently(|| {}, call).await.ok();
    }
}

/// What an answer without a message of the customer's holds.
macro_rules! done {
    ($response:expr) => {{
        let answer = $response.into_inner();
        let (durability, mode) = (answer.durability(), answer.mode());
        let (events, conversation) = (answer.events, answer.conversation);
        Done { events, conversation, durability, mode, ..Done::default() }
    }};
}

async fn call(
    mut client: ChatServiceClient<Secured>,
    conversation_id: String,
    asked: Asked,
) -> Result<Done, Status> {
    let request_id = asked.request_id;
    let content = match asked.want {
        Want::Say(text) => Content::Text(text),
        Want::Send(draft) => {
            let part = draft.part().map_err(Status::invalid_argument)?;
            return send(client, conversation_id, request_id, None, vec![part]).await;
        }
        Want::Choose(choice) => Content::ChoiceId(choice),
        Want::Typing => {
            client.set_typing(ask(SetTypingRequest { conversation_id })).await?;
            return Ok(Done::default());
        }
        Want::Again => Content::SayAgain(SayAgain::default()),
        Want::Yes => return respond(client, conversation_id, request_id, true).await,
        Want::No => return respond(client, conversation_id, request_id, false).await,
        Want::Human => {
            let request = RequestHumanRequest { conversation_id, request_id };
            return Ok(done!(client.request_human(ask(request)).await?));
        }
        Want::Cancel => {
            let request = CancelHumanRequestRequest { conversation_id, request_id };
            return Ok(done!(client.cancel_human_request(ask(request)).await?));
        }
        Want::Wait(option) => {
            return choose(client, conversation_id, request_id, option, None).await;
        }
        Want::CallbackAt(seconds) => {
            let at = Some(prost_types::Timestamp { seconds, nanos: 0 });
            return choose(client, conversation_id, request_id, WaitOption::Callback, at).await;
        }
        Want::Rate(helpful) => {
            let rating = if helpful { AnswerRating::Helpful } else { AnswerRating::NotHelpful };
            let (sequence, rating) = (asked.rated.answer, rating.into());
            let request = RateAnswerRequest { conversation_id, request_id, sequence, rating };
            return Ok(done!(client.rate_answer(ask(request)).await?));
        }
        Want::Score(score, comment) => {
            let measure = match asked.rated.measure {
                Measure::Unspecified => Measure::Csat,
                known => known,
            };
            let (measure, part) = (measure.into(), ServedBy::Unspecified.into());
            let request = RateConversationRequest {
                conversation_id,
                request_id,
                measure,
                part,
                score,
                comment,
            };
            return Ok(done!(client.rate_conversation(ask(request)).await?));
        }
        Want::Reopen => {
            let request = ReopenConversationRequest { conversation_id, request_id };
            return Ok(done!(client.reopen_conversation(ask(request)).await?));
        }
        Want::End => {
            let request = EndConversationRequest { conversation_id, request_id };
            return Ok(done!(client.end_conversation(ask(request)).await?));
        }
        Want::Identify => {
            let identity = asked.identity;
            own::identify(&mut client, conversation_id, request_id, identity).await?;
            return Ok(brought(Own::Identified));
        }
        Want::Mine(which) => {
            let only_open = which == Mine::OpenElsewhere;
            let request = own::listing(asked.identity, only_open);
            let answer = client.list_my_conversations(ask(request)).await?;
            let mut found = answer.into_inner().conversations;
            if only_open {
                found.retain(|it| own::id_of(it) != conversation_id);
            }
            return Ok(brought(Own::Mine(found)));
        }
        Want::Resume(wanted) => {
            let request = own::resuming(wanted, asked.identity);
            let answer = client.resume_conversation(ask(request)).await?;
            return Ok(brought(Own::Resumed(Box::new(answer.into_inner()))));
        }
        Want::Export(_) => {
            let lines = own::export(&mut client, conversation_id, asked.identity).await?;
            return Ok(brought(Own::Exported(lines)));
        }
        Want::Erase => {
            let identity = asked.identity;
            let erased = own::erase(&mut client, conversation_id, request_id, identity).await?;
            return Ok(brought(Own::Erased(erased)));
        }
    };
    send(client, conversation_id, request_id, Some(content), Vec::new()).await
}

async fn choose(
    mut client: ChatServiceClient<Secured>,
    conversation_id: String,
    request_id: String,
    option: WaitOption,
    callback_at: Option<prost_types::Timestamp>,
) -> Result<Done, Status> {
    let option = option.into();
    let request = ChooseWaitOptionRequest { conversation_id, request_id, option, callback_at };
    Ok(done!(client.choose_wait_option(ask(request)).await?))
}

fn brought(own: Own) -> Done {
    Done { brought: own, ..Done::default() }
}

async fn send(
    mut client: ChatServiceClient<Secured>,
    conversation_id: String,
    request_id: String,
    content: Option<Content>,
    parts: Vec<MessagePart>,
) -> Result<Done, Status> {
    let sent_at = None;
    let request = SendMessageRequest { conversation_id, request_id, content, sent_at, parts };
    let answer = client.send_message(ask(request)).await?.into_inner();
    let (durability, mode) = (answer.durability(), answer.mode());
    let own = answer.message.as_ref().map_or(0, |message| message.sequence);
    let mut events: Vec<Event> = answer.message.into_iter().collect();
    events.extend(answer.events);
    Ok(Done {
        events,
        own,
        bot_pending: answer.bot_pending,
        conversation: answer.conversation,
        durability,
        mode,
        customer_token: answer.customer_token,
        brought: Own::Nothing,
    })
}

async fn respond(
    mut client: ChatServiceClient<Secured>,
    conversation_id: String,
    request_id: String,
    settled: bool,
) -> Result<Done, Status> {
    let answer = if settled { ResolutionAnswer::Confirm } else { ResolutionAnswer::Deny };
    let request = RespondToResolutionRequest { conversation_id, request_id, answer: answer.into() };
    Ok(done!(client.respond_to_resolution(ask(request)).await?))
}
