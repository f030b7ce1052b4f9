//! Queues, agents and sums as lines to read. Pure; the present is handed in, in seconds.

use super::floor::Floor;
use crate::cli::transcript::{Transcript, text_of, title_of};
use crate::cli::words::{self, pick};
use crate::grpc::pb::{
    AgentView, HeldView, Hold, LeaseState, LocalizedText, Presence, QueueView, RaisedAlert,
    ReadMarks,
};
use owo_colors::Style;
use prost_types::Timestamp;

/// How a supervisor's screen shows things.
#[derive(Debug, Clone, Copy)]
pub struct Show {
    /// Language and look.
    pub transcript: Transcript,
}

impl Show {
    /// Everything: the queues, then the agents who are signed in with what they hold.
    pub fn everything(&self, floor: &Floor, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let mut lines: Vec<String> =
            floor.alerts.iter().map(|alert| self.alert(floor, alert, true, now)).collect();
        lines.push(self.heading("queues", "قوائم الانتظار"));
        lines.extend(floor.queues.iter().map(|queue| self.queue(floor, queue, now)));
        lines.push(self.heading("agents", "الموظفون"));
        let (here, gone): (Vec<&AgentView>, Vec<&AgentView>) =
            floor.agents.values().partition(|view| {
                view.agent.as_ref().is_some_and(|a| a.presence() != Presence::Offline)
            });
        for view in &here {
            lines.extend(self.agent(floor, view, now));
        }
        if here.is_empty() {
            lines.push(self.say("nobody is signed in", "لا أحد سجّل دخوله"));
        }
        if !gone.is_empty() {
            let what = pick(l, "not signed in", "لم يسجّلوا دخولهم");
            lines.push(format!("{what}: {}", gone.len()));
        }
        if floor.totals.cut {
            lines.push(self.say("there is more than can be shown", "هناك أكثر مما يمكن عرضه"));
        }
        lines
    }

    /// Who has read what stands above, of those who had not.
    pub fn read(&self, before: ReadMarks, now: ReadMarks) -> Vec<String> {
        let customer = now.customer_through_sequence > before.customer_through_sequence;
        let agent = now.agent_through_sequence > before.agent_through_sequence;
        let customer = customer.then(|| self.say("seen by the customer", "قرأها العميل"));
        let agent = agent.then(|| self.say("seen by the agent", "قرأها الموظف"));
        customer.into_iter().chain(agent).collect()
    }

    /// The sums on one line.
    pub fn status(&self, floor: &Floor, now: i64) -> String {
        let (l, sums) = (self.transcript.language, &floor.totals);
        let count = |en, ar, number: u32| format!("{} {number}", pick(l, en, ar));
        let mut parts = vec![count("waiting", "ينتظر", sums.waiting)];
        let oldest = floor.queues.iter().filter_map(|queue| queue.oldest_since.as_ref());
        if let Some(oldest) = oldest.map(|since| since.seconds).min() {
            let span = words::span(l, now - oldest);
            parts.push(format!("{} {span}", pick(l, "longest", "أطولهم")));
        }
        let urgent: u32 = floor.queues.iter().map(|queue| queue.emergencies).sum();
        if urgent > 0 {
            parts.push(count("IN DANGER", "في خطر", urgent));
        }
        parts.push(count("offered", "معروض", sums.offers_out));
        parts.push(count("with agents", "عند الموظفين", sums.owned));
        parts.push(count("available", "متاحون", sums.agents_available));
        parts.push(count("away", "بعيدون", sums.agents_away));
        parts.push(count("free places", "أماكن خالية", sums.units_free));
        if let Some(mode) = words::mode(l, floor.mode) {
            parts.push(mode.to_owned());
        }
        let style = if urgent > 0 { Style::new().red().bold() } else { Style::new().yellow() };
        self.transcript.look.paint(&parts.join(" · "), style)
    }

    /// An alert that was raised, or no longer stands.
    pub fn alert(&self, floor: &Floor, alert: &RaisedAlert, is_raised: bool, now: i64) -> String {
        let l = self.transcript.language;
        let mut parts = vec![words::alert_kind(l, alert.kind()).to_owned()];
        if !alert.queue_id.is_empty() {
            let known = floor.queues.iter().find(|queue| queue.queue_id == alert.queue_id);
            parts.push(known.map_or_else(|| alert.queue_id.clone(), |queue| self.title(queue)));
        }
        if let Some(number) = floor.number_of(&alert.conversation_id) {
            parts.push(format!("[{number}]"));
        }
        if let (true, Some(waited)) = (is_raised, &alert.waited) {
            // They had waited so long when it was raised, and have waited on since.
            let since = alert.raised_at.as_ref().map_or(0, |at| (now - at.seconds).max(0));
            parts.push(words::span(l, waited.seconds + since));
        } else if is_raised && alert.conversation_id.is_empty() {
            parts.push(alert.count.to_string());
        }
        let line = parts.join(" · ");
        let (mark, style) = match is_raised {
            true => (pick(l, "ALERT", "تنبيه"), Style::new().red().bold()),
            false => (pick(l, "better again", "زال التنبيه"), Style::new().green()),
        };
        self.transcript.look.paint(&format!("{mark}: {line}"), style)
    }

