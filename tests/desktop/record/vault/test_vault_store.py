"""What the vault keeps beyond what every store keeps: sealed files, recordings, and nothing readable left behind."""

from __future__ import annotations

import contextlib
import stat
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Attachment, Consent, ConsentState, Question
from desktop.record.errors import DiskFull, EncounterMissing, FileDamaged, RecordError
from desktop.record.vault.migrations import BACKUPS, back_up
from desktop.record.vault.opening import open_vault
from desktop.record.wav import DiskFault, NotAgreed, WavWriter
from desktop.record.wav import DiskFull as RecordingDiskFull
from tests.fakes.encounters import AT, CONSENT, agreed, dictation
from tests.fakes.failing_disk import FailAt, PowerCut
from tests.fakes.vaults import PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.encounter import Encounter
    from desktop.record.vault.live_recording import LiveRecording

PICTURE = b"\x89PNG\r\n\x1a\n" + b"the left knee of Mrs Miller " * 4_000
SECOND = bytes(range(256)) * 125


def _with_picture(record: VaultRecord, tmp_path: Path) -> tuple[Encounter, str]:
    (tmp_path / "picture.png").write_bytes(PICTURE)
    made = record.store.create("Mrs Miller")
    name = record.store.add_file(made.id, tmp_path / "picture.png")
    saved = replace(made, entries=(Attachment("p1", AT, "Image 1", (name,)),))
    record.store.save(saved)
    return saved, name


def _sealed(record: VaultRecord) -> list[Path]:
    return sorted((record.folder / "files").iterdir())


def _everything(record: VaultRecord) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(record.folder.rglob("*")) if path.is_file())


def test_a_picture_is_readable_at_once_only_after_it_was_decrypted(record: VaultRecord, tmp_path: Path) -> None:
    saved, name = _with_picture(record, tmp_path)
    record.reopen()
    assert not record.store.is_readable(saved.id, name)
    assert record.store.path(saved.id, name).read_bytes() == PICTURE
    assert record.store.is_readable(saved.id, name)


def test_two_who_want_the_same_file_get_the_whole_of_it(record: VaultRecord, tmp_path: Path) -> None:
    saved, name = _with_picture(record, tmp_path)
    record.reopen()
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda _: record.store.path(saved.id, name).read_bytes(), range(32)))
    assert set(read) == {PICTURE}


@pytest.mark.parametrize("way", ["delete", "delete_recordings", "erase_sound"])
def test_what_is_gone_for_good_is_in_no_copy_from_before_a_migration(record: VaultRecord, way: str) -> None:
    saved, name, recording = _recording(record)
    recording.append(SECOND)
    recording.close()
    spoken = replace(saved, entries=(*saved.entries, replace(dictation(), file=name)))
    record.store.save(spoken)
    database = record.store._records.database
    copy = record.folder / BACKUPS / "before-1003.db"
    back_up(database, copy, record.means.disk)
    if way == "delete":
        record.store.delete(saved.id)
    elif way == "delete_recordings":
        record.store.delete_recordings(saved, [name])
    else:
        assert record.store.erase_sound(saved.id, lambda _: (replace(dictation(), file=name),), AT) == 1
    assert not copy.exists()


# --- files --------------------------------------------------------------------------------------------------------


