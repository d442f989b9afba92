from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.pictures.desk import Desk, SeriesWork, SliceWork
from desktop.pictures.messages import Drop, ReadPicture, WantSlice
from desktop.pictures.sealed import PlaneWriter
from desktop.pictures.series import Arranged, Member
from tests.fakes.viewed_pictures import series_info

if TYPE_CHECKING:
    from desktop.pictures.desk import Work


def _series(token: int, folder: Path, length: int = 9) -> SeriesWork:
    arranged = Arranged(tuple(Member(Path("x"), index) for index in range(length)))
    writer = PlaneWriter(folder / f"{token}.planes")
    return SeriesWork(token, arranged, series_info(length), writer, length // 2, undone=set(range(length)))


def _slices(desk: Desk, number: int) -> list[int]:
    return [_index(desk.next_work()) for _ in range(number)]


def _index(work: Work | None) -> int:
    assert isinstance(work, SliceWork)
    return work.index


def test_what_was_asked_for_last_comes_first() -> None:
    desk = Desk()
    for token in (1, 2, 3):
        desk.lay(ReadPicture(token, "x"))
    assert [desk.next_work().token for _ in range(3)] == [3, 2, 1]  # type: ignore[union-attr]  # all three are there


def test_a_series_is_read_outwards_from_where_one_looks(tmp_path: Path) -> None:
    desk = Desk()
    series = _series(1, tmp_path)
    desk.add(series)
    assert _slices(desk, 3) == [4, 3, 5]
    desk.lay(WantSlice(1, 8))
    assert _slices(desk, 3) == [8, 7, 6]
    series.writer.close()


def test_a_picture_goes_before_the_rest_of_a_series_but_not_before_a_newer_slice(tmp_path: Path) -> None:
    desk = Desk()
    series = _series(1, tmp_path)
    desk.add(series)
    desk.lay(ReadPicture(2, "x"))
    desk.lay(WantSlice(1, 0))
    assert _index(desk.next_work()) == 0
    assert desk.next_work() == ReadPicture(2, "x")
    assert _index(desk.next_work()) == 1
    series.writer.close()


def test_what_was_dropped_is_not_done(tmp_path: Path) -> None:
    desk = Desk()
    series = _series(1, tmp_path)
    desk.add(series)
    desk.lay(ReadPicture(2, "x"))
    desk.lay(ReadPicture(3, "x"))
    desk.lay(Drop(3))
    desk.lay(Drop(1))
    assert desk.next_work() == ReadPicture(2, "x")
    assert desk.take_dropped() == [series]
    assert desk.take_dropped() == []
    assert desk.is_dropped(1)
    assert not desk.add(series)
    series.writer.close()


def test_a_desk_whose_window_has_gone_gives_nothing() -> None:
    desk = Desk()
    desk.lay(ReadPicture(1, "x"))
    desk.close()
    assert desk.next_work() is None
