"""Encounters that an earlier Bedside kept: they open, and say the same as then."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.codec import decode, encode
from desktop.record.earlier import SCHEMA
from desktop.record.encounter import Answer, Encounter, Used, UsedKind
from desktop.record.errors import EncounterDamaged
from tests.fakes.encounters import ENCOUNTER_ID

ENCOUNTER_OF_SCHEMA_1 = (
    b'{"schema":1,"encounter":{"id":"0123456789abcdef0123456789abcdef","title":"Mrs K., bed 4",'
    b'"created":"2026-11-25T14:05:00.000+00:00","changed":"2026-11-25T14:05:00.000+00:00","entries":['
    b'{"kind":"question","id":"q1","at":"2026-11-25T14:05:00.000+00:00","text":"What is it?","about":""},'
    b'{"kind":"answer","id":"a1","at":"2026-11-25T14:05:00.000+00:00","question_id":"q1","text":"A cough.",'
    b'"sentences":[{"text":"A cough.","verdict":"supported","citations":[{"kind":"transcript","label":"Recording 1",'
    b'"quote":"a cough","start_s":3.8,"end_s":6.9}]}],"decoder":"smollm2-135m-instruct",'
    b'"used":["Recording 1 (16 words)",'
    b'"Recording 2 (1 word)","Image 1","Image 2 (only what its file header says)","your question"],'
    b'"status":"complete","reason":"","notices":[],"first_token_s":0.4,"answering_s":2.1}],"sample":false}}'
)
USED = (
    Used(UsedKind.WORDS, "Recording 1", 16),
    Used(UsedKind.WORDS, "Recording 2", 1),
    Used(UsedKind.PICTURE, "Image 1"),
    Used(UsedKind.HEADER, "Image 2"),
    Used(UsedKind.QUESTION),
)


def of_schema_1(used: Any) -> bytes:
    document = json.loads(ENCOUNTER_OF_SCHEMA_1)
    document["encounter"]["entries"][1]["used"] = used
    return json.dumps(document).encode()


def answer_of(encounter: Encounter) -> Answer:
    (answer,) = (entry for entry in encounter.entries if isinstance(entry, Answer))
    return answer


def test_an_encounter_of_the_first_schema_opens_and_is_kept_in_the_present_one() -> None:
    encounter = decode(ENCOUNTER_OF_SCHEMA_1, ENCOUNTER_ID)
    assert answer_of(encounter).used == USED
    assert answer_of(encounter).sentences[0].citations[0].quote == "a cough"
    kept = encode(encounter)
    assert json.loads(kept)["schema"] == SCHEMA
    assert decode(kept, ENCOUNTER_ID) == encounter


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_whatever_was_used_then_is_still_named(used: list[str]) -> None:
    found = answer_of(decode(of_schema_1(used), ENCOUNTER_ID)).used
    assert len(found) == len(used)
    assert all(one.label in text for one, text in zip(found, used, strict=True))


@pytest.mark.parametrize("used", [[1], [None], [{"kind": "question"}], "your question", {}, None])
def test_what_was_never_of_the_first_schema_is_refused(used: Any) -> None:
    with pytest.raises(EncounterDamaged, match="missing"):
        decode(of_schema_1(used), ENCOUNTER_ID)


def test_the_present_schema_takes_no_text_of_the_first() -> None:
    document = {**json.loads(ENCOUNTER_OF_SCHEMA_1), "schema": SCHEMA}
    with pytest.raises(EncounterDamaged, match="Used is missing"):
        decode(json.dumps(document).encode(), ENCOUNTER_ID)
