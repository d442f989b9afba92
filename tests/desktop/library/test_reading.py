"""Documents through the real child process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from desktop.library import reading
from desktop.library.errors import SENTENCES, DocumentRefused, Problem
from desktop.library.reading import read
from lm.grounding.passages import Block
from tests.fakes.documents import paragraph, write_docx, write_pdf

if TYPE_CHECKING:
    from pathlib import Path


def refused(file: Path) -> Problem:
    with pytest.raises(DocumentRefused) as caught:
        read(file)
    assert str(caught.value) == SENTENCES[caught.value.problem].format(name=file.name)
    return caught.value.problem


def test_a_document_comes_back_with_its_title_or_its_name(tmp_path: Path) -> None:
    found = read(write_pdf(tmp_path / "a.pdf", ["Dengue."], title="Guideline"))
    assert (found.title, found.blocks) == ("Guideline", (Block("Dengue.", "", 1),))
    (tmp_path / "ward rules.txt").write_text("Wash your hands.", encoding="utf-8")
    assert read(tmp_path / "ward rules.txt").title == "ward rules"


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_damaged_document_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    whole = {"pdf": lambda p: write_pdf(p, ["One."]), "docx": lambda p: write_docx(p, paragraph("One."))}[kind]
    file = whole(tmp_path / f"a.{kind}")
    file.write_bytes(file.read_bytes()[:150])
    assert refused(file) is Problem.UNREADABLE


def test_what_is_missing_empty_of_another_kind_or_too_large_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 10)
    for name, data in (("empty.txt", b""), ("a.exe", b"MZ"), ("large.txt", b"a" * 11)):
        (tmp_path / name).write_bytes(data)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert refused(tmp_path / "gone.pdf") is Problem.MISSING
    assert refused(tmp_path / "empty.txt") is Problem.MISSING
    assert refused(tmp_path / "a.exe") is Problem.KIND
    assert refused(tmp_path / "large.txt") is Problem.TOO_LARGE


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TIME_S", 0.5)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    monkeypatch.setattr(sys, "executable", _waiting_python(tmp_path))
    assert refused(tmp_path / "a.txt") is Problem.TIME


def _waiting_python(folder: Path) -> str:
    script = folder / "waiting"
    script.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n", encoding="utf-8")
    script.chmod(0o700)
    return str(script)


@pytest.mark.parametrize(
    "said",
    [
        "",
        '{"title": "A"}',
        '{"title": "A"}\n{"text": "x", "heading": "", "page": null}',
        '{"title": "A"}\n{"text": "x", "heading": "", "page": "1"}\n{"end": 1}',
        '{"title": 4}\n{"end": 0}',
        '{"problem": "none of ours"}',
        '{"title": "A"}\n[]\n{"end": 1}',
        "[]",
        "no json",
    ],
)
def test_a_child_that_died_or_says_something_else_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    script = tmp_path / "liar"
    script.write_text(f"#!{sys.executable}\nprint({said!r})\n", encoding="utf-8")
    script.chmod(0o700)
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    monkeypatch.setattr(sys, "executable", str(script))
    assert refused(tmp_path / "a.txt") is Problem.UNREADABLE


def test_a_file_that_unpacks_beyond_the_memory_limit_ends_the_child_alone(tmp_path: Path) -> None:
    assert refused(write_docx(tmp_path / "bomb.docx", paragraph("a" * (40 << 20)))) is Problem.TOO_LARGE
