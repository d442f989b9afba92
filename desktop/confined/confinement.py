"""What a child does to itself before it opens a file of unknown origin (standard library only)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.confined.landlock import restrict_files
from desktop.confined.limits import Allowance, limit_process
from desktop.confined.network import leave_network
from desktop.hardening import keep_memory_private
from desktop.priority import give_way

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

_SYSTEM_FILES = (
    *("/usr", "/lib", "/lib64", "/opt", "/nix/store", "/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/self", "/dev/null", "/dev/urandom"),
)


def confine(allowance: Allowance, readable: Iterable[Path] | None = None, writable: Iterable[Path] = ()) -> BinaryIO:
    """Give up the network, other programs, most files, most memory and time; return the stream to the parent.

    Beside Python and its libraries only `readable` can be opened, and every file where it is None; only what lies in
    `writable` can be written. Nothing but what is written to the stream reaches the parent, whatever a library prints.
    Call it before there is a second thread, and import what parses after it.
    """
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    give_way()
    limit_process(allowance)
    keep_memory_private()
    leave_network()
    readable = [Path("/")] if readable is None else [*readable, *_needed_by_python()]
    restrict_files(readable, writable)
    return stream


def _needed_by_python() -> list[Path]:
    found = {sys.prefix, sys.base_prefix, *filter(None, sys.path), *_SYSTEM_FILES}
    return [Path(path) for path in sorted(found)]
