"""A chat service that redirects, never ends or answers nonsense: one message, and the key goes nowhere else."""

import itertools
import json

import pytest
from hostile import HostileServer, answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concept_freq.tags import descriptions
from concept_freq.tags.descriptions import TRIES, Chat, ChatError

KEY = "SECRETKEY"
GOOD = answer(200, {}, json.dumps({"choices": [{"message": {"content": "a nut"}}]}).encode())


@pytest.fixture(scope="module")
def server():
    """A service that sends what a test puts into ``answers``."""
    with HostileServer() as server:
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Sleep no more, and read little."""
    monkeypatch.setattr(descriptions.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(descriptions, "LARGEST", 1 << 20)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_follows_no_redirect(server, status):
    with HostileServer() as other:
        server.answers = [answer(status, {"Location": f"{other.url}/v1?token=SIGNED"})]
        with pytest.raises(ChatError, match=rf"redirects to {other.url}/v1; the key goes to no other") as error:
            Chat(f"{server.url}/v1", "m", KEY).answer("acorn", "What?", 1)
        assert other.requests == []
        other.shutdown()
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    "wrong",
    [
        answer(503, {}),
        answer(429, {"Retry-After": "31536000"}),
        answer(200, {"Content-Length": "99"}, b"{"),
        answer(200, {}, b"\xff\xfe"),
        answer(200, {}, b"[" * 100_000),
        b"",
        b"nonsense\r\n\r\n",
    ],
    ids=itertools.count(),
)
def test_a_service_that_fails_once_is_asked_again(server, wrong):
    server.answers = [wrong, GOOD]
    assert Chat(f"{server.url}/v1", "m").answer("acorn", "What?", 1) == ["a nut"]


def test_an_answer_without_end_is_given_up(server):
    server.answers = [itertools.chain([answer(200, {})], itertools.repeat(bytes(1 << 16))) for _ in range(TRIES)]
    with pytest.raises(ChatError, match="more than 1048576 bytes; answers so far are kept"):
        Chat(f"{server.url}/v1", "m").answer("acorn", "What?", 1)


@pytest.mark.parametrize(("key", "sent"), [("SECRETKEY\n", True), ("SECRET\nKEY", False), ("SECRÉT", False)])
def test_a_key_with_a_line_break_is_trimmed_or_refused_but_never_shown(server, key, sent):
    server.answers = [GOOD]
    chat = Chat(f"{server.url}/v1", "m", key)
    if sent:
        assert chat.answer("acorn", "What?", 1) == ["a nut"]
        assert f"Authorization: Bearer {KEY}" in server.requests[-1]
    else:
        with pytest.raises(ChatError, match="OPENAI_API_KEY holds characters that no key has") as error:
            chat.answer("acorn", "What?", 1)
        assert "SECR" not in str(error.value)


@pytest.mark.parametrize("endpoint", ["host/v1", "", "http://[/v1", "ftp://127.0.0.1:1/v1"])
def test_an_endpoint_that_is_no_address_is_one_message(endpoint):
    with pytest.raises(ChatError):
        Chat(endpoint, "m", KEY).answer("acorn", "What?", 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(st.sampled_from(["choices", "message", "content"]), part),
    max_leaves=8,
)
ANSWERS = st.builds(
    answer,
    st.sampled_from([200, 200, 200, 204, 302, 400, 429, 500]),
    st.just({}),
    st.one_of(st.binary(max_size=30), JSON.map(json.dumps).map(str.encode)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(ANSWERS, max_size=3))
def test_whatever_is_answered_there_are_texts_or_one_message(server, answers):
    server.answers, server.last = list(answers), answer(400, {})
    try:
        texts = Chat(f"{server.url}/v1", "m", KEY).answer("acorn", "What?", 1)
        assert all(isinstance(text, str) for text in texts)
    except ChatError as error:
        assert KEY not in str(error)
