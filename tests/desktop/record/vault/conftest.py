"""What the tests of the vault share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def record(tmp_path: Path) -> Iterator[VaultRecord]:
    """A new vault that is open; closed in the end."""
    made = VaultRecord(tmp_path / "vault")
    yield made
    made.close()
