"""One start of Bedside on a display, with a user: `python -m tests.gui.visit first|second FOLDER`.

The window runs as always, `desktop.app.main` in the main thread; the story runs beside it in a thread of its own and
touches the window only through the X server.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app import main as open_bedside
from tests.gui.eyes import Eyes
from tests.gui.user import User

CLOSING_S = 30
STORIES = {"first": "tests.gui.first_visit", "second": "tests.gui.second_visit"}


def main(visit: str, folder: Path) -> int:
    """Open the window, live the story, and return 0 where every step was as it should be."""
    faults: list[str] = []
    eyes = Eyes()
    user = User(eyes, folder)

    def live() -> None:
        try:
            import_module(STORIES[visit]).live(user)
        except BaseException:  # noqa: BLE001 - whatever went wrong is the outcome of this program
            faults.append(traceback.format_exc())
            sys.stderr.write(faults[-1])
            sys.stderr.flush()
            _end(user)

    thread = threading.Thread(target=live, name="story", daemon=True)
    thread.start()
    code = open_bedside()
    thread.join(CLOSING_S)
    return code or int(bool(faults) or thread.is_alive())


def _end(user: User) -> None:
    """Photograph what there is and close the window; a window that does not close is left to the system."""
    threading.Timer(CLOSING_S, lambda: os._exit(1)).start()
    user.photograph("failure")
    user.eyes.ask(QApplication.closeAllWindows)
    user.eyes.ask(QApplication.quit)


if __name__ == "__main__":
    code = main(sys.argv[1], Path(sys.argv[2]))
    sys.stderr.flush()
    sys.exit(code)
