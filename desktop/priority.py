"""The processes that work for the window give way to it: what a doctor touches comes first, also on a busy machine."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

NICENESS = 5
"""Against the window's 0 it has a third of its share where both want the processor, and all of it otherwise."""

_AUTOGROUP = Path("/proc/self/autogroup")


def give_way() -> None:
    """Lower the priority of this process, and of those that it starts."""
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        return
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():
        # Linux shares the processor between sessions first, so the session of our own gives way as a whole.
        with contextlib.suppress(OSError):
            _AUTOGROUP.write_text(str(NICENESS), encoding="ascii")
