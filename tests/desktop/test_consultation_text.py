from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop.consultation_json import event_json
from desktop.consultation_text import DISCLAIMER, ConsultationText, clock, printable
from lm.engine import FinishReason, Timings
from lm.grounding.answer import Citation, Dependence, Sentence, Verdict
from lm.sequence import SourceKind
from multimodal.consultation import Answered, AnswerText, Event, Heard, Notice, Saw, StageTimes
from multimodal.dependence import WITHHELD_TEXT, PictureDependence
from multimodal.explain import Explaining, Explanation, Method, PictureScores, Shares, SpokenWord, WordScore
from multimodal.picture import Picture
from multimodal.reference_pictures import Thresholds
from multimodal.used import Used, UsedKind
from tests.fakes.consultations import utterance

ANSWERED = Answered(
    question="What?",
    text="Metformin. A fracture.",
    sentences=(
        Sentence(
            "Metformin.", Verdict.SUPPORTED, (Citation(SourceKind.TRANSCRIPT, "Recording 1", "metformin", 4.0, 75.2),)
        ),
        Sentence("A fracture.", Verdict.UNVERIFIED, (Citation(SourceKind.IMAGE, "Image 1"),)),
        Sentence("It moves.", Verdict.UNVERIFIED, (Citation(SourceKind.IMAGE, "Image 2", start_s=62.14),)),
    ),
    dependence=None,
    decoder="tiny",
    used=(
        Used(UsedKind.WORDS, "Recording 1", 3),
        Used(UsedKind.WORDS, "Recording 2", 1),
        Used(UsedKind.SOUND, "Recording 2"),
        Used(UsedKind.PICTURE, "Image 1", frame=9, frames=16, time_s=2.13),
        Used(UsedKind.HEADER, "Image 2"),
        Used(UsedKind.QUESTION),
    ),
    finish=FinishReason.END,
    engine=Timings(generated_tokens=7),
    times=StageTimes(0.0, 1.5, 0.0, 0.25, 0.5),
)
PICTURE = Picture(Image.new("RGB", (4, 3)), "CT slice, 4 x 3 pixels", "dicom", 4, 3)
EVENTS: list[Event] = [
    Heard("Recording 1", utterance("I take metformin.")),
    Saw("Image 1", PICTURE, 65),
    Notice("No voice projector."),
    AnswerText("Metformin.", -0.1),
    AnswerText(" A fracture.", -0.2),
    ANSWERED,
]


def shown(events: list[Event]) -> str:
    stream = io.StringIO()
    text = ConsultationText(stream)
    for event in events:
        text.show(event)
    return stream.getvalue()


def test_a_consultation_reads_from_top_to_bottom() -> None:
    text = shown(EVENTS)
    for expected in (
        "Heard  0:00.0-0:01.5  I take metformin.",
        "Saw    Image 1: CT slice, 4 x 3 pixels (65 tokens to the decoder)",
        "Note   No voice projector.",
        "Answer\n  Metformin. A fracture.\n",
        '  + Metformin.\n      Recording 1 0:04.0-1:15.2: "metformin"',
        "  ? A fracture.\n      Image 1: look at it yourself",
        "  ? It moves.\n      Image 2 1:02.1: look at it yourself",
        "Used   Recording 1 (3 words); Recording 2 (1 word); Recording 2 (its sound); Image 1, frame 9 of 16 (0:02.1); "
        "Image 2 (only what its file header says); your question; decoder tiny\n",
        "Times  listening 1.50 s, first token 0.25 s, answering 0.50 s; 7 tokens",
        DISCLAIMER,
    ):
        assert expected in text