def test_nothing_in_the_folder_can_be_read_and_only_the_user_sees_it(record: VaultRecord, tmp_path: Path) -> None:
    _with_picture(record, tmp_path)
    for path in [record.folder, *record.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name
    assert b"Miller" not in _everything(record)
    assert b"PNG" not in b"".join(path.name.encode() for path in record.folder.rglob("*"))


@pytest.mark.parametrize("damage", ["flip", "cut", "missing", "exchanged"])
def test_a_damaged_file_is_said_and_kept_and_the_words_are_there(
    record: VaultRecord, tmp_path: Path, damage: str
) -> None:
    saved, name = _with_picture(record, tmp_path)
    (file,) = _sealed(record)
    _with_picture(record, tmp_path)
    (other,) = set(_sealed(record)) - {file}
    whole = file.read_bytes()
    match damage:
        case "flip":
            file.write_bytes(whole[:70_000] + bytes([whole[70_000] ^ 1]) + whole[70_001:])
        case "cut":
            file.write_bytes(whole[: 20 + 65_552])
        case "missing":
            file.unlink()
        case "exchanged":
            file.write_bytes(other.read_bytes())
    with pytest.raises(FileDamaged, match="words of the encounter are safe"):
        record.store.path(saved.id, name)
    assert not list(record.means.working.rglob("*.png*"))  # type: ignore[union-attr]
    assert record.store.load(saved.id) == saved


def test_deleting_takes_the_key_so_that_no_copy_of_the_file_opens(record: VaultRecord, tmp_path: Path) -> None:
    saved, name = _with_picture(record, tmp_path)
    (file,) = _sealed(record)
    copy, secret = file.read_bytes(), record.store._records.file(saved.id, name)
    assert secret is not None
    record.store.path(saved.id, name)
    record.store.delete(saved.id)
    assert _sealed(record) == []
    assert (record.folder / "record-1.db-wal").stat().st_size == 0  # the key is in no earlier page either
    assert record.store._records.database.value("PRAGMA secure_delete") == 1
    assert not record.store.path(saved.id, name).exists()
    file.write_bytes(copy)
    pages = record.store._records.database
    pages.copy_with_key(tmp_path / "laid-open.db", b"k" * 32, record.means.disk)
    assert pages.rows("SELECT * FROM files") == []
    record.reopen()
    assert _sealed(record) == []


def test_readable_copies_are_there_while_the_vault_is_open_and_no_longer(record: VaultRecord, tmp_path: Path) -> None:
    saved, name = _with_picture(record, tmp_path)
    copy = record.store.path(saved.id, name)
    assert copy.read_bytes() == PICTURE
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (copy.parent, copy.parent.parent)] == [0o700] * 2
    record.reopen()
    assert not copy.exists()
    record.store.path(saved.id, name)
    record.crash()
    assert copy.exists()
    record.open()
    assert not copy.exists()


def test_a_file_that_no_entry_names_is_not_sealed(record: VaultRecord) -> None:
    made = record.store.create()
    _, path = record.store.new_file(made.id, ".png")
    path.write_bytes(PICTURE)
    record.store.save(made)
    assert _sealed(record) == []


def test_only_what_has_changed_is_sealed_again(record: VaultRecord) -> None:
    made = record.store.create()
    name, path = record.store.new_file(made.id, ".png")
    path.write_bytes(PICTURE)
    saved = replace(made, entries=(Attachment("p1", AT, "Image 1", (name,)),))
    record.store.save(saved)
    first = _sealed(record)
    record.store.save(saved)
    assert _sealed(record) == first
    path.write_bytes(PICTURE + b"more")
    record.store.save(saved)
    assert len(_sealed(record)) == 1
    assert _sealed(record) != first


# --- recordings ---------------------------------------------------------------------------------------------------


def _recording(record: VaultRecord) -> tuple[Encounter, str, LiveRecording]:
    made = agreed(record.store, record.store.create())
    name, path = record.store.new_file(made.id, ".wav")
    path.unlink()  # as the window does: the recorder makes the file itself
    return made, name, record.store.open_recording(path)


def _sound(path: Path) -> bytes:
    with wave.open(str(path)) as sound:
        return sound.readframes(sound.getnframes())


def test_a_recording_is_sealed_while_it_grows_and_can_be_followed(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 2)
    writer.append(SECOND[:6_400])
    assert writer.duration_s == pytest.approx(2.2)
    assert _sound(record.store.path(made.id, name)) == SECOND * 2 + SECOND[:6_400]
    assert SECOND[:64] not in _everything(record)
    record.store.save(replace(made, entries=(replace(dictation(), file=name),)))
    writer.close()
    assert len(_sealed(record)) == 1  # the readable copy was not sealed a second time
    record.reopen()
    assert record.store.recovered == ()
    assert _sound(record.store.path(made.id, name)) == SECOND * 2 + SECOND[:6_400]


def test_a_recording_that_a_crash_ended_is_recovered_at_the_next_start(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 3 + SECOND[:100])
    record.crash()
    (file,) = _sealed(record)
    with file.open("ab") as torn:
        torn.write(b"\0" * 1_000)
    writer.close()
    file.write_bytes(file.read_bytes()[: 20 + 3 * (4 + 32_016)] + b"\0" * 1_000)
    record.open()
    (recovered,) = record.store.recovered
    assert (recovered.encounter_id, recovered.name, recovered.duration_s) == (made.id, name, 3.0)
    assert _sound(record.store.path(made.id, name)) == SECOND * 3
    record.reopen()
    assert record.store.recovered == ()
    assert _sound(record.store.path(made.id, name)) == SECOND * 3


def test_a_recording_whose_end_could_not_be_noted_is_whole_at_the_next_start(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 2)
    record.crash()
    writer.close()  # its frames and its end are on the disk, the database knows of neither
    (file,) = _sealed(record)
    with file.open("ab") as torn:
        torn.write(bytes(500_000))
    record.open()
    assert [found.duration_s for found in record.store.recovered] == [2.0]
    record.reopen()
    assert record.store.recovered == ()
    assert _sound(record.store.path(made.id, name)) == SECOND * 2


