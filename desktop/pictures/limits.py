"""What a reader of files of unknown origin may use, set by itself before it opens the first file.

Linux and macOS: memory, processor time for each job, size and number of files, no core dump (macOS ignores the limit on
memory). Windows has no such limits for a process of its own; there only the window's clock ends a reader that hangs,
and the limits on sizes in `multimodal.image` and `multimodal.dicom` hold.
"""

from __future__ import annotations

import sys

MEMORY_BYTES = 3 << 30
"""Address space, not use: Python with its libraries maps about half a gigabyte before it reads anything."""
JOB_CPU_S = 20
FILE_BYTES = 8 << 30
OPEN_FILES = 64


def limit_process(memory_bytes: int = MEMORY_BYTES, file_bytes: int = FILE_BYTES) -> None:
    """Set every limit that lasts; does nothing where the system has none."""
    if sys.platform == "win32":
        return
    import resource

    for kind, wish in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        highest = wish if hard == resource.RLIM_INFINITY else min(wish, hard)
        resource.setrlimit(kind, (highest, highest))


def grant_job_time() -> None:
    """Allow JOB_CPU_S seconds of processor time from now; the system ends the reader when they are spent."""
    limit_time(JOB_CPU_S)


def limit_time(cpu_s: int) -> None:
    """Allow so many seconds of processor time from now."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = int(used.ru_utime + used.ru_stime) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))
