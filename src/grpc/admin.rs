//! `AdminService`: what supervisors and operators call. Each call decodes, asks the application,
//! encodes; what changes something leaves a line in the audit trail.

use super::agent::staff_once;
use super::audit;
use super::auth::Principal;
use super::context::{Context, conversation_id, request};
use super::decode;
use super::encode::{self, Reader};
use super::encode_admin;
use super::encode_agent;
use super::encode_directives;
use super::encode_fairness;
use super::encode_promise;
use super::encode_satisfaction;
use super::frames::Frames;
use super::operations;
use super::pb;
use super::pb::admin_service_server::AdminService;
use super::refusals::status;
use super::status::Refusal;
use crate::app::listing::ListPlace;
use crate::domain::conversation::promise::Promise;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::pool::agent::{Agent, Presence};
use crate::domain::pool::item::Place;
use crate::domain::routing::explain::QueueStats;
use crate::domain::routing::opening;
use crate::domain::time::Timestamp;
use tonic::{Request, Response, Status};

/// Events on a page, usually and at most.
const EVENTS_PAGE: (usize, usize) = (100, 500);
/// Rows on a page, usually and at most.
const ROWS_PAGE: (usize, usize) = (50, 500);

/// Conversations that a report looks at, usually and at most.
const LOOKED_AT: (usize, usize) = (1_000, 10_000);

/// The handlers.
pub struct Admin {
    context: Context,
    began: Timestamp,
}

impl Admin {
    /// Handlers on this application, which begins now.
    pub fn new(context: Context) -> Self {
        let began = (context.now)();
        Admin { context, began }
    }

    fn mode(&self) -> i32 {
        self.context.mode().into()
    }
}

#[tonic::async_trait]
impl AdminService for Admin {
    async fn get_rules(
        &self,
        _: Request<pb::GetRulesRequest>,
    ) -> Result<Response<pb::GetRulesResponse>, Status> {
        let report = &self.context.rules_report;
        Ok(Response::new(pb::GetRulesResponse {
            rules_version: report.current().version.to_string(),
            live_since: Some(encode::timestamp(report.live_since())),
            refused: report.refused(),
            time_zone: opening::zone(&self.context.app.rules().routing, None),
        }))
    }

    async fn explain_message(
        &self,
        request: Request<pb::ExplainMessageRequest>,
    ) -> Result<Response<pb::ExplainMessageResponse>, Status> {
        let asked = request.get_ref();
        let language = decode::language(&asked.language)?;
        let at = (self.context.now)();
        let explained =
            self.context.app.explain_message(&asked.text, language, at).map_err(status)?;
        Ok(Response::new(encode_admin::explained(explained, &asked.text)))
    }

    async fn explain_wait(
        &self,
        request: Request<pb::ExplainWaitRequest>,
    ) -> Result<Response<pb::ExplainWaitResponse>, Status> {
        let id = conversation_id(&request.get_ref().conversation_id)?;
        let app = &self.context.app;
        let c = app.conversation(&id).await.map_err(status)?;
        let (Some(standing), Some(asked)) = (encode::queue_status(app, &c), &c.handoff) else {
            let (state, what) = (c.state.name().to_owned(), "it does not wait".to_owned());
            return Err(Refusal::WrongState { state, what, facts: Vec::new() }.into());
        };
        let item = match app.place(&id).await.map_err(status)? {
            Some(Place::Here(item)) => Some(item),
            Some(Place::Gone { .. }) | None => None,
        };
        let verdicts = app.explain_wait(&id).await.map_err(status)?.unwrap_or_default();
        Ok(Response::new(pb::ExplainWaitResponse {
            status: Some(standing),
            queue_id: asked.handoff.needs.queue.to_string(),
            priority: encode::priority(asked.handoff.priority).into(),
            requirements: item.as_ref().map(encode_admin::requirements).unwrap_or_default(),
            agents: encode_admin::fits(app, item.as_ref(), verdicts),
            offers_not_taken: item.map_or(0, |item| item.untaken),
            attendance: encode_agent::attendance(app, &id).into(),
            aside_until: app.aside_until(&id).map(encode::timestamp),
        }))
    }