def test_a_recording_that_never_began_leaves_nothing(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    record.crash()
    writer.close()
    (file,) = _sealed(record)
    file.write_bytes(file.read_bytes()[:20])
    record.open()
    assert record.store.recovered == ()
    assert record.store.new_file(made.id, ".wav")[0] == name
    record.reopen()
    assert _sealed(record) == []


def test_a_finished_recording_that_was_cut_is_damaged_and_not_shorter(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 3)
    writer.close()
    (file,) = _sealed(record)
    file.write_bytes(file.read_bytes()[: 20 + 2 * (4 + 32_016)])
    record.reopen()
    with pytest.raises(FileDamaged):
        record.store.path(made.id, name)
    assert len(_sealed(record)) == 1


def test_damage_inside_a_recording_is_no_torn_end(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 9)
    record.crash()
    writer.close()
    (file,) = _sealed(record)
    whole = bytearray(file.read_bytes())
    whole[20 + 4 + 32_016 + 50] ^= 1
    file.write_bytes(whole)
    record.open()
    assert [found.duration_s for found in record.store.recovered] == [1.0]
    assert _sound(record.store.path(made.id, name)) == SECOND
    whole[20 + 4 + 32_016 + 50] ^= 1
    file.write_bytes(whole)  # once it is restored, all of it is there
    record.reopen()
    assert [found.duration_s for found in record.store.recovered] == [9.0]


def test_a_recording_goes_on_while_the_vault_is_locked(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 2)
    copy = record.store.path(made.id, name)
    running = record.vault.close()
    assert running == (writer,)
    assert not copy.exists()
    writer.append(SECOND)
    assert not copy.exists()
    record.vault = open_vault(record.folder, PASSPHRASE, record.means, running)
    assert record.store.recovered == ()
    assert _sound(record.store.path(made.id, name)) == SECOND * 3  # as much as there is of it
    writer.append(SECOND)
    writer.close()
    assert _sound(record.store.path(made.id, name)) == SECOND * 4
    record.reopen()
    assert record.store.recovered == ()
    assert _sound(record.store.path(made.id, name)) == SECOND * 4


def test_a_recording_that_ends_while_the_vault_is_locked_is_told_when_it_is_opened(record: VaultRecord) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND * 2)
    running = record.vault.close()
    writer.append(SECOND)
    writer.close()
    record.open()
    assert [(found.name, found.duration_s) for found in record.store.recovered] == [(name, 3.0)]
    assert _sound(record.store.path(made.id, name)) == SECOND * 3
    record.close()
    record.vault = open_vault(record.folder, PASSPHRASE, record.means, running)
    assert record.store.recovered == ()
    assert _sound(record.store.path(made.id, name)) == SECOND * 3


def test_a_copy_that_has_no_room_does_not_stop_the_recording(
    record: VaultRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND)

    def refuse(_self: WavWriter, _samples: bytes) -> None:
        raise RecordingDiskFull("no room")

    monkeypatch.setattr(WavWriter, "append", refuse)
    writer.append(SECOND)
    monkeypatch.undo()
    writer.append(SECOND)
    writer.close()
    assert _sound(record.store.path(made.id, name)) == SECOND * 3


@pytest.mark.parametrize("state", [None, ConsentState.IMPORTED, ConsentState.WITHDRAWN])
def test_no_recording_begins_before_the_consent_is_on_the_disk(record: VaultRecord, state: ConsentState | None) -> None:
    made = record.store.create()
    if state:
        before = (CONSENT,) if state is ConsentState.WITHDRAWN else ()
        record.store.save(replace(made, entries=(*before, Consent("c2", AT, state))))
    _, path = record.store.new_file(made.id, ".wav")
    with pytest.raises(NotAgreed):
        record.store.open_recording(path)
    assert _sealed(record) == []
    agreed(record.store, made)
    record.store.open_recording(path).close()
    assert len(_sealed(record)) == 1


