"""Keeps the record while it is open: backs it up, and follows its audit trail from the first entry once a day.

All of it runs away from the window's thread, and ends by itself where the record is locked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.record.errors import RecordError
from desktop.record.vault.thinning import VERIFIED_FOR
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.wording import day_and_time, sentence_of
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.record.errors import AuditBroken
    from desktop.record.vault.manifest import Manifest
    from desktop.record.vault.opening import OpenVault
    from desktop.settings import Settings
    from desktop.ui.vault.session import VaultSession

LAST = "last_backup"
_SOON_MS = 20_000
"""After the record was opened: the window has other things to do first."""
_LOOK_EVERY_MS = 600_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found and done."""

    verified: str = ""
    """When the newest backup was proven whole, in UTC; empty for none."""
    damaged: int = 0
    """How many files are damaged in the record itself."""
    fault: AuditBroken | None = None
    trouble: RecordError | None = None
    """Why there is no newer backup."""
    newest: Manifest | None = None
    """That backup, so that its list is not read again and again."""


class Keeping(QObject):
    """Looks after the open record; the settings show how its backups stand."""

    changed = Signal()
    """How the backups stand is another now."""
    overdue = Signal()
    """The last backup that was proven whole is too old."""
    trail_broken = Signal()

    def __init__(self, session: VaultSession, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._background = Background(self)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._again = QTimer(self, interval=_LOOK_EVERY_MS)
        self.runs = False
        self.kept = Kept(_time_or_nothing(settings.text(LAST)))
        for timer in (self._soon, self._again):
            timer.timeout.connect(self.look)
        session.opened.connect(self._begin)
        session.locked.connect(self._end)

    # --- how it stands -----------------------------------------------------------------------------------------

    @property
    def is_overdue(self) -> bool:
        """Whether there is no backup that was proven whole within the last days."""
        if not self.kept.verified:
            return True
        age = datetime.now(UTC) - datetime.fromisoformat(self.kept.verified)
        return age > VERIFIED_FOR

    def sentence(self) -> str:
        """Return how the backups stand, in the language that is shown."""
        if self.runs:
            return self.tr("Backing up …")
        if self.kept.verified:
            last = self.tr("Last verified backup: {time}").format(time=day_and_time(self.kept.verified))
        else:
            last = self.tr("There is no verified backup yet.")
        return " ".join(filter(None, (last, self._trouble())))

    def warning(self) -> str:
        """Return what the window says where the last backup is too old."""
        if not self.kept.verified:
            said = self.tr("This record has no verified backup yet.")
        else:
            said = self.tr(
                "The last verified backup is older than {days} days: {time}. The record itself is safe on this disk."
            ).format(days=VERIFIED_FOR.days, time=day_and_time(self.kept.verified))
        return " ".join(filter(None, (said, self._trouble())))

    def _trouble(self) -> str:
        if self.kept.trouble is not None:
            return sentence_of(self.kept.trouble)
        if self.kept.damaged:
            return self.tr(
                "Files that are damaged or missing in the record itself: {count}. Restore them from an older backup."
            ).format(count=self.kept.damaged)
        return ""

    # --- what it does ------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Do what is due; nothing where nothing was changed."""
        self._run(lambda vault: self._kept(vault, asked=False, backs_up=self._settings.is_on("back_up")))

    def back_up_now(self) -> None:
        """Make a backup, whether one is due or not."""
        self._run(lambda vault: self._kept(vault, asked=True, backs_up=True))

    def stop(self) -> None:
        """Wait for the end of what runs; the vault is closed."""
        self._end()
        self._background.finish()

    def _begin(self) -> None:
        self._soon.start()
        self._again.start()

    def _end(self) -> None:
        self._soon.stop()
        self._again.stop()
        self.kept = replace(self.kept, newest=None)

    def _run(self, work: Callable[[OpenVault], Kept]) -> None:
        if self.runs or self._session.state is not VaultState.OPEN:
            return
        self.runs = True
        vault = self._session.vault
        self._background.run(lambda: work(vault), self._take, lambda _sentence: self._take(self.kept))
        self.changed.emit()

    def _kept(self, vault: OpenVault, *, asked: bool, backs_up: bool) -> Kept:
        """Do it all, in the background."""
        now = datetime.now(UTC)
        with vault.at_work() as go_on:
            fault = vault.audit.fault
            if not fault and vault.audit.is_check_due(now):
                fault = vault.audit.check_all(go_on)
            if fault:
                return replace(self.kept, fault=fault, trouble=None)
            try:
                return self._backed_up(vault, go_on, asked=asked, backs_up=backs_up)
            except RecordError as error:
                return replace(self.kept, fault=None, trouble=error)

    def _backed_up(self, vault: OpenVault, go_on: Callable[[], None], *, asked: bool, backs_up: bool) -> Kept:
        from desktop.record.vault.backing_up import Due, back_up, due
        from desktop.record.vault.backups import Backups, place_of
        from desktop.record.vault.chain import Link

        disk = vault.means.disk
        place = place_of(self._settings.text("backup_folder"), vault.folder.parent, disk)
        backups = Backups(place, vault.keys, disk, self.kept.newest)
        newest = backups.newest()
        if newest and vault.audit.is_behind(Link(newest.head_seq, newest.head_mac), newest.made):
            vault.audit.tell_older()
            return replace(self.kept, fault=vault.audit.fault, trouble=None)
        if backs_up:
            what = Due.MAKE if asked else due(vault.source, backups, datetime.now(UTC))
            if what is Due.MAKE:
                back_up(vault.source, backups, go_on)
            elif what is Due.VERIFY and newest:
                backups.verify(newest.name, go_on)
        newest = backups.newest()
        return Kept(newest.verified, newest.damaged, newest=newest) if newest else Kept()

    def _take(self, kept: Kept) -> None:
        """What was done is known in the window; nothing is said of a record that was locked meanwhile."""
        self.runs = False
        if self._session.state is VaultState.OPEN:
            self.kept = kept
            self._settings.set(LAST, kept.verified)
            if kept.fault:
                self.trail_broken.emit()
            elif self.is_overdue:
                self.overdue.emit()
        self.changed.emit()


def _time_or_nothing(text: str) -> str:
    """Return a time as it is kept, empty for anything else: the file of settings may have been changed by hand."""
    try:
        return text if datetime.fromisoformat(text).tzinfo else ""
    except ValueError:
        return ""
