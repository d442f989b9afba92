from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lm.clinical.sections import SECTIONS, SectionClassifier
from lm.errors import DamagedCheckpoint
from multimodal.clinical_lexicon import SECTION_WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    (f"Doctor: Any allergies?\nPatient: Yes, to {what}.", "ALLERGY") for what in ("latex", "eggs", "dust", "pollen")
]
TEXTS += [
    (f"Doctor: Any surgeries?\nPatient: My {what} was removed.", "PASTSURGICAL")
    for what in ("tooth", "toe", "mole", "lens")
]


def test_training_is_repeatable_and_survives_its_file(tmp_path: Path) -> None:
    for name in ("first", "second"):
        SectionClassifier.train(TEXTS).save(tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    loaded = SectionClassifier.load(tmp_path / "first")
    assert loaded.classify("Doctor: Any allergies?\nPatient: Cats.").label == "ALLERGY"
    assert loaded.classify("Doctor: Surgeries?\nPatient: My nail was removed.").title == SECTIONS["PASTSURGICAL"]


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x10\0\0\0\0\0\0\0{}              "])
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights").write_bytes(content)
    with pytest.raises(DamagedCheckpoint, match="install Bedside again"):
        SectionClassifier.load(tmp_path / "weights")


def test_the_shipped_weights_know_an_allergy_from_an_operation() -> None:
    shipped = SectionClassifier.load(SECTION_WEIGHTS)
    assert (
        shipped.classify("Doctor: Do you have any allergies to medicines?\nPatient: Only penicillin.").label
        == "ALLERGY"
    )
    assert (
        shipped.classify("Doctor: Any surgeries in the past?\nPatient: I had my appendix removed.").label
        == "PASTSURGICAL"
    )
    assert 0 < shipped.classify("").probability <= 1
