"""Landlock (Linux 5.13 and later): a process without rights gives up every file but those it names.

The system calls have no wrapper in the C library; numbers and structures are those of linux/landlock.h. What a newer
kernel can refuse beyond files is refused too: TCP (ABI 4), abstract sockets and signals to other processes (ABI 6).
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REMOVE_FILE, _MAKE_REG, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_READ = _READ_FILE | _READ_DIR | _EXECUTE
_CHANGE = _READ_FILE | _READ_DIR | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
_FILE_RIGHTS_OF_ABI = (0, 13, 14, 15, 15, 16)
"""How many rights on files each version knows, from version 0 on; later ones know as many as the last."""
_TCP_ABI, _SCOPE_ABI = 4, 6
_ALL_TCP, _ALL_SCOPES = 3, 3


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock that the kernel has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)))


def restrict_files(readable: Iterable[Path], writable: Iterable[Path] = ()) -> bool:
    """Give up every file but these and what lies below them, for good; False where the system cannot do it.

    Files that are open already stay open.
    """
    abi = version()
    if not abi:
        return False
    known = (1 << _FILE_RIGHTS_OF_ABI[min(abi, len(_FILE_RIGHTS_OF_ABI) - 1)]) - 1
    # An older kernel refuses a structure that holds more than zeros beyond what it knows.
    wish = _Ruleset(known, _ALL_TCP * (abi >= _TCP_ABI), _ALL_SCOPES * (abi >= _SCOPE_ABI))
    libc = ctypes.CDLL(None)
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(wish), ctypes.sizeof(wish), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path, known & _READ)
        for path in writable:
            _allow(libc, rules, path, known & _CHANGE)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _READ_FILE | _WRITE_FILE | _EXECUTE | _TRUNCATE
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(_Beneath(rights, place)), 0)
    finally:
        os.close(place)
