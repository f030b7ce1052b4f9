//! A whole server for a test: the shipped rules without their hours and with agents of our own, a
//! clock that can be moved on, a real port.

use bytes::{Buf, BufMut};
use prometheus_client::registry::Registry;
use prost::Message;
use sanad::app::{App, Settings};
use sanad::domain::ids::{AgentId, ConversationId, RulesVersion, SkillId};
use sanad::domain::language::Language;
use sanad::domain::pool::agent::Profile;
use sanad::domain::routing::settings::DeclaredAgent;
use sanad::domain::rules::Rules;
use sanad::domain::texts::PerLanguage;
use sanad::domain::time::Timestamp;
use sanad::grpc::admin::Admin;
use sanad::grpc::agent::AgentDesk;
use sanad::grpc::auth::Authenticator;
use sanad::grpc::chat::Chat;
use sanad::grpc::context::{Context, RulesReport};
use sanad::grpc::identity::HostIdentity;
use sanad::grpc::keys::{KeyRing, Role};
use sanad::grpc::lifecycle::{Lifecycle, Phase};
use sanad::grpc::limits::Limits;
use sanad::grpc::metrics::EdgeMetrics;
use sanad::grpc::pb;
use sanad::grpc::pb::admin_service_client::AdminServiceClient;
use sanad::grpc::pb::agent_service_client::AgentServiceClient;
use sanad::grpc::pb::chat_service_client::ChatServiceClient;
use sanad::grpc::pb::subscribe_events_response::Frame as ChatFrame;
use sanad::grpc::pb::subscribe_work_response::Frame;
use sanad::grpc::pb::supervisor_service_client::SupervisorServiceClient;
use sanad::grpc::server::{Edge, ServeOptions, bind};
use sanad::grpc::supervisor::Supervisor;
use sanad::grpc::tokens::CustomerTokens;
use sanad::ports::backup::NotHere;
use sanad::ports::clock::{Chance, Clock};
use sanad::ports::ringer::{Ring, Ringer, Rung};
use sanad::ports::rules::RulesSource;
use sanad::ports::store::{Index, Store};
use sanad::store::archive::FolderArchive;
use sanad::store::erasures::ErasureFile;
use sanad::store::memory::MemoryStore;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, Streaming};
use tonic_types::StatusExt;

/// Nothing in these tests takes so long; what does has gone wrong.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Trained once for all tests.
static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(loaded()));

fn loaded() -> Rules {
    let (_, checked) = sanad::config::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"));
    let problems: Vec<String> = checked.problems.iter().map(|p| format!("{p:?}")).collect();
    let mut rules = checked.rules.unwrap_or_else(|| panic!("{problems:#?}"));
    // At any hour, so that no test depends on when it is run.
    let always = rules.routing.queues.iter().cloned().map(|mut queue| {
        queue.hours = None;
        queue
    });
    let queues = sanad::domain::routing::settings::Queues::from_list(always.collect());
    rules.routing.queues = queues.expect("the shipped rules have queues");
    rules.routing.agents = vec![declared("sara", 2), declared("omar", 1)];
    rules.routing.wrap_up = Duration::from_millis(1);
    // Streams look after leases often; the leases themselves are long and follow our clock.
    rules.routing.leases.heartbeat = Duration::from_millis(20);
    rules.routing.leases.length = LEASE;
    rules
}

/// How long a lease lasts.
pub const LEASE: Duration = Duration::from_secs(30);

fn declared(id: &str, capacity: u32) -> DeclaredAgent {
    let skills = ["orders", "billing", "complaints"].map(|skill| SkillId::parse(skill).unwrap());
    let name = id.to_uppercase();
    DeclaredAgent {
        names: PerLanguage { ar: name.clone(), en: name.clone() },
        id: agent_id(id),
        profile: Profile {
            name,
            languages: Language::ALL.map(|language| (language, 4)).into_iter().collect(),
            skills: skills.into_iter().map(|skill| (skill, 3)).collect(),
            capacity,
            declared: true,
        },
    }
}

pub fn agent_id(id: &str) -> AgentId {
    AgentId::parse(id).unwrap()
}

/// Rules that are always live.
struct Fixed(Arc<Rules>);

impl RulesSource for Fixed {
    fn current(&self) -> Arc<Rules> {
        Arc::clone(&self.0)
    }
}

impl RulesReport for Fixed {
    fn live_since(&self) -> Timestamp {
        Timestamp::from_millis(1_000)
    }

