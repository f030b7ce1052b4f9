//! Raising and clearing alerts. What stands is kept in the store, so that it is raised once however many
//! instances there are, and still stands after a restart. Only the process that matches looks.

use super::App;
use super::error::AppResult;
use super::keys::{self, Topic};
use crate::domain::conversation::state::Conversation;
use crate::domain::routing::alerts::{Judged, RAISED_MAX, Raised, judge, measure};
use crate::ports::store::StoreError;

impl App {
    /// Compares how everything stands with the limits; what changes is stored, counted and logged.
    pub async fn watch_alerts(&self) -> AppResult<()> {
        if !self.router.leads() {
            self.stats.alerts_stand(&[]);
            return Ok(());
        }
        let (board, rules) = (self.board().await?, self.rules());
        let items = board.waiting.iter().chain(board.held.values());
        let blocked: Vec<Conversation> =
            self.list_blocks(RAISED_MAX).await?.into_iter().map(|(c, _)| c).collect();
        let watched = board.owned.values().chain(board.endangered.values()).chain(&blocked);
        let measured = measure(&rules.routing, &board.overview, items, watched, board.at);
        let key = keys::alerts();
        let slot = self.pool_slot();
        let snapshot = self.store.load(&slot, std::slice::from_ref(&key), &[]).await?;
        let before: Vec<Raised> = snapshot.get(&key)?.unwrap_or_default();
        let judged = judge(&rules.routing.alerts, &before, &measured, board.at);
        if judged.new.is_empty() && judged.cleared.is_empty() {
            self.stats.alerts_stand(&judged.raised);
            return Ok(());
        }
        let mut change = snapshot.change(self.tag());
        change.put(key, &judged.raised);
        change.ring(Topic::Alerts.name());
        match self.store.commit(change).await {
            Ok(_) => self.tell_alerts(&judged),
            // Somebody else was faster: the next look sees what they have written.
            Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn tell_alerts(&self, judged: &Judged) {
        let on = |alert: &Raised| {
            let queue = alert.key.queue.as_ref().map(ToString::to_string);
            let conversation = alert.key.conversation.as_ref().map(ToString::to_string);
            queue.or(conversation).unwrap_or_default()
        };
        for alert in &judged.new {
            self.stats.alert_raised(alert.key.kind.name());
            tracing::warn!(
                alert.kind = alert.key.kind.name(),
                alert.on = on(alert),
                alert.value = alert.value,
                alert.limit = alert.limit,
                "an alert was raised"
            );
        }
        for alert in &judged.cleared {
            tracing::info!(
                alert.kind = alert.key.kind.name(),
                alert.on = on(alert),
                "an alert was cleared"
            );
        }
        self.stats.alerts_stand(&judged.raised);
    }
}
