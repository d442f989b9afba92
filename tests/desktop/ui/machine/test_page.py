"""What is missing, who answers, and what this machine does."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QRadioButton

from desktop.bootstrap import SystemLibrary
from desktop.ui.machine import missing_section
from desktop.ui.machine.shelf import Action, Task
from desktop.ui.theme import TARGET
from desktop.worker.protocol import Failed, FailureKind, Measure, Measured, Prepare, Ready
from desktop.worker.status import WorkerState, WorkerStatus
from tests.fakes.microphones import HEADSET, FakeMicrophone

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from pytestqt.qtbot import QtBot

    from tests.desktop.ui.machine.conftest import Bench

MEASURED = Measured(
    "measure-1", "A fast CPU", 8, 32_000_000_000, 20_000_000_000, "A GPU", 80_000_000_000, "cuda", "bfloat16",
    "smollm2-135m-instruct", 41.6, 1_500_000_000,
)  # fmt: skip


def mend(qtbot: QtBot, bench: Bench) -> None:
    qtbot.mouseClick(bench.part(QPushButton, "mend", bench.page.missing), Qt.MouseButton.LeftButton)


def test_nothing_is_said_where_nothing_is_missing(make: Callable[..., Bench]) -> None:
    assert not make(qwen="absent").page.missing.isVisible()


def test_missing_models_come_with_one_button_for_all(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(smollm2="absent", whisper="absent")
    (one,) = bench.page.missing.missing()
    assert one.sentence == "2 models that Bedside needs are not on this machine yet."
    mend(qtbot, bench)
    shelf = bench.page.shelf
    assert shelf.running == Task(Action.FETCH, "smollm2-135m-instruct")
    assert Task(Action.FETCH, "whisper-base") in shelf.waiting
    fetching = bench.part(QLabel, "fetching", bench.page.missing)
    assert fetching.text() == "SmolLM2 135M Instruct is being fetched, 1 more to come."
    qtbot.waitUntil(fetching.isVisible)
    qtbot.waitUntil(lambda: shelf.running is None and not shelf.waiting)
    assert not bench.page.missing.isVisible()


def test_all_that_is_fetched_can_be_stopped_at_once(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(smollm2="absent", whisper="absent")
    (bench.folder / "waits.txt").touch()
    with qtbot.waitSignal(bench.page.shelf.progressed):
        mend(qtbot, bench)
    qtbot.mouseClick(bench.part(QPushButton, "fetching-cancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bench.page.shelf.running is None and not bench.page.shelf.waiting)
    assert len(bench.page.missing.missing()) == 1
    assert not bench.part(QLabel, "fetching").isVisible()


def test_a_damaged_model_is_named(make: Callable[..., Bench]) -> None:
    (one,) = make(whisper="damaged").page.missing.missing()
    assert (one.sentence, one.button) == ("Whisper base is damaged on this machine.", "Fetch (93 MB)")


def test_a_worker_that_gave_up_comes_with_the_button_that_starts_it(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    bench.worker.set_status(WorkerStatus(WorkerState.DISABLED, reason="The models ran out of memory three times."))
    assert bench.page.missing.isVisible()
    mend(qtbot, bench)
    assert bench.worker.calls == ["restart"]


def test_no_microphone_is_missing_until_one_is_plugged_in(make: Callable[..., Bench]) -> None:
    microphone = FakeMicrophone()
    bench = make(microphone=microphone)
    assert [one.sentence for one in bench.page.missing.missing()] == ["No microphone is plugged in."]
    microphone.plug(HEADSET)
    assert not bench.page.missing.isVisible()


def test_missing_libraries_come_with_the_line_to_type(
    make: Callable[..., Bench], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = SystemLibrary("libgomp.so.1", "libgomp1", "torch")
    monkeypatch.setattr(missing_section, "missing_libraries", lambda: [library])
    bench = make()
    mend(qtbot, bench)
    assert QGuiApplication.clipboard().text() == "sudo apt-get install -y libgomp1"


def test_the_decoder_in_use_says_what_it_can_sense(make: Callable[..., Bench]) -> None:
    bench = make()
    assert "Nothing is loaded yet" in bench.part(QLabel, "decoder-in-use").text()
    bench.worker.become_ready()
    assert bench.part(QLabel, "decoder-in-use").text() == "SmolLM2 135M Instruct answers, on cpu in bfloat16."
    assert "no projector for sound" in bench.part(QLabel, "decoder-senses").text()
    bench.worker.become_ready(Ready("/models/other", "cuda", "bfloat16", sees=False, hears=False))
    assert bench.part(QLabel, "decoder-in-use").text() == "other answers, on cuda in bfloat16."
    assert bench.part(QLabel, "decoder-senses").text().startswith("It has no projectors: it reads words alone.")


def test_loading_is_followed(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.worker.set_status(WorkerStatus(WorkerState.STARTING, what="Whisper base", share=0.4))
    assert bench.part(QLabel, "decoder-in-use").text() == "Being loaded: Whisper base (40 %)"


def test_another_decoder_is_remembered_and_loaded(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.part(QRadioButton, "decoder-1").click()
    assert bench.settings.text("decoder") == "qwen2.5-coder-0.5b-instruct"
    assert bench.worker.sent_of(Prepare) == [Prepare("qwen2.5-coder-0.5b-instruct", "auto")]


def test_a_decoder_that_is_not_here_cannot_be_chosen(make: Callable[..., Bench]) -> None:
    button = make(qwen="absent").part(QRadioButton, "decoder-1")
    assert not button.isEnabled()
    assert button.text() == "Qwen2.5 Coder (not fetched)"


def test_measuring_fills_the_card(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    assert bench.part(QLabel, "machine-speed").text() == "not measured yet"
    button = bench.part(QPushButton, "measure")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.worker.sent_of(Measure) == [Measure("measure-1")]
    assert button.text() == "Stop measuring"
    bench.worker.emit(MEASURED)
    assert button.text() == "Measure"
    texts = {
        row: bench.part(QLabel, f"machine-{row}").text() for row in ("processor", "gpu", "runs", "speed", "worker")
    }
    assert texts == {
        "processor": "A fast CPU, 8 cores",
        "gpu": "A GPU, 80.0 GB",
        "runs": "cuda, numbers in bfloat16",
        "speed": "42 tokens a second with smollm2-135m-instruct",
        "worker": "1.5 GB",
    }


def test_a_measurement_that_fails_or_is_stopped_says_so(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    button = bench.part(QPushButton, "measure")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bench.worker.emit(Failed("measure-1", FailureKind.MEMORY, "The models ran out of memory."))
    assert bench.part(QLabel, "measure-note").text() == "The models ran out of memory."
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.worker.sent[-1].job == "measure-2"  # type: ignore[union-attr] # Cancel, Measure: both have one


def test_the_free_memory_is_followed_while_somebody_looks(make: Callable[..., Bench]) -> None:
    bench = make()
    assert bench.part(QLabel, "machine-memory").text().endswith("free")
    assert bench.page.machine._look.isActive()
    bench.page.hide()
    assert not bench.page.machine._look.isActive()


def test_every_control_is_named_and_large_enough(make: Callable[..., Bench]) -> None:
    bench = make(smollm2="absent", qwen="absent")
    for button in bench.page.findChildren(QAbstractButton):
        if not button.isHidden():
            assert button.text(), button.objectName()
            assert max(button.height(), button.minimumHeight(), button.sizeHint().height()) >= TARGET or isinstance(
                button, QRadioButton
            )


def test_the_page_imports_neither_torch_nor_the_models() -> None:
    code = "import desktop.ui.machine.page, sys; print([m for m in ('torch', 'multimodal', 'lm') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
