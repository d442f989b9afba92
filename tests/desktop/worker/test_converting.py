from __future__ import annotations

import pytest
from PIL import Image

from desktop.worker.converting import explained, heard_utterances, recorded_utterance
from desktop.worker.known import EncounterContext, KnownPicture, WordWeight
from desktop.worker.protocol import Explain, WrittenForm
from multimodal.explain import Explanation, Method, PictureScores, Shares, SpokenWord, WordScore
from multimodal.picture import Picture
from multimodal.transcript import Utterance, Word

ROWS = tuple(tuple(-2.0 if (x, y) == (7, 0) else 0.5 for x in range(8)) for y in range(8))
FOUND = Explanation(
    Method.GRADIENT,
    "A cough.",
    "",
    (PictureScores("Image 1", ROWS),),
    (),
    (WordScore(SpokenWord("Recording 1", "cough", 1.5, 2.0), -0.2), WordScore(SpokenWord("R", "a", 0, 1), 0.1)),
    Shares(0.5, 0.1, 0.3, 0.1),
)


def command(region: tuple[float, float, float, float] | None) -> Explain:
    pictures = (KnownPicture("Image 1", "/x.png", None, region),)
    return Explain("j", EncounterContext("e", (), pictures), "What?", "A cough.", "tiny")


def picture(width: int, height: int) -> Picture:
    return Picture(Image.new("RGB", (width, height)), "x", "photo", width, height)


def test_weights_have_no_signs_and_the_heaviest_is_one() -> None:
    told = explained(command(None), FOUND, {"Image 1": picture(100, 100)})
    (weighed,) = told.pictures
    assert weighed.rows[0][7] == 1.0
    assert weighed.rows[3][3] == 0.25
    assert told.words == (WordWeight("Recording 1", 1.5, 1.0), WordWeight("R", 0.0, 0.5))
    assert (told.image, told.audio, told.said, told.rest) == (0.5, 0.1, 0.3, 0.1)


@pytest.mark.parametrize(
    ("region", "size", "square"),
    [
        (None, (100, 100), (0.0, 0.0, 1.0, 1.0)),
        (None, (200, 100), (0.0, -0.5, 1.0, 1.5)),
        ((0.5, 0.0, 1.0, 0.25), (100, 50), (0.5, -0.125, 1.0, 0.375)),
    ],
)
def test_the_encoders_square_is_told_in_shares_of_the_stored_picture(
    region: tuple[float, float, float, float] | None,
    size: tuple[int, int],
    square: tuple[float, float, float, float],
) -> None:
    (weighed,) = explained(command(region), FOUND, {"Image 1": picture(*size)}).pictures
    assert weighed.square == pytest.approx(square)
    assert weighed.region == (region or (0.0, 0.0, 1.0, 1.0))


def test_what_looked_at_pictures_alone_weighs_nothing_against_each_other() -> None:
    covered = Explanation(Method.OCCLUSION, "A cough.", "", FOUND.pictures)
    with pytest.raises(ValueError, match="occlusion"):
        explained(command(None), covered, {"Image 1": picture(100, 100)})


def spoken(text: str) -> Utterance:
    words = tuple(Word(word, float(place), place + 0.5, 0.9) for place, word in enumerate(text.split()))
    return Utterance(0.0, 9.0, text, words, "en", 0.9, 0.0)


def test_the_record_keeps_both_forms_and_a_question_is_asked_with_the_written_one() -> None:
    kept = recorded_utterance(spoken("one sixty over ninety today"), WrittenForm.NUMBERS)
    assert kept.text == "one sixty over ninety today"
    assert [word.text for word in kept.written] == ["160/90 mmHg", "today"]
    (heard,) = heard_utterances([kept])
    assert heard.text == "160/90 mmHg today"
    assert [(word.text, word.start_s, word.end_s) for word in heard.words] == [
        ("160/90 mmHg", 0.0, 3.5),
        ("today", 4.0, 4.5),
    ]


def test_what_is_written_as_said_is_kept_once() -> None:
    assert recorded_utterance(spoken("a cough"), WrittenForm.DICTATION).written == ()
    assert recorded_utterance(spoken("five milligrams"), WrittenForm.VERBATIM).written == ()


def test_what_was_taken_back_is_not_told_to_the_decoder() -> None:
    kept = [recorded_utterance(spoken(text), WrittenForm.DICTATION) for text in ("a cough", "scratch that")]
    assert heard_utterances(kept) == []