    fn kept(&self, version: &RulesVersion) -> Option<Arc<Rules>> {
        (self.0.version == *version).then(|| Arc::clone(&self.0))
    }

    fn refused(&self) -> Option<pb::RefusedReload> {
        None
    }
}

/// Real time, with a push when a test wants one.
pub struct TestClock {
    began: Instant,
    ahead: AtomicI64,
}

impl TestClock {
    #[allow(clippy::disallowed_methods)] // The test's clock goes on from a moment of its own.
    pub fn new() -> Arc<TestClock> {
        Arc::new(TestClock { began: Instant::now(), ahead: AtomicI64::new(1_800_000_000_000) })
    }

    pub fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let passed = self.began.elapsed().as_millis() as i64;
        Timestamp::from_millis(self.ahead.load(Ordering::SeqCst) + passed)
    }
}

#[derive(Default)]
struct Counted(AtomicU64);

impl Chance for Counted {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Writes down who is rung; nobody answers by themselves.
struct Pager(tokio::sync::mpsc::UnboundedSender<Ring>);

#[tonic::async_trait]
impl Ringer for Pager {
    async fn ring(&self, ring: &Ring) -> Rung {
        self.0.send(ring.clone()).unwrap();
        Rung::Delivered
    }
}

/// The secret of the server.
pub const SECRET: [u8; 32] = [7; 32];

/// A running server; its tasks end when this is dropped.
pub struct World {
    pub address: SocketAddr,
    pub app: Arc<App>,
    pub clock: Arc<TestClock>,
    pub lifecycle: Arc<Lifecycle>,
    /// What the host site signs with.
    pub identity: Arc<HostIdentity>,
    keys: Arc<KeyRing>,
    minted: std::sync::Mutex<std::collections::BTreeMap<String, String>>,
    channel: Channel,
    names: AtomicU64,
    rings: tokio::sync::Mutex<tokio::sync::mpsc::UnboundedReceiver<Ring>>,
    tasks: Vec<JoinHandle<()>>,
    _stop: oneshot::Sender<()>,
    folder: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl World {
    /// On a store in memory.
    pub async fn open() -> World {
        let clock = TestClock::new();
        World::on(Arc::new(MemoryStore::new(clock.clone())), clock).await
    }

    pub async fn on(store: Arc<dyn Store>, clock: Arc<TestClock>) -> World {
        World::with_rules(store, clock, Arc::clone(&RULES)).await
    }

    /// On a store in memory, with rules that differ a little.
    pub async fn open_with(change: impl FnOnce(&mut Rules)) -> World {
        let clock = TestClock::new();
        let mut rules = loaded();
        change(&mut rules);
        let store = Arc::new(MemoryStore::new(clock.clone()));
        World::with_rules(store, clock, Arc::new(rules)).await
    }

    async fn with_rules(store: Arc<dyn Store>, clock: Arc<TestClock>, rules: Arc<Rules>) -> World {
        let settings = Settings {
            buckets: 2,
            instance: "test".to_owned(),
            utterance_chars_max: 4_000,
            waiting_max: 1_000,
        };
        let app = App::new(store, Arc::new(rules.clone()), Arc::new(Counted::default()), settings);
        let (pager, rings) = tokio::sync::mpsc::unbounded_channel();
        let folder = tempfile::tempdir().unwrap();
        let list = ErasureFile::in_folder(folder.path(), clock.clone());
        let app = app.ringing_over(Arc::new(Pager(pager))).noting_erasures_in(Arc::new(list));
        let app = Arc::new(app);
        app.recover().await.unwrap();
        let now: sanad::grpc::Now = {
            let clock = clock.clone();
            Arc::new(move || clock.now())
        };
        let keys = Arc::new(KeyRing::open(folder.path(), now.clone()).unwrap());
        let tokens = Arc::new(CustomerTokens::new(SECRET));
        let day = Duration::from_secs(24 * 60 * 60);
        let identity = Arc::new(HostIdentity::new(Some(vec![9; 32]), "sanad", day));
        let lifecycle = Arc::new(Lifecycle::default());
        lifecycle.enter(Phase::Serving);
        let context = Context {
            app: app.clone(),
            tokens: tokens.clone(),
            identity: identity.clone(),
            archive: Some(Arc::new(FolderArchive::new(folder.path().join("archive")))),
            lifecycle: lifecycle.clone(),
            durability: Arc::new(|| pb::Durability::Durable),
            replicated: false,
            now: now.clone(),
            rules_report: Arc::new(Fixed(rules)),
            examiner: app.clone(),
            backups: Arc::new(NotHere("there is nothing to copy")),
        };
        let edge = Edge {
            authenticator: Authenticator::new(keys.clone(), tokens, now),
            metrics: EdgeMetrics::register(&mut Registry::default()),
            lifecycle: lifecycle.clone(),
            http: axum::Router::new(),
        };
        let bound = bind(options()).await.unwrap();
        let address = bound.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let handlers = (
            Chat::new(context.clone()),
            AgentDesk::new(context.clone()),
            Admin::new(context.clone()),
            Supervisor::new(context),
        );
        let serving = async move {
            let stopped = async {
                let _ = stopped.await;
            };
            bound.serve(edge, handlers, stopped).await.unwrap();
        };
        let tasks = vec![
            tokio::spawn(serving),
            tokio::spawn(listen(app.clone())),
            tokio::spawn(work(app.clone())),
        ];
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        let channel = endpoint.connect().await.unwrap();
        World {
            address,
            app,
            clock,
            lifecycle,
            identity,
            keys,
            minted: Default::default(),
            channel,
            names: AtomicU64::new(0),
            rings: tokio::sync::Mutex::new(rings),
            tasks,
            _stop: stop,
            folder,
        }
    }

    /// Another instance on the same store, which has heard of nothing yet.
    pub fn another(&self) -> App {
        let settings = Settings { instance: "another".to_owned(), ..self.app.settings().clone() };
        let store = Arc::clone(self.app.store());
        let rules = Arc::new(self.app.rules());
        App::new(store, rules, Arc::new(Counted::default()), settings)
    }

    /// The next ring of somebody on call.
    pub async fn rung(&self) -> Ring {
        soon(async { self.rings.lock().await.recv().await }).await.unwrap()
    }

    /// Where ended conversations go.
    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// A fresh request id.
    pub fn fresh(&self) -> String {
        format!("r{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// The key of somebody; a new one each time it is asked for.
    pub fn key(&self, role: Role, subject: &str) -> String {
        // Minting again would revoke the key that somebody in the test holds.
        let mut minted = self.minted.lock().unwrap();
        let key = minted.entry(format!("{}/{subject}", role.name())).or_insert_with(|| {
            let path = self.keys.mint(role, subject).unwrap();
            std::fs::read_to_string(path).unwrap().trim().to_owned()
        });
        key.clone()
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn chat(&self) -> ChatServiceClient<Channel> {
        ChatServiceClient::new(self.channel())
    }

    pub fn agents(&self) -> AgentServiceClient<Channel> {
        AgentServiceClient::new(self.channel())
    }

    pub fn supervisors(&self) -> SupervisorServiceClient<Channel> {
        SupervisorServiceClient::new(self.channel())
    }

    pub fn admins(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.channel())
    }

    /// A customer with a new conversation.
    pub async fn customer(&self) -> Customer<'_> {
        let request = pb::StartConversationRequest {
            request_id: self.fresh(),
            device_id: format!("device-of-customer-{}", self.fresh()),
            language: "en".to_owned(),
            channel: "web".to_owned(),
            ..Default::default()
        };
        let started = self.chat().start_conversation(request).await.unwrap().into_inner();
        let conversation = started.conversation.unwrap();
        Customer {
            world: self,
            id: conversation.conversation_id,
            token: started.customer_token,
            resume_token: started.resume_token,
        }
    }

    /// An agent who has signed in, in the presence that this leaves: away.
    pub async fn agent(&self, id: &str) -> Agent<'_> {
        let key = self.key(Role::Agent, id);
        let request = pb::SignInRequest {
            agent_id: id.to_owned(),
            request_id: self.fresh(),
            client: pb::ClientKind::Program.into(),
        };
        let signed = self.agents().sign_in(with(request, &key)).await.unwrap().into_inner();
        Agent { world: self, key, session: signed.session.unwrap() }
    }

    /// An agent who takes work.
    pub async fn ready(&self, id: &str) -> Agent<'_> {
        let agent = self.agent(id).await;
        agent.present(pb::Presence::Available).await;
        agent
    }

