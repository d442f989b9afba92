from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop import cli, files
from desktop.app import RESTORED
from desktop.display import has_display
from desktop.running_mark import EARLIER_LOG, LOG, MARK, RunningMark
from desktop.ui.faults import FaultBoundary
from desktop.ui.single_instance import SingleInstance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

REPOSITORY = Path(__file__).resolve().parents[2]
FORBIDDEN = ("torch", "multimodal", "lm", "transformers", "timm", "whisper")

OPEN_AND_REPORT = """
import sys
from PySide6.QtCore import QTimer
from desktop.files import data_folder
from desktop.settings import Settings
settings = Settings(data_folder() / "settings.json")
settings.set("first_start_done", True)
settings.set("recovery_key_noted", True)
from desktop.record.vault.opening import make_vault
from tests.fakes.vaults import PASSPHRASE, cheap_means
vault = data_folder() / "vault"
if not vault.exists():
    make_vault(vault, PASSPHRASE, cheap_means(vault))
import desktop.app as app
app._READY_SOON_MS = 3_600_000  # no models here: this is about the window
class Watched(app.App):
    def __init__(self, application, folder):
        super().__init__(application, folder, cheap_means(vault))
    def open(self):
        super().open()
        print("locked", self.window.is_locked, flush=True)
        self.session.opened.connect(lambda: QTimer.singleShot(0, report))
        self.session.unlock(PASSPHRASE)
        def report():
            print("banner", self.window.banner.isVisible())
            for page in ("page-machine", "page-settings", "page-encounters"):
                self.window.show_page(page)
            print("loaded", [name for name in sys.argv[1].split() if name in sys.modules])
            print("visible", self.window.isVisible(), flush=True)
            if "--stay" not in sys.argv:
                self.window.close()
app.App = Watched
sys.exit(app.main())
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "BEDSIDE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(REPOSITORY), "LC_ALL": "C.UTF-8"}


def _window(home: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OPEN_AND_REPORT, " ".join(FORBIDDEN), *arguments]
    return subprocess.Popen(command, env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _line(process: subprocess.Popen[str], start: str) -> str:
    assert process.stdout is not None
    return next((line.strip() for line in process.stdout if line.startswith(start)), "")


def test_the_window_opens_and_closes_without_a_model_s_library(home: dict[str, str]) -> None:
    output, errors = _window(home).communicate(timeout=120)

    assert "loaded []" in output, errors
    assert "locked True" in output
    assert "visible True" in output
    assert "banner False" in output
    names = {path.name for path in Path(home["BEDSIDE_HOME"]).iterdir()}
    seen = {name for name in names if name.endswith(".seen.json")}
    assert len(seen) == 1
    # The library is listed by a child, which may have begun with it.
    assert names - {"library"} - seen == {"settings.json", "vault", LOG}


def test_a_killed_window_says_so_at_the_next_start(home: dict[str, str]) -> None:
    first = _window(home, "--stay")
    assert _line(first, "visible") == "visible True"
    first.kill()
    first.communicate()
    output, errors = _window(home).communicate(timeout=120)

    assert "banner True" in output, errors
    assert "closed properly" in RESTORED


def test_a_second_start_raises_the_first_window_and_ends(home: dict[str, str]) -> None:
    first = _window(home, "--stay")
    assert _line(first, "visible") == "visible True"
    second = _window(home)
    output, _errors = second.communicate(timeout=120)
    first.terminate()
    first.communicate(timeout=60)

    assert (second.returncode, output) == (0, "")
    assert first.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_system_s_request_to_end_closes_the_window_properly(home: dict[str, str], number: int) -> None:
    process = _window(home, "--stay")
    assert _line(process, "visible") == "visible True"
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode == 0
    assert not (Path(home["BEDSIDE_HOME"]) / MARK).exists()


def test_the_window_and_the_models_agree_on_the_data_folder() -> None:
    from multimodal.catalog import data_folder

    assert files.data_folder() == data_folder()


def test_a_mark_that_stayed_behind_is_noticed_and_its_log_kept(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("1")
    (tmp_path / LOG).write_text("Segmentation fault")
    mark = RunningMark(tmp_path)
    mark.set()
    mark.clear()
    again = RunningMark(tmp_path)
    again.set()
    again.clear()

    assert (mark.ended_badly, again.ended_badly) == (True, False)
    assert (tmp_path / EARLIER_LOG).read_text() == "Segmentation fault"


def test_one_instance_for_each_folder(qtbot: QtBot, tmp_path: Path) -> None:
    owner = QObject()
    first, second = SingleInstance(tmp_path, owner), SingleInstance(tmp_path, owner)
    elsewhere = SingleInstance(tmp_path / "elsewhere", owner)

    assert first.acquire()
    assert not second.acquire()
    assert elsewhere.acquire()
    with qtbot.waitSignal(first.called):
        assert second.call_the_other()
    first.release()
    elsewhere.release()
    assert second.acquire()
    second.release()


@pytest.fixture
def boundary(qapp: QApplication) -> Iterator[tuple[FaultBoundary, list[str]]]:
    log: list[str] = []
    boundary = FaultBoundary(log.append)
    yield boundary, log
    boundary.leave()
    qapp.processEvents()


PATIENT = "Mrs Example, born 1950"


def _raise_with_a_name() -> None:
    raise ValueError(PATIENT)


def _dialogs() -> list[QMessageBox]:
    return [
        widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox) and widget.isVisible()
    ]


def test_a_fault_becomes_one_sentence_and_no_patient_reaches_the_log(
    qtbot: QtBot, boundary: tuple[FaultBoundary, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        try:
            _raise_with_a_name()
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: bool(_dialogs()))
    capsys.readouterr()

    assert [dialog.text() for dialog in _dialogs()] == ["Something went wrong inside Bedside (ValueError)."]
    assert len(boundary[1]) == 3
    assert "_raise_with_a_name" in boundary[1][0]
    assert "Example" not in "".join(boundary[1])


def test_a_fault_in_a_thread_is_told_in_the_window(
    qtbot: QtBot, boundary: tuple[FaultBoundary, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    thread = threading.Thread(target=_raise_with_a_name)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(_dialogs()))
    capsys.readouterr()

    assert len(boundary[1]) == 1
    assert QCoreApplication.instance() is not None


@pytest.mark.parametrize(
    ("environment", "platform", "shown"),
    [
        ({}, "linux", False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": "localhost:10.0"}, "linux", True),
        ({"DISPLAY": ":4711"}, "linux", False),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": "localhost:10.0"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_CONNECTION": "1"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_where_a_window_can_be_shown(environment: dict[str, str], platform: str, shown: bool) -> None:
    assert has_display(environment, platform) is shown


def test_without_a_display_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["window"]) == cli.MISSING
    assert "no display" in capsys.readouterr().err


@pytest.mark.parametrize(("display", "started"), [(True, "desktop.app.main"), (False, "desktop.commands.sample.run")])
def test_start_opens_what_can_be_shown(monkeypatch: pytest.MonkeyPatch, display: bool, started: str) -> None:
    monkeypatch.setattr("desktop.display.has_display", lambda: display)
    monkeypatch.setattr("desktop.app.main", lambda: _note("desktop.app.main"))
    monkeypatch.setattr("desktop.commands.sample.run", lambda _args: _note("desktop.commands.sample.run"))
    calls: list[str] = []

    def _note(name: str) -> int:
        calls.append(name)
        return 0

    assert cli.main(["start"]) == 0
    assert calls == [started]


def test_plain_bedside_opens_the_window_where_there_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.display.has_display", lambda: True)
    monkeypatch.setattr("desktop.app.main", lambda: 0)

    assert cli.main([]) == 0
