//! Who the customer is: conversations begun, claimed, found again and taken up elsewhere under what
//! the host site has signed; and what is handed out or erased on the customer's own wish.

use super::auth::Principal;
use super::chat::{Chat, place_after};
use super::chat_unsaved::unsaved_words;
use super::context::{conversation_id, id, request as once};
use super::decode::{self, wrong};
use super::encode::{self, Reader};
use super::encode_customer;
use super::frames::Frames;
use super::identity::{HostClaim, IdentityFault};
use super::keys::{Role, Staff};
use super::limits::DEVICE_ID_CHARS_MIN;
use super::pb;
use super::pieces;
use super::refusals::{customer_status, status};
use super::status::Refusal;
use super::tokens::Unbegun;
use crate::app::begin::Opening;
use crate::app::erasure::Erased;
use crate::app::error::AppError;
use crate::domain::bot::outcome::Outcome;
use crate::domain::facts::{self, Facts};
use crate::domain::ids::{ChannelId, ConversationId, CustomerId, RequestId};
use crate::ports::store::StoreError;
use tonic::{Request, Response, Status};

/// Rows of the list of one's conversations, usually and at most.
const MINE_PAGE: (usize, usize) = (20, 100);

/// Whose the request ids are by which conversations begin: one of them begins one conversation, and
/// what is asked in it later is asked by ids of its own.
const BEGINS: &str = "start";

/// Whose conversation is begun, and what is told of them.
struct Beginner {
    customer: CustomerId,
    facts: Facts,
}

