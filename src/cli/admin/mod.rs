//! `sanad admin`: questions and repairs for those who run the deployment.

mod agents;
mod backup;
mod conversations;
mod customer;
mod directives;
mod satisfaction;
mod show;
#[cfg(test)]
mod tests;

use super::connect::{Failure, KeyArgs, Secured, ServerArgs, ask, fresh_id, patiently};
use super::failure;
use super::terminal::{self, Look};
use super::transcript::{Reader, Transcript};
use super::zone;
use crate::domain::language::Language;
use crate::grpc::keys::Role;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::issue_directive_request::What as Directed;
use crate::grpc::pb::{
    ConversationState, ExplainMessageRequest, ExplainWaitRequest, GetFairnessRequest,
    GetRulesRequest, GetSatisfactionRequest, IssueDirectiveRequest, LiftDirectiveRequest,
    ListDirectivesRequest, ListParkedEntriesRequest, ListPromisesRequest, ListQueuesRequest,
    RequeueConversationRequest, UnparkEntryRequest,
};
use clap::{Args, Subcommand};
use show::Show;
use std::path::PathBuf;
use std::time::Duration;
use tonic::{Response, Status};

/// So long it is waited for what is only good to know.
const ZONE_TIME: Duration = Duration::from_secs(2);

/// Look after a running deployment.
#[derive(Debug, Clone, Args)]
pub struct AdminArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The language of the output.
    #[arg(long, global = true, value_name = "ar|en", default_value = "en",
          value_parser = super::language)]
    lang: Language,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Which rules are live, and what was wrong with those that were refused.
    Rules,
    /// The queues with live figures.
    Queues,
    /// The latest conversations, and how they stand.
    Conversations {
        /// Only those in this state, such as queued or human.
        #[arg(long, value_name = "STATE", value_parser = conversations::state)]
        state: Option<ConversationState>,
        /// At most so many.
        #[arg(long, value_name = "NUMBER", default_value_t = 50)]
        last: u32,
    },
    /// One conversation: how it stands and all that happened in it.
    Conversation {
        /// The conversation's id.
        conversation: String,
    },
    /// The agents, and what they can do.
    Agents,
    /// Add, change or remove an agent beside those of the rules.
    #[command(subcommand)]
    Agent(agents::Staffing),
    /// Why a conversation waits, and why each agent does not get it.
    Why {
        /// The conversation's id.
        conversation: String,
    },
    /// Put a stuck conversation back into the queue, with its place kept.
    Requeue {
        /// The conversation's id.
        conversation: String,
        /// What the next agent should know.
        #[arg(long, default_value = "", value_name = "TEXT")]
        note: String,
    },
    /// Deliveries that were refused too often and wait for a person.
    Parked,
    /// Try a parked delivery again.
    Unpark {
        /// The delivery's id, as `parked` shows it.
        entry: String,
    },
    /// What is promised to customers and not yet kept, the one due first at the top.
    Promises {
        /// Only those whose customer was told that it will be late.
        #[arg(long)]
        late: bool,
    },
    /// Tell customers something at the greeting, and whoever writes of the topics it concerns.
    Banner(directives::BannerArgs),
    /// Close a queue, for today or for a while, although its hours say that it is open. As at any closed
    /// hour, agents who are signed in still take who waits in it: set them draining to end that too.
    Close {
        /// The queue's id.
        queue: String,
        #[command(flatten)]
        how: directives::How,
    },
    /// Answer an entry no longer: whoever asks for it is offered a person.
    Off {
        /// The entry's id.
        entry: String,
        #[command(flatten)]
        how: directives::How,
    },
    /// What is in force at once: banners, closed queues, entries that are not answered.
    Directives,
    /// End something that is in force.
    Lift {
        /// Its number, as `directives` shows it.
        #[arg(value_parser = directives::number)]
        number: u64,
    },
    /// Who waits longest and leaves most, beside who is served best.
    Fairness,
    /// How well customers are served, as they say themselves: bot part and human part apart.
    Satisfaction {
        /// Only the last so many days.
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
    },
    /// All that is kept of a customer, as JSON lines.
    Export(customer::Whose),
    /// Erase what is kept of a customer. It cannot be undone.
    Erase {
        #[command(flatten)]
        whose: customer::Whose,
        /// Yes, really.
        #[arg(long, required = true)]
        yes: bool,
    },
    /// Copy the embedded store to this machine, as of one moment, while the server works on. Secrets and
    /// the archive are not in it.
    Backup {
        /// A file that does not exist yet, or a folder, which gets a file named by the time.
        #[arg(value_name = "FILE|FOLDER")]
        to: PathBuf,
    },
    /// How the live rules read a message, and what the bot would do. Changes nothing.
    Explain {
        /// The message.
        text: String,
    },
}

