"""The main window: the rail, the screens, the banner and the status line. Its title never holds a patient's name."""

from __future__ import annotations

import base64
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.record.errors import RecordError
from desktop.ui import actions, theme
from desktop.ui.actions import Reach
from desktop.ui.banner import Banner
from desktop.ui.icons import application_icon
from desktop.ui.menu_bar import add_menu_bar
from desktop.ui.rail import Rail
from desktop.ui.shortcuts_sheet import ShortcutsSheet
from desktop.ui.status_strip import StatusStrip
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QCloseEvent, QResizeEvent

    from desktop.record.store import EncounterStore
    from desktop.ui.services import Services
    from desktop.ui.vault.unlock import UnlockPage

ENCOUNTERS, MACHINE, SETTINGS, TEACHING = "page-encounters", "page-machine", "page-settings", "page-teaching"
SCREENS = {
    ENCOUNTERS: ("desktop.ui.encounter.screen", "EncounterScreen"),
    MACHINE: ("desktop.ui.machine.page", "MachinePage"),
    SETTINGS: ("desktop.ui.settings_page", "SettingsPage"),
    TEACHING: ("desktop.ui.teaching.page", "TeachingPage"),
}
"""The module and class of each screen; a screen is imported when it is first shown."""
_OF_THE_RECORD = (ENCOUNTERS, TEACHING)
"""The screens that are given the open record; no other may keep it beyond its lock."""

FONT_STEP = 10
RAIL_CHARACTERS = 100
"""Of an average letter, the least width of a window whose rail has words."""
_RECORDING = ("recording", "paused")
_WHILE_LOCKED = ("help", "text-larger", "text-smaller", "full-screen", "quit")


def screen_factories() -> dict[str, Callable[[Services], QWidget]]:
    """Return a function for each screen that imports and makes it."""

    def factory(module: str, name: str) -> Callable[[Services], QWidget]:
        def make(services: Services) -> QWidget:
            made: QWidget = getattr(import_module(module), name)(services)
            return made

        return make

    return {page: factory(module, name) for page, (module, name) in SCREENS.items()}


