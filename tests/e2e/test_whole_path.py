"""The sample consultation on the real models: voice and picture in, an answer with its sources out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from desktop.cli import main
from desktop.confined.reading import ConfinedFileReader
from multimodal.catalog import models_folder
from multimodal.consultation import Answered, AnswerText, Consultation, Heard, Saw
from multimodal.models import Models

pytestmark = pytest.mark.models

CT = Path(str(get_testdata_file("CT_small.dcm", download=False)))


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(device="cpu")


def test_the_consultation_is_heard_seen_and_answered(models: Models, sample_recording: Path) -> None:
    case = Consultation(models, ConfinedFileReader())
    events = [*case.look(CT), *case.listen(sample_recording)]
    heard = " ".join(event.utterance.text for event in events if isinstance(event, Heard)).lower()
    for spoken in ("cough", "three days", "penicillin", "metformin"):
        assert spoken in heard
    (saw,) = [event for event in events if isinstance(event, Saw)]
    assert saw.fused_tokens == 65
    answer = list(case.ask("Which medicine does the patient take?"))
    answered = answer[-1]
    assert isinstance(answered, Answered)
    assert "".join(event.text for event in answer if isinstance(event, AnswerText)).strip()
    assert answered.sentences
    assert len(answered.used) == 3


def test_a_second_question_reads_only_itself(models: Models, sample_recording: Path) -> None:
    case = Consultation(models, ConfinedFileReader())
    for _ in case.listen(sample_recording):
        pass
    timings = [
        event.engine
        for question in ("What is wrong?", "Since when?")
        for event in case.ask(question)
        if isinstance(event, Answered)
    ]
    new_tokens = timings[1].prompt_tokens - timings[1].reused_tokens
    assert timings[1].reused_tokens > timings[0].prompt_tokens
    assert new_tokens < 20


def test_the_same_question_gets_the_same_answer(models: Models) -> None:
    answers = []
    for _ in range(2):
        models.engine().forget()
        events = Consultation(models, ConfinedFileReader()).ask("What is a fever?")
        answers.append("".join(event.text for event in events if isinstance(event, AnswerText)))
    assert answers[0] == answers[1]


def test_the_sample_writes_its_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = models_folder()
    monkeypatch.setattr("multimodal.catalog.data_folder", lambda: tmp_path)
    monkeypatch.setattr("multimodal.catalog.models_folder", lambda: models)
    assert main(["sample"]) == 0
    out = capsys.readouterr().out
    report = tmp_path / "reports" / "sample-consultation.txt"
    assert out.endswith(f"Report {report}\n")
    assert report.read_text() in out


def test_json_lines_tell_the_same_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", "--max-tokens", "12", "--image", str(CT), "What kind of picture is this?"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["event"] == "saw"
    assert events[-1]["event"] == "answered"
    streamed = "".join(event["text"] for event in events if event["event"] == "answer_text").strip()
    assert " ".join(sentence["text"] for sentence in events[-1]["sentences"]) == " ".join(streamed.split())
    checked = events[-1]["dependence"]
    assert not checked["grey"]  # the adapter ships what pictures are held against
    # A CT slice is neither the mean picture nor a blood smear, and the decoder knows it.
    assert checked["level"] != "none"
    assert min(checked["mean_drop"], checked["other_drop"]) < max(checked["mean_drop"], checked["other_drop"])
    assert {citation["dependence"] for s in events[-1]["sentences"] for citation in s["citations"]} == {
        checked["level"]
    }


def test_an_answer_is_explained_in_pictures_and_numbers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    typed = ["ask", "--image", str(CT), "What kind of picture is this?", "--max-tokens", "6"]
    folder = tmp_path / "why"
    assert main([*typed, "--explain", str(folder), "--verify"]) == 0
    out = capsys.readouterr().out
    assert "what the answer hangs on: pictures " in out
    gradient, occlusion = json.loads((folder / "explanation.json").read_text())
    assert gradient["shares"]["words"] == 0
    assert sum(gradient["shares"].values()) == pytest.approx(1.0)
    for explained in (gradient, occlusion):
        shown = Image.open(folder / f"image-1-{explained['method']}.png")
        assert shown.size == (128, 128)
        assert np.ptp(np.asarray(shown), axis=2).max() > 20  # a grey slice took on colour
        assert len(explained["pictures"][0]["rows"]) == 8
    # What covering does is what the quick scores foresee, at least in its order of magnitude.
    assert max(map(max, occlusion["pictures"][0]["rows"])) > 0.01


@pytest.mark.parametrize(
    ("added", "told"),
    [(["--verify"], "add --explain"), (["--explain", "why", "--word", "zebra"], "no word “zebra”")],
)
def test_what_cannot_be_explained_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ask", "--image", str(CT), "What is it?", "--max-tokens", "3", *added]) == 2
    assert told in capsys.readouterr().err
