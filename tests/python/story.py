"""The whole story through the public API, with a client generated from the proto files.

Called by tests/it/python.rs: python story.py PROTO_FOLDER ADDRESS KEYS_FOLDER
"""

import pathlib
import sys
import tempfile
import threading

import grpc
from grpc_tools import protoc
import grpc_tools


def generate(proto: pathlib.Path) -> None:
    out = tempfile.mkdtemp()
    files = sorted(str(path.relative_to(proto)) for path in (proto / "sanad" / "v1").glob("*.proto"))
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    code = protoc.main(
        ["protoc", f"-I{proto}", f"-I{well_known}", f"--python_out={out}", f"--grpc_python_out={out}"]
        + files
    )
    assert code == 0, "the proto files do not generate"
    sys.path.insert(0, out)


def main() -> None:
    proto, address, keys = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    generate(proto)
    from sanad.v1 import agent_pb2, agent_pb2_grpc, chat_pb2, chat_pb2_grpc, types_pb2

    channel = grpc.insecure_channel(address)
    chat = chat_pb2_grpc.ChatServiceStub(channel)
    desk = agent_pb2_grpc.AgentServiceStub(channel)

    started = chat.StartConversation(
        chat_pb2.StartConversationRequest(request_id="r0", device_id="a-device-in-python", language="ar")
    )
    conversation = started.conversation.conversation_id
    customer = [("authorization", f"Bearer {started.customer_token}")]

    # The customer's stream, dropped and resumed: every sequence once, in order.
    seen = []
    resume = started.resume_token
    head = started.conversation.head_sequence

    def read_until(wanted, token):
        stream = chat.SubscribeEvents(
            chat_pb2.SubscribeEventsRequest(conversation_id=conversation, resume_token=token),
            metadata=customer,
            timeout=30,
        )
        for response in stream:
            token = response.resume_token
            if response.WhichOneof("frame") == "event":
                seen.append(response.event)
                if wanted(response.event):
                    break
        stream.cancel()
        return token

    said = chat.SendMessage(
        chat_pb2.SendMessageRequest(conversation_id=conversation, request_id="r1", text="كم مدة التوصيل؟"),
        metadata=customer,
    )
    again = chat.SendMessage(
        chat_pb2.SendMessageRequest(conversation_id=conversation, request_id="r1", text="كم مدة التوصيل؟"),
        metadata=customer,
    )
    assert said.message.sequence == again.message.sequence, "one request id has two effects"
    assert any(event.message_sent.entry_id == "delivery_time" for event in said.events), said

    try:
        chat.SendMessage(
            chat_pb2.SendMessageRequest(conversation_id=conversation, request_id="r1", text="غيره"),
            metadata=customer,
        )
        raise AssertionError("other contents under the same request id were taken")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error

    resume = read_until(lambda event: event.message_sent.entry_id == "delivery_time", resume)

    # An agent who is there.
    key = next(keys.glob("*agent*sara*")).read_text().strip()
    agent = [("authorization", f"Bearer {key}")]
    signed = desk.SignIn(
        agent_pb2.SignInRequest(agent_id="sara", request_id="a0", client=agent_pb2.CLIENT_KIND_PROGRAM),
        metadata=agent,
    )
    work = desk.SubscribeWork(agent_pb2.SubscribeWorkRequest(sessions=[signed.session]), metadata=agent, timeout=60)
    offers = []
    got = threading.Event()

    def follow():
        try:
            for response in work:
                if response.WhichOneof("frame") == "offer":
                    offers.append(response.offer)
                    got.set()
        except grpc.RpcError:
            pass

    threading.Thread(target=follow, daemon=True).start()
    desk.SetPresence(
        agent_pb2.SetPresenceRequest(
            session=signed.session, request_id="a1", presence=types_pb2.PRESENCE_AVAILABLE
        ),
        metadata=agent,
    )
    asked = chat.RequestHuman(
        chat_pb2.RequestHumanRequest(conversation_id=conversation, request_id="r2"), metadata=customer
    )
    assert asked.receipt.status.registered, asked
    assert got.wait(20), "no offer came"
    offer = offers[0]
    assert offer.conversation_id == conversation
    accepted = desk.AcceptOffer(
        agent_pb2.AcceptOfferRequest(
            session=signed.session, request_id="a2", conversation_id=conversation, token=offer.token
        ),
        metadata=agent,
    )
    assert accepted.assignment.conversation.state == types_pb2.CONVERSATION_STATE_HUMAN
    packet = desk.GetHandoffPacket(
        agent_pb2.GetHandoffPacketRequest(
            session=signed.session, conversation_id=conversation, token=offer.token
        ),
        metadata=agent,
    ).packet
    assert packet.tried[0].entry_id == "delivery_time", packet

    silent = chat.SendMessage(
        chat_pb2.SendMessageRequest(conversation_id=conversation, request_id="r3", text="كم مدة التوصيل لجدة؟"),
        metadata=customer,
    )
    assert not silent.events, "the bot spoke while a human owns the conversation"
    desk.SendAgentMessage(
        agent_pb2.SendAgentMessageRequest(
            session=signed.session, request_id="a3", conversation_id=conversation, token=offer.token, text="أهلا"
        ),
        metadata=agent,
    )
    try:
        desk.SendAgentMessage(
            agent_pb2.SendAgentMessageRequest(
                session=signed.session,
                request_id="a4",
                conversation_id=conversation,
                token=types_pb2.OwnershipToken(term=1, attempt=1),
                text="stale",
            ),
            metadata=agent,
        )
        raise AssertionError("a stale token spoke")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.ABORTED, error
    desk.ProposeResolution(
        agent_pb2.ProposeResolutionRequest(
            session=signed.session,
            request_id="a5",
            conversation_id=conversation,
            token=offer.token,
            disposition="solved",
        ),
        metadata=agent,
    )
    ended = chat.RespondToResolution(
        chat_pb2.RespondToResolutionRequest(
            conversation_id=conversation, request_id="r4", answer=chat_pb2.RESOLUTION_ANSWER_CONFIRM
        ),
        metadata=customer,
    )
    assert ended.conversation.state == types_pb2.CONVERSATION_STATE_RESOLVED
    read_until(lambda event: event.WhichOneof("body") == "resolution_confirmed", resume)

    sequences = [event.sequence for event in seen]
    assert sequences == sorted(set(sequences)), f"doubled or out of order: {sequences}"
    listed = chat.ListMessages(
        chat_pb2.ListMessagesRequest(conversation_id=conversation, after_sequence=head), metadata=customer
    )
    expected = [event.sequence for event in listed.events if event.sequence <= sequences[-1]]
    assert sequences == expected, f"the stream lost something: {sequences} {expected}"
    print("the story holds")


if __name__ == "__main__":
    main()
