//! A supervisor's calls, each repeated under the same request id until it is answered; and the desk
//! that is opened when a conversation is taken over for the first time.

use crate::cli::connect::{Bearer, Secured, ask, fresh_id, reason_of, repeat, transient};
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::supervisor_service_client::SupervisorServiceClient;
use crate::grpc::pb::{
    Agent, AgentSession, Block, BlockVerdict, ClientKind, HeartbeatRequest, ListBlocksRequest,
    OpenDeskRequest, OwnershipToken, Presence, ProposeResolutionRequest, ReassignRequest,
    ReleaseConversationRequest, RequeueConversationRequest, ReviewBlockRequest,
    SendAgentMessageRequest, SetPresenceRequest, SignInRequest, TakeOverRequest, WhisperRequest,
};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

/// The sign of life if the server does not say how often it wants one.
const BEAT: Duration = Duration::from_secs(10);
/// How long signing out may take; after that the lease runs out by itself.
const GOODBYE_TIME: Duration = Duration::from_secs(5);

/// The screen stands still while a call is made: with the pauses between them these tries take about a
/// quarter of a minute.
const TRIES_MAX: u32 = 8;

/// Something to be done about a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Say this to its agent.
    Whisper(String),
    /// Take it over.
    Take,
    /// Write to the customer.
    Say(String),
    /// Ask whether it is settled.
    Propose,
    /// Give it back to its queue.
    Release(String),
    /// Give it to this agent.
    Reassign(String, String),
    /// Put it back into its queue, whoever has it.
    Requeue(String),
}

impl Deed {
    /// For sentences of the form "the server refused …".
    pub fn what(&self) -> &'static str {
        match self {
            Deed::Whisper(_) => "the whisper",
            Deed::Take => "to hand the conversation over",
            Deed::Say(_) => "the message",
            Deed::Propose => "to propose an end",
            Deed::Release(_) => "to take the conversation back",
            Deed::Reassign(_, _) => "to ask that agent",
            Deed::Requeue(_) => "to put the conversation back",
        }
    }

    /// What to do instead where the server refuses it like this, in both languages.
    pub fn instead(&self, code: Code) -> Option<(&'static str, &'static str)> {
        match (self, code) {
            (Deed::Whisper(_), Code::FailedPrecondition) => Some((
                "no agent has it: /take takes it over, /reassign AGENT asks one for it",
                "ليست عند موظف: /take لتسلّمها، و/reassign AGENT لعرضها على موظف",
            )),
            (Deed::Reassign(_, _), Code::NotFound) => Some((
                "/list shows the agents who are there, each with its id in brackets: write the id",
                "اعرض الموظفين الحاضرين بـ /list، ولكل منهم رمزه بين قوسين: اكتب الرمز",
            )),
            (
                Deed::Whisper(_)
                | Deed::Take
                | Deed::Say(_)
                | Deed::Propose
                | Deed::Release(_)
                | Deed::Reassign(_, _)
                | Deed::Requeue(_),
                _,
            ) => None,
        }
    }

    /// Whether it is done by who has taken the conversation over.
    pub fn is_of_the_desk(&self) -> bool {
        match self {
            Deed::Say(_) | Deed::Propose | Deed::Release(_) => true,
            Deed::Whisper(_) | Deed::Take | Deed::Reassign(_, _) | Deed::Requeue(_) => false,
        }
    }

    /// What is said when it is done, in both languages.
    pub fn done(&self) -> (&'static str, &'static str) {
        match self {
            Deed::Whisper(_) => ("whispered", "هُمس للموظف"),
            Deed::Take => {
                ("it is yours: plain lines go to the customer", "صارت لك: ما تكتبه يذهب إلى العميل")
            }
            Deed::Say(_) => ("sent", "أُرسلت"),
            Deed::Propose => ("the customer is asked", "سُئل العميل"),
            Deed::Release(_) => ("given back, place kept", "أُعيدت والمكان محفوظ"),
            Deed::Reassign(_, _) => ("that agent is asked first", "يُسأل هذا الموظف أولًا"),
            Deed::Requeue(_) => ("in its queue, place kept", "في القائمة والمكان محفوظ"),
        }
    }
}

/// The calls of one supervisor.
pub struct Calls {
    channel: Channel,
    bearer: Bearer,
    /// The name customers see; empty = as the server knows it.
    name: String,
    desk: Option<Desk>,
}

