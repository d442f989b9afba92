"""Fifty words that a patient said or that name them are looked for in every byte that the vault leaves on the disk."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.disk import Disk
from desktop.record.encounter import Attachment, Dictation, Question, RecordingSource
from desktop.record.store import FolderStore
from desktop.record.vault.importing import import_folder
from tests.fakes.encounters import AT, agreed, answer, utterance
from tests.fakes.vaults import PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from pathlib import Path

CANARIES = [f"Canary{number:02d}Miller" for number in range(50)]
FORMS = (
    lambda word: word.encode(),
    lambda word: word.casefold().encode(),
    lambda word: word.encode("utf-16-le"),
    lambda word: word.encode().hex().encode(),
    lambda word: base64.b64encode(word.encode()).rstrip(b"=")[:-1],
)


def found_in(folder: Path) -> list[str]:
    """Return where a canary can be read, in names as in contents."""
    hits = []
    for path in folder.rglob("*"):
        content = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        hits += [f"{word} in {path.name}" for word in CANARIES for form in FORMS if form(word) in content]
    return hits


def test_no_word_can_be_read_in_the_vault(tmp_path: Path) -> None:
    record = VaultRecord(tmp_path / "vault")
    words = iter(CANARIES)
    for _ in range(5):
        store = record.store
        made = agreed(store, store.create(next(words)))
        source = tmp_path / f"{next(words)}.png"
        source.write_bytes(b"\x89PNG\r\n\x1a\n" + next(words).encode() * 9_000)
        picture = store.add_file(made.id, source)
        source.unlink()
        name, path = store.new_file(made.id, ".wav")
        path.unlink()
        recording = store.open_recording(path)
        recording.append(next(words).encode() * 4_000)
        pasted, pasted_path = store.new_file(made.id, ".png")
        pasted_path.write_bytes(next(words).encode() * 50)
        entries = (
            Dictation("d1", AT, "Recording 1", name, RecordingSource.MICROPHONE, (utterance(f"{next(words)} coughs"),)),
            Attachment("p1", AT, "Image 1", (picture, pasted), description=next(words)),
            Question("q1", AT, next(words), about=next(words)),
            replace(answer(), text=next(words)),
        )
        store.save(replace(made, entries=entries))
        store.path(made.id, picture)
        assert found_in(record.folder) == []  # while it is open and recording
        recording.close()
        store.save(replace(made, title="shorter"))
    assert next(words, "") == ""
    record.store.delete(record.store.summaries()[0].id)
    record.vault.rotate_data_key(PASSPHRASE)
    record.crash()
    assert found_in(record.folder) == []
    record.open()
    record.close()
    assert found_in(tmp_path) == []  # the readable copies are gone too


def test_nothing_can_be_read_after_an_import(tmp_path: Path) -> None:
    record = VaultRecord(tmp_path / "vault")
    store = FolderStore(tmp_path / "encounters")
    (tmp_path / "source.png").write_bytes(b"\x89PNG\r\n\x1a\n" + CANARIES[0].encode())
    made = store.create(CANARIES[1])
    store.add_file(made.id, tmp_path / "source.png")
    (tmp_path / "source.png").unlink()
    assert len(found_in(tmp_path)) > 1
    import_folder(tmp_path / "encounters", record.store, Disk())
    record.close()
    assert found_in(tmp_path) == []
