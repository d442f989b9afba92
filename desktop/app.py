"""The window's start and end: one instance, looks, services, the main window, the first start, a clean close.

Everything of Qt is imported by `main`, so that asking `bedside --help` costs nothing of it; torch is never imported.
"""

from __future__ import annotations

import signal
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLoggingCategory, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from desktop.files import VAULT, data_folder
from desktop.hardening import keep_memory_private
from desktop.record.closed import ClosedStore
from desktop.record.vault.system_keyring import SystemKeyring
from desktop.running_mark import RunningMark
from desktop.settings import CONTEXT, Settings
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.collecting import Collecting
from desktop.ui.faults import FaultBoundary
from desktop.ui.icons import application_icon
from desktop.ui.looks import Looks
from desktop.ui.machine.catalogue import ModelState
from desktop.ui.machine.shelf import ModelShelf
from desktop.ui.services import Services
from desktop.ui.single_instance import SingleInstance
from desktop.ui.translation import translated
from desktop.ui.vault.clipboard import ClipboardWatch
from desktop.ui.vault.door import Door
from desktop.ui.vault.keeping import Keeping
from desktop.ui.vault.retention import Retention
from desktop.ui.vault.session import VaultSession
from desktop.ui.vault.unlock import UnlockPage
from desktop.ui.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop.record.store import EncounterStore
    from desktop.record.vault.opening import Means

DONE, NOT_ANSWERING = 0, 3
RESTORED = QT_TRANSLATE_NOOP("App", "Bedside was not closed properly the last time. Everything up to then is here.")
_READY_SOON_MS = 300
"""The models are loaded once the window has been drawn and can be used."""


class App:
    """Holds what lives as long as the window, and takes it down in order."""

    def __init__(self, application: QApplication, folder: Path, means: Means | None = None) -> None:
        """Make everything, with nothing shown yet; `means` are those of the vault, cheap ones in tests."""
        self.application = application
        self.collecting = Collecting(application)
        self.mark = RunningMark(folder)
        self.mark.set()
        self.faults = FaultBoundary(self.mark.write, application)
        self.settings = Settings(folder / "settings.json")
        self.looks = Looks(application, self.settings)
        self.session = VaultSession(folder / VAULT, means, application, _means, SystemKeyring())
        self.keeping = Keeping(self.session, self.settings, application)
        self.retention = Retention(self.session, self.settings, application)
        made = make_services(self.settings, ClosedStore())
        self.services = replace(made, keeping=self.keeping, session=self.session, retention=self.retention)
        self.window = MainWindow(self.services, lock_page=UnlockPage(self.session))
        self.shelf = ModelShelf(application)
        self.shelf.cards_changed.connect(self._offer_decoders)
        self.door = Door(self.session, self.window, self.services, folder, application)
        self.door.ready_wanted.connect(self._prepare)
        self.clipboard = ClipboardWatch(self.settings, application)

    def open(self) -> None:
        """Show the window, which asks for the passphrase, and begin the first start where there is no vault yet."""
        self.window.show()
        if self.settings.is_on("first_start_done"):
            QTimer.singleShot(_READY_SOON_MS, self._prepare)
        if self.mark.ended_badly:
            self.door.tell_once(lambda: translated("App", RESTORED))
        elif self.settings.trouble:
            self.door.tell_once(lambda: translated(CONTEXT, self.settings.trouble))
        self.door.open()

    def stop(self) -> None:
        """End what still runs; the window has closed."""
        self.shelf.close()
        self.door.stop()
        self.clipboard.stop()
        self.services.worker.stop()
        self.services.pictures.stop()
        self.session.close()
        self.keeping.stop()
        self.retention.stop()
        self.looks.stop()
        self.collecting.stop()
        self.faults.leave()
        self.mark.clear()

    def _prepare(self) -> None:
        """Load the models, and look which other decoders an answer could be asked of again."""
        load_ahead()
        self.services.worker.start()
        self.shelf.refresh()

    def _offer_decoders(self) -> None:
        installed = (card for card in self.shelf.cards if card.is_decoder and card.state is ModelState.INSTALLED)
        self.window.offer_decoders(tuple((card.id, card.title) for card in installed))


def load_ahead() -> None:
    """Load the libraries that sound and pictures need: better now than when the first of them comes."""
    import av.audio.resampler  # noqa: F401 - see above
    import numpy as np  # noqa: F401 - see above


def _means() -> Means:
    from desktop.model_stamps import stamp_of
    from desktop.record.vault.opening import Means

    return Means(stamp_of=stamp_of)


def make_services(settings: Settings, store: EncounterStore) -> Services:
    """Make the long-lived objects behind the screens; nothing is started yet."""
    from desktop.pictures.loader import PictureLoader
    from desktop.ui.microphone.recorder import Recorder
    from desktop.ui.prepared import follow_settings, wish_of
    from desktop.worker.host import WorkerHost

    worker = WorkerHost(prepare=wish_of(settings))
    follow_settings(worker, settings)
    return Services(store, worker, settings, Recorder(), PictureLoader())


def main(arguments: Sequence[str] = ()) -> int:
    """Open the window and return the exit code once it is closed."""
    keep_memory_private()
    folder = data_folder()
    application = make_application(arguments)
    instance = SingleInstance(folder)
    if not instance.acquire():
        return _call_the_open_window(instance)
    app = App(application, folder)
    instance.called.connect(app.window.come_forward)
    interrupts = Interrupts(application)
    try:
        app.open()
        return int(application.exec())
    finally:
        interrupts.leave()
        app.stop()
        instance.release()


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Make Qt's application with our names; the data folder does not depend on them."""
    # Qt prints the names of devices and files at this level; a window has no terminal to read them in.
    QLoggingCategory.setFilterRules("*.info=false\nqt.multimedia.*=false")
    application = QApplication(["bedside", *arguments])
    QCoreApplication.setApplicationName("Bedside")
    application.setApplicationDisplayName("Bedside")
    application.setDesktopFileName("bedside")
    application.setWindowIcon(application_icon())
    return application


class Interrupts:
    """Ctrl-C in the terminal and the system's request to end close the window properly."""

    def __init__(self, application: QApplication) -> None:
        self._reading, self._writing = socket.socketpair()
        self._writing.setblocking(False)
        self._earlier = {number: signal.signal(number, lambda *_: None) for number in _signals()}
        # Python's own handlers wait for Python code to run, which an idle event loop does not; the socket wakes it.
        self._earlier_fd = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, application)
        self._notifier.activated.connect(self._close)

    def leave(self) -> None:
        """Put everything back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._earlier_fd)
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        self._reading.close()
        self._writing.close()

    def _close(self) -> None:
        self._reading.recv(1)
        QApplication.closeAllWindows()


def _signals() -> tuple[signal.Signals, ...]:
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


def _call_the_open_window(instance: SingleInstance) -> int:
    if instance.call_the_other():
        return DONE
    sys.stderr.write("bedside: Bedside is open already, but it does not answer. End it, then start again.\n")
    return NOT_ANSWERING
