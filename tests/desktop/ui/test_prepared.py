"""The decoder and the device of the settings reach the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from PySide6.QtWidgets import QComboBox

from desktop.app import make_services
from desktop.record.closed import ClosedStore
from desktop.settings import Settings
from desktop.ui.prepared import follow_settings
from desktop.ui.settings_page import SettingsPage
from desktop.worker.protocol import Command, Prepare
from tests.fakes.worker_host import FakeWorkerHost

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def test_a_device_that_is_chosen_on_the_page_reaches_the_worker(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "settings.json")
    services = make_services(settings, ClosedStore())
    sent: list[Command] = []
    monkeypatch.setattr(services.worker, "send", sent.append)
    page = SettingsPage(services)
    qtbot.addWidget(page)
    control = page.findChild(QComboBox, "setting-device")
    assert control is not None
    for device in ("cpu", "cuda", "auto"):
        index = control.findData(device)
        control.setCurrentIndex(index)
        control.activated.emit(index)
    decoder = settings.text("decoder")
    assert sent == [Prepare(decoder, "cpu"), Prepare(decoder, "cuda"), Prepare(decoder, "auto")]
    services.pictures.stop()


@pytest.mark.usefixtures("qapp")
def test_only_what_the_models_depend_on_loads_them_anew_and_only_while_it_is_followed(tmp_path: Path) -> None:
    settings, worker = Settings(tmp_path / "settings.json"), FakeWorkerHost()
    leave = follow_settings(cast("Any", worker), settings)
    settings.set("font_scale", 120)
    settings.set("max_answer_tokens", 64)
    settings.set("device", "auto")  # as it was
    assert worker.sent == []
    settings.set("decoder", "/models/ward.gguf")
    settings.set("device", "cpu")
    assert worker.sent == [Prepare("/models/ward.gguf", "auto"), Prepare("/models/ward.gguf", "cpu")]
    leave()
    settings.set("device", "auto")
    assert len(worker.sent) == 2