/// Runs the command and prints what it found.
pub async fn run(args: AdminArgs) -> anyhow::Result<()> {
    let lines = asked(&args).await.map_err(|error| failure::told(error, args.lang))?;
    lines.iter().for_each(|line| terminal::print(&format!("{line}\n")));
    Ok(())
}

async fn asked(args: &AdminArgs) -> anyhow::Result<Vec<String>> {
    Ok(match &args.what {
        What::Backup { to } => {
            let (client, _) = args.clients().await?;
            backup::back_up(client, &args.server.server, to, args.lang).await?
        }
        _ => ask_server(args, Look::of_stdout()).await?,
    })
}

impl AdminArgs {
    /// For what operators ask, and for what concerns agents.
    async fn clients(
        &self,
    ) -> Result<(AdminServiceClient<Secured>, AgentServiceClient<Secured>), Failure> {
        let bearer = self.key.read(Role::Admin, "main")?;
        let channel = self.server.connect().await?;
        let staff = AgentServiceClient::with_interceptor(channel.clone(), bearer.clone());
        Ok((AdminServiceClient::with_interceptor(channel, bearer), staff))
    }
}

async fn ask_server(args: &AdminArgs, look: Look) -> Result<Vec<String>, Failure> {
    let (client, staff) = args.clients().await?;
    let show = Show { transcript: Transcript { look, language: args.lang, reader: Reader::Staff } };
    learn_zone(client.clone()).await;
    // One id for all repetitions, so that a repair happens once.
    let request_id = fresh_id();
    let now = jiff::Timestamp::now().as_second();
    let call = || one_call(client.clone(), staff.clone(), args, show, request_id.clone(), now);
    patiently(|| {}, call)
        .await
        .map_err(|status| Failure::of(args.what.named(), &args.server.server, status))
}

/// By whose clock the shop lives. It is good to know, and nobody waits long for it.
async fn learn_zone(mut client: AdminServiceClient<Secured>) {
    let asked = client.get_rules(ask(GetRulesRequest {}));
    if let Ok(Ok(answer)) = tokio::time::timeout(ZONE_TIME, asked).await {
        zone::shop_is_in(&answer.into_inner().time_zone);
    }
}

impl What {
    fn named(&self) -> &'static str {
        match self {
            What::Rules => "the rules",
            What::Queues => "the queues",
            What::Conversations { .. } => "the conversations",
            What::Conversation { .. } => "the conversation",
            What::Agents => "the agents",
            What::Agent(_) => "to change who the agents are",
            What::Why { .. } => "to explain the wait",
            What::Requeue { .. } => "to put the conversation back",
            What::Parked => "the parked deliveries",
            What::Unpark { .. } => "to try the delivery again",
            What::Promises { .. } => "the promises",
            What::Banner(_) | What::Close { .. } | What::Off { .. } => "to put it in force",
            What::Directives => "what is in force",
            What::Lift { .. } => "to lift it",
            What::Fairness => "to compare",
            What::Satisfaction { .. } => "the report on satisfaction",
            What::Export(_) => "to export the customer's data",
            What::Erase { .. } => "to erase the customer's data",
            What::Backup { .. } => "a backup",
            What::Explain { .. } => "to explain the message",
        }
    }
}

