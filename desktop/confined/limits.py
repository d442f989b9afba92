"""What a reader of files of unknown origin may use, set by itself before it opens the first file.

Linux and macOS: memory, processor time for each job, size and number of files, no core dump (macOS ignores the limit on
memory). Windows has no such limits for a process of its own; there only the parent's clock ends a reader that hangs,
and the limits on sizes in `multimodal.image`, `multimodal.dicom` and `multimodal.audio` hold.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one child may use.

    `memory_bytes` is address space, not use: Python with its libraries maps about half a gigabyte before it reads
    anything. `file_bytes` is how large any file that it writes may get.
    """

    memory_bytes: int
    file_bytes: int
    cpu_s: int


def limit_process(allowance: Allowance) -> None:
    """Set every limit that lasts, and the time of the first job; does nothing where the system has none."""
    if sys.platform == "win32":
        return
    import resource

    for kind, wish in (
        (resource.RLIMIT_AS, allowance.memory_bytes),
        (resource.RLIMIT_FSIZE, allowance.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        highest = wish if hard == resource.RLIM_INFINITY else min(wish, hard)
        resource.setrlimit(kind, (highest, highest))
    limit_time(allowance.cpu_s)


def limit_time(cpu_s: int) -> None:
    """Allow so many seconds of processor time from now; the system ends the process when they are spent."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = int(used.ru_utime + used.ru_stime) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))