    /// A customer whom Sara has just accepted.
    pub async fn with_sara(&self) -> (Customer<'_>, Agent<'_>, WorkStream, pb::Offer) {
        let customer = self.customer().await;
        customer.say("the courier left my parcel with a neighbour I do not know").await;
        customer.ask_for_a_person().await;
        let sara = self.agent("sara").await;
        let mut work = sara.stream().await;
        sara.present(pb::Presence::Available).await;
        let offer = work.offer().await;
        sara.accept(&offer).await.unwrap();
        (customer, sara, work, offer)
    }

    /// When an agent's lease ends.
    pub async fn lease_of(&self, id: &str) -> Option<i64> {
        let slot = sanad::app::keys::pool(&self.app.rules().routing.pool);
        let leases = self.app.store().range(&slot, Index::LEASES, None, i64::MAX, 100).await;
        leases.unwrap().into_iter().find(|(_, agent)| agent == id).map(|(until, _)| until)
    }
}

fn options() -> ServeOptions {
    let plenty = 1_000_000;
    ServeOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        tls: None,
        plaintext_allowed: false,
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        limits: Limits {
            requests_per_second_per_address: plenty,
            request_burst: plenty,
            requests_per_second_per_principal: plenty,
            principal_burst: plenty,
            ..Limits::default()
        },
        drain_notice: Duration::ZERO,
        drain: Duration::from_secs(2),
    }
}

