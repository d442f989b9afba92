"""The command line itself: help without torch, exit codes, one sentence an error, and a clean Ctrl-C."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from desktop import cli
from desktop.cli import BAD_INPUT, COMMANDS, DONE, FAULT, MISSING, STOPPED, main
from desktop.commands import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def raising(error: BaseException) -> Callable[[object], int]:
    def run(_args: object) -> int:
        raise error

    return run


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


def options_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for chosen in action.choices.values():
                yield from options_of(chosen)
        else:
            yield action


def test_the_help_names_every_command_and_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    text = helped(capsys)
    for command in COMMANDS:
        assert command.name in text
        assert command.summary in text
    assert "Not a medical device" in text


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_describes_itself_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = helped(capsys, name)
    assert f"usage: bedside {name}" in text
    assert f"  bedside {name}" in text.split("example", 1)[1]


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_option_says_what_it_is_for(name: str) -> None:
    assert not [option for option in options_of(cli._parser([name])) if not option.help]


@pytest.mark.parametrize("action", ["list", "fetch", "add", "verify", "remove"])
def test_every_action_on_models_describes_itself(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"usage: bedside models {action}" in helped(capsys, "models", action)


def test_no_help_imports_a_model_library() -> None:
    code = (
        "import sys; from desktop.cli import COMMANDS, main\n"
        "for words in [[], *([c.name] for c in COMMANDS)]:\n"
        "    try: main([*words, '--help'])\n"
        "    except SystemExit: pass\n"
        "sys.exit(bool({'torch', 'transformers', 'numpy', 'PySide6'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=REPOSITORY, check=False).returncode == 0
    )


@pytest.mark.parametrize(
    "arguments",
    [["diagnose"], ["ask"], ["transcribe"], ["models"], ["models", "remove"], ["ask", "--device", "tpu", "Why?"]],
)
def test_a_command_line_that_cannot_be_read_ends_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == BAD_INPUT
    assert "usage: bedside" in capsys.readouterr().err


def test_a_fault_of_ours_is_one_sentence_and_says_how_to_report_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "run", raising(ZeroDivisionError("division by zero")))
    assert main(["check"]) == FAULT
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: division by zero" in line
    assert "Your files are unchanged" in line
    assert "BEDSIDE_DEBUG=1" in line


def test_debugging_shows_where_it_went_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDSIDE_DEBUG", "1")
    monkeypatch.setattr(check, "run", raising(ZeroDivisionError("division by zero")))
    assert main(["check"]) == FAULT
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("empty_home")
def test_what_is_missing_ends_with_three_and_the_line_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Why?"]) == MISSING
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("Type: bedside models fetch smollm2-135m-instruct")


@pytest.mark.usefixtures("empty_home")
def test_an_error_in_json_is_one_object_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", "--decoder", "no-such", "Why?"]) == BAD_INPUT
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["event"] == "error"
    assert told["exit_code"] == BAD_INPUT
    assert "no-such" in told["message"]


def test_ctrl_c_ends_with_130_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDSIDE_DEBUG", "1")
    monkeypatch.setattr(check, "run", raising(KeyboardInterrupt()))
    assert main(["check"]) == STOPPED
    assert capsys.readouterr().err == "bedside: Stopped.\n"


def _heed_ctrl_c() -> None:
    """Undo what a shell does to what it starts in the background: it lets it ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.models
def test_ctrl_c_in_the_middle_of_an_answer() -> None:
    command = [sys.executable, "-m", "desktop.cli", "ask", "--json", "--device", "cpu", "--max-tokens", "4000"]
    child = subprocess.Popen(
        [*command, "Tell a very long story about a hospital."],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_ctrl_c,  # noqa: PLW1509 - no other thread of the tests holds a lock that it needs
    )
    assert child.stdout is not None
    first = json.loads(child.stdout.readline())
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert first["event"] == "answer_text"
    assert child.returncode == STOPPED
    assert err == "bedside: Stopped.\n"
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1] == {"event": "error", "message": "Stopped.", "exit_code": STOPPED}
    assert "answered" not in [event["event"] for event in events]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_fault(unbuffered: str, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "desktop.cli", "models", "list"],
        cwd=REPOSITORY,
        env={**os.environ, "BEDSIDE_HOME": str(tmp_path), "PYTHONUNBUFFERED": unbuffered},
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (DONE, b"")


def test_nobody_may_ask_a_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(check, "run", lambda _args: 0)
    assert main(["check"]) == DONE
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_the_question_can_come_from_a_pipe_and_the_options_reach_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Recorded:
        def __init__(self, *names: str) -> None:
            asked.append(names)

    class Listening:
        def __init__(self, _models: Recorded, _files: object, knowledge: None) -> None:
            assert knowledge is None

        def ask(self, question: str, options: Any) -> list[object]:
            asked.append((question, options.max_new_tokens))
            return []

    monkeypatch.setattr("multimodal.models.Models", Recorded)
    monkeypatch.setattr("multimodal.consultation.Consultation", Listening)
    monkeypatch.setattr("sys.stdin", io.StringIO("Which medicines?\n"))
    options = ["--decoder", "ward", "--device", "cpu", "--speech", "small", "--vision", "vit", "--max-tokens", "7"]
    assert main(["ask", *options, "-"]) == DONE
    assert asked == [("ward", "cpu", "small", "vit"), ("Which medicines?", 7)]


def test_every_command_has_its_module() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    files = {path.stem for path in (REPOSITORY / "desktop" / "commands").glob("*.py")}
    assert {command.module.rsplit(".", 1)[1] for command in cli.COMMANDS} <= files
