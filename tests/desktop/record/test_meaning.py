"""What was said is found by its words and by its meaning, with the passage that was found; for every store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from desktop.record.encounter import Question
from desktop.record.meaning import PASSAGE_WORDS, Meaning, MeantPassage, Sought, find, passages_of
from tests.fakes.encounters import AT, full_encounter
from tests.fakes.vaults import FolderRecord, VaultRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desktop.record.encounter import Encounter


@pytest.fixture(params=[FolderRecord, VaultRecord])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FolderRecord | VaultRecord]:
    made = request.param(tmp_path / "encounters")
    yield made
    made.close()


def vector(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


def asked(record: FolderRecord | VaultRecord, title: str, text: str, *numbers: float) -> Encounter:
    made = replace(record.store.create(title), entries=(Question("q" * 32, AT, text),))
    record.store.save(made)
    if numbers:
        record.store.keep_meaning(Meaning(made.id, "w", (MeantPassage(text, vector(*numbers)),)))
    return made


def test_meaning_finds_what_words_do_not_and_shows_it(record: FolderRecord | VaultRecord) -> None:
    breath = asked(record, "bed 1", "She is short of breath.", 1, 0)
    asked(record, "bed 2", "His knee is swollen.", 0, 1)
    found = find(record.store, Sought("dyspnoea", "w", vector(0.9, 0.1)))
    assert [(one.id, one.excerpt) for one in found] == [(breath.id, "She is short of breath.")]
    assert find(record.store, Sought("dyspnoea")) == ()


def test_words_alone_show_the_passage_that_holds_them(record: FolderRecord | VaultRecord) -> None:
    made = asked(record, "bed 1", "A cough. " * 20 + "She takes metformin. " + "No fever. " * 20)
    (found,) = find(record.store, Sought("METFORMIN"))
    assert found.id == made.id
    assert "She takes metformin." in found.excerpt
    assert len(found.excerpt.split()) <= PASSAGE_WORDS


def test_vectors_of_another_encoder_are_not_compared(record: FolderRecord | VaultRecord) -> None:
    asked(record, "bed 1", "She is short of breath.", 1, 0)
    assert find(record.store, Sought("dyspnoea", "other", vector(1, 0))) == ()


def test_what_is_found_both_ways_comes_first(record: FolderRecord | VaultRecord) -> None:
    asked(record, "by words", "breath test for the stomach", 0, 1)
    asked(record, "by meaning", "dyspnoea", 1, 0)
    asked(record, "both", "short of breath", 0.9, 0)
    found = find(record.store, Sought("breath", "w", vector(1, 0)))
    assert [one.title for one in found] == ["both", "by meaning", "by words"]


def test_the_meaning_goes_with_its_encounter_and_stays_otherwise(record: FolderRecord | VaultRecord) -> None:
    kept, gone = asked(record, "a", "x", 1, 0), asked(record, "b", "y", 1, 0)
    record.store.delete(gone.id)
    assert [one.encounter_id for one in record.store.meanings()] == [kept.id]
    record.store.keep_meaning(Meaning(gone.id, "w", (MeantPassage("y", vector(1, 0)),)))
    assert [one.encounter_id for one in record.store.meanings()] == [kept.id]
    record.store.keep_meaning(Meaning(kept.id, "w", (MeantPassage("z", vector(0, 1)),)))
    record.store.save(replace(kept, title="c"))
    assert [one.passages[0].text for one in record.store.meanings()] == ["z"]


def test_passages_are_of_people_and_not_of_models() -> None:
    """What is written, what was said and the title are passages; what a model answered is not."""
    passages = passages_of(full_encounter())
    assert passages[0] == "Mrs K., bed 4"
    assert any("What does the patient have?" in passage for passage in passages)
    assert not any("consolidation" in passage for passage in passages)