MEASURED = PictureDependence(Dependence.WEAK, 0.456, 0.1, 3, Thresholds(0.1, 1.0), calibrated=True, grey=False)


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (MEASURED, "depends weakly on the picture: less probable by 0.46 nats a token with the mean picture, by 0.10"),
        (replace(MEASURED, level=Dependence.STRONG, other_drop=None), "depends strongly on the picture"),
        (replace(MEASURED, grey=True, calibrated=False), "a grey picture, by 0.10 with another one (not calibrated"),
    ],
)
def test_how_much_an_answer_depends_on_its_picture_is_said(measured: PictureDependence, expected: str) -> None:
    cited = Citation(SourceKind.IMAGE, "Image 1", dependence=measured.level)
    whole = replace(ANSWERED, sentences=(Sentence("Grey.", Verdict.UNVERIFIED, (cited,)),), dependence=measured)
    text = shown([whole])
    assert expected in text
    assert f"Image 1: the sentence depends {'weakly' if measured.level is Dependence.WEAK else 'strongly'} on" in text
    parsed = json.loads(event_json(whole))
    assert parsed["dependence"]["level"] == measured.level
    assert parsed["dependence"]["thresholds"] == {"weak": 0.1, "strong": 1.0}
    assert parsed["sentences"][0]["citations"][0]["dependence"] == measured.level


def test_what_is_withheld_is_marked_as_such() -> None:
    cited = Citation(SourceKind.IMAGE, "Image 1", dependence=Dependence.NONE)
    withheld = Sentence(WITHHELD_TEXT, Verdict.WITHHELD, (cited,))
    text = shown([replace(ANSWERED, sentences=(withheld,))])
    assert f"  - {WITHHELD_TEXT}\n      Image 1: the sentence does not depend on it" in text


HEARD = SpokenWord("Recording 1", "cough", 1.0, 1.5)
EXPLAINED = Explanation(
    Method.GRADIENT,
    "A cough.",
    "",
    (PictureScores("Image 1", ((0.5, -1.0),)),),
    (),
    (WordScore(HEARD, -0.31), WordScore(replace(HEARD, text="days"), 0.1)),
    Shares(0.5, 0.0, 0.3, 0.2),
)


def test_what_an_answer_hangs_on_is_said_heaviest_first() -> None:
    text = shown([Explaining(0.5), EXPLAINED])
    assert "pictures 50%, words that were said 30%, question and the rest of the prompt 20%" in text
    assert "sound" not in text
    assert "most by cough 0.31, days 0.1" in text
    word = shown([replace(EXPLAINED, method=Method.ATTENTION, about="cough")])
    assert "what “cough” draws on" in word
    covered = replace(EXPLAINED, method=Method.OCCLUSION, words=(), shares=None)
    assert "the answer loses at most 0.50 nats" in shown([covered])
    assert json.loads(event_json(EXPLAINED))["words"][0]["word"]["text"] == "cough"
    assert json.loads(event_json(Explaining(0.5))) == {"event": "explaining", "share": 0.5}


def test_model_output_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in shown([AnswerText("\x1b[2J\x1b]0;title\x07harmless", 0.0)])


@given(st.text())
def test_printable_text_has_no_control_or_direction_characters(text: str) -> None:
    assert not set(printable(text)) & set("\x00\x07\x1b\x7f\u200e\u202e\u2066\x9b")


def test_unsure_words_are_marked() -> None:
    heard = utterance("warfarin 3 mg")
    unsure = type(heard.words[0])("warfarin", 0.0, 0.5, 0.2)
    marked = type(heard)(0.0, 1.5, heard.text, (unsure, *heard.words[1:]), "en", 0.5, 0.0)
    assert "warfarin (?) 3 mg" in shown([Heard("Recording 1", marked)])


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.0, "0:00.0"), (59.97, "1:00.0"), (75.24, "1:15.2"), (3600.0, "60:00.0")]
)
def test_the_clock_counts_minutes(seconds: float, expected: str) -> None:
    assert clock(seconds) == expected


def test_every_event_is_one_line_of_json_that_names_itself() -> None:
    lines = [event_json(event) for event in EVENTS]
    assert all("\n" not in line for line in lines)
    parsed = [json.loads(line) for line in lines]
    assert [event["event"] for event in parsed] == ["heard", "saw", "notice", "answer_text", "answer_text", "answered"]
    assert parsed[-1]["sentences"][0]["citations"][0]["start_s"] == 4.0
    words = {"kind": "words", "label": "Recording 1", "words": 3}
    assert parsed[-1]["used"][0] == words | {"frame": 0, "frames": 1, "time_s": None}
    assert parsed[1] == {
        "event": "saw",
        "label": "Image 1",
        "fused_tokens": 65,
        "description": "CT slice, 4 x 3 pixels",
        "width_px": 4,
        "height_px": 3,
        "frame": 0,
        "frames": 1,
        "time_s": None,
    }
