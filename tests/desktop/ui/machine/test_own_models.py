"""Models of the hospital's own on the page: added by the pickers, listed, chosen, removed after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QProgressBar, QPushButton, QRadioButton

from desktop.ui.machine.catalogue import successor
from desktop.ui.machine.shelf import Action, Task
from desktop.worker.protocol import Prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.desktop.ui.machine.conftest import Bench

SMOLLM2, QWEN, WARD = "smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct", "ward"


def gguf(bench: Bench, name: str = "ward.gguf") -> Path:
    file = bench.folder / name
    file.touch()
    return file


def folder(bench: Bench, name: str = "ward") -> Path:
    made = bench.folder / name
    made.mkdir()
    for file in ("config.json", "model.safetensors"):
        (made / file).touch()
    return made


def add(bench: Bench, qtbot: QtBot, path: Path) -> None:
    """Add a model and wait until it is listed."""
    with qtbot.waitSignal(bench.page.shelf.cards_changed, timeout=15_000):
        bench.page.decoders.adder.add(path)


def click(qtbot: QtBot, bench: Bench, model_id: str, name: str) -> None:
    qtbot.mouseClick(bench.part(QPushButton, name, bench.page.models.row(model_id)), Qt.MouseButton.LeftButton)


def words(bench: Bench, name: str, model_id: str = "") -> str:
    return bench.part(QLabel, name, bench.page.models.row(model_id) if model_id else None).text()


@pytest.mark.parametrize("make_path", [gguf, folder])
def test_what_is_added_is_listed_and_answers_from_then_on(
    make: Callable[..., Bench], qtbot: QtBot, make_path: Callable[[Bench], Path]
) -> None:
    bench = make()
    add(bench, qtbot, make_path(bench))
    assert words(bench, "adding-note") == "ward is added and writes the answers from now on."
    assert bench.settings.text("decoder") == WARD
    assert bench.worker.sent_of(Prepare) == [Prepare(WARD, "auto")]
    chosen = bench.part(QRadioButton, "decoder-2")
    assert (chosen.text(), chosen.isChecked()) == ("ward (added by you)", True)
    assert words(bench, "model-facts", WARD) == "added by you · 542 MB on this machine · licence: as its owner says"
    assert words(bench, "model-purpose", WARD) == "Writes the answers once it is chosen above."
    assert words(bench, "model-details", WARD) == "From: somewhere public\n• Nobody but you has checked this model."
    assert bench.part(QPushButton, "fetch", bench.page.models.row(WARD)).isHidden()
    bench.part(QRadioButton, "decoder-0").click()
    bench.part(QRadioButton, "decoder-2").click()
    assert bench.settings.text("decoder") == WARD


def test_the_pickers_add_what_was_picked(
    make: Callable[..., Bench], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make()
    picked = folder(bench), gguf(bench, "other.gguf")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(picked[0]))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(picked[1]), ""))
    for name, path in zip(("choose-folder", "choose-file"), picked, strict=True):
        with qtbot.waitSignal(bench.page.shelf.cards_changed, timeout=15_000):
            qtbot.mouseClick(bench.part(QPushButton, name), Qt.MouseButton.LeftButton)
        assert bench.settings.text("decoder") == path.stem


def test_adding_shows_how_far_it_is_and_can_be_stopped(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    (bench.folder / "waits.txt").touch()
    file = gguf(bench)
    bench.page.decoders.adder.add(file)
    assert bench.page.shelf.running == Task(Action.ADD, source=str(file))
    bar = bench.page.decoders.adder.findChild(QProgressBar)
    qtbot.waitUntil(lambda: bar.value() == 500)
    assert words(bench, "adding") == "ward.gguf: Downloading: 46 MB of 92 MB"
    assert not bench.part(QPushButton, "choose-file").isEnabled()
    with qtbot.waitSignal(bench.page.shelf.cards_changed, timeout=15_000):
        qtbot.mouseClick(bench.part(QPushButton, "adding-cancel"), Qt.MouseButton.LeftButton)
    assert words(bench, "adding-note") == "Stopped. Nothing was added, and yours is as it was."
    assert bench.settings.text("decoder") == SMOLLM2
    assert bench.part(QPushButton, "choose-file").isEnabled()


def test_what_cannot_be_added_is_said_in_its_own_sentence(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    (bench.folder / "fails.txt").write_text("The weights are damaged.")
    add(bench, qtbot, gguf(bench))
    assert words(bench, "adding-note") == "The weights are damaged."
    assert bench.settings.text("decoder") == SMOLLM2
    assert bench.worker.sent_of(Prepare) == []


def test_a_recogniser_is_added_but_writes_no_answers(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    add(bench, qtbot, folder(bench, "whisper-ward"))
    assert "It writes no answers" in words(bench, "adding-note")
    assert bench.settings.text("decoder") == SMOLLM2
    assert words(bench, "model-purpose", "whisper-ward").startswith("Recognises speech")


@pytest.mark.parametrize("name", ["an empty folder", "weights.bin"])
def test_what_is_no_decoder_is_refused_and_the_old_one_stays(make: Callable[..., Bench], name: str) -> None:
    bench = make()
    path = bench.folder / name
    if "." in name:
        path.touch()
    else:
        path.mkdir()
    bench.page.decoders.adder.add(path)
    assert "Nothing was changed" in words(bench, "adding-note")
    assert bench.page.shelf.running is None
    assert bench.worker.sent_of(Prepare) == []


def test_removing_the_decoder_that_answers_asks_and_puts_another_in_its_place(
    make: Callable[..., Bench], qtbot: QtBot
) -> None:
    bench = make()
    add(bench, qtbot, gguf(bench))
    click(qtbot, bench, WARD, "remove")
    assert words(bench, "model-message", WARD) == (
        "Remove ward from this machine? 542 MB become free; the copy that you added it from is not touched. "
        "It writes the answers now; SmolLM2 135M Instruct takes its place."
    )
    click(qtbot, bench, WARD, "remove-no")
    assert bench.settings.text("decoder") == WARD
    click(qtbot, bench, WARD, "remove")
    with qtbot.waitSignal(bench.page.shelf.cards_changed, timeout=15_000):
        click(qtbot, bench, WARD, "remove-yes")
    assert bench.settings.text("decoder") == SMOLLM2
    assert bench.worker.sent_of(Prepare)[-1] == Prepare(SMOLLM2, "auto")
    assert words(bench, "models-note") == "ward was removed from this machine."
    assert [card.id for card in bench.page.shelf.cards if card.added] == []
    with pytest.raises(KeyError):
        bench.page.models.row(WARD)
    qtbot.waitUntil(lambda: bench.page.findChild(QRadioButton, "decoder-2") is None)


def test_the_last_decoder_that_is_removed_has_no_successor(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent")
    assert successor(bench.page.shelf.cards, SMOLLM2) is None
    click(qtbot, bench, SMOLLM2, "remove")
    assert "no other decoder is here" in words(bench, "model-message", SMOLLM2)
    with qtbot.waitSignal(bench.page.shelf.cards_changed, timeout=15_000):
        click(qtbot, bench, SMOLLM2, "remove-yes")
    assert bench.settings.text("decoder") == SMOLLM2
