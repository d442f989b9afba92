"""What the window shows while the vault is locked: no word and no name of the record, only the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop.record.errors import RecoveryKeyMistyped, WrongPassphrase, WrongRecoveryKey
from desktop.ui import icons, theme
from desktop.ui.encounter.empty import Centre
from desktop.ui.encounter.widgets import PlainText, button, scrolling
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.translation import Retranslating
from desktop.ui.vault.fields import secret_field
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from desktop.record.errors import RecordError
    from desktop.ui.vault.session import VaultSession

LONGEST_PAUSE_S = 60
_SIGN_SIZE = 48


def pause_s(wrong: int) -> int:
    """Return how long nothing can be tried after so many wrong tries in a row: 1, 2, 4 s and so on up to a minute."""
    return min(2 ** (wrong - 1), LONGEST_PAUSE_S) if wrong else 0


class UnlockPage(Retranslating, QWidget):
    """Takes the passphrase, or the recovery key instead; empty while there is no vault yet."""

    def __init__(self, session: VaultSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unlock-page")
        self._session = session
        self._by_recovery_key = False
        self._records = False
        self._wrong = 0
        self._error: RecordError | None = None
        self._waits_s = 0
        self._second = QTimer(self, interval=1_000)
        self._second.timeout.connect(self._count_down)
        self._make_parts()
        self._lay_out()
        session.refused.connect(self._take_error)
        session.busy_changed.connect(lambda _busy: self.retranslate())
        session.opened.connect(self._take_opened)
        session.locked.connect(self._begin_again)
        self.retranslate()

    def show_recording(self, records: bool) -> None:
        """Say that a recording goes on, or that it does not any more."""
        self._records = records
        self.retranslate()

    def take_keyboard(self) -> None:
        """Put the keyboard where the passphrase goes."""
        self._field.setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        there_is_one = self._session.state is not VaultState.ABSENT
        self._way_in.setVisible(there_is_one)
        self._title.setText(self.tr("Bedside is locked") if there_is_one else self.tr("Bedside"))
        by_key = self._by_recovery_key
        self._label.setText(self.tr("Recovery key, from your note or print") if by_key else self.tr("Passphrase"))
        self._field.setAccessibleName(self._label.text())
        self._by_system.setVisible(not by_key and self._session.opens_with_keyring)
        self._by_system.setText(self.tr("Unlock with this computer's account"))
        self._other.setText(
            self.tr("Use the passphrase instead") if by_key else self.tr("Use the recovery key instead")
        )
        self._recording.show_words(
            self.tr("A recording goes on and is kept. Unlock Bedside to stop it.") if self._records else ""
        )
        self._progress.setAccessibleName(self.tr("The vault is being opened"))
        self._seen.setAccessibleName(self.tr("Show what I type"))
        self._seen.setToolTip(self.tr("Show what I type"))
        self._show_standing()
        self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Be ready to be typed into."""
        super().showEvent(event)
        self.retranslate()
        self.take_keyboard()

    # --- trying ------------------------------------------------------------------------------------------------

    def _try(self) -> None:
        if not self._may_try or not self._field.text():
            return
        self._error = None
        unlock = self._session.unlock_with_recovery_key if self._by_recovery_key else self._session.unlock
        unlock(self._field.text())

    def _try_system(self) -> None:
        """The system's store of secrets is no guess, so that it is asked also while a pause runs."""
        if not self._session.is_busy:
            self._error = None
            self._session.unlock_with_keyring()

    @property
    def _may_try(self) -> bool:
        return not self._session.is_busy and not self._waits_s

    def _take_error(self, error: RecordError) -> None:
        self._error = error
        if isinstance(error, WrongPassphrase | WrongRecoveryKey):
            self._wrong += 1
            self._waits_s = pause_s(self._wrong)
            self._second.start()
        if not isinstance(error, RecoveryKeyMistyped):  # what is nearly right is mended, not typed anew
            self._field.clear()
        self.retranslate()
        self.take_keyboard()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._trouble.text()))

    def _take_opened(self) -> None:
        self._wrong = 0
        self._begin_again()

    def _begin_again(self) -> None:
        """Leave nothing of what was typed."""
        self._field.clear()
        self._seen.setChecked(False)
        self._error = None
        self._use_recovery_key(False)

    def _count_down(self) -> None:
        self._waits_s = max(0, self._waits_s - 1)
        if not self._waits_s:
            self._second.stop()
        self._show_standing()

    def _use_recovery_key(self, used: bool) -> None:
        self._by_recovery_key = used
        self._field.clear()
        self._show_letters()
        self.retranslate()

    def _switch(self) -> None:
        self._error = None
        self._use_recovery_key(not self._by_recovery_key)
        self.take_keyboard()

    # --- showing -----------------------------------------------------------------------------------------------

    def _show_standing(self) -> None:
        busy = self._session.is_busy
        self._trouble.setText(sentence_of(self._error) if self._error else "")
        self._trouble.setVisible(self._error is not None)
        self._progress.setVisible(busy)
        self._field.setEnabled(not busy)
        self._other.setEnabled(not busy)
        self._by_system.setEnabled(not busy)
        self._unlock.setEnabled(self._may_try)
        if busy:
            self._unlock.setText(self.tr("Opening …"))
        elif self._waits_s:
            self._unlock.setText(self.tr("Try again in {seconds} s").format(seconds=self._waits_s))
        else:
            self._unlock.setText(self.tr("Unlock"))

    def _show_letters(self) -> None:
        # Nobody types 36 characters of a printed key without seeing them.
        shown = self._seen.isChecked() or self._by_recovery_key
        self._field.setEchoMode(self._field.EchoMode.Normal if shown else self._field.EchoMode.Password)
        self._seen.setVisible(not self._by_recovery_key)

    def _tint(self) -> None:
        self._sign.setPixmap(icons.pixmap("lock", _SIGN_SIZE, theme.tokens().accent))
        self._seen.setIcon(icons.icon("eye"))

    def _make_parts(self) -> None:
        self._sign = QLabel(self)
        self._title = PlainText("title", self)
        self._way_in = QWidget(self)
        self._label = QLabel(self._way_in)
        self._label.setWordWrap(True)
        self._field = secret_field("passphrase", self._way_in)
        self._field.returnPressed.connect(self._try)
        self._label.setBuddy(self._field)
        self._seen = button("show-passphrase", "", self._way_in)
        self._seen.setCheckable(True)
        self._seen.toggled.connect(lambda _on: self._show_letters())
        self._trouble = PlainText("error", self._way_in)
        self._trouble.setObjectName("unlock-trouble")
        self._progress = QProgressBar(self._way_in)
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 0)
        self._unlock = button("unlock", "primary", self._way_in)
        self._unlock.clicked.connect(self._try)
        self._by_system = button("unlock-with-system", "", self._way_in)
        self._by_system.clicked.connect(self._try_system)
        self._other = button("use-recovery-key", "quiet", self._way_in)
        self._other.clicked.connect(self._switch)
        self._recording = PlainText("", self)
        self._recording.setObjectName("recording-goes-on")

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE)
        line.addWidget(self._field, 1)
        line.addWidget(self._seen)
        way_in = QVBoxLayout(self._way_in)
        way_in.setContentsMargins(0, 0, 0, 0)
        way_in.setSpacing(theme.SPACE)
        way_in.addWidget(self._label)
        way_in.addLayout(line)
        for part in (self._trouble, self._progress, self._unlock, self._by_system, self._other):
            way_in.addWidget(part)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(*[3 * theme.SPACE] * 4)
        middle = Centre(page)
        row.addStretch(1)
        row.addWidget(middle, 100, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        column = QVBoxLayout(middle)
        column.setSpacing(2 * theme.SPACE)
        parts: tuple[QWidget, ...] = (self._sign, self._title, self._way_in, self._recording)
        for widget in parts:
            column.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(page))