class MainWindow(Retranslating, QMainWindow):
    """Navigates between the screens and hands them the actions of the keyboard."""

    lock_wanted = Signal()
    passphrase_wanted = Signal()
    """The doctor would like another passphrase."""
    export_wanted = Signal(str)
    """The id of the encounter that the doctor would like as a file."""
    picture_export_wanted = Signal(str, object)
    """The id of an encounter, and a MarkedPicture of it that the doctor would like as a file."""
    trail_wanted = Signal()
    """The doctor would like to see what was done with the record."""

    def __init__(
        self,
        services: Services,
        screens: Mapping[str, Callable[[Services], QWidget]] | None = None,
        platform: str = sys.platform,
        lock_page: UnlockPage | None = None,
    ) -> None:
        """Show the screens, or only `lock_page` until `unlock` is called."""
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowIcon(application_icon())
        self._services = services
        self._factories = dict(screens or screen_factories())
        self._screens: dict[str, QWidget] = {}
        self._decoders: tuple[tuple[str, str], ...] = ()
        self._records = False
        self._may_stop = False
        self._lock_page = lock_page
        self._record = services
        """The services with the record that is open now."""
        self._left = ("", "")
        """The encounter that was shown when the record was locked, and the recording that went on."""
        self.rail = Rail(self)
        self.banner = Banner(self)
        self.status_strip = StatusStrip(services.worker, self)
        self._stack = QStackedWidget(self)
        self._sheet: ShortcutsSheet | None = None
        self._bound = actions.bind(self, Reach.WINDOW, self.run_action)
        add_menu_bar(self, self._bound, platform)
        self._lay_out()
        self._connect()
        self._restore()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Bedside"))
        actions.retranslate(self._bound)

    @property
    def is_locked(self) -> bool:
        """Whether nothing of the record is shown."""
        return self._lock_page is not None and self._whole.currentWidget() is self._lock_page

    def unlock(self, store: EncounterStore) -> None:
        """Show the screens on an open record, where they were left."""
        self._record = replace(self._services, store=store)
        self._whole.setCurrentIndex(0)
        page = self._services.settings.text("window_state")
        self.show_page(page if page in self._factories else ENCOUNTERS)
        encounter_id, recording_id = self._left
        self._left = ("", "")
        if encounter_id:
            self.encounters.resume(encounter_id, recording_id)
            self.show_page(page)

    def lock(self) -> bool:
        """Show the lock page and nothing else; what was done is on the disk, and a recording goes on.

        Returns False, with everything as it was, where something could not be written and would be lost.
        """
        if self._lock_page is None or self.is_locked:
            return False
        self._services.worker.stop()  # what the models were given is in its memory
        encounters: Any = self._screens.get(ENCOUNTERS)
        if encounters is not None and not encounters.keep_all():
            self.banner.tell(
                lambda: self.tr("Bedside stays open, since not everything is on the disk yet. Free some space first.")
            )
            return False
        self._lock_page.show_recording(self._records)
        self._whole.setCurrentWidget(self._lock_page)
        self.banner.clear()
        self._left = encounters.leave() if encounters is not None else ("", "")
        self._leave_teaching()
        self._record = self._services
        self._leave_no_word()
        self._lock_page.take_keyboard()
        return True

    def _leave_no_word(self) -> None:
        """Take away what shows the record, in the window and beside it; models may go on being fetched."""
        self._services.pictures.stop()
        for window in QApplication.topLevelWidgets():
            if window is not self and window.isVisible():
                window.close()
        for page in _OF_THE_RECORD:
            screen = self._screens.pop(page, None)
            if screen is not None:
                self._stack.removeWidget(screen)
                screen.deleteLater()

    def _leave_teaching(self) -> None:
        teaching: Any = self._screens.get(TEACHING)
        if teaching is not None:
            teaching.leave()

    def refresh_encounters(self) -> None:
        """Show encounters that came by another way than the screen."""
        screen: Any = self._screens.get(ENCOUNTERS)
        if screen is not None:
            screen.refresh()

    def take_erased(self, encounter_ids: tuple[str, ...]) -> None:
        """Show of which recordings the sound was erased."""
        screen: Any = self._screens.get(ENCOUNTERS)
        if screen is not None:
            screen.controller.book.take_erased(encounter_ids)

    def show_page(self, page: str) -> QWidget:
        """Show a screen, made now if this is the first time, and return it."""
        if page not in self._screens:
            self._screens[page] = self._factories[page](self._record if page in _OF_THE_RECORD else self._services)
            self._stack.addWidget(self._screens[page])
            self._listen_to(self._screens[page])
            if page == ENCOUNTERS:
                self.offer_decoders(self._decoders)
        self._stack.setCurrentWidget(self._screens[page])
        self.rail.show_chosen(page)
        self._services.settings.set("window_state", page)
        return self._screens[page]

    @property
    def encounters(self) -> Any:
        """The encounter screen; Any, since this module does not import it (it is made when it is first shown)."""
        return self.show_page(ENCOUNTERS)

    def open_encounter(self, encounter_id: str) -> None:
        """Show one encounter."""
        self.encounters.open_encounter(encounter_id)

    def offer_decoders(self, decoders: tuple[tuple[str, str], ...]) -> None:
        """Offer decoders (id and title) for answering again, now or once the encounters are shown."""
        self._decoders = decoders
        screen: Any = self._screens.get(ENCOUNTERS)
        if screen is not None:
            screen.offer_decoders(decoders)

    def open_sample(self) -> None:
        """Make the sample encounter and show it."""
        from desktop.ui.first_start.sample import add_sample, sample_title

        try:
            made = add_sample(self._record.store, sample_title())
        except RecordError as error:
            sentence = str(error)
            self.banner.tell(lambda: sentence)
            return
        self.open_encounter(made)

    def run_action(self, action_id: str) -> bool:
        """Do what a shortcut, a menu or the rail asks for; returns whether anything did."""
        own = self._own_actions().get(action_id)
        if self.is_locked and action_id not in _WHILE_LOCKED:
            return False
        if own is not None:
            own()
            return True
        if action_id != "cancel" and action_id != "paste":
            return bool(self.encounters.handle(action_id))
        # Esc and paste belong to what is shown; they must not carry someone away from the settings.
        current: Any = self._stack.currentWidget()
        shown = (self._screens.get(page) for page in _OF_THE_RECORD)
        return any(current is screen for screen in shown) and bool(current.handle(action_id))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask while a recording runs; then keep the geometry and end the recorder and the worker."""
        if self._records and not self._may_stop:
            event.ignore()
            self._ask_to_stop()
            return
        encounters: Any = self._screens.get(ENCOUNTERS)
        if encounters is not None:
            encounters.shut_down()
        elif self._records:
            self._services.recorder.stop()
        self._leave_teaching()
        self._keep_geometry()
        self._services.worker.stop()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the room to the page where there is little."""
        super().resizeEvent(event)
        self._fit_rail()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Larger text leaves less room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_rail()

    def _fit_rail(self) -> None:
        self.rail.show_words(self.width() >= RAIL_CHARACTERS * self.fontMetrics().averageCharWidth())

    def _own_actions(self) -> dict[str, Callable[[], object]]:
        pages: dict[str, Callable[[], object]] = {page: partial(self.show_page, page) for page in SCREENS}
        return pages | {
            "help": self.show_help,
            "text-larger": lambda: self._change_text(FONT_STEP),
            "text-smaller": lambda: self._change_text(-FONT_STEP),
            "full-screen": self._toggle_full_screen,
            "export": self._ask_for_export,
            "lock": self.lock_wanted.emit,
            "quit": self.close,
        }

    def _ask_for_export(self) -> None:
        """Ask for the encounter that is shown, once all of it is on the disk."""
        screen = self.encounters
        shown = screen.controller.encounter
        if shown is not None and screen.keep_all():
            self.export_wanted.emit(shown.id)
        elif shown is None:
            self.banner.tell(lambda: self.tr("There is no encounter to export. Open one from the list first."))

    def _ask_for_picture(self, marked: object) -> None:
        """Pass on a picture that is to leave, with the encounter that it is of."""
        shown = self.encounters.controller.encounter
        if shown is not None:
            self.picture_export_wanted.emit(shown.id, marked)

    def show_help(self) -> None:
        """Open the sheet of shortcuts."""
        if self._sheet is None:
            self._sheet = ShortcutsSheet(self)
        self._sheet.open()

    def come_forward(self) -> None:
        """Come to the front, as when Bedside is started a second time."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def _change_text(self, step: int) -> None:
        wished = self._services.settings.number("font_scale") + step
        self._services.settings.set("font_scale", min(max(wished, theme.SMALLEST_SCALE), theme.LARGEST_SCALE))

    def _toggle_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def _lay_out(self) -> None:
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        banner_row = QHBoxLayout()
        banner_row.setContentsMargins(2 * theme.SPACE, 0, 2 * theme.SPACE, 0)
        banner_row.addWidget(self.banner)
        column.addLayout(banner_row)
        column.addWidget(self._stack, 1)
        column.addWidget(self.status_strip)
        whole = QWidget(self)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(middle, 1)
        self._whole = QStackedWidget(self)
        self._whole.addWidget(whole)
        if self._lock_page is not None:
            self._whole.addWidget(self._lock_page)
            self._whole.setCurrentWidget(self._lock_page)
        self.setCentralWidget(self._whole)

    def _connect(self) -> None:
        self.rail.chosen.connect(self.run_action)
        self.status_strip.restart_wanted.connect(self._services.worker.restart)
        self.status_strip.models_wanted.connect(lambda: self.show_page(MACHINE))
        self._services.recorder.state_changed.connect(self._follow_recorder)

    def _listen_to(self, screen: QWidget) -> None:
        picture_wanted = getattr(screen, "picture_export_wanted", None)
        if picture_wanted is not None:
            picture_wanted.connect(self._ask_for_picture)
        models_wanted = getattr(screen, "models_wanted", None)
        if models_wanted is not None:
            models_wanted.connect(lambda: self.show_page(MACHINE))
        sample_wanted = getattr(screen, "sample_wanted", None)
        if sample_wanted is not None:
            sample_wanted.connect(self.open_sample)
        for name in ("passphrase_wanted", "trail_wanted"):
            wanted = getattr(screen, name, None)
            if wanted is not None:
                wanted.connect(getattr(self, name))

    def _follow_recorder(self, state: object) -> None:
        self._records = str(state) in _RECORDING
        if self._lock_page is not None:
            self._lock_page.show_recording(self._records)

    def _restore(self) -> None:
        self.resize(1280, 800)
        kept = self._services.settings.text("window_geometry")
        if kept:
            self.restoreGeometry(QByteArray(base64.b64decode(kept)))
        if not self.is_locked:
            page = self._services.settings.text("window_state")
            self.show_page(page if page in self._factories else ENCOUNTERS)

    def _keep_geometry(self) -> None:
        kept = base64.b64encode(self.saveGeometry().data()).decode("ascii")
        self._services.settings.set("window_geometry", kept)

    def _ask_to_stop(self) -> None:
        """Ask without waiting inside `closeEvent`: words go on being written while the question stands there."""
        question = QMessageBox(self)
        question.setObjectName("stop-recording")
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle(self.tr("Bedside"))
        question.setText(self.tr("A recording is running."))
        question.setInformativeText(self.tr("What was recorded so far is kept. Stop it and close Bedside?"))
        stop = question.addButton(self.tr("Stop and close"), QMessageBox.ButtonRole.AcceptRole)
        stay = question.addButton(self.tr("Keep recording"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(stay)
        stop.clicked.connect(self._stop_and_close)
        question.open()

    def _stop_and_close(self) -> None:
        self._may_stop = True
        # After the question has gone: closing its parent from within its button would delete it twice.
        QTimer.singleShot(0, self.close)