    async fn list_queues(
        &self,
        _: Request<pb::ListQueuesRequest>,
    ) -> Result<Response<pb::ListQueuesResponse>, Status> {
        let app = &self.context.app;
        let at = app.store_now().await.map_err(status)?;
        let (rules, stats, agents) = (app.rules(), app.queues(), app.router().agents());
        let nothing = QueueStats::default();
        let queues =
            rules.routing.queues.iter().map(|queue| {
                encode_admin::queue(queue, stats.get(&queue.id).unwrap_or(&nothing), at)
            });
        let count = |of: fn(&Presence) -> bool| {
            let are = |agent: &&Agent| agent.is_signed_in() && of(&agent.presence);
            agents.iter().filter(are).count() as u32
        };
        Ok(Response::new(pb::ListQueuesResponse {
            queues: queues.collect(),
            agents_available: count(|presence| *presence == Presence::Available),
            agents_away: count(|presence| matches!(presence, Presence::Away { .. })),
            agents_draining: count(|presence| *presence == Presence::Draining),
            mode: self.mode(),
        }))
    }

    async fn get_conversation(
        &self,
        request: Request<pb::GetConversationRequest>,
    ) -> Result<Response<pb::GetConversationResponse>, Status> {
        let asked = request.get_ref();
        let id = conversation_id(&asked.conversation_id)?;
        let app = &self.context.app;
        let c = app.conversation(&id).await.map_err(status)?;
        let size = decode::page_size(asked.page_size, EVENTS_PAGE.0, EVENTS_PAGE.1);
        let read = app.read_log(&id, asked.after_sequence, size).await;
        let (events, _) = read.map_err(status)?;
        Ok(Response::new(pb::GetConversationResponse {
            conversation: Some(encode::conversation(app, &c)),
            token: Some(encode::token(c.token)),
            events: encode::events(app, &events, Reader::Examiner),
            explanations: encode_admin::explanations(&events),
        }))
    }

