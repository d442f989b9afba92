"""Saving a marked picture: both files or neither, and nothing is written over that nobody was asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.dicom.marked import Subject
from desktop.record.errors import DiskFailed, TargetExists
from desktop.record.export.picture import PictureFiles, save_picture
from desktop.record.vault.chain import Action
from tests.desktop.record.dicom.test_marked_pictures import PICTURE
from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def record(tmp_path: Path) -> Iterator[VaultRecord]:
    made = VaultRecord(tmp_path / "vault")
    yield made
    made.close()


def save(record: VaultRecord, file: Path) -> tuple[str, ...]:
    encounter_id = record.store.create().id
    files = PictureFiles(PICTURE, encounter_id, b"k" * 32, "2026", "0.1.0", Subject())
    return save_picture(files, "export/dcm", encounter_id, record.store, file)


def exports(record: VaultRecord) -> int:
    return sum(row.action == Action.EXPORT for row in record.vault.audit.rows())


def test_both_files_are_written_and_told(record: VaultRecord, tmp_path: Path) -> None:
    file = tmp_path / "picture.dcm"
    file.write_bytes(b"the dialog asked whether this may be written over")
    names = save(record, file)
    assert names == ("picture.dcm", "picture-measurements.dcm")
    assert all((tmp_path / name).read_bytes()[128:132] == b"DICM" for name in names)
    assert exports(record) == 2


def test_measurements_that_are_there_are_not_written_over(record: VaultRecord, tmp_path: Path) -> None:
    file, beside = tmp_path / "picture.dcm", tmp_path / "picture-measurements.dcm"
    beside.write_bytes(b"of another picture")
    with pytest.raises(TargetExists, match=r"picture-measurements\.dcm is there already\. Nothing"):
        save(record, file)
    assert (beside.read_bytes(), file.exists(), exports(record)) == (b"of another picture", False, 0)


def test_where_the_picture_cannot_be_written_its_measurements_are_not_left(record: VaultRecord, tmp_path: Path) -> None:
    file = tmp_path / "picture.dcm"
    file.mkdir()  # nothing can take its place
    with pytest.raises(DiskFailed):
        save(record, file)
    assert sorted(path.name for path in tmp_path.glob("picture*")) == ["picture.dcm"]
