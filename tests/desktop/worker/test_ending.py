"""Whether a SIGKILL was the kernel's for lack of memory, by the counters that the kernel keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.worker.ending import EXIT_MEMORY, Ending, explain
from desktop.worker.oom_kills import has_risen, oom_kills
from desktop.worker.status import Cause

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = "low 0\nhigh 0\nmax 7\noom 5\noom_kill 2\noom_group_kill 9\n"
VMSTAT = "nr_free_pages 9\noom_kill 40\nthp_fault_alloc 3\n"
KILLED = Ending(Cause.KILLED, "SIGKILL")
OUT_OF_MEMORY = Ending(Cause.MEMORY, "SIGKILL")


def machine(folder: Path, **files: str) -> Path:
    """Lay out the kernel's files: `cgroup` is /proc/self/cgroup, `events` those of the cgroup /ward/window."""
    places = {
        "cgroup": "proc/self/cgroup",
        "vmstat": "proc/vmstat",
        "events": "sys/fs/cgroup/ward/window/memory.events",
        "root_events": "sys/fs/cgroup/memory.events",
    }
    for name, text in files.items():
        file = folder / places[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"cgroup": "0::/ward/window\n", "events": EVENTS, "vmstat": VMSTAT}, 2),
        ({"cgroup": "1:name=systemd:/\n0::/ward/window\n", "events": EVENTS}, 2),
        ({"cgroup": "0::/\n", "root_events": EVENTS, "vmstat": VMSTAT}, 2),
        ({"cgroup": "0::/elsewhere\n", "events": EVENTS, "vmstat": VMSTAT}, 40),
        ({"cgroup": "4:memory:/ward/window\n", "vmstat": VMSTAT}, 40),
        ({"cgroup": "0::/ward/window\n", "events": "oom_kill many\n", "vmstat": VMSTAT}, 40),
        ({"vmstat": "nr_free_pages 9\n"}, None),
        ({}, None),
    ],
)
def test_the_nearest_counter_is_read(tmp_path: Path, files: dict[str, str], count: int | None) -> None:
    assert oom_kills(machine(tmp_path, **files)) == count


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_counter_or_none(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    count = oom_kills(machine(tmp_path_factory.mktemp("machine"), vmstat=text))
    assert count is None or count >= 0


@pytest.mark.parametrize(
    ("before", "after", "risen"), [(2, 3, True), (2, 2, False), (None, 3, False), (2, None, False), (None, None, False)]
)
def test_what_nobody_counted_has_not_risen(before: int | None, after: int | None, risen: bool) -> None:
    assert has_risen(before, after) is risen


@pytest.mark.parametrize(
    ("code", "crashed", "oom_killed", "words", "ending"),
    [
        (9, True, True, [], OUT_OF_MEMORY),
        (9, True, False, [], KILLED),
        (137, False, True, [], OUT_OF_MEMORY),
        (137, False, False, [], KILLED),
        (9, True, False, ["MemoryError"], Ending(Cause.MEMORY)),
        (EXIT_MEMORY, False, False, [], Ending(Cause.MEMORY)),
        (6, True, False, ["terminate called after throwing an instance of 'std::bad_alloc'"], Ending(Cause.MEMORY)),
        (11, True, True, [], Ending(Cause.CRASH, "SIGSEGV")),
        (3, False, True, [], Ending(Cause.CRASH, "exit code 3")),
    ],
)
def test_a_kill_is_for_memory_where_the_kernel_counted_one(
    code: int, crashed: bool, oom_killed: bool, words: list[str], ending: Ending
) -> None:
    assert explain(code, crashed=crashed, last_words=words, oom_killed=oom_killed) == ending
