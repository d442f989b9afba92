"""The licence that a model's own files claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal.own_licences import licence_name, licence_of_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: en\nlicense: apache-2.0\n---\n# Ward", "apache-2.0"),
        ("---\r\nlicense: 'cc-by-4.0'\r\n---\r\n", "cc-by-4.0"),
        ("---\nlicense:\n- mit\n---\n", ""),
        ("---\nlanguage: en\n---\nlicense: mit\n", ""),
        ("license: mit\n", ""),
        ("---\nlicense: \x1b[2Jmit\n---\n", ""),
        ("", ""),
    ],
)
def test_the_card_of_a_folder_is_read(tmp_path: Path, card: str, licence: str) -> None:
    (tmp_path / "README.md").write_bytes(card.encode())
    assert licence_of_folder(tmp_path) == licence


def test_a_folder_without_a_card_claims_nothing(tmp_path: Path) -> None:
    assert licence_of_folder(tmp_path) == ""


@given(st.binary(max_size=80))
def test_any_card_gives_a_short_name_or_nothing(tmp_path_factory: pytest.TempPathFactory, rest: bytes) -> None:
    folder = tmp_path_factory.mktemp("own")
    (folder / "README.md").write_bytes(b"---\nlicense: " + rest)
    licence = licence_of_folder(folder)
    assert licence == licence_name(licence)
    assert len(licence) <= 64
    assert licence.isprintable()
