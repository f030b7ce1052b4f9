//! The two stories that customers live through: nine of ten are answered by the bot, one of ten
//! goes to a person, who takes the offer, answers and proposes the end. The people are a platform
//! with agents of its own, on the public API.

use super::child::{Child, Workplace};
use super::load::{Caller, Pace, counted};
use super::meter::{Kind, Meter};
use super::one_of;
use super::staff::{self, Desk, Staff};
use crate::cli::connect::{Bearer, Secured, ask, fresh_id};
use crate::domain::bot::ladder::{self, Step};
use crate::domain::conversation::state::Memory;
use crate::domain::ids::SkillId;
use crate::domain::language::Language;
use crate::domain::reading;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::send_message_request::Content;
use crate::grpc::pb::{
    Conversation, ConversationState, ListMessagesRequest, RequestHumanRequest,
    RequestHumanResponse, ResolutionAnswer, RespondToResolutionRequest,
    RespondToResolutionResponse, SendMessageRequest, SendMessageResponse, StartConversationRequest,
    StartConversationResponse, list_messages_request,
};
use anyhow::Context;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::transport::Channel;
use tonic::{Response, Status};

/// Questions of one conversation with the bot.
const QUESTIONS: usize = 8;
/// Messages to an agent, each answered.
pub const TO_AGENT: usize = 3;
/// A customer waits no longer for what should come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A shop with customers and staff.
pub struct Shop {
    channels: Vec<Channel>,
    questions: Arc<Vec<String>>,
    handoffs: u32,
    staff: Option<Arc<Staff>>,
    skills: BTreeSet<SkillId>,
}

impl Shop {
    /// Opens: the agents sign in.
    pub async fn open(child: &Child, place: &Workplace, handoffs: u32) -> anyhow::Result<Shop> {
        Shop::across(child, child, place, handoffs).await
    }

    /// The same with customers at one instance and agents at another.
    pub async fn across(
        customers: &Child,
        agents: &Child,
        place: &Workplace,
        handoffs: u32,
    ) -> anyhow::Result<Shop> {
        let mut shop = Shop::open_without_staff(customers, place).await?;
        let channel = agents.connection().await?;
        shop.staff = Some(Staff::sign_in(channel, &agents.data, &shop.skills).await?);
        shop.handoffs = handoffs;
        Ok(shop)
    }

    /// Opens with nobody there but the bot.
    pub async fn open_without_staff(child: &Child, place: &Workplace) -> anyhow::Result<Shop> {
        let channels = child.connections().await?;
        let rules = place.rules()?;
        let questions = Arc::new(questions(&rules));
        anyhow::ensure!(questions.len() >= QUESTIONS, "the config answers too few questions");
        let skills = rules.routing.skills.clone();
        Ok(Shop { channels, questions, handoffs: 0, staff: None, skills })
    }

    /// The next customer.
    pub fn customer(&self) -> Customer {
        Customer {
            channel: one_of(&self.channels),
            questions: Arc::clone(&self.questions),
            handoffs: self.handoffs,
            staff: self.staff.clone(),
        }
    }

    /// Begins one conversation.
    pub async fn begin(&self) -> anyhow::Result<Talk> {
        let customer = self.customer();
        let started = customer.begins().await?.into_inner();
        customer.talk(started).context("no conversation was given")
    }

    /// What a customer of the bot asks, one after the other.
    pub fn some_questions(&self) -> Vec<String> {
        some_of(&self.questions, QUESTIONS)
    }

    /// The desk of the platform, to agents of its own.
    pub fn desk(&self, child: &Child) -> anyhow::Result<Desk> {
        staff::desk(one_of(&self.channels), &child.data)
    }

    /// All skills that the rules know.
    pub fn skills(&self) -> &BTreeSet<SkillId> {
        &self.skills
    }
}

/// So many questions, never the same twice: that would be a customer whom the bot could not help.
fn some_of(questions: &[String], count: usize) -> Vec<String> {
    let first = rand::random_range(0..questions.len());
    questions.iter().cycle().skip(first).step_by(3).take(count).cloned().collect()
}

/// Questions that the bot answers at once, in both languages, worded as people write: none of them is the
/// very title or example of an entry, so that the classifier has its work.
fn questions(rules: &Rules) -> Vec<String> {
    let memory = Memory::default();
    let is_answered = |question: &String| {
        let reading = reading::read(rules, question, &memory.window, Timestamp::ZERO);
        matches!(ladder::next_step(&rules.bot, &memory, &reading, true), Step::Answer(_))
    };
    let titles = rules.bot.entries.values().map(|entry| &entry.title);
    let worded = titles.flat_map(|title| {
        let (ar, en) = (title.get(Language::Ar), title.get(Language::En));
        [format!("لو سمحت {ar}"), format!("hi, {en} please")]
    });
    worded.filter(is_answered).collect()
}

/// One customer after the other, on one connection.
pub struct Customer {
    channel: Channel,
    questions: Arc<Vec<String>>,
    handoffs: u32,
    staff: Option<Arc<Staff>>,
}

impl Caller for Customer {
    fn calls(&self) -> f64 {
        let share = f64::from(self.handoffs) / 100.0;
        let (bot, human) = (1 + QUESTIONS, 1 + 2 + 1 + TO_AGENT + 1);
        bot as f64 * (1.0 - share) + human as f64 * share
    }

