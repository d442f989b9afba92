"""Whether a window can be shown here."""

from __future__ import annotations

import os
import re
import socket
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCAL_DISPLAY = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_PATIENCE_S = 1.0
_X_SOCKETS = "/tmp/.X11-unix/X"  # noqa: S108 - where X servers listen on every system; nothing is written there


def has_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether a window would appear: a display that answers on Linux, no remote shell on a Mac."""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if chosen.split(":")[0] in ("offscreen", "minimal", "vnc"):
        return False
    if platform == "darwin":
        return not environment.get("SSH_CONNECTION")
    if platform == "win32":
        return True
    return bool(environment.get("WAYLAND_DISPLAY")) or _answers(environment.get("DISPLAY", ""))


def _answers(display: str) -> bool:
    """Ask a display of this machine for a sign of life; one elsewhere (X forwarding) is believed."""
    local = _LOCAL_DISPLAY.fullmatch(display)
    if local is None or not hasattr(socket, "AF_UNIX"):
        return bool(display)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PATIENCE_S)
        # Servers listen under the file's name, the abstract name (Linux only), or both.
        names = (f"{prefix}{_X_SOCKETS}{local[1]}" for prefix in ("", "\0"))
        return any(probe.connect_ex(name) == 0 for name in names)
