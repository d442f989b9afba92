"""The looks, gone through on the settings page and photographed on all three: dark, high contrast, Chinese, 200 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.settings import TABLE

if TYPE_CHECKING:
    from tests.gui.user import User

PAGES = {"encounters": "encounter-screen", "machine": "MachinePage", "settings": "settings-page"}
"""What a photograph of a page is called, and what is shown there."""


def go_through(user: User) -> None:
    """Change one after another; the window follows at once."""
    user.click("rail-page-settings")
    user.wait_for("settings-page")
    user.photograph("settings")
    choose(user, "theme", "dark")
    _all_pages(user, "dark")
    choose(user, "theme", "high-contrast")
    _all_pages(user, "high-contrast")
    choose(user, "language", "zh_CN")
    user.wait_for_words("设置")
    _all_pages(user, "chinese-high-contrast")
    choose(user, "theme", "light")
    _all_pages(user, "chinese")
    _scale(user, 200)
    _all_pages(user, "chinese-200")
    choose(user, "language", "en")
    user.wait_for_words("Settings")
    _all_pages(user, "200")
    user.press("F1")
    user.wait_for("shortcuts-sheet")
    user.photograph("shortcuts-200")
    user.press("Escape")
    user.wait_for("settings-page")
    user.take_keyboard("main-window")
    _scale(user, 100)
    choose(user, "theme", "dark")


def choose(user: User, key: str, value: str) -> None:
    """Choose a value of a setting in its list, and wait until it holds."""
    places = [choice.value for choice in TABLE[key].choices]
    user.choose(places.index(value), f"setting-{key}")
    user.wait_until(
        f"{key} is {value}", lambda: user.eyes.property_of(lambda box: box.currentData() == value, f"setting-{key}")
    )


def _scale(user: User, percent: int) -> None:
    def shown() -> int:
        return int(user.eyes.property_of(lambda label: label.text(), "setting-font_scale", "QLabel").split()[0])

    while shown() != percent:
        before = shown()
        user.click("setting-font_scale", "more" if before < percent else "less")
        user.wait_until("the text size changes", lambda before=before: shown() != before)


def _all_pages(user: User, name: str) -> None:
    for number, (page, shown) in enumerate(PAGES.items(), 1):
        user.press(f"ctrl+{number}")
        user.wait_for(shown)
        user.photograph(f"{page}-{name}")