    async fn visit(&mut self, mut pace: Pace, meter: &mut Meter) {
        let wants_human = rand::random_range(0..100) < self.handoffs;
        let begun = pace.next().await;
        let Some(mut talk) = self.start(begun, meter).await else { return };
        let questions = if wants_human { 2 } else { QUESTIONS };
        for question in some_of(&self.questions, questions) {
            let begun = pace.next().await;
            if talk.say(Kind::BotTurn, &question, begun, meter).await.is_none() {
                return;
            }
        }
        if let Some(staff) = self.staff.as_ref().filter(|_| wants_human) {
            talk.with_a_person(staff, pace, meter).await;
        }
    }
}

impl Customer {
    async fn start(&self, begun: Instant, meter: &mut Meter) -> Option<Talk> {
        self.talk(counted(Kind::Start, begun, self.begins().await, meter)?)
    }

    async fn begins(&self) -> Result<Response<StartConversationResponse>, Status> {
        let request = StartConversationRequest {
            request_id: fresh_id(),
            device_id: fresh_id(),
            language: if rand::random() { "ar" } else { "en" }.to_owned(),
            ..Default::default()
        };
        let mut chat = ChatServiceClient::new(self.channel.clone());
        chat.start_conversation(ask(request)).await
    }

    fn talk(&self, started: StartConversationResponse) -> Option<Talk> {
        let bearer = Bearer::new(&started.customer_token)?;
        let chat = ChatServiceClient::with_interceptor(self.channel.clone(), bearer);
        Some(Talk { chat, id: started.conversation?.conversation_id })
    }
}

/// A conversation, from the customer's side.
pub struct Talk {
    chat: ChatServiceClient<Secured>,
    id: String,
}

impl Talk {
    /// Which.
    pub fn id(&self) -> &str {
        &self.id
    }

    async fn say(
        &mut self,
        kind: Kind,
        text: &str,
        begun: Instant,
        meter: &mut Meter,
    ) -> Option<SendMessageResponse> {
        let answer = self.says(text).await;
        counted(kind, begun, answer, meter)
    }

    /// The customer writes this.
    pub async fn says(&mut self, text: &str) -> Result<Response<SendMessageResponse>, Status> {
        let request = SendMessageRequest {
            conversation_id: self.id.clone(),
            request_id: fresh_id(),
            content: Some(Content::Text(text.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        self.chat.send_message(ask(request)).await
    }

    /// The customer asks for a person.
    pub async fn wants_a_person(&mut self) -> Result<Response<RequestHumanResponse>, Status> {
        let request =
            RequestHumanRequest { conversation_id: self.id.clone(), request_id: fresh_id() };
        self.chat.request_human(ask(request)).await
    }

    /// The customer confirms the end.
    pub async fn confirms(&mut self) -> Result<Response<RespondToResolutionResponse>, Status> {
        let request = RespondToResolutionRequest {
            conversation_id: self.id.clone(),
            request_id: fresh_id(),
            answer: ResolutionAnswer::Confirm.into(),
        };
        self.chat.respond_to_resolution(ask(request)).await
    }

    async fn with_a_person(&mut self, staff: &Staff, mut pace: Pace, meter: &mut Meter) {
        let begun = pace.next().await;
        staff.expect(&self.id, begun);
        let answer = self.wants_a_person().await;
        if counted(Kind::AskForHuman, begun, answer, meter).is_none() {
            return;
        }
        if self.wait_for(ConversationState::Human, meter).await.is_none() {
            return;
        }
        for _ in 0..TO_AGENT {
            let begun = Instant::now();
            if self.say(Kind::ToAgent, "it has not come yet", begun, meter).await.is_none() {
                return;
            }
        }
        if self.wait_for(ConversationState::Confirming, meter).await.is_none() {
            return;
        }
        if let Some((offered, owned)) = staff.spans_of(&self.id) {
            meter.count_span(Kind::UntilOffered, offered);
            meter.count_span(Kind::UntilOwned, owned);
        }
        let begun = Instant::now();
        let answer = self.confirms().await;
        if counted(Kind::Confirm, begun, answer, meter).is_some() {
            staff.close(&self.id).await;
        }
    }

    /// Reads on until the conversation stands so. These calls are not counted: they wait.
    async fn wait_for(&mut self, state: ConversationState, meter: &mut Meter) -> Option<()> {
        let until = Instant::now() + PATIENCE;
        let mut resume_token = String::new();
        while Instant::now() < until {
            let request = ListMessagesRequest {
                conversation_id: self.id.clone(),
                after: Some(list_messages_request::After::ResumeToken(resume_token)),
                page_size: 200,
                wait_ms: 2_000,
            };
            match self.chat.list_messages(ask(request)).await {
                Ok(page) => {
                    let page = page.into_inner();
                    if page.conversation.as_ref().map(Conversation::state) == Some(state) {
                        return Some(());
                    }
                    resume_token = page.resume_token;
                }
                Err(status) => {
                    meter.fail(format!("read on: {:?} {}", status.code(), status.message()));
                    return None;
                }
            }
        }
        meter.fail(format!("waited in vain for {}", state.as_str_name()));
        None
    }
}
