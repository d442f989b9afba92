"""A process that needs no network gives it up for good (standard library only).

Linux: a network namespace of its own without any interface (unshare(2)), where the system lets a process make one.
Everywhere: Python's own sockets and new programs are refused, which stops libraries but not foreign machine code.
"""

from __future__ import annotations

import ctypes
import sys
from enum import StrEnum

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
"""linux/sched.h"""
_FORBIDDEN = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"}
)


class NetworkCut(StrEnum):
    """How far the network is out of reach."""

    NAMESPACE = "namespace"
    """There is no interface that anything in this process could use."""
    PYTHON = "python"
    """Python opens no socket; the system did not allow more."""


def leave_network() -> NetworkCut:
    """Give up the network and the starting of programs, for this process and for good.

    Call it before there is a second thread: a user namespace is made by a process that has only one.
    """
    sys.addaudithook(_refuse)
    return NetworkCut.NAMESPACE if _unshared() else NetworkCut.PYTHON


def _unshared() -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    # An administrator may do it directly; everybody else inside a user namespace, where distributions allow that.
    return bool(libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _FORBIDDEN or event.startswith("socket."):
        raise PermissionError(f"a confined reader may not do this: {event}")
