"""`bedside train lm` on the command line: options from a table, one line a validation, stopping by Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import BAD_INPUT, DONE, STOPPED, main
from lm.training.options import settings

REPOSITORY = Path(__file__).resolve().parents[2]
CHINESE = REPOSITORY / "tests" / "golden" / "public_domain_text.zh.txt"
SMALL = (
    "--vocabulary 300 --layers 1 --heads 2 --width 32 --context 32 --batch 4 --validate-every 5 --device cpu".split()
)


def _train(out: Path, *more: str) -> int:
    return main(["train", "lm", "--text", str(CHINESE), "--out", str(out), *SMALL, *more])


def test_the_help_describes_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", "lm", "--help"])
    assert left.value.code == 0
    helped = capsys.readouterr().out
    assert all(f"--{key}" in helped for key in settings())


def test_the_command_line_describes_itself_without_torch() -> None:
    code = (
        "import sys; from desktop.cli import main\n"
        "try: main(['train', 'lm', '--help'])\n"
        "except SystemExit: sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, cwd=REPOSITORY)
    assert done.returncode == 0


def test_a_run_reports_in_plain_lines_and_ends_with_a_sample(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train(tmp_path / "run", "--steps", "10", "--sample-prompt", "子曰") == DONE
    told = capsys.readouterr().out
    assert "step 0 of 10  validation loss 5.7" in told
    assert "step 10 of 10  validation loss" in told
    assert "Sample: 子曰" in told
    assert f"Written to {tmp_path / 'run'}" in told


def test_json_is_one_object_a_line_and_the_last_is_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train(tmp_path / "run", "--steps", "5", "--json") == DONE
    events: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["prepared", "validated", *["stepped"] * 5, "validated", "result"]
    assert events[-1]["finished"] is True
    assert events[-1]["best_validation_loss"] < events[-1]["first_validation_loss"]


def test_options_may_stand_in_a_file_and_the_command_line_wins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.toml"
    file.write_text(
        f'text = ["{CHINESE}"]\nout = "run"\nlayers = 1\nheads = 2\nwidth = 32\ncontext = 32\nvocabulary = 300\n'
        'batch = 4\nsteps = 50\ndevice = "cpu"\n',
        encoding="utf-8",
    )
    assert main(["train", "lm", "--config", str(file), "--steps", "2"]) == DONE
    assert "step 2 of 2" in capsys.readouterr().out
    assert (tmp_path / "run" / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--steps", "0"], "--steps is 0"),
        (["--heads", "3"], "choose a multiple of 3"),
        (["--resume", "--out", ""], "no checkpoint to resume from"),
        (["--text", "absent.txt"], "absent.txt cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], typed: list[str], told: str
) -> None:
    assert _train(tmp_path / "run", *typed) == BAD_INPUT
    complaint = capsys.readouterr().err
    assert told in complaint
    assert complaint.count("\n") == 1


def test_resume_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lm", "--resume"]) == BAD_INPUT
    assert "by --out" in capsys.readouterr().err


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_polite_kill_end_at_a_checkpoint_and_say_how_to_go_on(
    tmp_path: Path, request_to_stop: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["train", "lm", "--text", str(CHINESE), "--out", str(tmp_path / "run"), *SMALL, "--steps", "30"]
    command = [sys.executable, "-m", "desktop.cli", *typed]
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as run:
        assert run.stdout is not None
        lines = []
        for line in run.stdout:
            lines.append(line)
            if line.startswith("step 5 "):
                run.send_signal(request_to_stop)
    assert run.returncode == STOPPED
    assert "--resume" in lines[-1]
    assert main(["train", "lm", "--out", str(tmp_path / "run"), "--resume"]) == DONE
    assert "step 30 of 30" in capsys.readouterr().out
