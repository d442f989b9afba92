"""`bedside train fusion` on the command line: what is wrong with a configuration is one sentence, before any model."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, main
from desktop.commands.training_adapters import train_or_stop
from multimodal.training.features import FeatureProgress
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionProgress, FusionRun
from multimodal.training.lesson_options import PictureWordsOptions
from tests.fakes.consultations import WatchedVision, roomy_decoder
from tests.fakes.open_pictures import write_open_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PIL import Image

    from multimodal.vision import ImageFeatures


class _Interrupting(WatchedVision):
    """Presses Ctrl-C while it encodes the first pictures."""

    def encode(self, pictures: Sequence[Image.Image], cancelled: Callable[[], bool] = bool) -> ImageFeatures:
        signal.raise_signal(signal.SIGINT)
        return super().encode(pictures, cancelled)


def test_ctrl_c_is_heard_while_pictures_are_encoded(tmp_path: Path) -> None:
    write_open_pictures(tmp_path / "data")
    config = FusionConfig((PictureWordsOptions(steps=2, batch=8),), "tiny", vision="dinov2-small", image_hidden=12)
    run = FusionRun(tmp_path / "data", tmp_path / "run", tmp_path / "adapters", config)
    vision, told = _Interrupting(), list[FusionProgress]()
    with pytest.raises(KeyboardInterrupt):
        train_or_stop(run, roomy_decoder(tmp_path / "tiny"), Encoders(vision), told.append)
    assert len(told) == 1
    assert isinstance(told[0], FeatureProgress)


TALK = 'decoder = "tiny"\nvision = "dinov2-small"\n[[lesson]]\nteaches = "conversations"\n'


@pytest.mark.parametrize("text", ["decoder =", 'decoder = "tiny"\n', TALK + "batches = 3\n"])
def test_a_wrong_configuration_is_one_sentence(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.toml"
    file.write_text(text)
    assert main(["train", "fusion", "--config", str(file)]) == BAD_INPUT
    told = capsys.readouterr().err.strip()
    assert told
    assert "\n" not in told
    assert "Traceback" not in told


def test_sharding_needs_something_that_starts_the_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "run.toml"
    file.write_text(TALK)
    assert main(["train", "fusion", "--config", str(file), "--parallel", "fsdp2", "--no-scores"]) == BAD_INPUT
    assert "torchrun" in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--no-scores", "--merge", "merged"]])
def test_a_sharded_run_neither_scores_nor_merges(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.toml"
    file.write_text(TALK)
    assert main(["train", "fusion", "--config", str(file), "--parallel", "fsdp2", *more]) == BAD_INPUT
    assert "--no-scores" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["projector", "--speech", "x"], ["voice", "--vision", "x"]])
def test_no_command_takes_a_model_that_it_does_not_use(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=str(BAD_INPUT)):
        main(["train", *option])
    assert f"unrecognized arguments: {option[1]}" in capsys.readouterr().err