impl Chat {
    pub(super) async fn begin(
        &self,
        request: Request<pb::StartConversationRequest>,
    ) -> Result<Response<pb::StartConversationResponse>, Status> {
        let caller = Principal::of(&request);
        let asked = request.into_inner();
        let request_id = id("request_id", &asked.request_id, RequestId::parse)?;
        let language = decode::language(&asked.language)?;
        let channel = match asked.channel.as_str() {
            "" => None,
            named => Some(id("channel", named, ChannelId::parse)?),
        };
        let contents = format!("{}\n{}\n{:?}", asked.language, asked.channel, asked.facts);
        let request = once(&asked.request_id, BEGINS, &contents)?;
        let opening = Opening { language, channel, request };
        let Beginner { customer, facts } = self.beginner(&caller, asked)?;
        let unbegun = Unbegun { customer, opening };
        // The same customer and request id give the same conversation, however often it is asked.
        let tokens = &self.context.tokens;
        let conversation = tokens.conversation_id(unbegun.customer.as_str(), request_id.as_str());
        let done = match self.open(&conversation, unbegun.clone(), facts).await {
            Ok(done) => done,
            Err(AppError::Store(StoreError::Unavailable { .. })) => {
                return self.begin_unsaved(conversation, unbegun).map(Response::new);
            }
            Err(error) => return Err(status(error)),
        };
        let issued = tokens.issue(&conversation, (self.context.now)());
        Ok(Response::new(pb::StartConversationResponse {
            conversation: self.context.conversation(&done),
            customer_token: issued.token,
            customer_token_expires_at: Some(encode::timestamp(issued.expires)),
            events: self.context.events(&done.events, Reader::Customer),
            resume_token: place_after(&done.events).token(),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    /// The store is away: the bot greets all the same and says that nothing is saved. The token says
    /// how the conversation is to begin; a call with it begins it as soon as the store is there.
    fn begin_unsaved(
        &self,
        conversation: ConversationId,
        unbegun: Unbegun,
    ) -> Result<pb::StartConversationResponse, Status> {
        let (app, at) = (&self.context.app, (self.context.now)());
        let issued = self.context.tokens.issue_unbegun(&conversation, &unbegun, at);
        let Unbegun { customer, opening } = unbegun;
        let begun = app.begun_unsaved(conversation, customer, opening, at).map_err(status)?;
        let language = begun.conversation.language;
        let mut events = self.context.events(&begun.events, Reader::Customer);
        let told = app.told_unsaved(language);
        events.extend(told.map(|text| unsaved_words(language, text, Outcome::Social)));
        Ok(pb::StartConversationResponse {
            conversation: self.context.conversation(&begun),
            customer_token: issued.token,
            customer_token_expires_at: Some(encode::timestamp(issued.expires)),
            events,
            resume_token: String::new(),
            durability: pb::Durability::None.into(),
            mode: pb::Mode::Isolated.into(),
        })
    }

    fn beginner(
        &self,
        caller: &Principal,
        asked: pb::StartConversationRequest,
    ) -> Result<Beginner, Status> {
        let is_platform = match caller {
            Principal::Staff(Staff { role: Role::Platform, .. }) => true,
            Principal::Staff(_) | Principal::Customer(_) | Principal::Anonymous => false,
        };
        if !is_platform && (!asked.customer_key.is_empty() || !asked.facts.is_empty()) {
            let what = "only a platform's key may say this: send an identity_token";
            return Err(wrong("customer_key", what));
        }
        if !asked.customer_key.is_empty() {
            if asked.customer_key.len() > encode_customer::CUSTOMER_KEY_BYTES_MAX {
                return Err(wrong("customer_key", "at most 256 bytes"));
            }
            let customer = self.context.tokens.customer_id(&asked.customer_key);
            let facts = encode_customer::read_facts(asked.facts)?;
            let facts = facts::checked(facts).map_err(|fault| wrong("facts", fault.to_string()))?;
            return Ok(Beginner { customer, facts });
        }
        if !asked.facts.is_empty() {
            return Err(wrong("customer_key", "facts are of a customer: say whose they are"));
        }
        if !asked.identity_token.is_empty() {
            let (customer, facts) = self.named_by_host(&asked.identity_token)?;
            return Ok(Beginner { customer, facts });
        }
        let customer = id("device_id", &asked.device_id, CustomerId::parse)?;
        if asked.device_id.len() < DEVICE_ID_CHARS_MIN {
            let what = format!(
                "at least {DEVICE_ID_CHARS_MIN} random characters, so that nobody can guess it: make it \
                 once and keep it on the device"
            );
            return Err(wrong("device_id", what));
        }
        if customer.is_known() {
            return Err(wrong("device_id", "a device's id does not begin with `kc_`"));
        }
        Ok(Beginner { customer, facts: Facts::new() })
    }

    /// Whom the host site names, and what it tells of them.
    fn named_by_host(&self, token: &str) -> Result<(CustomerId, Facts), Status> {
        match self.context.identity.verify(token, (self.context.now)()) {
            Ok(HostClaim { customer_key, facts }) => {
                Ok((self.context.tokens.customer_id(&customer_key), facts))
            }
            Err(fault @ (IdentityFault::NotConfigured | IdentityFault::Facts(_))) => {
                Err(wrong("identity_token", fault.to_string()))
            }
            Err(fault) => Err(Refusal::BadCredentials { why: fault.to_string() }.into()),
        }
    }

    pub(super) async fn identify(
        &self,
        request: Request<pb::IdentifyCustomerRequest>,
    ) -> Result<Response<pb::IdentifyCustomerResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let asked = request.into_inner();
        let (customer, facts) = self.named_by_host(&asked.identity_token)?;
        // A host signs anew each time: what is asked is the same if it is the same customer.
        let contents = format!("identify {customer}");
        let once = once(&asked.request_id, conversation.as_str(), &contents)?;
        let app = &self.context.app;
        let done = app.identify(&conversation, once, customer, facts).await.map_err(status)?;
        Ok(Response::new(pb::IdentifyCustomerResponse {
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    pub(super) async fn list_mine(
        &self,
        request: Request<pb::ListMyConversationsRequest>,
    ) -> Result<Response<pb::ListMyConversationsResponse>, Status> {
        let asked = request.get_ref();
        let (customer, _) = self.named_by_host(&asked.identity_token)?;
        let size = decode::page_size(asked.page_size, MINE_PAGE.0, MINE_PAGE.1);
        let app = &self.context.app;
        let only_open = asked.only_open;
        let found =
            app.conversations_of(&customer, size, |c| !only_open || c.has_ended().is_none());
        let found = found.await.map_err(status)?;
        let mine = found.iter().map(|c| pb::MyConversation {
            conversation: Some(encode::conversation(app, c)),
            last_event_at: Some(encode::timestamp(c.last_event_at)),
            topic: c.memory.need.clone().unwrap_or_default(),
        });
        Ok(Response::new(pb::ListMyConversationsResponse { conversations: mine.collect() }))
    }

    pub(super) async fn resume(
        &self,
        request: Request<pb::ResumeConversationRequest>,
    ) -> Result<Response<pb::ResumeConversationResponse>, Status> {
        let asked = request.get_ref();
        let (customer, _) = self.named_by_host(&asked.identity_token)?;
        let conversation = conversation_id(&asked.conversation_id)?;
        let app = &self.context.app;
        let c = app.conversation_of(&customer, &conversation).await.map_err(status)?;
        let issued = self.context.tokens.issue(&conversation, (self.context.now)());
        Ok(Response::new(pb::ResumeConversationResponse {
            conversation: Some(encode::conversation(app, &c)),
            customer_token: issued.token,
            customer_token_expires_at: Some(encode::timestamp(issued.expires)),
            mode: self.mode(),
        }))
    }

    /// The conversation of the token, and with a signed token whose it must be.
    async fn mine(
        &self,
        conversation: &ConversationId,
        identity_token: &str,
    ) -> Result<Option<CustomerId>, Status> {
        if identity_token.is_empty() {
            return Ok(None);
        }
        let (customer, _) = self.named_by_host(identity_token)?;
        let app = &self.context.app;
        match app.conversation(conversation).await {
            Ok(c) if c.customer.is_known() && c.customer != customer => {
                Err(Refusal::NotFound { what: "conversation" }.into())
            }
            // What is archived is the holder's of the token in any case.
            Ok(_) | Err(AppError::NotFound { .. }) => Ok(Some(customer)),
            Err(error) => Err(status(error)),
        }
    }

    pub(super) async fn export_mine(
        &self,
        request: Request<pb::ExportMyDataRequest>,
    ) -> Result<Response<Frames<pb::ExportMyDataResponse>>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let customer = self.mine(&conversation, &request.get_ref().identity_token).await?;
        let app = self.context.app.clone();
        let archive = self.context.archive.as_deref();
        let export = app.export(customer.as_ref(), Some(conversation), archive).await;
        let export = export.map_err(status)?;
        let message = |lines| pb::ExportMyDataResponse { lines };
        Ok(Response::new(pieces::send(app, export, message)))
    }

    pub(super) async fn erase_mine(
        &self,
        request: Request<pb::EraseMyDataRequest>,
    ) -> Result<Response<pb::EraseMyDataResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let asked = request.get_ref();
        // Erasing twice is erasing once: the id is asked for like everywhere, and not kept.
        id("request_id", &asked.request_id, RequestId::parse)?;
        let customer = self.mine(&conversation, &asked.identity_token).await?;
        let (app, archive) = (&self.context.app, self.context.archive.as_deref());
        let mut erased = Erased::default();
        if let Some(customer) = customer {
            erased = app.erase_customer(&customer, archive).await.map_err(status)?;
        }
        match app.erase_conversation(&conversation, archive).await {
            Ok(one) => {
                erased.conversations += one.conversations;
                erased.archived += one.archived;
            }
            // It was in the archive, and went with the rest.
            Err(AppError::NotFound { .. }) if erased.archived > 0 => {}
            Err(error) => return Err(customer_status(error)),
        }
        tracing::info!(?erased, "a customer erased what was kept of them");
        Ok(Response::new(pb::EraseMyDataResponse {
            conversations: erased.conversations as u32,
            archived_conversations: erased.archived as u32,
        }))
    }
}
