"""`bedside train fusion` on the command line: what is wrong with a configuration is one sentence, before any model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, main

if TYPE_CHECKING:
    from pathlib import Path

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
