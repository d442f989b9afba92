"""Encounters as JSON: the round trip of any encounter, and refusing whatever does not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record import encounter as values
from desktop.record.codec import ENTRY_KINDS, decode, encode
from desktop.record.earlier import SCHEMA
from desktop.record.encounter import Encounter
from desktop.record.errors import EncounterDamaged, EncounterNewer
from tests.fakes.encounters import ENCOUNTER_ID, full_encounter

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_NAMES = st.integers(1, 999).map(lambda number: f"image-{number}.png")
st.register_type_strategy(str, _TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
_SPAN = st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True).map(sorted)
st.register_type_strategy(
    values.Region,
    st.builds(
        lambda across, down, frame: values.Region(across[0], down[0], across[1], down[1], frame),
        _SPAN,
        _SPAN,
        st.integers(0, 5000),
    ),
)


@st.composite
def _utterances(draw: st.DrawFn) -> values.Utterance:
    """Return an utterance whose written words, where there are any, stand for all of its words."""
    words = tuple(draw(st.lists(st.builds(values.Word), max_size=4)))
    cuts = sorted(draw(st.sets(st.integers(1, len(words) - 1)))) if len(words) > 1 else []
    spans = zip([0, *cuts], [*cuts, len(words)], strict=True) if words and draw(st.booleans()) else ()
    written = tuple(
        values.WrittenWord(draw(_TEXT), first, stop, draw(st.sampled_from(values.WrittenMark))) for first, stop in spans
    )
    return draw(st.builds(values.Utterance, words=st.just(words), written=st.just(written)))


st.register_type_strategy(values.Utterance, _utterances())


def _entries() -> st.SearchStrategy[tuple[values.Entry, ...]]:
    any_entry = st.one_of(
        st.builds(values.Dictation, file=_NAMES),
        st.builds(values.Attachment, files=st.lists(_NAMES, max_size=3).map(tuple)),
        st.builds(values.Question),
        st.builds(values.Answer),
        st.builds(values.Consent),
        st.builds(values.Writing),
    )
    return st.lists(any_entry, max_size=4, unique_by=lambda entry: entry.id).map(tuple)


@given(st.builds(Encounter, id=st.just(ENCOUNTER_ID), entries=_entries()))
def test_every_encounter_comes_back_as_it_was(encounter: Encounter) -> None:
    assert decode(encode(encounter), ENCOUNTER_ID) == encounter


def test_every_kind_of_entry_is_in_the_table() -> None:
    assert set(ENTRY_KINDS.values()) == set(values.Entry.__args__)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | _TEXT, lambda s: st.lists(s) | st.dictionaries(_TEXT, s))
)
def test_any_json_is_refused_with_a_sentence(document: Any) -> None:
    with pytest.raises(EncounterDamaged, match=r"is damaged \("):
        decode(json.dumps(document).encode(), ENCOUNTER_ID)


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises((EncounterDamaged, EncounterNewer)):
        decode(data, ENCOUNTER_ID)


def _changed(**changes: Any) -> bytes:
    document = json.loads(encode(full_encounter()))
    document["encounter"].update(changes)
    return json.dumps(document).encode()


def _entry(**changes: Any) -> bytes:
    entry = json.loads(encode(full_encounter()))["encounter"]["entries"][0]
    return _changed(entries=[{**entry, **changes}])


_REGION = {"left": 0.1, "top": 0.2, "right": 0.5, "bottom": 0.6, "frame": 0}


def _marked(**changes: Any) -> bytes:
    picture = json.loads(encode(full_encounter()))["encounter"]["entries"][1]
    return _changed(entries=[{**picture, "regions": [{**_REGION, **changes}]}])


def _asked(**changes: Any) -> bytes:
    question = json.loads(encode(full_encounter()))["encounter"]["entries"][2]
    return _changed(entries=[{**question, "marked": {"label": "Image 1", "region": {**_REGION, **changes}}}])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (_changed(patient="Mrs K."), "names a patient otherwise than by a random id"),
        (_changed(extra=1), "other fields"),
        (_changed(title=3), "a str is missing"),
        (_changed(sample=1), "a bool is missing"),
        (_changed(id="f" * 32), "another folder"),
        (_entry(kind="poem"), "no known kind"),
        (_entry(source="radio"), "RecordingSource is not known"),
        (_entry(duration_s="long"), "a number is missing"),
        (_entry(duration_s=True), "a number is missing"),
        (_entry(utterances={}), "a list is missing"),
        (_entry(file="../../secret"), "outside its folder"),
        (_entry(file="/etc/passwd"), "outside its folder"),
        (_marked(left=0.6), "outside its picture"),
        (_marked(bottom=1.01), "outside its picture"),
        (_marked(frame=-1), "outside its picture"),
        (_asked(top=0.8), "outside its picture"),
    ],
)
def test_what_does_not_fit_is_named(data: bytes, why: str) -> None:
    with pytest.raises(EncounterDamaged, match=why):
        decode(data, ENCOUNTER_ID)


def test_two_entries_of_one_id_are_refused() -> None:
    entry = json.loads(encode(full_encounter()))["encounter"]["entries"][0]
    with pytest.raises(EncounterDamaged, match="same id"):
        decode(_changed(entries=[entry, entry]), ENCOUNTER_ID)


@pytest.mark.parametrize("span", [(0, 0), (1, 2), (0, 99)])
def test_written_words_without_spoken_ones_are_refused(span: tuple[int, int]) -> None:
    said = values.Utterance(
        0.0, 1.0, "one", (values.Word("one", 0.0, 1.0, 0.9),), "en", (values.WrittenWord("1", *span),)
    )
    entry = values.Dictation("a", "2026", "Recording 1", "audio-1.wav", values.RecordingSource.FILE, (said,))
    encounter = replace(full_encounter(), entries=(entry,))
    with pytest.raises(EncounterDamaged, match="were not said"):
        decode(encode(encounter), ENCOUNTER_ID)


def test_a_later_schema_asks_for_an_update() -> None:
    document = {**json.loads(encode(full_encounter())), "schema": SCHEMA + 1}
    with pytest.raises(EncounterNewer, match="update Bedside"):
        decode(json.dumps(document).encode(), ENCOUNTER_ID)


def test_numbers_that_are_none_are_never_written() -> None:
    bad = Encounter(ENCOUNTER_ID, "", "", "", (values.Answer("a", "", "q", "", answering_s=float("nan")),))
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(bad)
