"""How often the kernel's OOM killer has ended a process: its signal is anybody's, its counter is its own.

The counter of this process's cgroup where there is one (cgroup v2, `memory.events`), which its children share; else
the machine's (`/proc/vmstat`). Both are the field `oom_kill`. No Qt, no torch.
"""

from __future__ import annotations

import re
from pathlib import Path

_CGROUP = re.compile(r"^0::/(.*)$", re.MULTILINE)
"""The line of cgroup v2 in /proc/self/cgroup."""
_COUNTER = re.compile(r"^oom_kill ([0-9]{1,20})$", re.MULTILINE)


def oom_kills(root: Path = Path("/")) -> int | None:
    """Return the counter, None where nobody counts: another system than Linux, or a Linux that hides it."""
    cgroup = _CGROUP.search(_text(root / "proc/self/cgroup"))
    events = _text(root / "sys/fs/cgroup" / cgroup[1] / "memory.events") if cgroup else ""
    counter = _COUNTER.search(events) or _COUNTER.search(_text(root / "proc/vmstat"))
    return int(counter[1]) if counter else None


def has_risen(before: int | None, after: int | None) -> bool:
    """Return whether the killer was at work between two readings; False where it was not counted."""
    return before is not None and after is not None and after > before


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
