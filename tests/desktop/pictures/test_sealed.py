from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from desktop.pictures.errors import PlaneDamaged
from desktop.pictures.planes import MAX_SHOWN_PIXELS
from desktop.pictures.sealed import SLOT_HEADER_BYTES, PlaneFile, PlaneWriter, slot_bytes
from tests.fakes.viewed_pictures import ramp_picture

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.pictures.planes import LoadedPicture


def _write(path: Path, *pictures: LoadedPicture) -> int:
    slot = slot_bytes(pictures[0].header)
    writer = PlaneWriter(path)
    for index, picture in enumerate(pictures):
        writer.write(index, slot, picture)
    writer.close()
    return slot


def test_planes_come_back_slot_by_slot(tmp_path: Path) -> None:
    first = replace(ramp_picture(), table=np.arange(65_536, dtype=np.uint32).astype(np.uint8))
    first = replace(first, header=replace(first.header, has_table=True))
    second = ramp_picture(slope=2.0, spacing_mm=(0.5, 0.25))
    slot = _write(tmp_path / "1.planes", first, second)
    file = PlaneFile(tmp_path / "1.planes", slot)
    assert file.read(1).header == second.header
    again = file.read(0)
    assert np.array_equal(again.levels[0], first.levels[0])
    assert again.table is not None
    assert np.array_equal(again.table, first.table)
    file.close()


def test_the_name_is_gone_while_the_window_reads(tmp_path: Path) -> None:
    slot = _write(tmp_path / "1.planes", ramp_picture())
    file = PlaneFile(tmp_path / "1.planes", slot)
    assert file.read(0).header.rows == 60
    file.close()
    assert list(tmp_path.iterdir()) == []


def test_only_this_user_can_read_a_sealed_file(tmp_path: Path) -> None:
    _write(tmp_path / "1.planes", ramp_picture())
    assert (tmp_path / "1.planes").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"rows":60', b'"rows":99'),
        (b'"rows":60', b'"rows":-1'),
        (b'"levels":1', b'"levels":9'),
        (b'"frame":0', b'"frame":7'),
        (b'"slope":1.0', b'"slope":0.0'),
        (b'"slope":1.0', b'"slope":NaN'),
        (b"BPL1", b"PK\x03\x04"),
        (b'{"kind"', b'x"kind"'),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = tmp_path / "1.planes"
    _write(path, ramp_picture())
    content = path.read_bytes()
    assert old in content[:SLOT_HEADER_BYTES]
    path.write_bytes(content.replace(old, new, 1))
    file = PlaneFile(path)
    with pytest.raises(PlaneDamaged):
        file.read()
    file.close()


def test_a_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.planes"
    _write(path, ramp_picture())
    path.write_bytes(path.read_bytes()[: SLOT_HEADER_BYTES + 100])
    file = PlaneFile(path)
    with pytest.raises(PlaneDamaged):
        file.read()
    file.close()


def test_a_header_that_asks_for_more_than_is_ever_shown_is_refused() -> None:
    header = replace(ramp_picture().header, rows=MAX_SHOWN_PIXELS, columns=2)
    with pytest.raises(PlaneDamaged):
        header.check()
