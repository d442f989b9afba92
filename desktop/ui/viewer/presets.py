"""The windows that are offered: the file's own, the usual ones for CT in Hounsfield units, and the full range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.pictures.planes import DisplayWindow, WindowFunction, WindowSource
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from desktop.pictures.planes import PlaneHeader


@dataclass(frozen=True, slots=True)
class Preset:
    """A choice of the window menu; `key` is the digit that chooses it, empty for none."""

    id: str
    text: str
    window: DisplayWindow
    key: str = ""


CT_PRESETS = (
    Preset("lung", QT_TRANSLATE_NOOP("Viewer", "Lung"), DisplayWindow(-600, 1500), "2"),
    Preset("soft-tissue", QT_TRANSLATE_NOOP("Viewer", "Soft tissue"), DisplayWindow(50, 350), "3"),
    Preset("bone", QT_TRANSLATE_NOOP("Viewer", "Bone"), DisplayWindow(400, 1800), "4"),
    Preset("brain", QT_TRANSLATE_NOOP("Viewer", "Brain"), DisplayWindow(40, 80), "5"),
    Preset("abdomen", QT_TRANSLATE_NOOP("Viewer", "Abdomen"), DisplayWindow(60, 400), "6"),
)
_AS_STORED = QT_TRANSLATE_NOOP("Viewer", "As stored")
_STORED_AGAIN = QT_TRANSLATE_NOOP("Viewer", "Stored window {number}")
_CONTENT = QT_TRANSLATE_NOOP("Viewer", "By content")
_FULL = QT_TRANSLATE_NOOP("Viewer", "Full range")


def presets_of(header: PlaneHeader) -> tuple[Preset, ...]:
    """Return what can be chosen for this picture, the window that it begins with first."""
    own = [_own(number, window) for number, window in enumerate(header.windows, 1)]
    stored = [preset for preset in own if preset.id.startswith("stored")]
    others = [preset for preset in own if not preset.id.startswith("stored")]
    first, rest = (stored, others) if stored else (others[:1], others[1:])
    if first:
        first[0] = Preset(first[0].id, first[0].text, first[0].window, "1")
    return (*first, *(CT_PRESETS if header.unit == "HU" else ()), *rest)


def _own(number: int, window: DisplayWindow) -> Preset:
    if window.source is WindowSource.CONTENT:
        return Preset("content", _CONTENT, window)
    if window.source is WindowSource.FULL:
        return Preset("full", _FULL, window, "7")
    return Preset(f"stored-{number}", _AS_STORED if number == 1 else _STORED_AGAIN, window)


def dragged(window: DisplayWindow, right: float, down: float, reach: float) -> DisplayWindow:
    """Return the window after a drag over shares of the view: to the right wider, downwards darker.

    `reach` is the span of values that a drag over the whole view covers. The file's lookup table gives way to a line
    over the same span.
    """
    width = max(window.width + right * reach, 1.0)
    function = WindowFunction.LINEAR if window.source is WindowSource.TABLE else window.function
    return DisplayWindow(window.center + down * reach, width, WindowSource.FILE, function)


def reach_of(header: PlaneHeader, window: DisplayWindow) -> float:
    """Return how many values a drag over the whole view covers: fine for narrow windows, coarse for wide ones."""
    full = max((candidate.width for candidate in header.windows), default=256.0)
    return min(max(window.width * 2, full / 16), full * 2)
