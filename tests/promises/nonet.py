"""The whole story where there is no network: window, worker, models, an answer with its sources.

Where the system allows it, in a network namespace without any interface (`unshare -n`); elsewhere in processes whose
Python raises as soon as anything but a local socket is made. Which of the two it was is printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
STORY = ("tests/e2e/test_window_story.py", "tests/e2e/test_whole_path.py")
NAMESPACES = (["unshare", "-n"], ["unshare", "-r", "-n"])
FORBIDDING = """
import sys
def refuse(event, arguments):
    if event == "socket.__new__" and arguments[1] not in (0, 1):  # AF_UNSPEC, AF_UNIX
        raise RuntimeError("a socket was made where there is no network")
sys.addaudithook(refuse)
"""


def run(title: str) -> int:
    """Live through the story; returns how much of it failed."""
    prefix = next((prefix for prefix in NAMESPACES if _works([*prefix, "true"])), None)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        if prefix is None:
            (Path(folder) / "sitecustomize.py").write_text(FORBIDDING, encoding="utf-8")
            environment["PYTHONPATH"] = os.pathsep.join((folder, str(REPOSITORY)))
        command = [*(prefix or []), sys.executable, "-m", "pytest", "-q", "--no-header", *STORY]
        code = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
    how = " ".join(prefix) if prefix else "sockets forbidden by an audit hook, since no namespace may be made"
    sys.stdout.write(f"{title}: {'failed' if code else 'held'} ({how})\n")
    return code


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
