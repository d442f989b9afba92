"""Which decoder writes the answers: one of the catalogue, or a folder or GGUF file of the hospital's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.ui.machine.catalogue import ModelState
from desktop.ui.machine.parts import Section, plain_label, push_button
from desktop.worker.status import WorkerState

if TYPE_CHECKING:
    from desktop.settings import Settings
    from desktop.ui.machine.shelf import ModelShelf
    from desktop.worker.host import WorkerHost
    from desktop.worker.protocol import Ready


class DecoderSection(Section):
    """A choice that is remembered in the settings, which the worker follows."""

    def __init__(
        self, worker: WorkerHost, settings: Settings, shelf: ModelShelf, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._worker, self._settings, self._shelf = worker, settings, shelf
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._take_click)
        self._values: list[str] = []
        self._choices = QVBoxLayout()
        self._folder, self._file = push_button("choose-folder"), push_button("choose-file")
        self._folder.clicked.connect(self._choose_folder)
        self._file.clicked.connect(self._choose_file)
        self._in_use, self._senses = plain_label("", "decoder-in-use"), plain_label("caption", "decoder-senses")
        self._refusal = plain_label("error", "decoder-refusal")
        buttons = QHBoxLayout()
        buttons.addWidget(self._folder)
        buttons.addWidget(self._file)
        buttons.addStretch(1)
        self.body.addWidget(self._in_use)
        self.body.addWidget(self._senses)
        self.body.addLayout(self._choices)
        self.body.addLayout(buttons)
        self.body.addWidget(self._refusal)
        shelf.cards_changed.connect(self._show_choices)
        worker.state_changed.connect(self._show_use)
        worker.event_received.connect(self._show_use)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.heading.setText(self.tr("Who writes the answers"))
        self._folder.setText(self.tr("Choose a folder…"))
        self._file.setText(self.tr("Choose a GGUF file…"))
        self._refusal.setVisible(False)
        self._show_choices()
        self._show_use()

    def use(self, decoder: str) -> None:
        """Take a catalogue id or a path."""
        self._refusal.setVisible(False)
        if decoder != self._settings.text("decoder"):
            self._settings.set("decoder", decoder)
        self._show_choices()

    def use_path(self, path: Path) -> None:
        """Take a folder or file of the doctor's own, or say why it cannot be one."""
        if refusal := self._refusal_of(path):
            self._refusal.setText(refusal)
            self._refusal.setVisible(True)
        else:
            self.use(str(path))

    def _refusal_of(self, path: Path) -> str:
        if path.is_dir():
            names = {file.name for file in path.iterdir()}
            has_weights = any(name.endswith((".safetensors", ".gguf")) for name in names)
            if "config.json" in names and has_weights:
                return ""
            return self.tr(
                "{name} holds no decoder: a folder needs config.json and weights in safetensors. Nothing was changed."
            ).format(name=path.name)
        if path.suffix.lower() == ".gguf" and path.is_file():
            return ""
        return self.tr("{name} is no GGUF file. Nothing was changed.").format(name=path.name)

    def _show_choices(self) -> None:
        chosen = self._settings.text("decoder")
        cards = [card for card in self._shelf.cards if card.is_decoder]
        known = {card.id: card.title for card in cards}
        values = [*known] if chosen in known or not cards else [*known, chosen]
        if values != self._values:
            self._rebuild(values)
        for row, value in enumerate(values):
            button = self._group.button(row)
            button.setText(known.get(value) or self.tr("Own decoder: {name}").format(name=Path(value).name))
            button.setToolTip(value)
            states = [card.state for card in cards if card.id == value]
            button.setEnabled(not states or states[0] is ModelState.INSTALLED or value == chosen)
            if not button.isEnabled():
                button.setText(self.tr("{title} (not fetched)").format(title=known[value]))
            button.setChecked(value == chosen)

    def _rebuild(self, values: list[str]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._choices.removeWidget(button)
            button.deleteLater()
        self._values = values
        for row, value in enumerate(values):
            button = QRadioButton()
            button.setObjectName(f"decoder-{row}")
            self._group.addButton(button, row)
            self._choices.addWidget(button)
            button.setAccessibleDescription(value)

    def _show_use(self, _change: object = None) -> None:
        ready, status = self._worker.ready, self._worker.status
        self._senses.setVisible(ready is not None)
        if ready is not None:
            self._in_use.setText(
                self.tr("{name} answers, on {device} in {dtype}.").format(
                    name=self._title_of(ready.decoder), device=ready.device, dtype=ready.dtype
                )
            )
            self._senses.setText(self._senses_of(ready))
        elif status.state in {WorkerState.STARTING, WorkerState.RESTARTING}:
            what = status.what or self.tr("the models")
            loading = self.tr("Being loaded: {what} ({percent} %)")
            self._in_use.setText(loading.format(what=what, percent=round(100 * status.share)))
        else:
            self._in_use.setText(
                status.reason or self.tr("Nothing is loaded yet; it is loaded with the first question.")
            )

    def _title_of(self, decoder: str) -> str:
        titles = {card.id: card.title for card in self._shelf.cards}
        return titles.get(decoder) or Path(decoder).name

    def _senses_of(self, ready: Ready) -> str:
        if ready.sees and ready.hears:
            return self.tr("It sees pictures and hears recordings.")
        if ready.sees:
            return self.tr("It sees pictures. It has no projector for sound: of a recording it reads the words.")
        if ready.hears:
            return self.tr("It hears recordings. It has no projector for pictures, so it does not see them.")
        return self.tr(
            "It has no projectors: it reads words alone. Pictures are shown to you, but it does not see them, and of a "
            "recording it reads the words."
        )

    def _take_click(self, row: int) -> None:
        self.use(self._values[row])

    def _choose_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, self.tr("A folder with a decoder")):
            self.use_path(Path(path))

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("A decoder as a GGUF file"), "", "GGUF (*.gguf)")
        if path:
            self.use_path(Path(path))
