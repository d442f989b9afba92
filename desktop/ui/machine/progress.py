"""How far a task is, in words and as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.machine.parts import size_text
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from PySide6.QtWidgets import QProgressBar

    from desktop.ui.machine.shelf import TaskProgress

_CONTEXT = "MachinePage"
_STAGES = {
    "wait": QT_TRANSLATE_NOOP("MachinePage", "Waits for another program that fetches models"),
    "download": QT_TRANSLATE_NOOP("MachinePage", "Downloading"),
    "verify": QT_TRANSLATE_NOOP("MachinePage", "Checking every byte"),
    "convert": QT_TRANSLATE_NOOP("MachinePage", "Converting"),
    "write": QT_TRANSLATE_NOOP("MachinePage", "Writing"),
}
_FINENESS = 1_000


def progress_text(progress: TaskProgress) -> str:
    """Return what is being done: "Downloading: 46 MB of 92 MB"."""
    stage = translated(_CONTEXT, _STAGES.get(progress.stage, ""))
    done, total = size_text(progress.done_bytes), size_text(progress.total_bytes)
    words = QCoreApplication.translate("MachinePage", "{stage}: {done} of {total}")
    return words.format(stage=stage, done=done, total=total)


def show_share(bar: QProgressBar, progress: TaskProgress) -> None:
    """Move a bar; one without a known total is shown as busy."""
    bar.setRange(0, _FINENESS if progress.total_bytes else 0)
    if progress.total_bytes:
        bar.setValue(round(_FINENESS * min(progress.done_bytes / progress.total_bytes, 1)))
