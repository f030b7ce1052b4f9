//! What was found of requests that begin conversations.

use super::*;
use crate::app::begin::Opening;
use crate::domain::ids::ChannelId;

#[tokio::test]
async fn the_same_request_begins_one_conversation_and_never_another() {
    let shop = Shop::open(1).await;
    let (id, customer) =
        (ConversationId::parse("c2").unwrap(), CustomerId::parse("customer").unwrap());
    let opening = |contents: &str, language, channel: Option<&str>| Opening {
        language: Some(language),
        channel: channel.map(|name| ChannelId::parse(name).unwrap()),
        request: Some(Request::new(RequestId::parse("r1").unwrap(), "start", contents)),
    };
    let begin = |opening| shop.app.start(id.clone(), customer.clone(), opening);
    let first = begin(opening("ar", Language::Ar, None)).await.unwrap();
    let again = begin(opening("ar", Language::Ar, None)).await.unwrap();
    assert_eq!(again.events, first.events);
    let other = begin(opening("en", Language::En, None)).await.unwrap_err();
    assert!(matches!(other, AppError::RequestMismatch), "{other}");
    let stranger = CustomerId::parse("stranger").unwrap();
    let theirs = shop.app.start(id.clone(), stranger, opening("ar", Language::Ar, None)).await;
    assert!(matches!(theirs.unwrap_err(), AppError::NotFound { .. }));
    // One that began by its token, without a record of the request.
    let late = ConversationId::parse("c3").unwrap();
    let begin = |opening: Opening| shop.app.start(late.clone(), customer.clone(), opening);
    begin(Opening::from(Some(Language::Ar))).await.unwrap();
    begin(opening("ar", Language::Ar, None)).await.unwrap();
    for other in [opening("en", Language::En, None), opening("ar", Language::Ar, Some("web"))] {
        assert!(matches!(begin(other).await.unwrap_err(), AppError::RequestMismatch));
    }
}
