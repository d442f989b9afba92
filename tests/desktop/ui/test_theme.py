from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.ui import theme
from desktop.ui.theme import THEMES, Tokens, contrast, load

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

UI = Path(theme.__file__).parent
GROUNDS = ("background", "surface", "raised")
TEXTS = ("text", "text_muted", "accent", "supported", "unverified", "danger", "recording")
PAIRS = (
    *product(TEXTS, GROUNDS),
    ("on_primary", "primary"),
    ("on_danger", "danger"),
    ("on_selection", "selection"),
    ("viewer_text", "viewer_background"),
)
MARKS = (*product(("border", "focus"), GROUNDS), ("focus", "primary"), ("focus", "selection"))


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("front", "ground"), PAIRS)
def test_texts_can_be_read(name: str, front: str, ground: str) -> None:
    shown = load(name)
    least = 7.0 if shown.high_contrast else 4.5

    assert contrast(getattr(shown.tokens, front), getattr(shown.tokens, ground)) >= least


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("front", "ground"), MARKS)
def test_edges_and_the_focus_ring_can_be_seen(name: str, front: str, ground: str) -> None:
    shown = load(name)

    assert contrast(getattr(shown.tokens, front), getattr(shown.tokens, ground)) >= 3.0


@pytest.mark.parametrize("name", THEMES)
def test_a_pressed_or_touched_primary_button_can_still_be_read(name: str) -> None:
    colours = load(name).tokens
    hovered, pressed = theme.primary_shades(colours)

    assert contrast(colours.on_primary, hovered) >= 4.5
    assert contrast(colours.on_primary, pressed) >= 4.5
    assert len({colours.primary.name(), hovered.name(), pressed.name()}) == 3


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(QColor("#ffffff"), QColor("#000000")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_no_colour_is_named_outside_the_theme() -> None:
    literal = re.compile(
        r"#[0-9a-fA-F]{3,8}\b(?!\w)|QColor\(\s*[\d\"'(]|Qt\.(?:GlobalColor\.)?(?:red|green|blue|black|white|"
        r"yellow|cyan|magenta|gray|grey|darkGray|lightGray)\b|rgba?\("
    )
    found = [
        f"{file.relative_to(UI)}:{number}: {line.strip()}"
        for file in sorted(UI.rglob("*.py"))
        if file.name != "theme.py"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if literal.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("name", THEMES)
def test_the_theme_reaches_palette_and_tokens(qapp: QApplication, name: str) -> None:
    theme.apply(qapp, name, 100)

    assert theme.tokens() == load(name).tokens
    assert qapp.palette().color(QPalette.ColorRole.Window) == load(name).tokens.background


def test_text_grows_at_once_and_from_the_same_start(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)
    label = QLabel("Metoprolol 47.5 mg")
    qtbot.addWidget(label)
    before = label.sizeHint().width()
    theme.apply(qapp, "light", 200)
    theme.apply(qapp, "light", 200)

    assert label.sizeHint().width() == pytest.approx(2 * before, rel=0.05)


def test_a_button_is_large_enough_for_a_glove_at_the_smallest_text(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light", theme.SMALLEST_SCALE)
    button = QPushButton("Ask")
    qtbot.addWidget(button)

    assert button.sizeHint().height() >= theme.TARGET


def test_the_ring_does_not_move_what_it_surrounds(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)
    button = QPushButton("Ask")
    qtbot.addWidget(button)
    button.show()
    before = button.sizeHint()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)

    assert button.sizeHint() == before


def test_every_token_of_every_theme_is_opaque_and_filled() -> None:
    for name in THEMES:
        tokens = load(name).tokens
        assert all(
            getattr(tokens, field).isValid() and getattr(tokens, field).alpha() == 255 for field in Tokens.__slots__
        )
