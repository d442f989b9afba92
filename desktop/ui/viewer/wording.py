"""What the viewer says about a picture in words of the language that is shown; never anything that names a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.pictures.planes import PlaneKind, WindowSource
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.viewer.geometry import length_of
from desktop.ui.viewer.presets import CT_PRESETS

if TYPE_CHECKING:
    from desktop.pictures.planes import DisplayWindow, PlaneHeader, SeriesInfo
    from desktop.ui.viewer.geometry import Point
    from desktop.ui.viewer.presets import Preset

CONTEXT = "Viewer"
MODALITIES = {
    "CT": QT_TRANSLATE_NOOP("Viewer", "CT slice"),
    "CR": QT_TRANSLATE_NOOP("Viewer", "Radiograph"),
    "DX": QT_TRANSLATE_NOOP("Viewer", "Radiograph"),
    "MG": QT_TRANSLATE_NOOP("Viewer", "Mammogram"),
    "MR": QT_TRANSLATE_NOOP("Viewer", "MRI slice"),
    "NM": QT_TRANSLATE_NOOP("Viewer", "Nuclear medicine picture"),
    "PT": QT_TRANSLATE_NOOP("Viewer", "PET slice"),
    "RF": QT_TRANSLATE_NOOP("Viewer", "Fluoroscopy picture"),
    "SC": QT_TRANSLATE_NOOP("Viewer", "Secondary capture"),
    "US": QT_TRANSLATE_NOOP("Viewer", "Ultrasound picture"),
    "XA": QT_TRANSLATE_NOOP("Viewer", "Angiography picture"),
}
_OTHER = QT_TRANSLATE_NOOP("Viewer", "DICOM picture")
_PHOTO = QT_TRANSLATE_NOOP("Viewer", "Picture")
_FILM = QT_TRANSLATE_NOOP("Viewer", "Picture of a film")
_TIME = QT_TRANSLATE_NOOP("Viewer", "at {time}")
_SIZE = QT_TRANSLATE_NOOP("Viewer", "{columns} × {rows} pixels")
_REDUCED = QT_TRANSLATE_NOOP("Viewer", "shown at {share} % of its pixels")
_SLICE = QT_TRANSLATE_NOOP("Viewer", "slice {number} of {count}")
_FRAME = QT_TRANSLATE_NOOP("Viewer", "frame {number} of {count}")
_WINDOW = QT_TRANSLATE_NOOP("Viewer", "window {width}, level {center}{unit}")
_SHORT_WINDOW = QT_TRANSLATE_NOOP("Viewer", "W {width}  L {center}{unit}")
_TABLE = QT_TRANSLATE_NOOP("Viewer", "window by the file's table")
_ZOOM = QT_TRANSLATE_NOOP("Viewer", "zoom {share} %")
_INVERTED = QT_TRANSLATE_NOOP("Viewer", "inverted")
_MM = QT_TRANSLATE_NOOP("Viewer", "{length} mm")
_PIXELS = QT_TRANSLATE_NOOP("Viewer", "{length} pixels (no scale known)")
_PUT_ASIDE = QT_TRANSLATE_NOOP(
    "Viewer", "{count} pictures of another series, size or direction are not shown here; open them by themselves."
)
_LEFT_OUT = QT_TRANSLATE_NOOP("Viewer", "{count} files hold no picture that can be read and were left out.")


def words(text: str) -> str:
    """Return a sentence of the viewer's tables in the language that is shown."""
    return QCoreApplication.translate(CONTEXT, text)


def kind_of(header: PlaneHeader) -> str:
    """Say what kind of picture this is."""
    if header.time_s is not None:
        return words(_FILM)
    return words(MODALITIES.get(header.modality, _OTHER) if header.is_dicom else _PHOTO)


def size_text(header: PlaneHeader) -> str:
    """Say how large this is, and that it was reduced where it was."""
    size = words(_SIZE).format(columns=header.file_columns, rows=header.file_rows)
    if header.columns < header.file_columns:
        size += ", " + words(_REDUCED).format(share=round(100 * header.columns / header.file_columns))
    return size


def description(header: PlaneHeader) -> str:
    """Say what this is: kind and size."""
    return f"{kind_of(header)}, {size_text(header)}"


def place_in_series(number: int, count: int, is_clip: bool) -> str:
    """Say which slice or frame this is, counted from 1."""
    return words(_FRAME if is_clip else _SLICE).format(number=number, count=count)


def time_text(header: PlaneHeader) -> str:
    """Say when a picture of a film is shown: "at 1:15.2"; empty for what is no film."""
    if header.time_s is None:
        return ""
    minutes, tenths = divmod(round(header.time_s * 10), 600)
    return words(_TIME).format(time=f"{minutes}:{tenths / 10:04.1f}")


def window_text(header: PlaneHeader, window: DisplayWindow, short: bool = False) -> str:
    """Say window and level in the picture's own units; `short` as it is written over a picture."""
    if window.source is WindowSource.TABLE:
        return words(_TABLE)
    unit = f" {header.unit}" if header.unit else ""
    return words(_SHORT_WINDOW if short else _WINDOW).format(
        width=_short(window.width), center=_short(window.center), unit=unit
    )


def preset_of(header: PlaneHeader, window: DisplayWindow) -> str:
    """Name the CT preset that this window is, empty for none."""
    if header.kind is PlaneKind.COLOUR or header.unit != "HU":
        return ""
    same = (
        preset for preset in CT_PRESETS if (preset.window.center, preset.window.width) == (window.center, window.width)
    )
    return next((words(preset.text) for preset in same), "")


def preset_text(preset: Preset) -> str:
    """Name a preset, numbered where the file has several windows."""
    number = preset.id.removeprefix("stored-")
    own = preset.window.name
    return words(preset.text).format(number=number) + (f" ({own})" if own else "")


def zoom_text(scale: float) -> str:
    """Say how large pixels are shown; 100 % is one point of the screen for each."""
    return words(_ZOOM).format(share=round(scale * 100))


def inverted_text() -> str:
    """Say that bright and dark are exchanged."""
    return words(_INVERTED)


def length_text(first: Point, second: Point, header: PlaneHeader) -> str:
    """Say how far two points are from each other."""
    length, in_mm = length_of(first, second, header)
    return words(_MM if in_mm else _PIXELS).format(length=f"{length:.1f}" if in_mm else f"{length:.0f}")


def series_notice(info: SeriesInfo) -> str:
    """Say, in one sentence each, what of the files is not shown; empty where everything is."""
    parts = []
    if info.other_pictures:
        parts.append(words(_PUT_ASIDE).format(count=info.other_pictures))
    if info.left_out:
        parts.append(words(_LEFT_OUT).format(count=info.left_out))
    return " ".join(parts)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.3g}"
