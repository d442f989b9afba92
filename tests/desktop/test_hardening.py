from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it of another process")
def test_the_process_with_the_models_does_it_before_its_first_word() -> None:
    command = [sys.executable, "-m", "desktop.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        limits = Path(f"/proc/{worker.pid}/limits").read_text(encoding="utf-8")
        worker.kill()

    (core,) = (line.split() for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core[4:6] == ["0", "0"]


@pytest.mark.parametrize("module", ["desktop.app", "desktop.worker.main", "desktop.confined.confinement"])
def test_every_process_that_holds_words_or_pictures_does_it(module: str) -> None:
    from importlib import import_module

    from desktop.hardening import keep_memory_private

    assert import_module(module).keep_memory_private is keep_memory_private
