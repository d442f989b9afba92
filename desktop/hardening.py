"""What a process that knows patients' words keeps from others: no core dump, no tracing (no Qt, no torch)."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_PR_SET_DUMPABLE = 4
"""linux/prctl.h; with 0 no other process of the same user can attach or read the memory, and no dump is written."""


def keep_memory_private() -> None:
    """Write no core dump, and let nobody attach, as far as the system allows; only Linux keeps others from attaching.

    It holds for this process alone: every program that is started calls it itself.
    """
    try:
        import resource
    except ImportError:
        return  # Windows writes none unless it was told to
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
