"""Walks any window or screen the way a screen reader, a keyboard and a gloved finger do.

    assert faults_of(my_screen) == []

`faults_of` says in words what is wrong: a control without a name, two with the same, one that Tab never reaches, a
trap that Tab never leaves, a target smaller than 44 px. `clipped_texts` finds words that do not fit where they stand.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QSizeGrip,
    QSplitterHandle,
    QWidget,
)

from desktop.ui.theme import TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOUCHED = (QAbstractButton, QComboBox, QLineEdit)
_OF_QT = (QScrollBar, QSplitterHandle, QSizeGrip)


def faults_of(root: QWidget) -> list[str]:
    """Show `root` and return every fault in words, none where it can be used by everyone."""
    root.show()
    root.activateWindow()
    QApplication.processEvents()
    controls = list(controls_of(root))
    return [
        *(f"{_title(control)} has no accessible name" for control in controls if not name_of(control)),
        *_same_names(controls),
        *(f"{_title(c)} is {c.height()} px high, less than {TARGET}" for c in controls if _is_too_small(c)),
        *(f"Tab never reaches {_title(control)}" for control in _unreached(root, controls)),
    ]


def controls_of(root: QWidget) -> Iterable[QWidget]:
    """Return what can be touched or take the keyboard: visible, enabled, not a part inside another control."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or not widget.isEnabledTo(root) or isinstance(widget, _OF_QT):
            continue
        is_control = isinstance(widget, QAbstractButton) or bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if is_control and not _is_inside_another(widget, root):
            yield widget


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says for a widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return str(interface.text(QAccessible.Text.Name)) if interface else widget.accessibleName()


def clipped_texts(root: QWidget) -> list[str]:
    """Show `root` and return the labels and buttons whose words do not fit into them, or that reach outside it."""
    root.show()
    for _ in range(3):
        # A layout inside a layout inside a scroll area hears of longer words one turn after the other.
        QApplication.processEvents()
    labels = [label for label in root.findChildren(QLabel) if label.isVisibleTo(root) and label.text()]
    buttons = [button for button in root.findChildren(QAbstractButton) if button.isVisibleTo(root) and button.text()]
    return [
        *(f"{_title(label)}: {label.text()!r}" for label in labels if _label_is_clipped(label)),
        *(f"{_title(button)}: {button.text()!r}" for button in buttons if _button_is_clipped(button)),
        *(
            f"{_title(area)} cuts its page off at the right"
            for area in root.findChildren(QScrollArea)
            if _cuts_off(area)
        ),
    ]


def _is_inside_another(widget: QWidget, root: QWidget) -> bool:
    # The line of an editable combo box, the viewport of a list, the buttons inside a line: their owner is the control.
    parent = widget.parentWidget()
    while parent is not None and parent is not root:
        if isinstance(parent, (QComboBox, QLineEdit, QAbstractItemView)) or parent.focusProxy() is widget:
            return parent.focusProxy() is not widget
        parent = parent.parentWidget()
    return False


def _same_names(controls: Iterable[QWidget]) -> list[str]:
    names = Counter((type(control).__name__, name_of(control)) for control in controls if name_of(control))
    return [f"{count} of {kind} are named {name!r}" for (kind, name), count in names.items() if count > 1]


def _is_too_small(control: QWidget) -> bool:
    return isinstance(control, _TOUCHED) and control.height() < TARGET


def _unreached(root: QWidget, controls: list[QWidget]) -> list[QWidget]:
    """Press Tab until the keyboard has been everywhere twice; what it never was on is unreachable."""
    wanted = [control for control in controls if control.focusPolicy() & Qt.FocusPolicy.TabFocus]
    reached: set[QWidget] = set()
    for control in wanted[:1]:
        control.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(2 * len(wanted) + 2):
        focused = root.window().focusWidget()
        if focused is not None:
            reached |= {focused, *_owners(focused)}
            QTest.keyClick(focused, Qt.Key.Key_Tab)
    return [control for control in wanted if control not in reached and not _is_in_group_of(control, reached)]


def _owners(widget: QWidget) -> set[QWidget]:
    owners = set()
    parent = widget.parentWidget()
    while parent is not None:
        if parent.focusProxy() is not None:
            owners.add(parent)
        parent = parent.parentWidget()
    return owners


def _is_in_group_of(control: QWidget, reached: set[QWidget]) -> bool:
    # Of exclusive buttons Tab reaches the chosen one, the arrow keys the others.
    if not isinstance(control, QAbstractButton) or not control.isCheckable():
        return False
    group = control.group()
    siblings = group.buttons() if group else control.parentWidget().findChildren(type(control))
    exclusive = group.exclusive() if group else control.autoExclusive()
    return exclusive and any(sibling in reached for sibling in siblings)


def _label_is_clipped(label: QLabel) -> bool:
    if label.wordWrap():
        return label.height() < label.heightForWidth(label.width())
    return label.width() < label.sizeHint().width() or label.height() < label.sizeHint().height()


def _cuts_off(area: QScrollArea) -> bool:
    cannot_scroll = area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    page = area.widget()
    return area.isVisible() and cannot_scroll and page is not None and page.width() > area.viewport().width()


def _button_is_clipped(button: QAbstractButton) -> bool:
    hint = button.minimumSizeHint()
    return button.width() < hint.width() or button.height() < hint.height()


def _title(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or name_of(widget) or '(unnamed)'}"
