"""The loss log can be read while it is written, cut back to a checkpoint, and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from lm.errors import TrainingError
from lm.training.chart import draw_loss_curve
from lm.training.events import Stepped, Validated
from lm.training.losslog import LossLog

if TYPE_CHECKING:
    from pathlib import Path


def _filled(folder: Path) -> LossLog:
    log = LossLog(folder / "loss.jsonl")
    for step in range(1, 5):
        log.stepped(Stepped(step, 6.0 - step / 2, 1e-3, tokens=64))
    log.validated(Validated(4, 10, 4.5, 5.0, 100.0, best=True))
    return log


def test_a_killed_run_leaves_at_most_half_a_line(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    whole = log.records()
    with (tmp_path / "loss.jsonl").open("a") as file:
        file.write('{"step": 5, "lo')
    assert log.records() == whole
    assert whole[-1] == {"step": 4, "validation_loss": 4.5}


def test_going_back_to_a_checkpoint_forgets_what_came_after_it(tmp_path: Path) -> None:
    log = _filled(tmp_path)
    log.forget_after(2)
    assert [record["step"] for record in log.records()] == [1, 2]
    log.forget_after(0)
    assert log.records() == []


@pytest.mark.parametrize("foreign", ['{"epoch": 1, "loss": 2.0}\n', '{"step": "one"}\n', "[1, 2]\n", "loss 2.0\n"])
def test_a_log_of_another_program_is_named_and_kept(tmp_path: Path, foreign: str) -> None:
    (tmp_path / "loss.jsonl").write_text(foreign)
    log = LossLog(tmp_path / "loss.jsonl")
    with pytest.raises(TrainingError, match="move it elsewhere"):
        log.records()
    log.forget_after(3)
    assert log.records() == []
    log.add({"step": 4})
    assert log.records() == [{"step": 4}]
    assert (tmp_path / "earlier-1" / "loss.jsonl").read_text() == foreign


def test_the_curve_shows_both_losses_falling(tmp_path: Path) -> None:
    file = tmp_path / "loss.png"
    training = [{"step": step, "loss": 6.0 - step / 50} for step in range(1, 101)]
    validation = [{"step": step, "validation_loss": 6.2 - step / 50} for step in range(0, 101, 20)]
    draw_loss_curve([*training, *validation], file)
    with Image.open(file) as picture:
        assert picture.size == (960, 540)
        orange = [(x, y) for x in range(72, 932) for y in range(48, 486) if picture.getpixel((x, y)) == (194, 87, 12)]
    left, right = min(orange), max(orange)
    assert left[1] < right[1] - 200
    assert right[0] - left[0] > 800


def test_one_point_or_none_is_a_picture_too(tmp_path: Path) -> None:
    for records in ([], [{"step": 0, "validation_loss": 6.0}]):
        draw_loss_curve(records, tmp_path / "loss.png")
        assert (tmp_path / "loss.png").stat().st_size > 1_000