/// The supervisor's own desk, signed in.
struct Desk {
    session: AgentSession,
    every: Duration,
    beat: Instant,
    /// What was taken over, with the right to speak in it.
    tokens: BTreeMap<String, OwnershipToken>,
}

impl Calls {
    /// Over this channel, with this key.
    pub fn new(channel: Channel, bearer: Bearer, name: String) -> Calls {
        Calls { channel, bearer, name, desk: None }
    }

    /// From now on customers see this name; also where something was taken over already.
    pub async fn rename(&mut self, name: String) -> Result<(), Status> {
        self.name = name;
        if self.desk.is_some() {
            self.open().await?;
        }
        Ok(())
    }

    /// Whether this conversation was taken over here.
    pub fn holds(&self, conversation: &str) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.tokens.contains_key(conversation))
    }

    /// A client for the supervisors' streams.
    pub fn supervisors(&self) -> SupervisorServiceClient<Secured> {
        SupervisorServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    fn agents(&self) -> AgentServiceClient<Secured> {
        AgentServiceClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Does it; `owner` is who has the conversation as far as is known.
    pub async fn make(
        &mut self,
        deed: &Deed,
        conversation: &str,
        owner: Option<&str>,
    ) -> Result<(), Status> {
        let (request_id, conversation_id) = (fresh_id(), conversation.to_owned());
        match deed {
            Deed::Whisper(text) => {
                let agent_id = owner.unwrap_or_default().to_owned();
                let text = text.clone();
                let request = WhisperRequest { request_id, conversation_id, agent_id, text };
                once(request, |it| {
                    let mut client = self.supervisors();
                    async move { client.whisper(ask(it)).await }
                })
                .await?;
            }
            Deed::Take => self.take(conversation_id, request_id).await?,
            Deed::Reassign(agent, note) => {
                let (agent_id, note) = (agent.clone(), note.clone());
                let request = ReassignRequest { request_id, conversation_id, agent_id, note };
                once(request, |it| {
                    let mut client = self.supervisors();
                    async move { client.reassign(ask(it)).await }
                })
                .await?;
            }
            Deed::Requeue(note) => {
                let note = note.clone();
                let request = RequeueConversationRequest { request_id, conversation_id, note };
                let (channel, bearer) = (self.channel.clone(), self.bearer.clone());
                let client = AdminServiceClient::with_interceptor(channel, bearer);
                once(request, |it| {
                    let mut client = client.clone();
                    async move { client.requeue_conversation(ask(it)).await }
                })
                .await?;
            }
            Deed::Say(_) | Deed::Propose | Deed::Release(_) => {
                self.at_desk(deed, conversation_id, request_id).await?;
            }
        }
        Ok(())
    }

    /// Who is blocked.
    pub async fn blocks(&self) -> Result<Vec<Block>, Status> {
        let request = ListBlocksRequest { page_size: 0 };
        let answer = once(request, |it| {
            let mut client = self.supervisors();
            async move { client.list_blocks(ask(it)).await }
        });
        Ok(answer.await?.blocks)
    }

    /// Upholds or lifts a block.
    pub async fn review(
        &self,
        conversation_id: String,
        verdict: BlockVerdict,
        reason: String,
    ) -> Result<(), Status> {
        let (request_id, verdict) = (fresh_id(), verdict.into());
        let request = ReviewBlockRequest { request_id, conversation_id, verdict, reason };
        once(request, |it| {
            let mut client = self.supervisors();
            async move { client.review_block(ask(it)).await }
        })
        .await?;
        Ok(())
    }

    async fn take(&mut self, conversation_id: String, request_id: String) -> Result<(), Status> {
        let session = Some(self.session().await?);
        let conversation = conversation_id.clone();
        let request = TakeOverRequest { request_id, session, conversation_id };
        let taken = once(request, |it| {
            let mut client = self.supervisors();
            async move { client.take_over(ask(it)).await }
        })
        .await;
        if taken.as_ref().is_err_and(is_over) {
            self.desk = None;
        }
        let token = taken?.assignment.and_then(|assignment| assignment.token);
        if let (Some(desk), Some(token)) = (&mut self.desk, token) {
            desk.tokens.insert(conversation, token);
        }
        Ok(())
    }

    /// The session of the desk, which is opened at the first time.
    async fn session(&mut self) -> Result<AgentSession, Status> {
        if let Some(desk) = &self.desk {
            return Ok(desk.session.clone());
        }
        let profile = self.open().await?.profile.unwrap_or_default();
        let (agent_id, client) = (profile.agent_id, ClientKind::Program.into());
        let request = SignInRequest { agent_id, request_id: fresh_id(), client };
        let hello = once(request, |it| {
            let mut client = self.agents();
            async move { client.sign_in(ask(it)).await }
        })
        .await?;
        let session = hello.session.unwrap_or_default();
        let every = hello.heartbeat_every.and_then(|every| Duration::try_from(every).ok());
        let every = every.filter(|every| !every.is_zero()).unwrap_or(BEAT);
        let (beat, tokens) = (Instant::now() + every, BTreeMap::new());
        self.desk = Some(Desk { session: session.clone(), every, beat, tokens });
        Ok(session)
    }

    async fn open(&self) -> Result<Agent, Status> {
        let request = OpenDeskRequest { request_id: fresh_id(), name: self.name.clone() };
        let opened = once(request, |it| {
            let mut client = self.supervisors();
            async move { client.open_desk(ask(it)).await }
        });
        Ok(opened.await?.agent.unwrap_or_default())
    }

    /// What is done with a conversation that was taken over.
    async fn at_desk(
        &mut self,
        deed: &Deed,
        conversation_id: String,
        request_id: String,
    ) -> Result<(), Status> {
        let desk = self.desk.as_ref();
        let right = desk.and_then(|desk| {
            desk.tokens.get(&conversation_id).map(|token| (desk.session.clone(), *token))
        });
        let Some((session, token)) = right else {
            return Err(Status::failed_precondition("you have not taken it over: /take"));
        };
        let (session, token) = (Some(session), Some(token));
        let agents = self.agents();
        let client = || agents.clone();
        match deed {
            Deed::Say(text) => {
                let text = text.clone();
                let request = SendAgentMessageRequest {
                    session,
                    request_id,
                    conversation_id,
                    token,
                    text,
                    ..Default::default()
                };
                once(request, |it| {
                    let mut client = client();
                    async move { client.send_agent_message(ask(it)).await }
                })
                .await?;
            }
            Deed::Propose => {
                let disposition = "solved".to_owned();
                let request = ProposeResolutionRequest {
                    session,
                    request_id,
                    conversation_id,
                    token,
                    disposition,
                };
                once(request, |it| {
                    let mut client = client();
                    async move { client.propose_resolution(ask(it)).await }
                })
                .await?;
            }
            Deed::Release(note) => {
                let note = note.clone();
                let request = ReleaseConversationRequest {
                    session,
                    request_id,
                    conversation_id,
                    token,
                    note,
                };
                once(request, |it| {
                    let mut client = client();
                    async move { client.release_conversation(ask(it)).await }
                })
                .await?;
            }
            Deed::Whisper(_) | Deed::Take | Deed::Reassign(_, _) | Deed::Requeue(_) => {}
        }
        Ok(())
    }

    /// Gives a sign of life from the desk when it is time.
    pub async fn stay_alive(&mut self) {
        let mut agents = self.agents();
        let Some(desk) = &mut self.desk else { return };
        if Instant::now() < desk.beat {
            return;
        }
        desk.beat = Instant::now() + desk.every;
        let request = HeartbeatRequest { session: Some(desk.session.clone()) };
        // A server that is away is told by the streams; a desk that is lost is opened anew when it
        // is needed.
        if let Err(status) = agents.heartbeat(ask(request)).await
            && !transient(&status)
        {
            self.desk = None;
        }
    }

    /// Signs out of the desk, so that what was taken over goes back at once.
    pub async fn leave(&mut self) {
        let Some(desk) = self.desk.take() else { return };
        let request = SetPresenceRequest {
            session: Some(desk.session),
            request_id: fresh_id(),
            presence: Presence::Offline.into(),
            away_reason: String::new(),
        };
        let call = once(request, |it| {
            let mut client = self.agents();
            async move { client.set_presence(ask(it)).await }
        });
        // What cannot be said now, the end of the lease says.
        tokio::time::timeout(GOODBYE_TIME, call).await.ok();
    }
}

/// Whether another session of this desk has begun.
fn is_over(status: &Status) -> bool {
    reason_of(status) == "SESSION_SUPERSEDED"
}

/// One call, repeated as it is until it is answered.
async fn once<Q: Clone, A, F>(request: Q, mut call: impl FnMut(Q) -> F) -> Result<A, Status>
where
    F: Future<Output = Result<Response<A>, Status>>,
{
    repeat(TRIES_MAX, || {}, || call(request.clone())).await.map(Response::into_inner)
}
