//! The customer's ratings: of one answer, and of the conversation after its end.

use super::chat::Chat;
use super::decode;
use super::encode::Reader;
use super::encode_satisfaction::{self, COMMENT_CHARS_MAX};
use super::pb;
use crate::domain::conversation::command::Command;
use tonic::{Request, Response, Status};

impl Chat {
    pub(super) async fn rate_one_answer(
        &self,
        request: Request<pb::RateAnswerRequest>,
    ) -> Result<Response<pb::RateAnswerResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let asked = request.into_inner();
        let helpful = match asked.rating() {
            pb::AnswerRating::Helpful => true,
            pb::AnswerRating::NotHelpful => false,
            pb::AnswerRating::Unspecified => {
                return Err(decode::wrong("rating", "say HELPFUL or NOT_HELPFUL"));
            }
        };
        let name = format!("rate {} {helpful}", asked.sequence);
        let command = Command::RateAnswer { answer: asked.sequence, helpful };
        let done = self.simple(&conversation, &asked.request_id, &name, command).await?;
        Ok(Response::new(pb::RateAnswerResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }

    pub(super) async fn score_conversation(
        &self,
        request: Request<pb::RateConversationRequest>,
    ) -> Result<Response<pb::RateConversationResponse>, Status> {
        let conversation = self.own(&request, &request.get_ref().conversation_id)?;
        let asked = request.into_inner();
        let measure = encode_satisfaction::read_measure(asked.measure())?;
        let part = encode_satisfaction::read_part(asked.part());
        let comment = decode::at_most("comment", &asked.comment, COMMENT_CHARS_MAX)?;
        let score = asked.score;
        let name = format!("score {measure:?} {part:?} {score} {comment}");
        let command = Command::RateConversation { measure, part, score, comment };
        let done = self.simple(&conversation, &asked.request_id, &name, command).await?;
        Ok(Response::new(pb::RateConversationResponse {
            events: self.context.events(&done.events, Reader::Customer),
            conversation: self.context.conversation(&done),
            durability: self.durability(&done).await,
            mode: self.mode(),
        }))
    }
}
