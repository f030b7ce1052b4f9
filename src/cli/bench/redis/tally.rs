//! What each step of a story costs Redis, counted and not guessed: a server that does nothing by
//! itself (no sweeps, no matching but what calls bring about) lives through the story step by step,
//! and Redis itself says which commands it ran between two marks.

use super::server::{Deployment, why};
use crate::cli::bench::child::Child;
use crate::cli::bench::staff::{self, Desk};
use crate::cli::bench::story::Shop;
use crate::cli::connect::{ask, fresh_id};
use crate::grpc::pb::subscribe_work_response::Frame;
use crate::grpc::pb::{
    AcceptOfferRequest, AgentSession, Offer, ProposeResolutionRequest, SendAgentMessageRequest,
    SubscribeWorkRequest,
};
use anyhow::Context;
use futures::{Stream, StreamExt};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::timeout;

/// Conversations with the bot alone.
const WITH_THE_BOT: usize = 4;
/// Conversations that go to a person.
const HANDOFFS: usize = 12;
/// An offer that does not come within this does not come, nor does the mark among the commands.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a step has cost each time.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Commands that were sent to Redis: with one way there and back each.
    pub sent: Vec<u64>,
    /// Commands that ran inside of scripts.
    pub inside: Vec<u64>,
    /// Bytes that were sent.
    pub bytes: Vec<u64>,
}

/// By the name of the step, in the order of the story.
pub type Steps = Vec<(&'static str, Step)>;

/// Lives through the story.
pub async fn measure(shop: &Shop, child: &Child, at: &Deployment) -> anyhow::Result<Steps> {
    let commands = Box::pin(at.observer.commands().await.map_err(why)?);
    let mut tally = Tally { at, commands, marks: 0, steps: Vec::new() };
    for _ in 0..WITH_THE_BOT {
        let mut talk = tally.step("a conversation begins", shop.begin()).await?;
        for question in shop.some_questions() {
            tally.step("a bot turn", talk.says(&question)).await?;
        }
    }
    let mut desk = shop.desk(child)?;
    let session = staff::begin(&mut desk, 0, shop.skills()).await?;
    for _ in 0..HANDOFFS {
        tally.handoff(shop, &desk, &session).await?;
    }
    Ok(tally.steps)
}

struct Tally<'a> {
    at: &'a Deployment,
    commands: Pin<Box<dyn Stream<Item = String> + Send + 'a>>,
    marks: u32,
    steps: Steps,
}

