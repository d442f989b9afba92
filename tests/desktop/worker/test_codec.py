from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.encounter import Word
from desktop.worker.codec import decode, encode
from desktop.worker.errors import (
    LineTooLong,
    MalformedLine,
    ProtocolError,
    UnknownMessage,
    WrongFields,
    WrongVersion,
)
from desktop.worker.known import EncounterContext, KnownPicture
from desktop.worker.protocol import (
    COMMANDS,
    EVENTS,
    MAX_LINE_BYTES,
    AnswerPiece,
    Command,
    Dictate,
    Event,
    PartialWords,
    Ping,
    Pong,
    RecognisedUpTo,
    Shutdown,
)

finite = st.floats(-1e18, 1e18)
whole = st.integers(-(2**63) + 1, 2**63 - 1)
for number, strategy in ((float, finite), (int, whole)):
    st.register_type_strategy(number, strategy)
st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"])))


def message(*tables: dict[str, type[Any]]) -> st.SearchStrategy[Any]:
    kinds = [kind for table in tables for kind in table.values()]
    return st.sampled_from(kinds).flatmap(st.from_type)


@given(message(COMMANDS))
def test_every_command_comes_back_as_it_was(command: Command) -> None:
    line = encode(command)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line, COMMANDS) == command


@given(message(EVENTS))
def test_every_event_comes_back_as_it_was(event: Event) -> None:
    assert decode(encode(event), EVENTS) == event


def test_both_tables_hold_every_message_once() -> None:
    assert len(COMMANDS) == 16
    assert len(EVENTS) == 23
    assert not COMMANDS.keys() & EVENTS.keys()


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_protocol_errors(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(line, EVENTS)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(message(COMMANDS, EVENTS), st.data())
def test_a_message_with_a_wrong_value_is_refused_or_means_the_same(sent: Any, data: st.DataObject) -> None:
    envelope = json.loads(encode(sent))
    target = data.draw(st.sampled_from([envelope, envelope["fields"]])) if envelope["fields"] else envelope
    key = data.draw(st.sampled_from(sorted(target)))
    target[key] = data.draw(json_values)
    line = json.dumps(envelope).encode()
    try:
        got = decode(line, {**COMMANDS, **EVENTS})
    except ProtocolError:
        return
    assert json.loads(encode(got)) == json.loads(line)


def changed(**changes: Any) -> bytes:
    return json.dumps({"v": 1, "kind": "Ping", "fields": {"number": 1}} | changes).encode()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", MalformedLine),
        (b"hello\n", MalformedLine),
        (b"\xff\xfe\n", MalformedLine),
        (b"[" * 100_000, MalformedLine),
        (b"9" * 5_000, MalformedLine),
        (b"[]\n", MalformedLine),
        (changed(v=2), WrongVersion),
        (changed(v=True), WrongVersion),
        (changed(v=None), WrongVersion),
        (changed(more=1), MalformedLine),
        (changed(kind="Pong"), UnknownMessage),
        (changed(kind=["Ping"]), UnknownMessage),
        (changed(fields=None), WrongFields),
        (changed(fields={}), WrongFields),
        (changed(fields={"number": 1, "more": 2}), WrongFields),
        (changed(fields={"number": "1"}), WrongFields),
        (changed(fields={"number": True}), WrongFields),
        (changed(fields={"number": 1.5}), WrongFields),
        (changed(fields={"number": 2**63}), WrongFields),
        (b" " * (MAX_LINE_BYTES + 1), LineTooLong),
    ],
)
def test_what_is_wrong_with_a_line_is_told(line: bytes, error: type[ProtocolError]) -> None:
    assert decode(changed(), COMMANDS) == Ping(1)
    with pytest.raises(error):
        decode(line, COMMANDS)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1e300", "null", '"1"', "true"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    good = encode(RecognisedUpTo("1", 2.5)).decode()
    with pytest.raises(ProtocolError):
        decode(good.replace("2.5", number).encode(), EVENTS)


def test_half_a_character_is_refused() -> None:
    line = rb'{"v":1,"kind":"AnswerPiece","fields":{"job":"1","text":"\ud83d"}}'
    with pytest.raises(WrongFields):
        decode(line, EVENTS)
    with pytest.raises(WrongFields):
        encode(AnswerPiece("1", "\ud83d"))


def test_a_number_that_is_not_finite_is_never_sent() -> None:
    with pytest.raises(WrongFields):
        encode(PartialWords("1", (Word("a", 0.0, math.nan, 1.0),)))


def test_a_message_that_is_too_long_is_never_sent() -> None:
    with pytest.raises(LineTooLong):
        encode(AnswerPiece("1", "x" * MAX_LINE_BYTES))


def test_a_region_has_four_sides() -> None:
    picture = KnownPicture("Image 1", "/a.png", region=(0.1, 0.2, 0.3, 0.4))
    line = json.dumps(dataclasses.asdict(EncounterContext("e", pictures=(picture,))))
    asked = {
        "job": "1",
        "context": json.loads(line),
        "question": "?",
        "decoder": "d",
        "max_tokens": 9,
        "library": False,
    }
    assert decode(changed(kind="Ask", fields=asked), COMMANDS)
    asked["context"]["pictures"][0]["region"].pop()
    with pytest.raises(WrongFields):
        decode(changed(kind="Ask", fields=asked), COMMANDS)


def test_what_a_message_says_is_never_in_the_error() -> None:
    line = changed(kind="AnswerPiece", fields={"job": "1", "text": ["Mrs Smith"]})
    with pytest.raises(ProtocolError) as raised:
        decode(line, EVENTS)
    assert "Smith" not in str(raised.value)


def test_messages_without_fields_and_with_defaults_travel_too() -> None:
    assert decode(encode(Shutdown()), COMMANDS) == Shutdown()
    assert decode(encode(Dictate("1", "/a.wav")), COMMANDS) == Dictate("1", "/a.wav", None)
    assert decode(encode(Pong(3)), EVENTS) == Pong(3)