/// Hands rings on to those who wait.
async fn listen(app: Arc<App>) {
    let Ok(mut doorbell) = app.store().doorbell().await else { return };
    while let Some(ring) = doorbell.next().await {
        app.hub().ring(&ring);
        app.hear(&ring).await.ok();
    }
}

/// Does what is due.
async fn work(app: Arc<App>) {
    loop {
        for slot in app.slots() {
            app.sweep(&slot).await.ok();
        }
        for owed in app.rings_owed().await {
            if let Ok(Some(answer)) = app.ring(&owed).await {
                app.on_call_answered(&owed, answer).await.ok();
            }
        }
        app.watch_leases().await.ok();
        app.watch_alerts().await.ok();
        app.match_now().await;
        app.repair_rings().await.ok();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A request with a key or token.
pub fn with<T>(message: T, secret: &str) -> Request<T> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {secret}").parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// The code and the reason of a refusal.
pub fn refusal(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_default())
}

/// Waits for what must come, with patience.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it should have come long ago")
}

/// One customer.
pub struct Customer<'w> {
    pub world: &'w World,
    pub id: String,
    pub token: String,
    pub resume_token: String,
}

impl Customer<'_> {
    pub fn conversation(&self) -> ConversationId {
        ConversationId::parse(&self.id).unwrap()
    }

    pub async fn say(&self, text: &str) -> pb::SendMessageResponse {
        let request = pb::SendMessageRequest {
            conversation_id: self.id.clone(),
            request_id: self.world.fresh(),
            content: Some(pb::send_message_request::Content::Text(text.to_owned())),
            sent_at: None,
            parts: Vec::new(),
        };
        self.world.chat().send_message(with(request, &self.token)).await.unwrap().into_inner()
    }

    pub async fn ask_for_a_person(&self) -> pb::RequestHumanResponse {
        let (conversation_id, request_id) = (self.id.clone(), self.world.fresh());
        let request = pb::RequestHumanRequest { conversation_id, request_id };
        self.world.chat().request_human(with(request, &self.token)).await.unwrap().into_inner()
    }

    pub async fn respond(&self, answer: pb::ResolutionAnswer) -> pb::RespondToResolutionResponse {
        let request = pb::RespondToResolutionRequest {
            conversation_id: self.id.clone(),
            request_id: self.world.fresh(),
            answer: answer.into(),
        };
        let mut chat = self.world.chat();
        chat.respond_to_resolution(with(request, &self.token)).await.unwrap().into_inner()
    }

    pub async fn stream(&self, resume_token: &str) -> ChatStream {
        let request = pb::SubscribeEventsRequest {
            conversation_id: self.id.clone(),
            resume_token: resume_token.to_owned(),
        };
        let stream = self.world.chat().subscribe_events(with(request, &self.token)).await;
        ChatStream { stream: stream.unwrap().into_inner(), resume_token: resume_token.to_owned() }
    }
}

/// A customer's stream, with the newest resume token.
pub struct ChatStream {
    stream: Streaming<pb::SubscribeEventsResponse>,
    pub resume_token: String,
}

