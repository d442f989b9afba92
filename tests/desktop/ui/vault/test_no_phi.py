"""A whole session in the real window on a real vault; then fifty words are looked for in every file there is.

Temporary, home and runtime folders lie in the folder of the test, so that whatever any part of it leaves behind is
found: the vault, its readable copies, backups, settings, logs, what children wrote, and what was printed.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pydicom
import pytest
from PIL import Image, PngImagePlugin
from pydicom.data import get_testdata_file
from PySide6.QtTest import QTest

from desktop.cli import DONE, main
from desktop.confined.reading import ConfinedFileReader
from desktop.record.encounter import Attachment, Dictation, Question, RecordingSource
from desktop.record.errors import RecordError
from desktop.record.export.choices import Choices, Level
from desktop.record.export.preparing import Preparing, prepare
from desktop.ui.export.writing import write_export
from multimodal.errors import InvalidFile
from tests.desktop.record.vault.test_canaries import CANARIES, found_in
from tests.fakes.encounters import AT, agreed, answer, utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desktop.record.vault.store import VaultStore
    from tests.fakes.houses import House

PER_ENCOUNTER = 12


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every place where a program may leave something, within the folder of the test."""
    for name, folder in (("TMPDIR", "tmp"), ("HOME", "home"), ("XDG_RUNTIME_DIR", "run"), ("BEDSIDE_HOME", "bedside")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def named_photo(folder: Path, words: Iterator[str]) -> Path:
    """A photo that names somebody in its name and in its comment."""
    file, comment = folder / f"{next(words)}.png", PngImagePlugin.PngInfo()
    comment.add_text("Comment", next(words))
    Image.effect_noise((60, 40), 60).save(file, pnginfo=comment)
    return file


def named_scan(folder: Path, words: Iterator[str]) -> Path:
    """A DICOM file that names somebody in its header, and is called after them."""
    dataset = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    dataset.PatientName, dataset.PatientID = next(words), next(words)
    file = folder / f"{next(words)}.dcm"
    dataset.save_as(file)
    return file


def one_visit(store: VaultStore, folder: Path, words: Iterator[str]) -> str:
    """Fill one encounter with all that there can be in one, and let children parse its files."""
    made = agreed(store, store.create(next(words)))
    names = []
    for source in (named_photo(folder, words), named_scan(folder, words)):
        names.append(store.add_file(made.id, source))
        source.unlink()
        ConfinedFileReader().load_image(store.path(made.id, names[-1]))
    name, path = store.new_file(made.id, ".wav")
    path.unlink()
    recording = store.open_recording(path)
    recording.append(next(words).encode() * 4_000)
    recording.close()
    with pytest.raises(InvalidFile):
        ConfinedFileReader().load_audio(folder / "no such file.mp3")
    entries = (
        *made.entries,
        Dictation("d1", AT, "Recording 1", name, RecordingSource.MICROPHONE, (utterance(f"{next(words)} coughs"),)),
        Attachment("p1", AT, "Image 1", tuple(names), description=next(words)),
        Question("q1", AT, next(words), about=next(words)),
        replace(answer(), text=next(words)),
    )
    store.save(replace(made, entries=entries))
    return made.id


def give_away(store: VaultStore, encounter_id: str, folder: Path) -> None:
    """Export an encounter; the file itself is the doctor's from then on."""
    choices = Choices(level=Level.NAMED)
    document = prepare(store.load(encounter_id), choices, Preparing(b"k" * 32)).without([])
    file = folder / "shared.txt"
    write_export(document, choices, encounter_id, store, file)
    file.unlink()


def test_a_whole_session_leaves_no_word_that_can_be_read(
    house: House, profile: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = iter(CANARIES)
    house.unlock()
    store = house.session.store
    visits = [one_visit(store, profile, words) for _ in range(len(CANARIES) // PER_ENCOUNTER)]
    house.screen.controller.new(next(words))
    QTest.keyClicks(house.screen.composer.field, CANARIES[-1])
    assert next(words) == CANARIES[-1]
    give_away(store, visits[0], profile)
    with pytest.raises(RecordError):
        store.load("no such encounter")
    store.delete(visits[1])
    # While it is open, what is used has a readable copy in this user's memory folder, and nowhere else.
    in_use = set(found_in(profile.joinpath("vault-working")))
    assert set(found_in(profile)) <= in_use
    house.lock()
    house.session._background.finish()
    assert [words for words in CANARIES if words in "".join(capfd.readouterr())] == []
    assert found_in(profile) == []


def test_a_text_that_is_deidentified_leaves_nothing_beside_its_result(profile: Path) -> None:
    note, out = profile / "note.txt", profile / "out.txt"
    note.write_text(f"{CANARIES[0]} coughs.", encoding="utf-8")
    assert main(["deidentify", str(note), "--out", str(out)]) == DONE
    for file in (note, out):
        file.unlink()
    assert found_in(profile) == []


def test_the_search_finds_a_word_wherever_it_is_left(profile: Path) -> None:
    (profile / "tmp" / "left behind").write_text(CANARIES[3])
    assert found_in(profile) == [f"{CANARIES[3]} in left behind"]
