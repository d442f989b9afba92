"""A child that a file has taken over, against everything that it might try."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from desktop.confined.child import ConfinedChild
from desktop.confined.errors import OutputDamaged, Stopped, TookTooLong
from desktop.confined.landlock import version
from desktop.confined.network import NetworkCut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

linux_alone = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process give this up")
with_landlock = pytest.mark.skipif(not version(), reason="this kernel has no Landlock")


def answer(what: str, where: object = "", readable: object = "", writable: object = "", time_s: float = 60) -> str:
    arguments = (what, str(where), str(readable), str(writable))
    with ConfinedChild("tests.fakes.hostile_parser", arguments, time_s) as child:
        return child.read_all(4096).decode()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "vault.json"
    file.write_text("key")
    return file


def test_it_does_what_it_is_for_and_nothing_that_a_library_prints_comes_back() -> None:
    assert answer("say", "hello") == "did 'hello'"


@with_landlock
def test_it_reads_its_file_and_no_other(secret: Path, tmp_path: Path) -> None:
    mine = tmp_path / "scan.dcm"
    mine.write_text("pixels")
    assert answer("read", mine, readable=mine) == "did b'pixels'"
    assert "PermissionError" in answer("read", secret, readable=mine)
    assert "PermissionError" in answer("write", mine, readable=mine)
    assert "PermissionError" in answer("read", f"/proc/{os.getpid()}/environ", readable=mine)


@with_landlock
def test_it_writes_into_its_folder_alone(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert answer("write", tmp_path / "out" / "a", writable=tmp_path / "out") == "did 1"
    assert "PermissionError" in answer("write", secret, writable=tmp_path / "out")
    assert secret.read_text() == "key"
    assert answer("read", secret, writable=tmp_path / "out") == "did b'key'"


@linux_alone
def test_memory_output_and_time_are_limited(tmp_path: Path) -> None:
    assert answer("memory") == "stopped MemoryError()"
    assert "File too large" in answer("write much", tmp_path / "a", writable=tmp_path)
    assert answer("spin") == ""


@linux_alone
def test_nobody_may_read_its_memory() -> None:
    assert answer("trace") == "did False"


ASK_HOW_FAR = "import sys; from desktop.confined.network import leave_network; sys.stdout.write(leave_network())"


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.usefixtures("socket_enabled")
def test_it_has_no_network(listening: int) -> None:
    assert "a confined reader may not do this: socket" in answer("connect", listening)


@linux_alone
@pytest.mark.usefixtures("socket_enabled")
def test_not_even_machine_code_reaches_the_network(listening: int) -> None:
    asked = subprocess.run([sys.executable, "-c", ASK_HOW_FAR], capture_output=True, text=True, check=True)
    if asked.stdout.strip() != NetworkCut.NAMESPACE:
        pytest.skip("this system lets no process make a network namespace")
    assert "Network is unreachable" in answer("send without Python", listening)


@pytest.mark.skipif(version() < 4, reason="this kernel's Landlock knows no TCP")
@pytest.mark.usefixtures("socket_enabled")
def test_nor_by_tcp_where_there_is_no_namespace(listening: int) -> None:
    assert "Permission denied" in answer("connect without Python", listening)


def test_it_starts_no_other_program_and_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_PASSPHRASE", "s3cret")
    assert "a confined reader may not do this: subprocess.Popen" in answer("start")
    assert "BEDSIDE" not in answer("environment")


@pytest.mark.skipif(version() < 6, reason="this kernel lets a confined process signal others")
def test_it_cannot_signal_its_parent() -> None:
    assert "PermissionError" in answer("signal", os.getpid())


def test_one_that_hangs_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        answer("sleep", time_s=0.3)
    assert time.monotonic() - started < 30


def test_one_that_nobody_waits_for_is_ended() -> None:
    unwanted = threading.Event()
    unwanted.set()
    arguments = ("sleep", "", "", "")
    with ConfinedChild("tests.fakes.hostile_parser", arguments, 60, unwanted.is_set) as child, pytest.raises(Stopped):
        child.read_all(10)


def test_more_than_was_agreed_is_refused() -> None:
    arguments = ("say", "x" * 100, "", "")
    with (
        ConfinedChild("tests.fakes.hostile_parser", arguments, 60) as child,
        pytest.raises(OutputDamaged, match="more than it may"),
    ):
        child.read_all(50)


class _Interrupted(ConfinedChild):
    def _tell(self) -> None:
        raise KeyboardInterrupt


def test_nothing_is_left_of_one_that_was_interrupted_while_it_started() -> None:
    with pytest.raises(KeyboardInterrupt), _Interrupted("tests.fakes.hostile_parser", ("sleep", "", "", ""), 60):
        pass
