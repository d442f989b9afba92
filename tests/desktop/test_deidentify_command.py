"""`bedside deidentify`: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from desktop.cli import BAD_INPUT, DONE, main
from tests.fakes.films import write_film
from tests.fakes.named_pictures import write_named_picture


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
    assert main(["deidentify", str(source), "--preview", "--keep-text"]) == DONE
    assert "Z  (0010,0010) Patient's Name: CompressedSamples^CT1 -> -" in capsys.readouterr().out
    assert main(["deidentify", str(source), "--out", str(out), "--secret", "ours", "--keep-text"]) == DONE
    said = capsys.readouterr().err
    assert "Words in the picture were not looked for." in said
    assert "a face is never taken out" in said
    assert b"CompressedSamples" not in out.read_bytes()
    again = tmp_path / "again.dcm"
    assert main(["deidentify", str(source), "--out", str(again), "--secret", "ours", "--keep-text"]) == DONE
    assert pydicom.dcmread(again).SOPInstanceUID == pydicom.dcmread(out).SOPInstanceUID
    assert "BurnedInAnnotation" not in pydicom.dcmread(out)


def test_words_in_a_photo_become_black_unless_they_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, out = write_named_picture(tmp_path / "film.png"), tmp_path / "out.png"
    assert main(["deidentify", str(photo), "--preview"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("black") and "OKAFOR" in line]
    assert [line for line in lines if line.startswith("kept") and line.endswith("  R")]
    assert main(["deidentify", str(photo), "--out", str(out)]) == DONE
    assert "none of it is taken out. Look at the picture" in capsys.readouterr().err
    before, after = (np.asarray(Image.open(file).convert("L")) for file in (photo, out))
    assert after[:60, :400].max() < 60
    np.testing.assert_array_equal(after[200:], before[200:])
    assert b"Ngozi" not in out.read_bytes()
    assert "Ngozi" in Image.open(photo).info["Comment"]


def test_a_damaged_dicom_file_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, out = tmp_path / "damaged.dcm", tmp_path / "out.dcm"
    source = Path(str(get_testdata_file("CT_small.dcm", download=False))).read_bytes()
    damaged.write_bytes(source[:132] + b"\x00" * 40 + source[300:])
    for more in ([], ["--keep-text"]):
        assert main(["deidentify", str(damaged), "--out", str(out), *more]) == BAD_INPUT
        assert "damaged" in capsys.readouterr().err
        assert not out.exists()


def test_of_a_film_one_still_can_be_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film, out = write_film(tmp_path / "gait.mp4"), tmp_path / "still.png"
    assert main(["deidentify", str(film), "--out", str(out), "--frame", "1", "--keep-text"]) == DONE
    assert Image.open(out).size == (64, 48)
    assert "can tell who somebody is" in capsys.readouterr().err
