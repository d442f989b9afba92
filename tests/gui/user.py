"""A user: hands that move the real pointer and press real keys, eyes that wait for what they expect, and a camera."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.gui.eyes import Eyes

PATIENCE_S = 90
KEY_PAUSE_MS = 25
_GLANCE_S = 0.1
_SETTLE_S = 0.6
"""What was clicked draws itself anew before it is photographed."""
_MOST_TURNS = 80


class User:
    """Everything here is done from the story's thread; the window's thread runs on meanwhile."""

    def __init__(self, eyes: Eyes, folder: Path) -> None:
        self.eyes = eyes
        self._folder = folder
        self._number = len(list(folder.glob("*.png")))

    # --- seeing ------------------------------------------------------------------------------------------------

    def wait_until(self, what: str, is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> float:
        """Wait until something is so and return the seconds it took; AssertionError says what never was."""
        started = time.monotonic()
        while not is_so():
            if time.monotonic() - started > patience_s:
                raise AssertionError(f"after {patience_s} s still not: {what}")
            time.sleep(_GLANCE_S)
        return time.monotonic() - started

    def wait_for(self, *names: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until a widget is shown."""
        self.wait_until(f"{' > '.join(names)} is shown", lambda: self.eyes.is_seen(*names), patience_s)

    def wait_for_words(self, words: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until these words stand on the screen."""
        self.wait_until(f"the words {words!r} are shown", lambda: self.eyes.says(words), patience_s)

    def photograph(self, name: str) -> None:
        """Photograph the whole screen under the next number."""
        time.sleep(_SETTLE_S)
        # The window answers once it has done what came before, its painting too.
        self.eyes.ask(lambda: None)
        self._number += 1
        path = self._folder / f"{self._number:02}-{name}.png"
        _run("import", "-window", "root", str(path))
        sys.stdout.write(f"{path.name}\n")
        sys.stdout.flush()

    # --- doing -------------------------------------------------------------------------------------------------

    def take_keyboard(self, window: str) -> None:
        """Give a window the keyboard; there is no window manager that would do so."""
        handle = self.eyes.property_of(lambda widget: int(widget.winId()), window)
        _run("xdotool", "windowfocus", str(handle))

    def click(self, *names: str, at: int = -1) -> None:
        """Click the middle of a widget, scrolled into sight where it must be."""
        self.wait_for(*names)
        place = self.reveal(*names, at=at)
        _run("xdotool", "mousemove", str(place.x()), str(place.y()), "click", "1")

    def reveal(self, *names: str, at: int = -1) -> QPoint:
        """Turn the wheel until a widget is in sight and at rest; returns where its middle is."""
        for _ in range(_MOST_TURNS):
            place = self.eyes.place_of(*names, at=at)
            if isinstance(place, QPoint):
                time.sleep(_GLANCE_S)
                if self.eyes.place_of(*names, at=at) == place:
                    return place
                continue
            middle = self.eyes.scroll_area_of(*names, at=at)
            wheel = "5" if place > 0 else "4"
            _run("xdotool", "mousemove", str(middle.x()), str(middle.y()), "click", wheel)
            time.sleep(_GLANCE_S)
        raise AssertionError(f"{' > '.join(names)} does not come into sight")

    def scroll_up_until(self, is_so: Callable[[], bool], *names: str) -> None:
        """Turn the wheel up over a widget, one notch after another, until something is so."""
        middle = self._inside((0.5, 0.5), *names, at=-1)
        for _ in range(_MOST_TURNS):
            if is_so():
                return
            _run("xdotool", "mousemove", str(middle.x()), str(middle.y()), "click", "4")
            time.sleep(_GLANCE_S)
        raise AssertionError(f"{' > '.join(names)} was turned up, and it is not so")

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], *names: str, button: int = 1, at: int = -1
    ) -> None:
        """Drag inside a widget between two places, given as shares of its width and height."""
        first, last = (self._inside(share, *names, at=at) for share in (start, end))
        _run("xdotool", "mousemove", str(first.x()), str(first.y()), "mousedown", str(button))
        for step in range(1, 11):
            x, y = (a + (b - a) * step // 10 for a, b in ((first.x(), last.x()), (first.y(), last.y())))
            _run("xdotool", "mousemove", str(x), str(y))
            time.sleep(0.02)
        _run("xdotool", "mouseup", str(button))

    def type(self, text: str) -> None:
        """Type into what has the keyboard."""
        _run("xdotool", "type", "--delay", str(KEY_PAUSE_MS), "--", text)

    def press(self, *keys: str) -> None:
        """Press keys one after another, in xdotool's names, such as `ctrl+n`."""
        _run("xdotool", "key", "--delay", str(KEY_PAUSE_MS), *keys)

    def choose(self, place: int, *names: str) -> None:
        """Choose a row of a list that opens, counted from 0, with the keyboard."""
        self.click(*names)
        time.sleep(_SETTLE_S)
        self.press("Home", *["Down"] * place, "Return")

    def _inside(self, share: tuple[float, float], *names: str, at: int) -> QPoint:
        return self.eyes.property_of(
            lambda widget: widget.mapToGlobal(
                QPoint(round(share[0] * widget.width()), round(share[1] * widget.height()))
            ),
            *names,
            at=at,
        )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)
