//! What agents do beside talking: they ask for suggestions, show that they type and have read, report
//! abuse, and say when they have written up.

use super::Desk;
use crate::app::App;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::ConversationId;
use crate::domain::pool::agent::Holding;
use crate::sim::among_staff;
use crate::sim::model::Invariant;
use crate::sim::privacy;
use std::sync::Arc;

impl Desk {
    /// One of these things, in a conversation that is theirs.
    pub(super) async fn aside(&self, c: &Conversation, token: Token) {
        match self.random.below(4) {
            0 => self.ask_for_suggestions(&c.id, token).await,
            1 => self.show_signs(c, token).await,
            2 if self.random.below(4) == 0 => self.report_abuse(&c.id, token).await,
            _ => {}
        }
    }

    /// What is suggested has the words of this customer alone.
    async fn ask_for_suggestions(&self, conversation: &ConversationId, token: Token) {
        let (agent, id) = (self.id.clone(), conversation.clone());
        let suggested = self
            .call(async move |app| app.suggest_replies(&agent, &id, token, "").await)
            .await
            .unwrap_or_default();
        if suggested.is_empty() {
            return;
        }
        self.world.model().desk.count("suggestions");
        let marked = suggested.iter().flat_map(|it| privacy::marks(it.text.as_bytes()));
        let other = marked.into_iter().find(|id| id != conversation);
        self.world.model().check(Invariant::Private, other.is_none(), || {
            format!("{conversation}: {other:?} is in what is suggested to {}", self.id)
        });
    }

    async fn show_signs(&self, c: &Conversation, token: Token) {
        let (agent, id, seq) = (self.id.clone(), c.id.clone(), c.seq);
        let at = self.world.now();
        let shown = self.call(async move |app: Arc<App>| {
            app.agent_types(&id, &agent, token, at).await?;
            app.agent_reads(&id, &agent, token, seq).await
        });
        if shown.await.is_ok() {
            self.world.model().desk.count("signs");
        }
    }

    async fn report_abuse(&self, conversation: &ConversationId, token: Token) {
        let (agent, id, note) =
            (self.id.clone(), conversation.clone(), among_staff::INSULTS.to_owned());
        let report = Command::AgentReportsAbuse { agent, token, note };
        if self.call(async move |app| app.command(&id, None, report).await).await.is_ok() {
            self.world.model().desk.count("abuse reports");
        }
    }

    /// Is done with writing up before its time is over: nothing of it is held any more.
    pub(super) async fn end_wrap_up(&self, session: u64, conversation: &ConversationId) {
        let Some(once) = self.once(&format!("written up {conversation}")) else { return };
        let (agent, id) = (self.id.clone(), conversation.clone());
        let ended =
            self.call(async move |app| app.end_wrap_up_once(&agent, session, id, &once).await);
        let Ok(agent) = ended.await else { return };
        let held = agent.held.get(conversation).map(|held| held.how.clone());
        let holds = !matches!(held, Some(Holding::WrapUp { .. }));
        let mut model = self.world.model();
        model.desk.count("written up");
        model.check(Invariant::Load, holds, || {
            format!("{conversation}: {} has written up and still holds it", self.id)
        });
    }
}
