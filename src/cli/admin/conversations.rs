//! Conversations as an operator looks for them, and one of them as a whole.

use super::Secured;
use super::show::Show;
use crate::cli::connect::ask;
use crate::cli::transcript::Reader;
use crate::cli::words::{self, pick};
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::{
    Conversation, ConversationState, ConversationSummary, GetConversationRequest,
    ListConversationsRequest, Party,
};
use tonic::Status;

/// The most that a page of conversations or of events holds.
const PAGE: u32 = 500;

/// A state by the name it has on the wire, in small letters.
pub fn state(text: &str) -> Result<ConversationState, String> {
    let name = format!("CONVERSATION_STATE_{}", text.to_uppercase());
    let known = ConversationState::from_str_name(&name);
    known.filter(|state| *state != ConversationState::Unspecified).ok_or_else(|| {
        "one of: bot, queued, pending, human, confirming, resolved, closed, blocked".to_owned()
    })
}

/// The latest ones, so many.
pub async fn list(
    mut client: AdminServiceClient<Secured>,
    show: Show,
    wanted: Option<ConversationState>,
    last: u32,
    now: i64,
) -> Result<Vec<String>, Status> {
    let (mut lines, mut page_token) = (Vec::new(), String::new());
    let state = wanted.unwrap_or_default().into();
    loop {
        let left = last.saturating_sub(lines.len() as u32);
        let request = ListConversationsRequest { state, page_size: left.min(PAGE), page_token };
        let page = client.list_conversations(ask(request)).await?.into_inner();
        lines.extend(page.conversations.iter().map(|it| row(show, it, now)));
        page_token = page.next_page_token;
        if page_token.is_empty() || lines.len() as u32 >= last {
            break;
        }
    }
    if lines.is_empty() {
        lines.push(pick(show.transcript.language, "none", "لا توجد").to_owned());
    }
    Ok(lines)
}

/// One of them: how it stands and all that happened, with what decided the bot's turns.
pub async fn one(
    mut client: AdminServiceClient<Secured>,
    show: Show,
    conversation_id: String,
) -> Result<Vec<String>, Status> {
    let (mut lines, mut after_sequence) = (Vec::new(), 0);
    loop {
        let conversation_id = conversation_id.clone();
        let request = GetConversationRequest { conversation_id, after_sequence, page_size: PAGE };
        let page = client.get_conversation(ask(request)).await?.into_inner();
        if lines.is_empty() {
            lines.extend(page.conversation.as_ref().map(|it| heading(show, it)));
        }
        for event in &page.events {
            lines.extend(show.transcript.event(event));
            let decided = page.explanations.iter().filter(|why| why.sequence == event.sequence);
            lines.extend(decided.filter(|why| !why.because.is_empty()).map(|why| {
                let by = pick(show.transcript.language, "decided by", "القرار بحسب");
                show.transcript
                    .remark(&format!("{by}: {}", show.transcript.look.foreign(&why.because)))
            }));
        }
        let full = page.events.len() >= PAGE as usize;
        match page.events.last().filter(|_| full) {
            Some(last) => after_sequence = last.sequence,
            None => return Ok(lines),
        }
    }
}

fn row(show: Show, summary: &ConversationSummary, now: i64) -> String {
    let l = show.transcript.language;
    let conversation = summary.conversation.clone().unwrap_or_default();
    let mut line = heading(show, &conversation);
    if let Some(at) = &summary.last_event_at {
        let ago = words::span(l, now - at.seconds);
        line = format!("{line} · {} {ago}", pick(l, "last before", "آخرها قبل"));
    }
    line
}

fn heading(show: Show, conversation: &Conversation) -> String {
    let l = show.transcript.language;
    let mut parts = vec![words::state(l, conversation.state(), Reader::Staff).to_owned()];
    if let Some(owner) = conversation.owner.as_ref().filter(|it| it.party() == Party::Agent) {
        parts.push(show.transcript.label(owner));
    }
    if conversation.state() == ConversationState::Closed {
        parts.push(words::close(l, conversation.close_reason()).to_owned());
    }
    if let Some(status) = &conversation.queue_status {
        // Whoever is there goes first, and may have the same number.
        let (en, ar) = match status.aside {
            true => (
                "page closed, others go first; comes back as number",
                "صاحبها غائب فيتقدمه غيره، وتعود إلى الرقم",
            ),
            false => ("number", "الرقم"),
        };
        parts.push(format!("{} {}", pick(l, en, ar), status.position));
        parts.extend(status.delay.as_ref().and_then(|delay| show.transcript.delay(delay)));
    }
    parts.extend(conversation.promise.as_ref().map(|promise| show.transcript.promise(promise)));
    format!("{}: {}", conversation.conversation_id, parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Look;
    use crate::cli::transcript::Transcript;
    use crate::domain::language::Language;
    use crate::grpc::pb::{CloseReason, QueueStatus};

    #[test]
    fn a_row_tells_how_a_conversation_stands_and_since_when() {
        let row = |language, conversation| {
            let transcript = Transcript { look: Look::PLAIN, language, reader: Reader::Staff };
            let last_event_at = Some(prost_types::Timestamp { seconds: 40, nanos: 0 });
            let summary = ConversationSummary { conversation: Some(conversation), last_event_at };
            super::row(Show { transcript }, &summary, 100)
        };
        let queued = Conversation {
            conversation_id: "c1".into(),
            state: ConversationState::Queued.into(),
            queue_status: Some(QueueStatus { position: 2, ..Default::default() }),
            ..Default::default()
        };
        let told = row(Language::En, queued.clone());
        assert_eq!(told, "c1: waits for an agent · number 2 · last before 1 min");
        assert_eq!(row(Language::Ar, queued.clone()), "c1: تنتظر موظفًا · الرقم 2 · آخرها قبل 1 د");
        let status = QueueStatus { position: 2, aside: true, ..Default::default() };
        let gone = Conversation { queue_status: Some(status), ..queued };
        let told = row(Language::En, gone.clone());
        let aside = "c1: waits for an agent · page closed, others go first; comes back as number 2 · last before 1 min";
        assert_eq!(told, aside);
        let told = row(Language::Ar, gone);
        assert_eq!(
            told,
            "c1: تنتظر موظفًا · صاحبها غائب فيتقدمه غيره، وتعود إلى الرقم 2 · آخرها قبل 1 د"
        );
        let closed = Conversation {
            conversation_id: "c2".into(),
            state: ConversationState::Closed.into(),
            close_reason: CloseReason::Left.into(),
            ..Default::default()
        };
        let told = row(Language::En, closed);
        assert_eq!(told, "c2: closed · the customer ended it · last before 1 min");
    }

    #[test]
    fn states_are_named_as_on_the_wire() {
        assert_eq!(state("pending"), Ok(ConversationState::Pending));
        assert!(state("unspecified").unwrap_err().contains("queued"));
        assert!(state("lost").unwrap_err().contains("human"));
    }
}
