"""Who may in: brings window, vault and what locks it together, and says at each opening what there is to say."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.record.errors import RecordError
from desktop.ui.encounter.wording import day_and_time, sentence_of
from desktop.ui.vault.idle import IdleWatch
from desktop.ui.vault.moving import FOLDER, Moving
from desktop.ui.vault.recovered import take_in
from desktop.ui.vault.session import VaultState
from desktop.ui.vault.system_locks import SystemLocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.dicom.marked import MarkedPicture
    from desktop.record.encounter import Encounter
    from desktop.record.export.choices import Choices
    from desktop.record.retention import Erased
    from desktop.record.vault.importing import Imported
    from desktop.ui.first_start.dialog import FirstStart
    from desktop.ui.services import Services
    from desktop.ui.vault.session import VaultSession
    from desktop.ui.window import MainWindow

_COLLECT_SOON_MS = 200
_LISTEN_SOON_MS = 500
"""Asking the system's buses waits until the window is drawn."""


class Door(QObject):
    """Opens the window on the record and closes it again."""

    ready_wanted = Signal()
    """Somebody may want the models soon."""

    def __init__(
        self,
        session: VaultSession,
        window: MainWindow,
        services: Services,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._services = session, window, services
        self._settings = services.settings
        self._first_start: FirstStart | None = None
        self._to_tell: Callable[[], str] | None = None
        self.idle = IdleWatch(self._settings, self)
        self.system_locks = SystemLocks(self)
        self.moving = Moving(folder / FOLDER, self)
        # The screens that a lock took down hold words and refer to each other: once they are gone for Qt too.
        self._collecting = QTimer(self, singleShot=True, interval=_COLLECT_SOON_MS)
        self._collecting.timeout.connect(gc.collect)
        for left in (self.idle.idle, self.system_locks.left, window.lock_wanted):
            left.connect(self.lock)
        session.opened.connect(self._enter)
        window.passphrase_wanted.connect(self._change_passphrase)
        window.trail_wanted.connect(self._show_trail)
        window.export_wanted.connect(self._export)
        window.picture_export_wanted.connect(self._export_picture)
        self._keeping = services.keeping
        if self._keeping is not None:
            self._keeping.overdue.connect(self._warn_of_backup)
            self._keeping.trail_broken.connect(self._tell_fault)
        if services.retention is not None:
            services.retention.erased.connect(self._tell_erased)
            services.retention.failed.connect(self._tell_not_erased)
        self.moving.progressed.connect(self._tell_progress)
        self.moving.ended.connect(self._tell_moved)
        self.moving.failed.connect(lambda sentence: window.banner.tell(lambda: sentence))

    def tell_once(self, words: Callable[[], str]) -> None:
        """Say something when the vault is opened, unless there is something more important."""
        self._to_tell = words

    def open(self) -> None:
        """Begin the first start where there is no vault; elsewhere the window asks for the passphrase already."""
        if self._session.state is VaultState.ABSENT:
            self._begin_first_start()
        QTimer.singleShot(_LISTEN_SOON_MS, self, self._listen)

    def _listen(self) -> None:
        self.system_locks.listen(int(self._window.winId()) if sys.platform == "win32" else 0)

    def lock(self) -> None:
        """Lock the record; the models are loaded anew, since what they were given is not to stay in their memory."""
        if self._session.state is not VaultState.OPEN:
            return
        if self._window.lock():
            self.idle.end()
            self.moving.stop()
            self._session.lock()
            self._collecting.start()
        else:
            self.idle.begin()  # it is tried again
        self.ready_wanted.emit()

    def stop(self) -> None:
        """End what still runs; the window has closed."""
        self.idle.stop()
        self.system_locks.stop()
        self._collecting.stop()
        self.moving.finish()

    # --- coming in ---------------------------------------------------------------------------------------------

    def _enter(self) -> None:
        """The vault is open: show what is in it, and what came through a crash."""
        store = self._session.store
        came_back = take_in(store, store.recovered)
        self._window.unlock(store)
        self.idle.begin()
        self.system_locks.begin_anew()
        self._tell_at_opening(came_back)
        if self._first_start is not None:
            return  # it made the vault, and goes on
        if not self._settings.is_on("first_start_done") or not self._settings.is_on("recovery_key_noted"):
            self._begin_first_start()
        elif self._session.came_by_recovery_key:
            self._change_passphrase()

    def _tell_at_opening(self, came_back: tuple[str, ...]) -> None:
        banner = self._window.banner
        restored_from = self._session.vault.restored_from
        if self._session.audit.fault is not None:
            self._tell_fault()
        elif restored_from:
            banner.tell(lambda: self._restored_words(restored_from))
        elif came_back:
            banner.tell(
                lambda: self.tr(
                    "A recording was not ended. All of it until then is kept; its words can be recognised now."
                ),
                lambda: self.tr("Open it"),
                lambda: self._window.open_encounter(came_back[-1]),
            )
        elif self.moving.waiting:
            self._offer_moving()
        elif self._to_tell is not None:
            banner.tell(self._to_tell)
        self._to_tell = None

    def _restored_words(self, backup: str) -> str:
        from desktop.record.vault.backups import time_of

        time = day_and_time(time_of(backup).isoformat(timespec="milliseconds"))
        return self.tr(
            "This record was brought back from the backup of {time}. What was written after it is kept in the folder "
            "of the record that was replaced."
        ).format(time=time)

    def _tell_fault(self) -> None:
        """Say what is wrong with the audit trail, also where that was found while the record is open."""
        fault = self._session.audit.fault if self._session.state is VaultState.OPEN else None
        if fault is not None:
            self._window.banner.tell(
                lambda: sentence_of(fault), lambda: self.tr("Accept it as it is"), self._accept_trail
            )

    def _warn_of_backup(self) -> None:
        keeping = self._keeping
        if keeping is not None and not self._window.banner.isVisible():  # the next look says it again
            self._window.banner.tell(keeping.warning, lambda: self.tr("Back up now"), keeping.back_up_now)

    def _tell_erased(self, erased: Erased) -> None:
        self._window.take_erased(erased.encounters)
        self._window.banner.tell_in_turn(
            lambda: self.tr(
                "The sound of recordings was erased after their notes were signed, as you had set: {count}. It cannot "
                "be played or heard a second time any more; the words and the notes are kept."
            ).format(count=erased.recordings)
        )

    def _tell_not_erased(self, error: RecordError) -> None:
        self._window.banner.tell_in_turn(
            lambda: self.tr("Recordings that were due to be erased are kept for now. {reason}").format(
                reason=sentence_of(error)
            )
        )

    def _show_trail(self) -> None:
        from desktop.ui.vault.trail import TrailSheet

        if self._session.state is VaultState.OPEN:
            sheet = TrailSheet(self._session, self._window)
            sheet.finished.connect(sheet.deleteLater)
            sheet.open()

    def _export(self, encounter_id: str) -> None:
        from desktop.ui.export.wizard import ExportWizard

        if self._session.state is VaultState.OPEN:
            try:
                encounter = self._session.store.load(encounter_id)
            except RecordError as error:
                told = sentence_of(error)
                self._window.banner.tell(lambda: told)
                return
            wizard = ExportWizard(self._session, encounter, self._window)
            wizard.finished.connect(wizard.deleteLater)
            wizard.picture_wanted.connect(lambda choices: self._copy_picture(encounter, choices))
            wizard.open()

    def _export_picture(self, encounter_id: str, marked: MarkedPicture) -> None:
        from desktop.ui.export.picture_sheet import PictureSheet

        if self._session.state is VaultState.OPEN:
            try:
                encounter = self._session.store.load(encounter_id)
            except RecordError as error:
                told = sentence_of(error)
                self._window.banner.tell(lambda: told)
                return
            sheet = PictureSheet(self._session, encounter, marked, self._window)
            sheet.finished.connect(sheet.deleteLater)
            sheet.open()

    def _copy_picture(self, encounter: Encounter, choices: Choices) -> None:
        from desktop.ui.export.picture import PictureCopy

        if self._session.state is VaultState.OPEN:
            dialog = PictureCopy(self._session, self._services.pictures, encounter, choices, self._window)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def _accept_trail(self) -> None:
        if self._session.state is VaultState.OPEN:
            try:
                self._session.audit.accept()
            except RecordError as error:
                told = sentence_of(error)
                self._window.banner.tell(lambda: told)

    def _begin_first_start(self) -> None:
        from desktop.ui.first_start.dialog import FirstStart

        self._first_start = FirstStart(self._services, self._session, self._window)
        self._first_start.sample_wanted.connect(self._window.open_sample)
        self._first_start.finished.connect(self._after_first_start)
        self._first_start.open()

    def _after_first_start(self) -> None:
        self._first_start = None
        if self._settings.is_on("notice_accepted") and self._session.state is VaultState.OPEN:
            self.ready_wanted.emit()
        else:
            self._window.close()

    def _change_passphrase(self) -> None:
        from desktop.ui.vault.change_passphrase import ChangePassphrase

        if self._session.state is VaultState.OPEN:
            dialog = ChangePassphrase(self._session, self._window)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    # --- encounters of an earlier version ----------------------------------------------------------------------

    def _offer_moving(self) -> None:
        count = self.moving.waiting
        self._window.banner.tell(
            lambda: self.tr(
                "Encounters of an earlier version lie on this disk unencrypted ({count}). Each is moved into the "
                "vault and removed from there once every byte was compared."
            ).format(count=count),
            lambda: self.tr("Move them"),
            self._move,
        )

    def _move(self) -> None:
        if self._session.state is VaultState.OPEN:
            self._tell_progress(0, self.moving.waiting)
            self.moving.begin(self._session.store)

    def _tell_progress(self, done: int, total: int) -> None:
        if self._session.state is VaultState.OPEN:
            self._window.banner.tell(
                lambda: self.tr("Moving encounters into the vault: {done} of {total}").format(done=done, total=total)
            )

    def _tell_moved(self, imported: Imported) -> None:
        if self._session.state is not VaultState.OPEN:
            return
        self._window.refresh_encounters()
        moved, left = len(imported.moved), imported.left
        if not left:
            self._window.banner.tell(
                lambda: self.tr("Moved into the vault: {count}. Nothing of them can be read outside it.").format(
                    count=moved
                )
            )
            return
        self._window.banner.tell(
            lambda: self.tr("Moved into the vault: {count}. Left where they were: {left}. {reason}").format(
                count=moved, left=len(left), reason=sentence_of(left[0].reason)
            )
        )
