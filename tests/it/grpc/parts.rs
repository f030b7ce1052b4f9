//! What messages carry beside words: allowed parts reach the other side as they were sent, others are
//! refused with what is taken instead, and the machine does not pretend to see what it cannot.

use super::world::*;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::pb::message_part::Part;
use sanad::grpc::pb::send_message_request::Content;
use tonic::{Code, Status};

fn link(url: &str) -> pb::MessagePart {
    let link = pb::Link { url: url.to_owned(), title: "my order".to_owned() };
    pb::MessagePart { part: Some(Part::Link(link)) }
}

fn place(latitude: f64) -> pb::MessagePart {
    let place = pb::Location { latitude, longitude: 46.675296, label: "home".to_owned() };
    pb::MessagePart { part: Some(Part::Location(place)) }
}

fn photo(url: &str, media_type: &str, size_bytes: u64) -> pb::MessagePart {
    let file = pb::Attachment {
        url: url.to_owned(),
        media_type: media_type.to_owned(),
        size_bytes,
        sha256: "0f".repeat(32),
        name: "receipt.jpg".to_owned(),
    };
    pb::MessagePart { part: Some(Part::Attachment(file)) }
}

fn good() -> Vec<pb::MessagePart> {
    let photo = photo("https://uploads.example.com/1", "image/jpeg", 120_000);
    vec![photo, place(24.713552), link("https://shop.example/orders/17")]
}

async fn send(
    customer: &Customer<'_>,
    request_id: &str,
    text: &str,
    parts: Vec<pb::MessagePart>,
) -> Result<pb::SendMessageResponse, Status> {
    let request = pb::SendMessageRequest {
        conversation_id: customer.id.clone(),
        request_id: request_id.to_owned(),
        content: (!text.is_empty()).then(|| Content::Text(text.to_owned())),
        parts,
        sent_at: None,
    };
    let sent = customer.world.chat().send_message(with(request, &customer.token)).await?;
    Ok(sent.into_inner())
}

async fn log(customer: &Customer<'_>) -> Vec<pb::Event> {
    let request = pb::ListMessagesRequest {
        conversation_id: customer.id.clone(),
        page_size: 100,
        ..Default::default()
    };
    let listed = customer.world.chat().list_messages(with(request, &customer.token)).await;
    listed.unwrap().into_inner().events
}

fn parts_of(event: &pb::Event) -> Vec<pb::MessagePart> {
    match &event.body {
        Some(Body::MessageSent(sent)) => sent.parts.clone(),
        _ => Vec::new(),
    }
}

fn notices<'e>(events: &'e [pb::Event], named: &str) -> Vec<&'e pb::Notice> {
    let notices = events.iter().filter_map(|event| match &event.body {
        Some(Body::Notice(notice)) => Some(notice),
        _ => None,
    });
    notices.filter(|notice| notice.key == named).collect()
}

