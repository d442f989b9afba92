"""A pytest plugin that counts what was done, into the file that BEDSIDE_COUNTS names."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes import failing_disk

if TYPE_CHECKING:
    import pytest

_counts: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count one outcome."""
    if report.failed:
        _counts["failed"] += 1
    elif report.skipped:
        _counts["skipped"] += 1
    elif report.when == "call":
        _counts["passed"] += 1


def pytest_sessionfinish() -> None:
    """Write the figures down."""
    _counts["faults injected"] = failing_disk.injected
    Path(os.environ["BEDSIDE_COUNTS"]).write_text(json.dumps(_counts), encoding="utf-8")
