//! Agents whom an operator adds, changes and removes while the service runs, beside those that the rules
//! declare.

use super::Secured;
use super::show::Show;
use crate::cli::connect::ask;
use crate::cli::transcript::title_of;
use crate::cli::words::{self, pick};
use crate::grpc::pb::agent_service_client::AgentServiceClient;
use crate::grpc::pb::{
    Agent, AgentProfile, AgentSource, ListAgentsRequest, RegisterAgentRequest, RemoveAgentRequest,
    UpdateAgentRequest,
};
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use tonic::Status;

/// The most that a page of agents holds.
const PAGE: u32 = 1_000;
/// Of an agent who is added, unless it is said.
const CAPACITY: u32 = 3;

/// What is done with one agent.
#[derive(Debug, Clone, Subcommand)]
pub enum Staffing {
    /// Add an agent, who may sign in as soon as there is a key: `sanad key mint`.
    Add(#[command(flatten)] Profile),
    /// Change an agent who was added; what is left out stays as it is.
    Change(#[command(flatten)] Profile),
    /// Remove an agent who was added; whoever still holds work finishes it first.
    Remove {
        /// The agent's id.
        agent: String,
    },
}

/// What an agent can do.
#[derive(Debug, Clone, Args)]
pub struct Profile {
    /// The agent's id.
    agent: String,
    /// The name customers see.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A language with a level from 1 to 5, such as ar=5 (repeatable); all of them together.
    #[arg(long = "language", value_name = "TAG=LEVEL", value_parser = level)]
    languages: Vec<(String, u32)>,
    /// A skill with a level from 1 to 5, such as billing=3 (repeatable); all of them together.
    #[arg(long = "skill", value_name = "ID=LEVEL", value_parser = level)]
    skills: Vec<(String, u32)>,
    /// How many units of work at a time; an ordinary conversation is one.
    #[arg(long, value_name = "UNITS")]
    capacity: Option<u32>,
}

fn level(text: &str) -> Result<(String, u32), String> {
    let (name, level) = text.split_once('=').ok_or("write NAME=LEVEL, such as ar=5")?;
    let level = level.parse().ok().filter(|level| (1..=5).contains(level));
    Ok((name.trim().to_owned(), level.ok_or("a level is a number from 1 to 5")?))
}

impl Profile {
    /// The profile that is wanted, with what stands of the one before.
    fn onto(&self, before: AgentProfile) -> AgentProfile {
        let all = |new: &[(String, u32)], old| match new.is_empty() {
            true => old,
            false => new.iter().cloned().collect(),
        };
        AgentProfile {
            agent_id: self.agent.clone(),
            name: self.name.clone().unwrap_or(before.name),
            languages: all(&self.languages, before.languages),
            skills: all(&self.skills, before.skills),
            capacity: self.capacity.unwrap_or(before.capacity),
        }
    }
}

/// All agents, by id.
pub async fn list(
    mut client: AgentServiceClient<Secured>,
    show: Show,
) -> Result<Vec<String>, Status> {
    let agents = all(&mut client).await?;
    if agents.is_empty() {
        return Ok(vec![pick(show.transcript.language, "no agents", "لا موظفون").to_owned()]);
    }
    Ok(agents.iter().map(|agent| row(show, agent)).collect())
}

/// Does it.
pub async fn change(
    mut client: AgentServiceClient<Secured>,
    show: Show,
    request_id: String,
    staffing: &Staffing,
) -> Result<Vec<String>, Status> {
    let l = show.transcript.language;
    match staffing {
        Staffing::Add(profile) => {
            let named = AgentProfile {
                name: profile.agent.clone(),
                capacity: CAPACITY,
                ..Default::default()
            };
            let profile = Some(profile.onto(named));
            let request = RegisterAgentRequest { request_id, profile };
            let agent = client.register_agent(ask(request)).await?.into_inner().agent;
            Ok(agent.iter().map(|agent| row(show, agent)).collect())
        }
        Staffing::Change(profile) => {
            let agents = all(&mut client).await?.into_iter();
            let mut known = agents.filter_map(|agent| agent.profile);
            let before = known.find(|known| known.agent_id == profile.agent);
            // Of one who is not there the server says so.
            let profile = Some(profile.onto(before.unwrap_or_default()));
            let request = UpdateAgentRequest { request_id, profile };
            let agent = client.update_agent(ask(request)).await?.into_inner().agent;
            Ok(agent.iter().map(|agent| row(show, agent)).collect())
        }
        Staffing::Remove { agent } => {
            let request = RemoveAgentRequest { request_id, agent_id: agent.clone() };
            let removed = client.remove_agent(ask(request)).await?.into_inner();
            let line = match removed.draining {
                true => pick(
                    l,
                    "finishes what is held, takes nothing new, and goes then",
                    "يُنهي ما لديه ولا يستقبل جديدًا ثم يُزال",
                ),
                false => pick(l, "removed", "أُزيل"),
            };
            Ok(vec![format!("{}: {line}", show.transcript.look.foreign(agent))])
        }
    }
}

async fn all(client: &mut AgentServiceClient<Secured>) -> Result<Vec<Agent>, Status> {
    let (mut agents, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListAgentsRequest { page_size: PAGE, page_token };
        let page = client.list_agents(ask(request)).await?.into_inner();
        agents.extend(page.agents);
        if page.next_page_token.is_empty() {
            return Ok(agents);
        }
        page_token = page.next_page_token;
    }
}

fn row(show: Show, agent: &Agent) -> String {
    let (l, look) = (show.transcript.language, show.transcript.look);
    let profile = agent.profile.clone().unwrap_or_default();
    let levels = |of: BTreeMap<String, u32>| {
        let each = of.iter().map(|(name, level)| format!("{} {level}", look.foreign(name)));
        each.collect::<Vec<_>>().join(pick(l, ", ", "، "))
    };
    let mut parts = vec![
        words::presence(l, agent.presence()).to_owned(),
        format!("{}/{}", agent.load, profile.capacity),
        levels(profile.languages.into_iter().collect()),
        levels(profile.skills.into_iter().collect()),
    ];
    if agent.source() == AgentSource::Declared {
        parts.push(pick(l, "from the rules", "من القواعد").to_owned());
    }
    parts.retain(|part| !part.is_empty());
    let name = look.foreign(title_of(&agent.names, &profile.name, l));
    let id = look.foreign(&profile.agent_id);
    format!("{name} ({id}): {}", parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Look;
    use crate::cli::transcript::{Reader, Transcript};
    use crate::domain::language::Language;
    use crate::grpc::pb::LocalizedText;
    use clap::Parser;

    #[derive(Parser)]
    struct Typed {
        #[command(subcommand)]
        what: Staffing,
    }

    #[test]
    fn a_change_keeps_what_was_not_said_and_levels_are_checked() {
        let words = ["agent", "change", "dana", "--language", "en=4", "--capacity", "5"];
        let Staffing::Change(change) = Typed::parse_from(words).what else { panic!() };
        let before = AgentProfile {
            agent_id: "dana".into(),
            name: "Dana".into(),
            languages: [("ar".to_owned(), 5)].into(),
            skills: [("billing".to_owned(), 2)].into(),
            capacity: 3,
        };
        let after = change.onto(before.clone());
        assert_eq!((after.name.as_str(), after.capacity), ("Dana", 5));
        assert_eq!(after.skills, before.skills);
        assert_eq!(after.languages.into_iter().collect::<Vec<_>>(), [("en".to_owned(), 4)]);
        for wrong in ["ar", "ar=0", "ar=6", "ar=much"] {
            assert!(level(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_row_tells_what_an_agent_can_do_and_where_they_come_from() {
        let profile = AgentProfile {
            agent_id: "sara".into(),
            name: "Sara".into(),
            languages: [("ar".to_owned(), 5)].into(),
            capacity: 3,
            ..Default::default()
        };
        let source = AgentSource::Declared.into();
        let agent = Agent { profile: Some(profile), source, load: 1, ..Default::default() };
        let row_of = |agent: &Agent, language| {
            let transcript = Transcript { look: Look::PLAIN, language, reader: Reader::Staff };
            super::row(Show { transcript }, agent)
        };
        let row = |language| row_of(&agent, language);
        assert_eq!(row(Language::En), "Sara (sara): unknown · 1/3 · ar 5 · from the rules");
        assert_eq!(row(Language::Ar), "Sara (sara): غير معروف · 1/3 · ar 5 · من القواعد");
        let name = |text: &str, language: &str| LocalizedText {
            text: text.into(),
            language: language.into(),
            ..Default::default()
        };
        let names = vec![name("سارة", "ar"), name("Sara", "en")];
        let agent = Agent { names, ..agent.clone() };
        assert!(row_of(&agent, Language::Ar).starts_with("سارة (sara): "));
        assert!(row_of(&agent, Language::En).starts_with("Sara (sara): "));
    }
}
