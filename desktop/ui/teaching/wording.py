"""What the page to learn on says: questions, hints, days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.worker.protocol import StudyHintKind, StudyKind

if TYPE_CHECKING:
    from desktop.worker.protocol import StudyHint, StudyItem


def asked_words(item: StudyItem) -> str:
    """Return the question above what is shown."""
    match item.kind:
        case StudyKind.MEANING:
            return QCoreApplication.translate("Teaching", "Which finding is this?")
        case StudyKind.LAYPERSON:
            return QCoreApplication.translate("Teaching", "How do you say this to a patient?")
        case StudyKind.CODE:
            return QCoreApplication.translate("Teaching", "Which code of {0} means this?").format(item.source.label)
        case StudyKind.GAP:
            return QCoreApplication.translate("Teaching", "Which word is missing?")
        case StudyKind.CASE:
            return QCoreApplication.translate("Teaching", "What is your assessment, and what do you do?")


def hint_words(hint: StudyHint) -> str:
    """Return a hint in words."""
    match hint.kind:
        case StudyHintKind.SAID:
            return QCoreApplication.translate("Teaching", "People say: {0}").format(hint.text)
        case StudyHintKind.LETTERS:
            return QCoreApplication.translate("Teaching", "Its letters: {0}").format(hint.text)
        case StudyHintKind.BEGINS:
            return QCoreApplication.translate("Teaching", "It begins: {0}").format(hint.text)
        case StudyHintKind.ONE_OF:
            return QCoreApplication.translate("Teaching", "It is one of these: {0}").format(hint.text)


def again_words(days: int) -> str:
    """Return when an item comes again."""
    if days == 1:
        return QCoreApplication.translate("Teaching", "This comes again tomorrow.")
    return QCoreApplication.translate("Teaching", "This comes again in {0} days.").format(days)


def due_words(count: int | None) -> str:
    """Return how many questions are due, empty while that is not known."""
    if count is None:
        return ""
    if count == 0:
        return QCoreApplication.translate("Teaching", "Nothing that you learned before is due today.")
    if count == 1:
        return QCoreApplication.translate("Teaching", "1 question that you learned before is due today.")
    return QCoreApplication.translate("Teaching", "{0} questions that you learned before are due today.").format(count)
