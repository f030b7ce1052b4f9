//! Somebody in danger at night: who is rung, who answers, and what each of them reads.

use super::world::*;
use sanad::domain::detectors::EmergencyKind;
use sanad::domain::routing::on_call::{Target, Way};
use sanad::domain::rules::Rules;
use sanad::grpc::keys::Role;
use sanad::grpc::pb;
use sanad::grpc::pb::event::Body;
use sanad::grpc::tokens::CustomerTokens;
use sanad::ports::ringer::Ring;
use std::collections::BTreeMap;
use tonic::Code;

fn on_call(rules: &mut Rules) {
    let target = |name: &str| Target {
        name: name.to_owned(),
        way: Way::Webhook("https://pager.example/".to_owned()),
    };
    let targets = vec![target("guard"), target("doctor")];
    rules.routing.on_call.targets = BTreeMap::from([(EmergencyKind::Life, targets)]);
    rules.routing.on_call.rings_max = 2;
}

/// The token that whoever was rung was sent.
fn token(ring: &Ring) -> String {
    CustomerTokens::new(SECRET).acknowledgement(&ring.conversation, ring.ring)
}

async fn acknowledge(
    world: &World,
    token: &str,
    name: &str,
) -> Result<pb::AcknowledgeOnCallResponse, tonic::Status> {
    let (token, name) = (token.to_owned(), name.to_owned());
    let request = pb::AcknowledgeOnCallRequest { token, name };
    Ok(world.supervisors().acknowledge_on_call(request).await?.into_inner())
}

/// The next notice with this key, and that nothing before it was meant for staff.
async fn notice(stream: &mut ChatStream, key: &str) -> String {
    let is_it = |event: &pb::Event| match &event.body {
        Some(Body::Notice(notice)) => notice.key == key,
        Some(Body::OnCallChanged(_) | Body::SupervisorAlerted(_)) => {
            panic!("customers read notices, not {event:?}")
        }
        _ => false,
    };
    match stream.event(is_it).await.body {
        Some(Body::Notice(notice)) => notice.text.unwrap().text,
        other => panic!("{other:?}"),
    }
}

/// What a supervisor sees of the ringing.
async fn stages(world: &World, conversation: &str) -> Vec<(pb::OnCallStage, String)> {
    let key = world.key(Role::Supervisor, "mona");
    let request = pb::GetConversationRequest {
        conversation_id: conversation.to_owned(),
        ..Default::default()
    };
    let got = world.admins().get_conversation(with(request, &key)).await.unwrap().into_inner();
    let changes = got.events.into_iter().filter_map(|event| match event.body {
        Some(Body::OnCallChanged(change)) => Some(change),
        _ => None,
    });
    changes.map(|it| (it.stage(), format!("{}{}", it.target, it.name))).collect()
}

#[tokio::test]
async fn who_is_rung_says_so_by_a_token_alone_and_the_customer_reads_who_it_is() {
    let world = World::open_with(on_call).await;
    let customer = world.customer().await;
    let mut stream = customer.stream("").await;
    customer.say("my father collapsed and does not breathe, call an ambulance").await;
    notice(&mut stream, "emergency_nobody").await;
    notice(&mut stream, "on_call_ringing").await;
    let ring = world.rung().await;
    assert_eq!((ring.target.name.as_str(), ring.attempt), ("guard", 1));
    assert_eq!(
        (ring.kind, ring.conversation.as_str()),
        (EmergencyKind::Life, customer.id.as_str())
    );
    for forged in ["x", &customer.token, &token(&ring).replace("r1.", "r2.")] {
        let refused = acknowledge(&world, forged, "Mallory").await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{forged}");
    }
    for (token, name) in [(token(&ring), " "), (String::new(), "Khalid")] {
        let unsaid = acknowledge(&world, &token, name).await.unwrap_err();
        assert_eq!(unsaid.code(), Code::InvalidArgument, "{token:?} by {name:?}");
    }
    for _ in 0..2 {
        let answered = acknowledge(&world, &token(&ring), "Khalid").await.unwrap();
        assert!(answered.counted);
        assert_eq!(answered.state(), pb::ConversationState::Queued);
    }
    assert!(notice(&mut stream, "on_call_reached").await.contains("Khalid"));
    let seen = stages(&world, &customer.id).await;
    let expected = [(pb::OnCallStage::Rung, "guard"), (pb::OnCallStage::Reached, "Khalid")];
    assert_eq!(seen, expected.map(|(stage, who)| (stage, who.to_owned())));
    // Whoever takes it ends the matter: a token of before says nothing any more.
    let sara = world.agent("sara").await;
    let mut work = sara.stream().await;
    sara.present(pb::Presence::Available).await;
    let offer = work.offer().await;
    sara.accept(&offer).await.unwrap();
    let late = acknowledge(&world, &token(&ring), "Huda").await.unwrap();
    assert!(!late.counted);
    assert_eq!(late.state(), pb::ConversationState::Human);
}

#[tokio::test]
async fn when_nobody_answers_the_customer_and_the_supervisors_are_told() {
    let world = World::open_with(on_call).await;
    let within = world.app.rules().routing.on_call.answer_within;
    let customer = world.customer().await;
    let mut stream = customer.stream("").await;
    customer.say("my father collapsed and does not breathe, call an ambulance").await;
    notice(&mut stream, "on_call_ringing").await;
    let first = world.rung().await;
    world.clock.advance(within);
    notice(&mut stream, "on_call_ringing_next").await;
    assert_eq!(world.rung().await.target.name, "doctor");
    world.clock.advance(within);
    let told = notice(&mut stream, "on_call_missed").await;
    assert!(told.contains("997"), "whom to call: {told}");
    let key = world.key(Role::Supervisor, "mona");
    let request = with(pb::SubscribeOverviewRequest {}, &key);
    let mut overview = world.supervisors().subscribe_overview(request).await.unwrap().into_inner();
    let raised = loop {
        use pb::subscribe_overview_response::Frame;
        let frame = soon(overview.message()).await.unwrap().unwrap().frame;
        let alerts = match frame {
            Some(Frame::Overview(all)) => all.alerts,
            Some(Frame::AlertRaised(alert)) => vec![alert],
            _ => Vec::new(),
        };
        let missed = |alert: &pb::RaisedAlert| alert.kind() == pb::AlertKind::NobodyReached;
        if let Some(alert) = alerts.into_iter().find(missed) {
            break alert;
        }
    };
    assert_eq!(raised.conversation_id, customer.id);
    let seen = stages(&world, &customer.id).await;
    assert_eq!(seen.last().unwrap().0, pb::OnCallStage::NobodyReached);
    // Whoever was rung first sees it after all.
    assert!(acknowledge(&world, &token(&first), "Khalid").await.unwrap().counted);
    assert!(notice(&mut stream, "on_call_reached").await.contains("Khalid"));
}
