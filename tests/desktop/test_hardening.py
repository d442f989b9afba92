from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import ctypes, resource
from desktop.hardening import keep_memory_private
keep_memory_private()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says whether a process can be traced")
def test_no_core_is_dumped_and_nobody_may_attach() -> None:
    found = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "(0, 0) 0"


@pytest.mark.parametrize("module", ["desktop.app", "desktop.worker.main", "desktop.confined.confinement"])
def test_every_process_that_holds_words_or_pictures_does_it(module: str) -> None:
    from importlib import import_module

    from desktop.hardening import keep_memory_private

    assert import_module(module).keep_memory_private is keep_memory_private