    async fn list_conversations(
        &self,
        request: Request<pb::ListConversationsRequest>,
    ) -> Result<Response<pb::ListConversationsResponse>, Status> {
        let asked = request.get_ref();
        let after = list_place(&asked.page_token)?;
        let size = decode::page_size(asked.page_size, ROWS_PAGE.0, ROWS_PAGE.1);
        let app = &self.context.app;
        let state = asked.state();
        let listed = app.list_conversations(after, size, |is| is_asked_for(state, is)).await;
        let listed = listed.map_err(status)?;
        let summaries = listed.conversations.iter().map(|c| pb::ConversationSummary {
            conversation: Some(encode::conversation(app, c)),
            last_event_at: Some(encode::timestamp(c.last_event_at)),
        });
        let next = listed.next.map(|place| format!("{}/{}", place.score, place.id));
        Ok(Response::new(pb::ListConversationsResponse {
            conversations: summaries.collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn requeue_conversation(
        &self,
        request: Request<pb::RequeueConversationRequest>,
    ) -> Result<Response<pb::RequeueConversationResponse>, Status> {
        let caller = Principal::of(&request);
        let asked = request.get_ref();
        let id = conversation_id(&asked.conversation_id)?;
        let chars_max = self.context.app.settings().utterance_chars_max;
        let note = decode::at_most("note", &asked.note, chars_max)?;
        let (role, subject) = audit::named(&caller);
        let who = format!("{role}/{subject}");
        let request = self::request(&asked.request_id, &who, &format!("requeue {note}"))?;
        let done = self.context.app.requeue(&id, request, note).await.map_err(status)?;
        audit::changed(&caller, "RequeueConversation", id.as_str());
        Ok(Response::new(pb::RequeueConversationResponse {
            conversation: self.context.conversation(&done),
            events: self.context.events(&done.events, Reader::Examiner),
        }))
    }

    async fn list_parked_entries(
        &self,
        request: Request<pb::ListParkedEntriesRequest>,
    ) -> Result<Response<pb::ListParkedEntriesResponse>, Status> {
        let size = decode::page_size(request.get_ref().page_size, ROWS_PAGE.0, ROWS_PAGE.1);
        let parked = self.context.app.list_parked(size).await.map_err(status)?;
        let entries = parked.iter().map(encode_admin::parked).collect();
        Ok(Response::new(pb::ListParkedEntriesResponse { entries }))
    }

    async fn unpark_entry(
        &self,
        request: Request<pb::UnparkEntryRequest>,
    ) -> Result<Response<pb::UnparkEntryResponse>, Status> {
        let asked = request.get_ref();
        let (to_pool, id) = parked_entry(&asked.entry_id)?;
        let contents = format!("unpark {}", asked.entry_id);
        let once = staff_once(&request, &asked.request_id, &contents)?;
        self.context.app.unpark_once(&id, to_pool, &once).await.map_err(status)?;
        audit::changed(&Principal::of(&request), "UnparkEntry", &asked.entry_id);
        Ok(Response::new(pb::UnparkEntryResponse {}))
    }

    async fn list_promises(
        &self,
        request: Request<pb::ListPromisesRequest>,
    ) -> Result<Response<pb::ListPromisesResponse>, Status> {
        let asked = request.get_ref();
        let size = decode::page_size(asked.page_size, ROWS_PAGE.0, ROWS_PAGE.1);
        let app = &self.context.app;
        let open = app.list_promises(size, asked.only_late).await.map_err(status)?;
        let row = |(c, open): &(Conversation, Promise)| {
            let shown = encode::conversation(app, c);
            let promise = Some(encode_promise::promise(app, open));
            pb::OpenPromise { conversation_id: shown.conversation_id, state: shown.state, promise }
        };
        let promises = open.iter().map(row).collect();
        Ok(Response::new(pb::ListPromisesResponse { promises }))
    }

    async fn issue_directive(
        &self,
        request: Request<pb::IssueDirectiveRequest>,
    ) -> Result<Response<pb::IssueDirectiveResponse>, Status> {
        let caller = Principal::of(&request);
        let (role, subject) = audit::named(&caller);
        let asked = request.get_ref();
        let app = &self.context.app;
        let chars_max = app.settings().utterance_chars_max;
        let now = app.store_now().await.map_err(status)?;
        let (what, until) = encode_directives::asked(&app.rules(), asked, chars_max, now)?;
        let note = decode::at_most("note", &asked.note, chars_max)?;
        let contents = format!("direct {:?} {:?} {note}", asked.what, asked.until);
        let once = staff_once(&request, &asked.request_id, &contents)?;
        let by = (format!("{role}/{subject}"), note);
        let issued = app.direct(what, until, by, &once).await.map_err(status)?;
        audit::changed(&caller, "IssueDirective", &issued.number.to_string());
        let directive = Some(encode_directives::directive(app, &issued));
        Ok(Response::new(pb::IssueDirectiveResponse { directive }))
    }

    async fn lift_directive(
        &self,
        request: Request<pb::LiftDirectiveRequest>,
    ) -> Result<Response<pb::LiftDirectiveResponse>, Status> {
        let asked = request.get_ref();
        let once = staff_once(&request, &asked.request_id, &format!("lift {}", asked.number))?;
        self.context.app.lift(asked.number, &once).await.map_err(status)?;
        audit::changed(&Principal::of(&request), "LiftDirective", &asked.number.to_string());
        Ok(Response::new(pb::LiftDirectiveResponse {}))
    }

    async fn list_directives(
        &self,
        _: Request<pb::ListDirectivesRequest>,
    ) -> Result<Response<pb::ListDirectivesResponse>, Status> {
        let app = &self.context.app;
        let known = app.directives().await.map_err(status)?;
        let directives = known.iter().map(|it| encode_directives::directive(app, it)).collect();
        Ok(Response::new(pb::ListDirectivesResponse { directives }))
    }

    async fn get_fairness(
        &self,
        _: Request<pb::GetFairnessRequest>,
    ) -> Result<Response<pb::GetFairnessResponse>, Status> {
        let app = &self.context.app;
        let compared = app.fairness();
        let comparisons = compared.iter().map(|it| encode_fairness::comparison(app, it)).collect();
        Ok(Response::new(pb::GetFairnessResponse { comparisons }))
    }

    async fn get_satisfaction(
        &self,
        request: Request<pb::GetSatisfactionRequest>,
    ) -> Result<Response<pb::GetSatisfactionResponse>, Status> {
        let asked = request.get_ref();
        let since = match &asked.since {
            Some(since) => decode::time("since", Some(since))?,
            None => Timestamp::ZERO,
        };
        let (usual, most) = LOOKED_AT;
        let size = decode::page_size(asked.conversations_max, usual, most);
        let report = self.context.app.satisfaction(since, size).await.map_err(status)?;
        Ok(Response::new(encode_satisfaction::report(&report)))
    }

    type ExportCustomerStream = Frames<pb::ExportCustomerResponse>;

    async fn export_customer(
        &self,
        request: Request<pb::ExportCustomerRequest>,
    ) -> Result<Response<Self::ExportCustomerStream>, Status> {
        super::admin_customer::export(&self.context, request).await
    }

    async fn erase_customer(
        &self,
        request: Request<pb::EraseCustomerRequest>,
    ) -> Result<Response<pb::EraseCustomerResponse>, Status> {
        super::admin_customer::erase(&self.context, request).await
    }

    async fn get_stats(
        &self,
        _: Request<pb::GetStatsRequest>,
    ) -> Result<Response<pb::GetStatsResponse>, Status> {
        let uptime = (self.context.now)().since(self.began);
        Ok(Response::new(pb::GetStatsResponse {
            counters: encode_admin::counters(&self.context.app),
            mode: self.mode(),
            uptime: Some(encode::duration(uptime)),
        }))
    }

    async fn diagnose(
        &self,
        _: Request<pb::DiagnoseRequest>,
    ) -> Result<Response<pb::DiagnoseResponse>, Status> {
        Ok(Response::new(operations::diagnose(&self.context).await))
    }

    async fn repair_conversation(
        &self,
        request: Request<pb::RepairConversationRequest>,
    ) -> Result<Response<pb::RepairConversationResponse>, Status> {
        operations::repair(&self.context, &request).await.map(Response::new)
    }

    async fn replay_conversation(
        &self,
        request: Request<pb::ReplayConversationRequest>,
    ) -> Result<Response<pb::ReplayConversationResponse>, Status> {
        operations::replay(&self.context, request.get_ref()).await.map(Response::new)
    }

    type BackUpStoreStream = Frames<pb::BackUpStoreResponse>;

    async fn back_up_store(
        &self,
        request: Request<pb::BackUpStoreRequest>,
    ) -> Result<Response<Self::BackUpStoreStream>, Status> {
        super::backup::back_up(&self.context, &request).await
    }
}

/// Where a list goes on.
fn list_place(token: &str) -> Result<Option<ListPlace>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let place = token
        .split_once('/')
        .and_then(|(score, id)| Some(ListPlace { score: score.parse().ok()?, id: id.to_owned() }));
    let wrong = || decode::wrong("page_token", "this is not a page token of this call");
    place.map(Some).ok_or_else(wrong)
}

/// Which side owes, and whose delivery it is.
fn parked_entry(entry: &str) -> Result<(bool, ConversationId), Status> {
    let (to_pool, id) = match entry.split_once('/') {
        Some(("to-pool", id)) => (true, id),
        Some(("to-conversation", id)) => (false, id),
        Some(_) | None => {
            return Err(decode::wrong("entry_id", "this is not an entry of ListParkedEntries"));
        }
    };
    Ok((to_pool, super::context::id("entry_id", id, ConversationId::parse)?))
}

fn is_asked_for(asked: pb::ConversationState, is: &State) -> bool {
    match asked {
        pb::ConversationState::Unspecified => true,
        pb::ConversationState::Bot => matches!(is, State::Bot),
        pb::ConversationState::Queued => matches!(is, State::Queued),
        pb::ConversationState::Pending => matches!(is, State::Pending { .. }),
        pb::ConversationState::Human => matches!(is, State::Human { .. }),
        pb::ConversationState::Confirming => matches!(is, State::Confirming(_)),
        pb::ConversationState::Resolved => matches!(is, State::Resolved { .. }),
        pb::ConversationState::Closed => matches!(is, State::Closed { .. }),
        pb::ConversationState::Blocked => matches!(is, State::Blocked),
    }
}
