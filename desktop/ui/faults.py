"""The boundary of the window: a fault of ours becomes one sentence, and the window keeps running."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QMessageBox

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class FaultBoundary(QObject):
    """Takes `sys.excepthook`; at most one dialog stands open, however often the same fault comes."""

    _fault = Signal(str)

    def __init__(self, log: Callable[[str], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._earlier = sys.excepthook
        self._dialog: QMessageBox | None = None
        # Also a fault in another thread is told in the window's.
        self._fault.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._take
        threading.excepthook = self._take_from_thread

    def leave(self) -> None:
        """Give `sys.excepthook` back."""
        sys.excepthook = self._earlier
        threading.excepthook = threading.__excepthook__

    def _take(self, kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.closeAllWindows()
            return
        # The message of an exception may quote a patient, and the system may keep what a window writes to its terminal:
        # log and terminal get its kind and its place only.
        self._log(f"{kind.__name__}\n{''.join(traceback.format_tb(where))}\n")
        if os.environ.get("BEDSIDE_DEBUG"):
            self._earlier(kind, error, where)
        self._fault.emit(kind.__name__)

    def _take_from_thread(self, fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:
            self._take(fault.exc_type, fault.exc_value, fault.exc_traceback)

    def _tell(self, kind: str) -> None:
        if self._dialog is not None or QCoreApplication.closingDown():
            return
        self._dialog = QMessageBox(QApplication.activeWindow())
        self._dialog.setObjectName("fault")
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.setIcon(QMessageBox.Icon.Warning)
        self._dialog.setWindowTitle(self.tr("Bedside"))
        self._dialog.setText(self.tr("Something went wrong inside Bedside ({kind}).").format(kind=kind))
        self._dialog.setInformativeText(
            self.tr("Your encounters are safe. Go on; if it happens again, close Bedside and open it anew.")
        )
        self._dialog.destroyed.connect(self._forget)
        self._dialog.open()

    def _forget(self) -> None:
        self._dialog = None