impl ChatStream {
    pub async fn next(&mut self) -> Option<ChatFrame> {
        let response = soon(self.stream.message()).await.unwrap()?;
        if !response.resume_token.is_empty() {
            self.resume_token = response.resume_token;
        }
        response.frame
    }

    /// The next event that fits; what comes before it is read over.
    pub async fn event(&mut self, fits: impl Fn(&pb::Event) -> bool) -> pb::Event {
        loop {
            match self.next().await.expect("the stream should go on") {
                ChatFrame::Event(event) if fits(&event) => return event,
                _ => {}
            }
        }
    }
}

/// One agent's desk.
pub struct Agent<'w> {
    pub world: &'w World,
    pub key: String,
    pub session: pb::AgentSession,
}

impl Agent<'_> {
    pub fn session(&self) -> Option<pb::AgentSession> {
        Some(self.session.clone())
    }

    pub async fn present(&self, presence: pb::Presence) -> pb::Agent {
        let request = pb::SetPresenceRequest {
            session: self.session(),
            request_id: self.world.fresh(),
            presence: presence.into(),
            away_reason: String::new(),
        };
        let set = self.world.agents().set_presence(with(request, &self.key)).await;
        set.unwrap().into_inner().agent.unwrap()
    }

    pub async fn accept(&self, offer: &pb::Offer) -> Result<pb::Assignment, Status> {
        let request = pb::AcceptOfferRequest {
            session: self.session(),
            request_id: self.world.fresh(),
            conversation_id: offer.conversation_id.clone(),
            token: offer.token,
        };
        let accepted = self.world.agents().accept_offer(with(request, &self.key)).await?;
        Ok(accepted.into_inner().assignment.unwrap())
    }

    pub async fn decline(&self, offer: &pb::Offer, request_id: &str) -> Result<(), Status> {
        let request = pb::DeclineOfferRequest {
            session: self.session(),
            request_id: request_id.to_owned(),
            conversation_id: offer.conversation_id.clone(),
            token: offer.token,
            reason: "busy".to_owned(),
        };
        self.world.agents().decline_offer(with(request, &self.key)).await.map(|_| ())
    }

    pub async fn packet(
        &self,
        conversation: &str,
        token: Option<pb::OwnershipToken>,
    ) -> Result<pb::HandoffPacket, Status> {
        let request = pb::GetHandoffPacketRequest {
            session: self.session(),
            conversation_id: conversation.to_owned(),
            token,
            language: String::new(),
        };
        let packet = self.world.agents().get_handoff_packet(with(request, &self.key)).await?;
        Ok(packet.into_inner().packet.unwrap())
    }

    pub async fn say(
        &self,
        conversation: &str,
        token: Option<pb::OwnershipToken>,
        text: &str,
    ) -> Result<pb::SendAgentMessageResponse, Status> {
        let request = pb::SendAgentMessageRequest {
            session: self.session(),
            request_id: self.world.fresh(),
            conversation_id: conversation.to_owned(),
            token,
            text: text.to_owned(),
            sent_at: None,
            parts: Vec::new(),
        };
        let sent = self.world.agents().send_agent_message(with(request, &self.key)).await?;
        Ok(sent.into_inner())
    }

    pub async fn propose(
        &self,
        conversation: &str,
        token: Option<pb::OwnershipToken>,
    ) -> pb::ProposeResolutionResponse {
        let request = pb::ProposeResolutionRequest {
            session: self.session(),
            request_id: self.world.fresh(),
            conversation_id: conversation.to_owned(),
            token,
            disposition: "solved".to_owned(),
        };
        let done = self.world.agents().propose_resolution(with(request, &self.key)).await;
        done.unwrap().into_inner()
    }

    pub async fn release(
        &self,
        conversation: &str,
        token: Option<pb::OwnershipToken>,
        note: &str,
    ) -> pb::ReleaseConversationResponse {
        let request = pb::ReleaseConversationRequest {
            session: self.session(),
            request_id: self.world.fresh(),
            conversation_id: conversation.to_owned(),
            token,
            note: note.to_owned(),
        };
        let done = self.world.agents().release_conversation(with(request, &self.key)).await;
        done.unwrap().into_inner()
    }

    pub async fn work(&self) -> Result<pb::ListMyWorkResponse, Status> {
        let request = pb::ListMyWorkRequest { session: self.session() };
        let listed = self.world.agents().list_my_work(with(request, &self.key)).await?;
        Ok(listed.into_inner())
    }

    pub async fn subscribe(&self, resume_tokens: &[(&str, &str)]) -> Result<WorkStream, Status> {
        let tokens = resume_tokens.iter();
        let request = pb::SubscribeWorkRequest {
            sessions: vec![self.session.clone()],
            resume_tokens: tokens.map(|(id, token)| (id.to_string(), token.to_string())).collect(),
        };
        let stream = self.world.agents().subscribe_work(with(request, &self.key)).await?;
        Ok(WorkStream { stream: stream.into_inner(), offers: VecDeque::new() })
    }

    /// A stream of work that has said what is held.
    pub async fn stream(&self) -> WorkStream {
        let mut stream = self.subscribe(&[]).await.unwrap();
        stream.offers = stream.attached().await.offers.into();
        stream
    }
}

