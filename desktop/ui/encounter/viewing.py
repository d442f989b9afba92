"""The picture viewer inside the encounter screen: made when the first picture is opened."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.record.encounter import Attachment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop.record.encounter import Encounter
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services
    from desktop.ui.viewer.panel import ViewerPanel
    from desktop.worker.known import PictureWeights


class ViewedPictures(QWidget):
    """Shows the attachments of an encounter in the viewer."""

    frame_chosen = Signal(str, int)
    region_marked = Signal(str, object)
    region_cleared = Signal(str, int)
    export_wanted = Signal(object)
    close_wanted = Signal()

    def __init__(self, services: Services, book: EncounterBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services, self._book = services, book
        self._panel: ViewerPanel | None = None
        self._wanted = ("", "")
        """The encounter and the picture that was asked for last."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_label(self, encounter: Encounter, label: str, weights: PictureWeights | None = None) -> bool:
        """Show the picture that citations call `label`, with what an answer hangs on; returns whether there is one."""
        attached = [entry for entry in encounter.entries if isinstance(entry, Attachment) and entry.files]
        labels = [entry.label for entry in attached]
        if label not in labels:
            return False
        self._wanted = (encounter.id, label)
        panel = self._made_panel()
        panel.show_opening()
        names = [name for entry in attached for name in entry.files]
        show = partial(self._show, encounter.id, label, attached, weights)
        self._book.when_readable(encounter.id, names, show, panel.close_pictures)
        return True

    def let_go(self) -> None:
        """Wait for no picture any more."""
        self._wanted = ("", "")

    def hide_weights(self) -> None:
        """Take what an answer hangs on away from the picture that is shown."""
        if self._panel is not None:
            self._panel.show_weights(None)

    def _show(
        self,
        encounter_id: str,
        label: str,
        attached: Sequence[Attachment],
        weights: PictureWeights | None,
        files: tuple[Path, ...],
    ) -> None:
        """Show the picture that was waited for, unless another one is wanted by now."""
        from desktop.ui.viewer.feed import ViewedPicture

        if self._wanted != (encounter_id, label):
            return
        of_each = iter(files)
        pictures = [
            ViewedPicture(entry.label, tuple(islice(of_each, len(entry.files))), entry.frame, entry.regions)
            for entry in attached
        ]
        panel = self._made_panel()
        panel.show_pictures(pictures, [picture.label for picture in pictures].index(label))
        panel.show_weights(weights)

    def _made_panel(self) -> ViewerPanel:
        # Imported here: the window starts without the viewer.
        from desktop.ui.viewer.panel import ViewerPanel

        if self._panel is None:
            self._panel = ViewerPanel(self._services.pictures, self)
            self._panel.frame_chosen.connect(self.frame_chosen)
            self._panel.region_marked.connect(self.region_marked)
            self._panel.region_cleared.connect(self.region_cleared)
            self._panel.export_wanted.connect(self.export_wanted)
            self._panel.close_wanted.connect(self.close_wanted)
            self._column.addWidget(self._panel)
        return self._panel
