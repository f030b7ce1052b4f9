//! Somebody on call says that they are there. Their token is all they need to show: it was made by this
//! deployment for one ring of one conversation, and nobody else can make one.

use super::audit;
use super::auth::Principal;
use super::context::Context;
use super::decode;
use super::encode;
use super::pb;
use super::refusals::status;
use super::status::Refusal;
use crate::app::error::AppError;
use crate::app::on_call::OwedRing;
use crate::domain::conversation::command::Rejection;
use crate::domain::conversation::on_call::RingAnswer;
use tonic::{Request, Status};

pub(super) async fn acknowledge(
    context: &Context,
    request: &Request<pb::AcknowledgeOnCallRequest>,
) -> Result<pb::AcknowledgeOnCallResponse, Status> {
    let asked = request.get_ref();
    if asked.token.trim().is_empty() {
        return Err(decode::wrong("token", "the token that came with the ring"));
    }
    let (conversation, ring) = context.tokens.acknowledged(asked.token.trim()).map_err(|_| {
        let why = "this is not the token of a ring; take the one that came with it";
        Refusal::BadCredentials { why: why.to_owned() }
    })?;
    let name = asked.name.clone();
    if name.trim().is_empty() {
        return Err(decode::empty("name", "say who is there: the customer reads this name"));
    }
    let owed = OwedRing { conversation, ring };
    let answered = context.app.on_call_answered(&owed, RingAnswer::Reached { name }).await;
    let (counted, c) = match answered {
        Ok(done) => (true, done.conversation),
        // Too late to matter, which is no fault of whoever says it.
        Err(AppError::Rejected(Rejection::WrongState { .. } | Rejection::Stale { .. })) => {
            (false, context.app.conversation(&owed.conversation).await.map_err(status)?)
        }
        Err(error) => return Err(status(error)),
    };
    audit::changed(&Principal::of(request), "AcknowledgeOnCall", c.id.as_str());
    let state = encode::conversation(&context.app, &c).state;
    Ok(pb::AcknowledgeOnCallResponse { conversation_id: c.id.to_string(), counted, state })
}
