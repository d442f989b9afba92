"""How a confined child is started: this very Python and package, and nothing of the parent's environment but what it
needs (standard library only).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import desktop

_KEPT = frozenset(
    "LANG LC_ALL LC_CTYPE LD_LIBRARY_PATH DYLD_LIBRARY_PATH PATH SYSTEMROOT TEMP TMP TMPDIR TZ WINDIR".split()
)
"""What Python and its libraries look at. Anything else may be somebody's secret."""


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs `module` as a child."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """Return an environment in which a child finds this very package, uses one thread for arithmetic, and no more."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
    root = str(Path(desktop.__file__).resolve().parent.parent)
    return {**kept, "PYTHONPATH": root, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
