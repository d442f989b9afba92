"""`bedside deidentify`: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from desktop.cli import BAD_INPUT, DONE, main


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / "note.txt"
    file.write_text("Mrs. Okafor, seen 03/14/2019. MRN 4482913.\n", encoding="utf-8")
    return file


def test_a_text_is_printed_without_what_names_a_person(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deidentify", str(note)]) == DONE
    out, err = capsys.readouterr()
    assert out == "Mrs. [NAME], seen [DATE 2019]. MRN [RECORD-NUMBER].\n"
    assert err.startswith("3 identifiers changed.\n")
    assert "Read the whole text before it leaves this machine." in err


def test_a_preview_lists_every_change_and_writes_nothing(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = note.with_name("out.txt")
    assert main(["deidentify", str(note), "--preview", "--out", str(out)]) == DONE
    assert capsys.readouterr().out.splitlines() == [
        "A       5-11     Okafor -> [NAME]",
        "C      18-28     03/14/2019 -> [DATE 2019]",
        "H      34-41     4482913 -> [RECORD-NUMBER]",
    ]
    assert not out.exists()


def test_changes_as_json(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deidentify", str(note), "--json"]) == DONE
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {
        "letter": "A",
        "kind": "NAME",
        "start": 5,
        "end": 11,
        "original": "Okafor",
        "replacement": "[NAME]",
    }


def test_the_result_goes_to_a_new_file_only(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = note.with_name("out.txt")
    assert main(["deidentify", str(note), "--out", str(out), "--dates", "shift", "--shift-days", "10"]) == DONE
    assert out.read_text(encoding="utf-8") == "Mrs. [NAME], seen [DATE 2019-03-24]. MRN [RECORD-NUMBER].\n"
    assert "does not meet it" in capsys.readouterr().err
    assert main(["deidentify", str(note), "--out", str(note)]) == BAD_INPUT
    assert "is there already. Nothing was written" in capsys.readouterr().err
    assert note.read_text(encoding="utf-8").startswith("Mrs. Okafor")


def test_names_that_are_known_are_taken_out(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note.write_text("spoke with ana ruiz today", encoding="utf-8")
    assert main(["deidentify", str(note), "--names", "Ana Ruiz"]) == DONE
    assert capsys.readouterr().out == "spoke with [NAME] today"


def test_bytes_that_are_no_text_are_refused(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note.write_bytes(b"\xff\xfe\x00\x01")
    assert main(["deidentify", str(note)]) == BAD_INPUT
    assert "Nothing was written." in capsys.readouterr().err
    assert main(["deidentify", str(note.with_name("absent"))]) == BAD_INPUT
    assert "cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("visit.wav", b"RIFF\xff\xff\xff\xffWAVE", "A voice and a face tell who somebody is"),
        ("gait.mp4", b"\0\0\0\x18ftypmp42\xff", "A voice and a face tell who somebody is"),
        ("face.png", b"\x89PNG\r\n\x1a\n\xff", "is a picture"),
    ],
)
def test_voices_and_faces_are_never_called_deidentified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, sentence: str
) -> None:
    file, out = tmp_path / name, tmp_path / "out"
    file.write_bytes(content)
    assert main(["deidentify", str(file), "--out", str(out)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert sentence in said
    assert "othing was written" in said
    assert not out.exists()


def test_a_dicom_file_goes_to_a_new_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = Path(str(get_testdata_file("CT_small.dcm", download=False)))
    out = tmp_path / "out.dcm"
    assert main(["deidentify", str(source)]) == BAD_INPUT
    assert "only ever written to a new file" in capsys.readouterr().err
    assert main(["deidentify", str(source), "--preview"]) == DONE
    assert "Z  (0010,0010) Patient's Name: CompressedSamples^CT1 -> -" in capsys.readouterr().out
    assert main(["deidentify", str(source), "--out", str(out), "--secret", "ours"]) == DONE
    assert "look at every picture" in capsys.readouterr().err
    assert b"CompressedSamples" not in out.read_bytes()
    again = tmp_path / "again.dcm"
    assert main(["deidentify", str(source), "--out", str(again), "--secret", "ours"]) == DONE
    assert pydicom.dcmread(again).SOPInstanceUID == pydicom.dcmread(out).SOPInstanceUID


def test_a_damaged_dicom_file_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, out = tmp_path / "damaged.dcm", tmp_path / "out.dcm"
    source = Path(str(get_testdata_file("CT_small.dcm", download=False))).read_bytes()
    damaged.write_bytes(source[:132] + b"\x00" * 40 + source[300:])
    assert main(["deidentify", str(damaged), "--out", str(out)]) == BAD_INPUT
    assert "Nothing was written" in capsys.readouterr().err
    assert not out.exists()