#[tokio::test]
async fn what_is_allowed_reaches_the_other_side_as_it_was_sent() {
    let world = World::open().await;
    let customer = world.customer().await;
    let sent = send(&customer, "r-a", "how much is delivery", good()).await.unwrap();
    assert_eq!(parts_of(sent.message.as_ref().unwrap()), good());
    let answered = sent.events.iter().any(|event| party_of(event) == pb::Party::Bot);
    assert!(answered, "the words are answered: {sent:?}");
    let again = send(&customer, "r-a", "how much is delivery", good()).await.unwrap();
    assert_eq!(again.message, sent.message);
    let other = send(&customer, "r-a", "how much is delivery", Vec::new()).await.unwrap_err();
    assert_eq!(refusal(&other), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));

    customer.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    let request = pb::GetHandoffPacketRequest {
        session: sara.session(),
        conversation_id: customer.id.clone(),
        token: offer.token,
        language: String::new(),
    };
    let packet = world.agents().get_handoff_packet(with(request, &sara.key)).await.unwrap();
    let transcript = packet.into_inner().packet.unwrap().transcript;
    assert!(transcript.iter().any(|event| parts_of(event) == good()), "{transcript:?}");

    sara.accept(&offer).await.unwrap();
    let request = pb::SendAgentMessageRequest {
        session: sara.session(),
        request_id: world.fresh(),
        conversation_id: customer.id.clone(),
        token: offer.token,
        parts: vec![link("https://shop.example/how-to")],
        ..Default::default()
    };
    world.agents().send_agent_message(with(request, &sara.key)).await.unwrap();
    let seen = log(&customer).await;
    let last = seen.iter().rev().find(|event| party_of(event) == pb::Party::Agent).unwrap();
    assert_eq!(parts_of(last), [link("https://shop.example/how-to")]);

    let request =
        pb::ExportMyDataRequest { conversation_id: customer.id.clone(), ..Default::default() };
    let pieces = world.chat().export_my_data(with(request, &customer.token)).await.unwrap();
    let (mut pieces, mut exported) = (pieces.into_inner(), String::new());
    while let Some(piece) = pieces.message().await.unwrap() {
        exported.push_str(&piece.lines);
    }
    assert!(exported.contains("https://uploads.example.com/1"), "{exported}");
    assert!(exported.contains("https://shop.example/how-to"), "{exported}");
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_with_what_is_taken_instead_and_leaves_no_trace() {
    let world = World::open().await;
    let customer = world.customer().await;
    let availability = world.chat().get_availability(pb::GetAvailabilityRequest::default()).await;
    let accepted = availability.unwrap().into_inner().accepted_parts.unwrap();
    assert_eq!(accepted.attachment_hosts, ["uploads.example.com"]);
    assert!(accepted.locations && accepted.link_hosts == ["shop.example", "*.shop.example"]);
    assert_eq!((accepted.count_max, accepted.size_bytes_max), (5, 10_000_000));

    let before = log(&customer).await.len();
    let upload = "https://uploads.example.com/1";
    for (parts, says) in [
        (vec![link("http://shop.example/")], "https://HOST"),
        (vec![link("https://shop.example@evil.example/")], "names no host"),
        (vec![link("https://evil.example/login")], "not one of those allowed"),
        (vec![place(24.0), link("javascript:alert(1)")], "part 2"),
        (vec![place(91.0)], "latitude"),
        (vec![place(f64::NAN)], "number of degrees"),
        (vec![photo("https://evil.example/1", "image/jpeg", 9)], "uploads.example.com"),
        (vec![photo(upload, "image/svg+xml", 9)], "image/jpeg"),
        (vec![photo(upload, "image/jpeg", 10_000_001)], "10000000"),
        (vec![place(24.0); 6], "at most 5"),
        (vec![pb::MessagePart { part: None }], "say what it is"),
    ] {
        let refused = send(&customer, &world.fresh(), "look", parts).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "FIELD_INVALID".to_owned()));
        assert!(refused.message().contains(says), "{says}: {}", refused.message());
    }
    let nothing = send(&customer, &world.fresh(), "", Vec::new()).await.unwrap_err();
    assert_eq!(nothing.code(), Code::InvalidArgument);
    let request = pb::SendMessageRequest {
        conversation_id: customer.id.clone(),
        request_id: world.fresh(),
        content: Some(Content::ChoiceId("delivery".to_owned())),
        parts: vec![place(24.0)],
        sent_at: None,
    };
    let both = world.chat().send_message(with(request, &customer.token)).await.unwrap_err();
    assert_eq!(both.code(), Code::InvalidArgument, "a button carries nothing");
    assert_eq!(log(&customer).await.len(), before, "nothing was written down");

    customer.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let request = pb::SendAgentMessageRequest {
        session: sara.session(),
        request_id: world.fresh(),
        conversation_id: customer.id.clone(),
        token: offer.token,
        parts: vec![photo("https://evil.example/1", "image/jpeg", 9)],
        ..Default::default()
    };
    let refused = world.agents().send_agent_message(with(request, &sara.key)).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "FIELD_INVALID".to_owned()));
}

#[tokio::test]
async fn the_machine_says_once_that_it_cannot_look_and_takes_a_picture_for_neither_yes_nor_no() {
    let world = World::open().await;
    let customer = world.customer().await;
    let alone = || async {
        let request_id = world.fresh();
        send(&customer, &request_id, "", vec![place(24.0)]).await.unwrap()
    };
    let first = alone().await;
    assert_eq!(notices(&first.events, "parts_kept").len(), 1, "{first:?}");
    assert!(!first.bot_pending);
    let second = alone().await;
    assert!(second.events.is_empty(), "not word for word again: {second:?}");
    customer.say("how much is delivery").await;
    assert_eq!(notices(&alone().await.events, "parts_kept").len(), 1, "but after other words");

    customer.ask_for_a_person().await;
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    sara.say(&customer.id, offer.token, "it is on its way").await.unwrap();
    sara.propose(&customer.id, offer.token).await;
    let after = alone().await;
    let state = after.conversation.unwrap().state();
    assert_eq!(state, pb::ConversationState::Human, "the question is open no more, and no yes");
    assert!(after.events.is_empty(), "a person is there to look: {:?}", after.events);
}
