"""A display of our own in memory, and the programs that a real window is tested with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from desktop.bootstrap import (
    CHINESE_FONT,
    SetupError,
    SystemLibrary,
    has_chinese_font,
    install_system_packages,
    missing_for_a_window,
)

if TYPE_CHECKING:
    from types import TracebackType

SIZE = (1280, 800)
"""A tablet's screen."""
PROGRAMS = {
    "Xvfb": SystemLibrary("", "xvfb", "the display in memory"),
    "xdotool": SystemLibrary("", "xdotool", "mouse and keyboard"),
    "import": SystemLibrary("", "imagemagick", "the photographs"),
}


def install_missing_programs() -> bool:
    """Install what is missing where that is allowed, else say the one line to type; returns whether all is there."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    # Setting up took a machine without a display to need none of these; here there will be one.
    missing += missing_for_a_window(environment={"DISPLAY": ":0"})
    if not has_chinese_font():
        missing.append(CHINESE_FONT)
    try:
        install_system_packages(missing, "what a real window is tested with")
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return False
    return True


class VirtualDisplay:
    """Xvfb on the first display number that is free, for as long as the block lasts; `name` is what DISPLAY takes."""

    def __enter__(self) -> VirtualDisplay:
        reading, writing = os.pipe()
        screen = f"{SIZE[0]}x{SIZE[1]}x24"
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]
        self._process = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb gave no display")
        self.name = f":{number}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
