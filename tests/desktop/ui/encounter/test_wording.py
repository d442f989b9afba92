"""What the encounter's views say, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Answer, Citation, CitedKind, Sentence, Used, UsedKind, Verdict
from desktop.ui.encounter.wording import plain_answer, said_instead, source_name, used_words, verdict_sentence
from desktop.ui.translation import use_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

GIVEN = (
    Used(UsedKind.WORDS, "Recording 1", 16),
    Used(UsedKind.WORDS, "Recording 2", 1),
    Used(UsedKind.SOUND, "Recording 2"),
    Used(UsedKind.PICTURE, "Image 1"),
    Used(UsedKind.PICTURE, "Image 3", frame=2, frames=3),
    Used(UsedKind.PICTURE, "Image 4", frame=9, frames=16, time_s=62.1),
    Used(UsedKind.HEADER, "Image 2"),
    Used(UsedKind.PASSAGE, "Dengue guideline"),
    Used(UsedKind.QUESTION),
)


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    use_language(qapp, "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Recording 1 (16 words), Recording 2 (1 word), Recording 2 (its sound), Image 1, "
            "Image 3, frame 2 of 3, Image 4, frame 9 of 16 (1:02), "
            "Image 2 (only what its file header says), Dengue guideline (library), your question",
        ),
        (
            "zh_CN",
            "Recording 1（16 个词）、Recording 2（1 个词）、Recording 2（声音）、Image 1、"
            "Image 3，第 2 帧，共 3 帧、Image 4，第 9 帧，共 16 帧（1:02）、"
            "Image 2（仅文件头信息）、Dengue guideline（资料库）、您的问题",
        ),
    ],
)
def test_what_was_used_is_worded_in_the_language_that_is_shown(
    application: QApplication, language: str, words: str
) -> None:
    use_language(application, language)
    assert used_words(GIVEN) == words


def test_every_kind_of_what_was_used_has_its_words() -> None:
    assert {used.kind for used in GIVEN} == set(UsedKind)


@pytest.mark.parametrize(
    ("language", "place"),
    [("en", "Dengue guideline, page 12, Warning signs"), ("zh_CN", "Dengue guideline、第 12 页、Warning signs")],
)
def test_a_passage_is_named_by_its_document_page_and_heading(
    application: QApplication, language: str, place: str
) -> None:
    use_language(application, language)
    passage = Citation(CitedKind.PASSAGE, "Dengue guideline", "vomiting", heading="Warning\u202e signs", page=12)
    assert source_name(passage) == place
    assert source_name(Citation(CitedKind.PASSAGE, "Image 1, file header", "CT")) == "Image 1, file header"


def test_what_is_not_written_like_this_stands_beside_what_is_written() -> None:
    closest = Citation(CitedKind.PASSAGE, "Dengue", "Give paracetamol.", heading="Treatment")
    sentence = Sentence("Give aspirin.", Verdict.UNVERIFIED, (closest,))
    assert verdict_sentence(sentence).startswith("It is not written like this anywhere.")
    assert said_instead(Answer("a1", "", "q1", "", sentences=(sentence,))) == (
        "What is written:\nDengue, Treatment: “Give paracetamol.”"
    )


def test_what_nobody_said_stands_beside_what_was_said() -> None:
    closest = Citation(CitedKind.TRANSCRIPT, "Recording 1", "I am allergic to penicillin.", 20.6, 22.8)
    no = Sentence("No, she is not allergic.", Verdict.UNVERIFIED, (closest,))
    borne_out = Sentence("She coughs.", Verdict.SUPPORTED, (Citation(CitedKind.TRANSCRIPT, "Recording 1", "cough"),))
    of_picture = Sentence("A fracture.", Verdict.UNVERIFIED, (Citation(CitedKind.IMAGE, "Image 1"),))
    answer = Answer("a1", "", "q1", "", sentences=(no, borne_out, of_picture, no))
    assert said_instead(answer) == "What was said:\nRecording 1, 0:20: “I am allergic to penicillin.”"
    assert "closest words" in verdict_sentence(no)
    assert "look for yourself" in verdict_sentence(of_picture)
    lines = plain_answer(answer, sources=True).splitlines()
    assert lines[1] == "    Closest words: Recording 1, 0:20: “I am allergic to penicillin.”"
    assert lines[3] == "    Recording 1: “cough”"
    assert not said_instead(Answer("a1", "", "q1", "", sentences=(borne_out, of_picture)))