/// A stream of work.
pub struct WorkStream {
    pub stream: Streaming<pb::SubscribeWorkResponse>,
    /// What was offered before the stream began: it comes in the first frame and never again.
    offers: VecDeque<pb::Offer>,
}

impl WorkStream {
    /// The next frame that is not a mere sign of life; `None` at the end.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            let response = soon(self.stream.message()).await.unwrap()?;
            match response.frame.expect("every frame says something") {
                Frame::Heartbeat(_) => {}
                frame => return Some(frame),
            }
        }
    }

    pub async fn until<T>(&mut self, pick: impl Fn(Frame) -> Option<T>) -> T {
        loop {
            let frame = self.next().await.expect("the stream should go on");
            if let Some(found) = pick(frame) {
                return found;
            }
        }
    }

    pub async fn attached(&mut self) -> pb::WorkAttached {
        match self.next().await {
            Some(Frame::Attached(attached)) => attached,
            other => panic!("the first frame should say what is held, not {other:?}"),
        }
    }

    pub async fn offer(&mut self) -> pb::Offer {
        if let Some(offer) = self.offers.pop_front() {
            return offer;
        }
        let pick = |frame| if let Frame::Offer(offer) = frame { Some(offer) } else { None };
        self.until(pick).await
    }

    pub async fn assigned(&mut self) -> pb::Assignment {
        let pick = |frame| if let Frame::Assigned(it) = frame { Some(it) } else { None };
        self.until(pick).await
    }

    pub async fn unassigned(&mut self) -> pb::Unassigned {
        let pick = |frame| if let Frame::Unassigned(it) = frame { Some(it) } else { None };
        self.until(pick).await
    }

    /// The next event of a conversation, with the resume token after it.
    pub async fn event(&mut self) -> (pb::Event, String) {
        self.until(|frame| {
            let Frame::ConversationEvent(told) = frame else { return None };
            assert!(told.reset.is_none(), "nothing was lost: {told:?}");
            Some((told.event?, told.resume_token))
        })
        .await
    }

    /// The next message, by whom it was, and the resume token after it.
    pub async fn message(&mut self) -> (String, pb::Party, String) {
        loop {
            let (event, resume_token) = self.event().await;
            if let Some(text) = text_of(&event) {
                return (text, party_of(&event), resume_token);
            }
        }
    }
}

/// The words of a message; `None` for other events.
pub fn text_of(event: &pb::Event) -> Option<String> {
    match event.body.as_ref()? {
        pb::event::Body::MessageSent(sent) => sent.text.as_ref().map(|text| text.text.clone()),
        _ => None,
    }
}

pub fn party_of(event: &pb::Event) -> pb::Party {
    event.author.as_ref().map_or(pb::Party::Unspecified, pb::Participant::party)
}

/// Any call by its path, with whatever bytes: the answer's first message or the refusal.
pub async fn raw_call(
    channel: Channel,
    path: &str,
    message: Vec<u8>,
    secret: Option<&str>,
    timeout: Option<&str>,
) -> Result<(), Status> {
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let mut request = match secret {
        Some(secret) => with(message, secret),
        None => Request::new(message),
    };
    if let Some(timeout) = timeout {
        request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
    }
    // One message or many: to a client they are the same on the wire.
    let answer = grpc.server_streaming(request, path.parse().unwrap(), Raw).await?;
    soon(answer.into_inner().message()).await.map(|_| ())
}

/// Messages as they are.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; from.remaining()];
        from.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}

/// A message as bytes.
pub fn bytes(message: &impl Message) -> Vec<u8> {
    message.encode_to_vec()
}