def test_no_recording_takes_the_place_of_another(record: VaultRecord, tmp_path: Path) -> None:
    made, name, writer = _recording(record)
    writer.append(SECOND)
    writer.close()
    (tmp_path / made.id).mkdir()
    for path in (record.store.path(made.id, name), tmp_path / "anything.wav", tmp_path / made.id / "anything.wav"):
        with pytest.raises(DiskFault):
            record.store.open_recording(path)
    record.reopen()
    assert _sound(record.store.path(made.id, name)) == SECOND


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_save_that_fails_at_any_step_leaves_the_old_or_the_new(tmp_path: Path, power_cut: bool) -> None:
    disk = FailAt(None)
    record = VaultRecord(tmp_path / "vault", disk)
    old = record.store.create("old")
    name, path = record.store.new_file(old.id, ".png")
    for step in range(4):  # seal: write, replace, flush of the folder; remove the file that was replaced
        path.write_bytes(PICTURE + bytes(step))
        new = replace(old, title=f"new at {step}", entries=(Attachment("p1", AT, "Image 1", (name,)),))
        disk.left = step
        try:
            record.store.save(new)
        except (RecordError, PowerCut):
            assert step < 3
        disk.left = None
        if power_cut:
            record.crash()
            record.open()
            name, path = record.store.new_file(old.id, ".png")
        found = record.store.load(old.id)
        assert found == (new if step == 3 else old)
    record.store.save(new)
    assert record.store.load(old.id) == new
    record.close()


def test_a_power_cut_anywhere_in_a_deletion_leaves_it_deleted(tmp_path: Path) -> None:
    disk = FailAt(None, power_cut=True)
    record = VaultRecord(tmp_path / "vault", disk)
    for step in range(4):
        saved, _ = _with_picture(record, tmp_path)
        disk.left = step
        with contextlib.suppress(PowerCut):
            record.store.delete(saved.id)
        disk.left = None
        record.crash()
        record.open()
        with pytest.raises(EncounterMissing):
            record.store.load(saved.id)
        assert _sealed(record) == []
    record.close()


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_copy_that_fails_at_any_step_adds_nothing(tmp_path: Path, power_cut: bool) -> None:
    disk = FailAt(None, power_cut=power_cut)
    record = VaultRecord(tmp_path / "vault", disk)
    made = record.store.create()
    (tmp_path / "picture.png").write_bytes(PICTURE)
    for step in range(3):
        disk.left = step
        with pytest.raises(PowerCut if power_cut else DiskFull):
            record.store.add_file(made.id, tmp_path / "picture.png")
        disk.left = None
        if power_cut:
            record.crash()
            record.open()
        else:
            record.reopen()
        assert record.store.contents(made.id) == {}
        assert _sealed(record) == []
    assert record.store.add_file(made.id, tmp_path / "picture.png") == "image-1.png"
    record.close()


def test_what_was_pasted_is_kept_by_the_next_save_that_works(record: VaultRecord) -> None:
    disk = FailAt(None)
    record.store._sealed._disk = disk
    made = record.store.create()
    handed_out = [record.store.new_file(made.id, ".png") for _ in range(2)]
    for _, path in handed_out:
        path.write_bytes(PICTURE)
    saved = replace(made, entries=(Attachment("p1", AT, "Series 1", tuple(name for name, _ in handed_out)),))
    for step in range(6):  # three for each file
        disk.left = step
        with pytest.raises(DiskFull):
            record.store.save(saved)
    disk.left = None
    database = record.store._records.database
    database.rows(f"PRAGMA max_page_count = {database.value('PRAGMA page_count')}")
    with pytest.raises(DiskFull):
        record.store.save(replace(saved, entries=(*saved.entries, Question("q1", AT, "why? " * 50_000))))
    database.rows("PRAGMA max_page_count = 1000000")
    record.store.save(saved)
    record.reopen()
    assert len(_sealed(record)) == 2  # what the refusing disk did not let go of went when it was opened
    assert all(record.store.path(made.id, name).read_bytes() == PICTURE for name, _ in handed_out)


def test_a_full_database_is_said_and_everything_is_as_it_was(record: VaultRecord, tmp_path: Path) -> None:
    saved, _ = _with_picture(record, tmp_path)
    name, path = record.store.new_file(saved.id, ".png")
    path.write_bytes(PICTURE)
    sealed = _sealed(record)
    pasted = Attachment("p2", AT, "Image 2", (name,))
    database = record.store._records.database
    database.rows(f"PRAGMA max_page_count = {database.value('PRAGMA page_count')}")
    with pytest.raises(DiskFull, match="Nothing is lost"):
        record.store.save(replace(saved, entries=(*saved.entries, pasted, Question("q1", AT, "why? " * 50_000))))
    assert record.store.load(saved.id) == saved
    assert _sealed(record) == sealed
    database.rows("PRAGMA max_page_count = 1000000")
    record.store.save(replace(saved, title="after"))
    assert record.store.load(saved.id).title == "after"
