//! The calls about blocks: an agent's, and those of supervisors who look at them.

use super::agent::Right;
use super::audit;
use super::auth::Principal;
use super::context::{Context, conversation_id, request};
use super::decode;
use super::encode::Reader;
use super::encode_block;
use super::pb;
use super::refusals::status;
use tonic::{Request, Status};

/// Blocks listed at once, usually and at most.
const PAGE: (usize, usize) = (50, 200);

/// An agent blocks the customer of a conversation they own.
pub(super) async fn block(
    context: &Context,
    caller: &Principal,
    right: &Right,
    asked: &pb::BlockCustomerRequest,
) -> Result<pb::BlockCustomerResponse, Status> {
    let reason = reason(context, &asked.reason)?;
    let contents = right.contents(&format!("block {reason}"));
    let request = request(&asked.request_id, right.agent.id.as_str(), &contents)?;
    let by = (right.agent.id.clone(), right.token);
    let done = context.app.block_customer(&right.conversation, request, by, reason).await;
    let done = done.map_err(status)?;
    audit::changed(caller, "BlockCustomer", right.conversation.as_str());
    Ok(pb::BlockCustomerResponse {
        events: context.events(&done.events, Reader::Agent),
        conversation: context.conversation(&done),
    })
}

/// A supervisor upholds or lifts a block.
pub(super) async fn review(
    context: &Context,
    call: &Request<pb::ReviewBlockRequest>,
) -> Result<pb::ReviewBlockResponse, Status> {
    let (caller, asked) = (Principal::of(call), call.get_ref());
    let conversation = conversation_id(&asked.conversation_id)?;
    let upheld = match asked.verdict() {
        pb::BlockVerdict::Uphold => true,
        pb::BlockVerdict::Lift => false,
        pb::BlockVerdict::Unspecified => return Err(decode::wrong("verdict", "UPHOLD or LIFT")),
    };
    let reason = reason(context, &asked.reason)?;
    let (role, subject) = audit::named(&caller);
    let contents = format!("review {conversation} {upheld} {reason}");
    let request = request(&asked.request_id, &format!("{role}/{subject}"), &contents)?;
    let done = context.app.review_block(&conversation, request, (subject, upheld), &reason).await;
    let done = done.map_err(status)?;
    audit::changed(&caller, "ReviewBlock", conversation.as_str());
    Ok(pb::ReviewBlockResponse {
        conversation: context.conversation(&done),
        events: context.events(&done.events, Reader::Examiner),
    })
}

/// The blocks that are open, or lapsed without a look.
pub(super) async fn list(
    context: &Context,
    asked: &pb::ListBlocksRequest,
) -> Result<pb::ListBlocksResponse, Status> {
    let size = decode::page_size(asked.page_size, PAGE.0, PAGE.1);
    let open = context.app.list_blocks(size).await.map_err(status)?;
    let blocks = open.iter().map(|(c, block)| encode_block::block(c, block)).collect();
    Ok(pb::ListBlocksResponse { blocks })
}

/// Whoever decides about somebody says why.
fn reason(context: &Context, text: &str) -> Result<String, Status> {
    let text = decode::at_most("reason", text.trim(), context.app.settings().utterance_chars_max)?;
    if text.is_empty() { Err(decode::empty("reason", "say why")) } else { Ok(text) }
}