async fn one_call(
    mut client: AdminServiceClient<Secured>,
    staff: AgentServiceClient<Secured>,
    args: &AdminArgs,
    show: Show,
    request_id: String,
    now: i64,
) -> Result<Vec<String>, Status> {
    let lines = match args.what.clone() {
        What::Rules => {
            let answer = client.get_rules(ask(GetRulesRequest {})).await?;
            show.rules(&answer.into_inner())
        }
        What::Queues => {
            let answer = client.list_queues(ask(ListQueuesRequest {})).await?;
            show.queues(&answer.into_inner())
        }
        What::Conversations { state, last } => {
            conversations::list(client, show, state, last, now).await?
        }
        What::Conversation { conversation } => {
            conversations::one(client, show, conversation).await?
        }
        What::Agents => agents::list(staff, show).await?,
        What::Agent(staffing) => agents::change(staff, show, request_id, &staffing).await?,
        What::Why { conversation } => {
            let request = ExplainWaitRequest { conversation_id: conversation };
            let answer = client.explain_wait(ask(request)).await?;
            show.wait(&answer.into_inner(), now)
        }
        What::Requeue { conversation, note } => {
            let conversation_id = conversation;
            let request = RequeueConversationRequest { request_id, conversation_id, note };
            let answer =
                client.requeue_conversation(ask(request)).await.map(Response::into_inner)?;
            show.requeued(&answer)
        }
        What::Parked => {
            let request = ListParkedEntriesRequest { page_size: 0 };
            let answer = client.list_parked_entries(ask(request)).await?;
            show.parked(&answer.into_inner())
        }
        What::Unpark { entry } => {
            let request = UnparkEntryRequest { request_id, entry_id: entry };
            client.unpark_entry(ask(request)).await?;
            show.unparked()
        }
        What::Promises { late } => {
            let request = ListPromisesRequest { page_size: 0, only_late: late };
            let answer = client.list_promises(ask(request)).await?;
            show.promises(&answer.into_inner())
        }
        What::Banner(banner) => issue(client, show, banner.request(request_id, now)).await?,
        What::Close { queue, how } => {
            let what = Directed::ClosedQueueId(queue);
            issue(client, show, how.request(request_id, what, now)).await?
        }
        What::Off { entry, how } => {
            let what = Directed::EntryOffId(entry);
            issue(client, show, how.request(request_id, what, now)).await?
        }
        What::Directives => {
            let answer = client.list_directives(ask(ListDirectivesRequest {})).await?;
            show.directives(&answer.into_inner())
        }
        What::Lift { number } => {
            client.lift_directive(ask(LiftDirectiveRequest { request_id, number })).await?;
            show.lifted(number)
        }
        What::Fairness => {
            let answer = client.get_fairness(ask(GetFairnessRequest {})).await?;
            show.fairness(&answer.into_inner())
        }
        What::Satisfaction { days } => {
            let seconds = |days: u32| now - i64::from(days) * 86_400;
            let since =
                days.map(|days| prost_types::Timestamp { seconds: seconds(days), nanos: 0 });
            let request = GetSatisfactionRequest { since, conversations_max: 0 };
            let answer = client.get_satisfaction(ask(request)).await?;
            satisfaction::lines(&show.transcript, &answer.into_inner())
        }
        What::Export(whose) => customer::export(client, &whose).await?,
        What::Erase { whose, .. } => customer::erase(client, &whose, args.lang).await?,
        // It is many pieces, and `run` has taken them.
        What::Backup { .. } => return Err(Status::internal("a backup is not one call")),
        What::Explain { text } => {
            let language = args.lang.tag().to_owned();
            let answer =
                client.explain_message(ask(ExplainMessageRequest { text, language })).await?;
            show.reading(&answer.into_inner())
        }
    };
    Ok(lines)
}

async fn issue(
    mut client: AdminServiceClient<Secured>,
    show: Show,
    request: IssueDirectiveRequest,
) -> Result<Vec<String>, Status> {
    let answer = client.issue_directive(ask(request)).await?.into_inner();
    Ok(answer.directive.iter().map(|directive| show.directive(directive)).collect())
}
