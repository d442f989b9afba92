"""The looks of the window: one table of colours by meaning, one stylesheet, one text size.

`apply` turns a table of `assets/themes` into the application's palette and stylesheet. Nothing else in `desktop/ui`
names a colour. Painted widgets take theirs from `tokens()` and repaint on `QEvent.PaletteChange`.

Contrast is WCAG 2.2's: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"
FOLDER = ASSETS / "themes"
THEMES = ("light", "dark", "high-contrast")
SMALLEST_SCALE, LARGEST_SCALE = 80, 200

SPACE = 8
"""The grid in device-independent pixels: every margin and gap is a multiple of it."""
TARGET = 44
"""The least height of what is touched, in device-independent pixels."""

_SMALLEST_TEXT_PX = 14.7
"""11 pt at 96 dpi: read at arm's length, where many systems start at 9 pt."""
_SIZES = {"font_title": 1.55, "font_heading": 1.2, "font_caption": 0.9}


PICTURE_BLACK, PICTURE_WHITE = QColor("black"), QColor("white")
"""Of pictures that leave Bedside: the same in every theme."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of a theme, by meaning; the files in `assets/themes` say what each is for."""

    background: QColor
    surface: QColor
    raised: QColor
    text: QColor
    text_muted: QColor
    accent: QColor
    """Text and icons in the colour of the house; `primary` is a fill and too dark for text in some themes."""
    primary: QColor
    on_primary: QColor
    border: QColor
    hairline: QColor
    focus: QColor
    supported: QColor
    unverified: QColor
    danger: QColor
    on_danger: QColor
    recording: QColor
    selection: QColor
    on_selection: QColor
    viewer_background: QColor
    viewer_text: QColor
    viewer_weight: QColor
    """Laid over a picture where an answer hangs on it."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One file of `assets/themes`."""

    name: str
    title: str
    dark: bool
    high_contrast: bool
    tokens: Tokens


class _Current:
    """The theme that is shown; one window, one theme."""

    theme: Theme | None = None
    system_points: float = 0.0


@cache
def load(name: str) -> Theme:
    """Read a theme; `name` is one of THEMES."""
    document = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    colours = {field.name: QColor(document["tokens"][field.name]) for field in fields(Tokens)}
    return Theme(name, document["title"], document["dark"], document["high_contrast"], Tokens(**colours))


def tokens() -> Tokens:
    """Return the colours that are shown now; the light theme's before `apply` was called."""
    return (_Current.theme or load("light")).tokens


def resolve(wish: str) -> str:
    """Return the theme for a wish: the wish itself, or what the system asks for where it is "system"."""
    if wish != "system":
        return wish
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "high-contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def apply(app: QApplication, theme_name: str, font_scale: int) -> None:
    """Show a theme ("system", "light", "dark" or "high-contrast") with texts at `font_scale` per cent, at once."""
    theme = load(resolve(theme_name))
    _Current.theme = theme
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    points = text_points(app, font_scale)
    font = QFont(app.font())
    font.setPointSizeF(points)
    app.setFont(font)
    app.setPalette(palette(theme.tokens))
    app.setStyleSheet(stylesheet(theme.tokens, points))


def forget() -> None:
    """Start as if `apply` had never been called; for tests, which share one application."""
    _Current.theme = None


def text_points(app: QApplication, font_scale: int) -> float:
    """Return the size of running text in points at `font_scale` per cent of the system's own or our least size."""
    if not _Current.system_points:
        # Asked once: afterwards the application's font is the one that was set here.
        _Current.system_points = app.font().pointSizeF()
    dpi = app.primaryScreen().logicalDotsPerInch() if app.primaryScreen() else 96.0
    least = _SMALLEST_TEXT_PX * 72.0 / dpi
    scale = min(max(font_scale, SMALLEST_SCALE), LARGEST_SCALE)
    return round(max(_Current.system_points, least) * scale / 100.0, 2)


def stylesheet(colours: Tokens, points: float) -> str:
    """Fill the stylesheet with the colours of a theme and the sizes that follow from the running text's."""
    hovered, pressed = primary_shades(colours)
    values = {field.name: getattr(colours, field.name).name() for field in fields(Tokens)}
    values |= {name: f"{points * factor:.2f}" for name, factor in _SIZES.items()}
    values |= {
        "pressed": mix(colours.raised, colours.text, 0.1).name(),
        "disabled": mix(colours.text_muted, colours.background, 0.3).name(),
        "primary_hover": hovered.name(),
        "primary_pressed": pressed.name(),
        "primary_edge": (colours.border if colours.border == colours.text else colours.primary).name(),
        **_paddings(points),
        "icons": (ASSETS / "icons").as_posix(),
    }
    return Template((FOLDER / "window.qss").read_text(encoding="utf-8")).substitute(values)


def _paddings(points: float) -> dict[str, int]:
    """Return the space above and below a line of text that makes what is touched TARGET high.

    A `min-height` in the stylesheet would do so too, but lets a layout squeeze larger texts down to it.
    """
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(points)
    border, picture = 1, 24
    pad = max(
        math.ceil((TARGET - 2 * border - picture) / 2),
        math.ceil((TARGET - 2 * border - QFontMetricsF(font).height()) / 2),
    )
    return {"pad": pad, "pad_inside_line": pad - 1, "pad_inside_ring": pad - 2}


def primary_shades(colours: Tokens) -> tuple[QColor, QColor]:
    """Return the primary fill under the pointer and while pressed: further from its text, so that it stays readable."""
    away = max((colours.text, colours.background), key=lambda colour: contrast(colour, colours.on_primary))
    return mix(colours.primary, away, 0.15), mix(colours.primary, away, 0.3)


def palette(colours: Tokens) -> QPalette:
    """Return the palette for everything that the stylesheet leaves to the style."""
    role = QPalette.ColorRole
    table = {
        role.Window: colours.background,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.Highlight: colours.selection,
        role.HighlightedText: colours.on_selection,
        role.PlaceholderText: colours.text_muted,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.text,
        role.ToolTipText: colours.background,
        role.Accent: colours.primary,
        role.Light: colours.surface,
        role.Midlight: colours.raised,
        role.Mid: colours.hairline,
        role.Dark: colours.border,
        role.Shadow: colours.border,
    }
    result = QPalette()
    for name, colour in table.items():
        result.setColor(name, colour)
    faded = mix(colours.text_muted, colours.background, 0.3)
    for name in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, name, faded)
    return result


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """Return `first` with a `share` (0 to 1) of `second` in it."""
    kept = 1.0 - share
    return QColor.fromRgbF(
        first.redF() * kept + second.redF() * share,
        first.greenF() * kept + second.greenF() * share,
        first.blueF() * kept + second.blueF() * share,
    )


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget its role in the stylesheet ("primary", "danger", "quiet", "card", ...), also after it was shown."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (_linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
