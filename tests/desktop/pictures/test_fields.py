from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.pictures.errors import MessageDamaged
from desktop.pictures.messages import (
    COMMANDS,
    MAX_EVENT_BYTES,
    FailureKind,
    OpenSeries,
    ReadingFailed,
    ReadPicture,
    SeriesReady,
    decode_command,
    decode_event,
    encode,
)
from tests.fakes.viewed_pictures import series_info

_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=50)


@given(st.integers(0, 1 << 40), _TEXT, st.none() | st.integers(0, 5000), st.none() | st.integers(1, 4096))
def test_a_command_comes_back_as_it_went(token: int, file: str, frame: int | None, side: int | None) -> None:
    command = ReadPicture(token, file, frame, side)
    assert decode_command(encode(command)) == command


def test_nested_messages_come_back_as_they_went() -> None:
    for event in (SeriesReady(3, series_info(7)), ReadingFailed(4, FailureKind.UNREADABLE)):
        assert decode_event(encode(event)) == event
    assert decode_command(encode(OpenSeries(1, ("a", "b")))) == OpenSeries(1, ("a", "b"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(line: bytes) -> None:
    try:
        decode_event(line)
    except MessageDamaged:
        return
    pytest.fail("random bytes became a message")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(COMMANDS)), st.dictionaries(st.sampled_from(["token", "file", "files", "index"]), _JSON))
def test_ill_typed_fields_are_refused_and_never_a_crash(name: str, fields: dict[str, object]) -> None:
    line = json.dumps({"message": name, **fields}).encode()
    try:
        command = decode_command(line)
    except MessageDamaged:
        return
    assert type(command.token) is int


@pytest.mark.parametrize(
    "line",
    [
        b'{"message":"PictureReady","token":true}',
        b'{"message":"PictureReady","token":1,"path":"/etc/passwd"}',
        b'{"message":"PictureReady"}',
        b'{"message":"ReadingFailed","token":1,"kind":"bored"}',
        b'{"message":"SliceReady","token":1,"index":1e400}',
        b"[" * 100_000,
        b'{"message":"PictureReady","token":1}' + b" " * MAX_EVENT_BYTES,
    ],
)
def test_lines_outside_the_protocol_are_refused(line: bytes) -> None:
    with pytest.raises(MessageDamaged):
        decode_event(line)
