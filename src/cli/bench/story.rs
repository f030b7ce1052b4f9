//! The two stories that customers live through: nine of ten are answered by the bot, one of ten
//! goes to a person, who takes the offer, answers and proposes the end. The people are a platform
//! with agents of its own, on the public API.

use super::child::{Child, Workplace};
use super::load::{Caller, Pace, counted};
use super::meter::{Kind, Meter};
use super::one_of;
use super::staff::Staff;
use crate::cli::connect::{Bearer, Secured, ask, fresh_id};
use crate::domain::bot::ladder::{self, Step};
use crate::domain::conversation::state::Memory;
use crate::domain::language::Language;
use crate::domain::reading;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::send_message_request::Content;
use crate::grpc::pb::{
    Conversation, ConversationState, ListMessagesRequest, RequestHumanRequest, ResolutionAnswer,
    RespondToResolutionRequest, SendMessageRequest, SendMessageResponse, StartConversationRequest,
    list_messages_request,
};
use anyhow::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::transport::Channel;

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
    staff: Arc<Staff>,
}

impl Shop {
    /// Opens: the agents sign in.
    pub async fn open(child: &Child, place: &Workplace, handoffs: u32) -> anyhow::Result<Shop> {
        let channels = child.connections().await?;
        let (_, checked) = crate::config::load(&place.config);
        let rules = checked.rules.context("the config has errors; see `sanad check`")?;
        let staff = Staff::sign_in(one_of(&channels), &child.data, &rules.routing.skills).await?;
        let questions = Arc::new(questions(&rules));
        anyhow::ensure!(questions.len() >= QUESTIONS, "the config answers too few questions");
        Ok(Shop { channels, questions, handoffs, staff })
    }

    /// The next customer.
    pub fn customer(&self) -> Customer {
        Customer {
            channel: one_of(&self.channels),
            questions: Arc::clone(&self.questions),
            handoffs: self.handoffs,
            staff: Arc::clone(&self.staff),
        }
    }
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
    staff: Arc<Staff>,
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
        // Never the same twice: that would be a customer whom the bot could not help.
        let first = rand::random_range(0..self.questions.len());
        for question in self.questions.iter().cycle().skip(first).step_by(3).take(questions) {
            let begun = pace.next().await;
            if talk.say(Kind::BotTurn, question, begun, meter).await.is_none() {
                return;
            }
        }
        if wants_human {
            talk.with_a_person(&self.staff, pace, meter).await;
        }
    }
}

impl Customer {
    async fn start(&self, begun: Instant, meter: &mut Meter) -> Option<Talk> {
        let request = StartConversationRequest {
            request_id: fresh_id(),
            device_id: fresh_id(),
            language: if rand::random() { "ar" } else { "en" }.to_owned(),
            ..Default::default()
        };
        let mut chat = ChatServiceClient::new(self.channel.clone());
        let answer = chat.start_conversation(ask(request)).await;
        let started = counted(Kind::Start, begun, answer, meter)?;
        let bearer = Bearer::new(&started.customer_token)?;
        let chat = ChatServiceClient::with_interceptor(self.channel.clone(), bearer);
        Some(Talk { chat, id: started.conversation?.conversation_id })
    }
}

struct Talk {
    chat: ChatServiceClient<Secured>,
    id: String,
}

impl Talk {
    async fn say(
        &mut self,
        kind: Kind,
        text: &str,
        begun: Instant,
        meter: &mut Meter,
    ) -> Option<SendMessageResponse> {
        let request = SendMessageRequest {
            conversation_id: self.id.clone(),
            request_id: fresh_id(),
            content: Some(Content::Text(text.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        let answer = self.chat.send_message(ask(request)).await;
        counted(kind, begun, answer, meter)
    }

    async fn with_a_person(&mut self, staff: &Staff, mut pace: Pace, meter: &mut Meter) {
        let begun = pace.next().await;
        staff.expect(&self.id, begun);
        let request =
            RequestHumanRequest { conversation_id: self.id.clone(), request_id: fresh_id() };
        let answer = self.chat.request_human(ask(request)).await;
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
        let request = RespondToResolutionRequest {
            conversation_id: self.id.clone(),
            request_id: fresh_id(),
            answer: ResolutionAnswer::Confirm.into(),
        };
        let begun = Instant::now();
        let answer = self.chat.respond_to_resolution(ask(request)).await;
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