    /// A queue on one line.
    pub fn queue(&self, floor: &Floor, queue: &QueueView, now: i64) -> String {
        let l = self.transcript.language;
        let count = |en, ar, number: u32| format!("{} {number}", pick(l, en, ar));
        let mut parts = vec![count("waiting", "ينتظر", queue.waiting)];
        if let Some(waits) = self.since(queue.oldest_since.as_ref(), now) {
            let number = floor.number_of(&queue.oldest_conversation_id);
            let number = number.map(|number| format!(" [{number}]")).unwrap_or_default();
            parts.push(format!("{} {waits}{number}", pick(l, "longest", "أطولهم")));
        }
        if queue.emergencies > 0 {
            parts.push(count("IN DANGER", "في خطر", queue.emergencies));
        }
        if queue.absent > 0 {
            parts.push(count("pages closed", "أغلقوا صفحاتهم", queue.absent));
        }
        parts.push(count("offered", "معروض", queue.offers_out));
        parts.push(count("with agents", "عند الموظفين", queue.owned));
        if let Some(why) = queue.delay.as_ref().and_then(|delay| self.transcript.delay(delay)) {
            parts.push(why);
        } else if !queue.open {
            parts.push(pick(l, "closed", "مغلق").to_owned());
        }
        format!("{}: {}", self.title(queue), parts.join(" · "))
    }

    fn title(&self, queue: &QueueView) -> String {
        let tag = self.transcript.language.tag();
        let ours = |title: &&LocalizedText| title.language == tag;
        let title = queue.title.iter().find(ours).cloned();
        let title = text_of(&title);
        let name = if title.is_empty() { &queue.queue_id } else { &title };
        self.transcript.look.paint(&self.transcript.look.foreign(name), Style::new().bold())
    }

    /// An agent, and below what they hold.
    pub fn agent(&self, floor: &Floor, view: &AgentView, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let Some(agent) = &view.agent else { return Vec::new() };
        let profile = agent.profile.clone().unwrap_or_default();
        let name = title_of(&agent.names, &profile.name, l);
        let name = self.transcript.look.foreign(name);
        let name = self.transcript.look.paint(&name, Style::new().green().bold());
        let id = self.transcript.look.foreign(&profile.agent_id);
        let mut state = match agent.lease() {
            LeaseState::Suspect => pick(l, "not heard of", "انقطع اتصاله").to_owned(),
            LeaseState::Unspecified | LeaseState::Live | LeaseState::Lost => {
                words::presence(l, agent.presence()).to_owned()
            }
        };
        if agent.presence() == Presence::Away && !agent.away_reason.is_empty() {
            let why = words::away(l, &agent.away_reason);
            state = format!("{state} ({})", self.transcript.look.foreign(why));
        }
        let load = format!("{}/{}", agent.load, profile.capacity);
        let mut lines = vec![format!("{name} ({id}): {state} · {load}")];
        lines.extend(view.held.iter().map(|held| self.held(floor, held, now)));
        lines
    }

    fn held(&self, floor: &Floor, held: &HeldView, now: i64) -> String {
        let l = self.transcript.language;
        let number = floor.number_of(&held.conversation_id).unwrap_or_default();
        let left = |until: &Option<Timestamp>| {
            until.as_ref().map(|until| words::span(l, (until.seconds - now).max(0)))
        };
        let mut parts = Vec::new();
        match held.hold() {
            Hold::Offer => parts.push(pick(l, "offered", "معروضة").to_owned()),
            Hold::WrapUp => parts.push(pick(l, "being written up", "تُكتب خلاصتها").to_owned()),
            Hold::Owned | Hold::Unspecified => {}
        }
        parts.extend(left(&held.until));
        if held.adopted {
            parts.push(pick(l, "taken up after a loss", "استُعيدت بعد فقدان").to_owned());
        }
        if let Some(standing) = &held.standing {
            match self.since(standing.waiting_since.as_ref(), now) {
                Some(since) => {
                    parts
                        .push(format!("{} {since}", pick(l, "customer waits", "العميل ينتظر منذ")));
                }
                None => parts.push(pick(l, "customer's turn", "الدور على العميل").to_owned()),
            }
            parts.extend(words::attendance(l, standing.attendance()).map(str::to_owned));
            if standing.unanswered > 0 {
                parts.push(format!("{} {}", pick(l, "unanswered", "دون رد"), standing.unanswered));
            }
        }
        parts.extend(held.promise.as_ref().map(|promise| self.transcript.promise(promise)));
        format!("  [{number}] {}: {}", held.conversation_id, parts.join(" · "))
    }

    fn since(&self, at: Option<&Timestamp>, now: i64) -> Option<String> {
        at.map(|at| words::span(self.transcript.language, (now - at.seconds).max(0)))
    }

    fn heading(&self, en: &'static str, ar: &'static str) -> String {
        let title = format!("—— {} ——", pick(self.transcript.language, en, ar));
        self.transcript.look.paint(&title, Style::new().bold())
    }

    /// Something the terminal itself has to say.
    pub fn say(&self, en: &'static str, ar: &'static str) -> String {
        self.transcript.remark(pick(self.transcript.language, en, ar))
    }
}