impl Tally<'_> {
    async fn handoff(
        &mut self,
        shop: &Shop,
        desk: &Desk,
        session: &AgentSession,
    ) -> anyhow::Result<()> {
        let mut desk = desk.clone();
        let mut talk = shop.begin().await?;
        self.step("a person is asked for, until offered", talk.wants_a_person()).await?;
        let offer = timeout(PATIENCE, offer_of(&mut desk, session, talk.id())).await;
        let offer = offer.context("the agent sees no offer in time")??;
        let (session, conversation_id) = (Some(session.clone()), talk.id().to_owned());
        let accept = AcceptOfferRequest {
            session: session.clone(),
            request_id: fresh_id(),
            conversation_id: conversation_id.clone(),
            token: offer.token,
        };
        self.step("the offer is accepted", desk.accept_offer(ask(accept))).await?;
        self.step("a message to the agent", talk.says("it has not come yet")).await?;
        let answer = SendAgentMessageRequest {
            session: session.clone(),
            request_id: fresh_id(),
            conversation_id: conversation_id.clone(),
            token: offer.token,
            text: "I have looked it up: it comes tomorrow.".to_owned(),
            sent_at: None,
            parts: Vec::new(),
        };
        self.step("a message of the agent", desk.send_agent_message(ask(answer))).await?;
        let propose = ProposeResolutionRequest {
            session,
            request_id: fresh_id(),
            conversation_id,
            token: offer.token,
            disposition: "solved".to_owned(),
        };
        self.step("the end is proposed", desk.propose_resolution(ask(propose))).await?;
        self.step("the end is confirmed", talk.confirms()).await?;
        Ok(())
    }

    /// Takes a step and counts what it cost.
    async fn step<T, E>(
        &mut self,
        name: &'static str,
        step: impl Future<Output = Result<T, E>>,
    ) -> anyhow::Result<T>
    where
        anyhow::Error: From<E>,
    {
        self.commands_until_mark().await?;
        let done = step.await.map_err(anyhow::Error::from).context(name)?;
        let cost = self.commands_until_mark().await?;
        let place = self.steps.iter().position(|(known, _)| *known == name);
        let place = place.unwrap_or_else(|| {
            self.steps.push((name, Step::default()));
            self.steps.len() - 1
        });
        let step = &mut self.steps[place].1;
        step.sent.push(cost.sent);
        step.inside.push(cost.inside);
        step.bytes.push(cost.bytes);
        Ok(done)
    }

    /// What ran since the last mark, up to a new one.
    async fn commands_until_mark(&mut self) -> anyhow::Result<Cost> {
        self.marks += 1;
        let mark = format!("bench-mark-{}", self.marks);
        self.at.observer.mark(&mark).await.map_err(why)?;
        // By who sent them: our own are not counted.
        let mut costs: BTreeMap<String, Cost> = BTreeMap::new();
        let mut inside = 0;
        loop {
            let line = timeout(PATIENCE, self.commands.next()).await;
            let line = line.context("Redis does not list its commands in time")?;
            let line = line.context("Redis ended the list of commands")?;
            let Some((who, what)) = parts(&line) else { continue };
            if what.contains(&mark) {
                costs.remove(who);
                let sum = |cost: fn(&Cost) -> u64| costs.values().map(cost).sum();
                let (sent, bytes) = (sum(|cost| cost.sent), sum(|cost| cost.bytes));
                return Ok(Cost { sent, inside, bytes });
            }
            match who {
                "lua" => inside += 1,
                _ => {
                    let cost = costs.entry(who.to_owned()).or_default();
                    cost.sent += 1;
                    cost.bytes += size(what);
                }
            }
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    sent: u64,
    inside: u64,
    bytes: u64,
}

/// Who sent a command, and the command: `TIME [DATABASE WHO] "NAME" "ARGUMENT" …`.
fn parts(line: &str) -> Option<(&str, &str)> {
    let (head, what) = line.split_once("] ")?;
    let (_, who) = head.split_once('[')?.1.split_once(' ')?;
    Some((who, what))
}

/// How many bytes stand between the quotes.
fn size(what: &str) -> u64 {
    let (mut bytes, mut signs) = (0, what.bytes());
    while let Some(sign) = signs.next() {
        match sign {
            b'\\' => {
                if signs.next() == Some(b'x') {
                    signs.nth(1);
                }
                bytes += 1;
            }
            b'"' | b' ' => {}
            _ => bytes += 1,
        }
    }
    bytes
}

/// The offer that stands for this conversation.
async fn offer_of(
    desk: &mut Desk,
    session: &AgentSession,
    conversation: &str,
) -> anyhow::Result<Offer> {
    let request =
        SubscribeWorkRequest { sessions: vec![session.clone()], resume_tokens: Default::default() };
    let mut work = desk.subscribe_work(request).await?.into_inner();
    while let Some(frame) = work.message().await? {
        // What stood already when the stream began comes with its first frame.
        let offers = match frame.frame {
            Some(Frame::Attached(attached)) => attached.offers,
            Some(Frame::Offer(offer)) => vec![offer],
            Some(_) | None => Vec::new(),
        };
        let of_it = |offer: &Offer| offer.conversation_id == conversation;
        if let Some(offer) = offers.into_iter().find(of_it) {
            return Ok(offer);
        }
    }
    anyhow::bail!("the agent sees no offer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_by_who_sent_it_and_its_size_by_what_is_quoted() {
        let line = r#"1700000000.000001 [0 127.0.0.1:50] "EVALSHA" "ab" "\"\xd9\x88\n""#;
        let (who, what) = parts(line).unwrap();
        assert_eq!((who, size(what)), ("127.0.0.1:50", 7 + 2 + 4));
        assert_eq!(parts(r#"1700000000.000002 [0 lua] "GET" "k""#).unwrap().0, "lua");
        assert_eq!(parts("OK"), None);
    }
}
