"""Questions about the open pictures: the dataset's own (VQA-RAD) and templates written for the label sets.

A training sample is a picture with a few questions in a row, as a doctor asks them: the picture is read once and
each answer is taught. Which question comes first is drawn, so that every kind of question is learned both as
the first and as a later one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multimodal.training.pictures import KIND_ANSWERS, Split, read_pictures, read_rows, split_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from multimodal.training.pictures import LabelledPicture


@dataclass(frozen=True, slots=True)
class PictureQuestion:
    """One question on one picture. `topic` names the template family, for scores by topic."""

    path: str
    source: str
    split: Split
    topic: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class PictureConversation:
    """One picture and the questions that are asked about it, in their order."""

    path: str
    questions: tuple[PictureQuestion, ...]


KIND_QUESTIONS = (
    "What kind of picture is this?",
    "What does this picture show?",
    "Which part of the body is shown, and how was the picture made?",
)
PNEUMONIA_QUESTIONS = ("Does this chest X-ray show signs of pneumonia?", "Is there evidence of pneumonia?")
HEALTH_QUESTIONS = ("Is this chest X-ray normal?", "Are the lungs clear?")

SOURCE_SHARES = {"kermany-cxr": 0.50, "busi": 0.22, "vqa-rad": 0.24, "bccd": 0.04}
"""The mixture of the training set: most for what a picture alone decides, little for counts."""

MOST_QUESTIONS = 3
"""Asked about one picture in a row."""

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def read_vqa_rad(data: Path) -> list[PictureQuestion]:
    """Read VQA-RAD's questions with the image-disjoint split; closed yes/no ones have topic `vqa-yes-no`."""
    questions = []
    for row in read_rows(data):
        if row["source"] == "vqa-rad":
            answer = " ".join(str(row["answer"]).split())
            topic = "vqa-yes-no" if answer.lower() in {"yes", "no"} else "vqa-open"
            question = " ".join(row["question"].split())
            questions.append(PictureQuestion(row["path"], "vqa-rad", split_of(row), topic, question, _sentence(answer)))
    return questions


def template_questions(picture: LabelledPicture, rng: random.Random) -> list[PictureQuestion]:
    """Return one question of each topic that the picture's labels can answer."""
    topics: list[tuple[str, str, str]] = [("kind", rng.choice(KIND_QUESTIONS), picture.kind())]
    topics.append(_is_it(picture, rng))
    topics += _LABEL_TOPICS[picture.source](picture, rng)
    return [
        PictureQuestion(picture.path, picture.source, picture.split, topic, question, answer)
        for topic, question, answer in topics
    ]


def draw_conversations(data: Path, count: int, seed: int) -> list[PictureConversation]:
    """Draw `count` training conversations in SOURCE_SHARES, the labels of a source equally often."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    groups = _groups(training_pictures(data, seed))
    own_questions: dict[str, list[PictureQuestion]] = {}
    for question in read_vqa_rad(data):
        own_questions.setdefault(question.path, []).append(question)
    drawn: list[PictureConversation] = []
    for source, share in SOURCE_SHARES.items():
        pools = [_endless(group, rng) for group in groups[source]]
        for number in range(round(count * share)):
            picture = next(pools[number % len(pools)])
            drawn.append(_conversation(picture, own_questions.get(picture.path, []), rng))
    rng.shuffle(drawn)
    return drawn


def training_pictures(data: Path, seed: int) -> list[LabelledPicture]:
    """Return the pictures that are trained on: of Kermany's pneumonia films only as many as there are normal ones."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    pictures = [picture for picture in read_pictures(data) if picture.split is Split.TRAIN]
    normal = [p for p in pictures if p.source == "kermany-cxr" and p.label == "normal"]
    pneumonia = [p for p in pictures if p.source == "kermany-cxr" and p.label == "pneumonia"]
    rest = [p for p in pictures if p.source != "kermany-cxr"]
    return rest + normal + rng.sample(pneumonia, min(len(normal), len(pneumonia)))


def _groups(pictures: Sequence[LabelledPicture]) -> dict[str, list[list[LabelledPicture]]]:
    """Return the pictures by source, then by label."""
    groups: dict[str, dict[str, list[LabelledPicture]]] = {}
    for picture in pictures:
        groups.setdefault(picture.source, {}).setdefault(picture.label, []).append(picture)
    return {source: list(by_label.values()) for source, by_label in groups.items()}


def _endless(group: Sequence[LabelledPicture], rng: random.Random) -> Iterator[LabelledPicture]:
    """Yield every picture once before any comes again."""
    while True:
        yield from rng.sample(group, len(group))


def _conversation(picture: LabelledPicture, own: Sequence[PictureQuestion], rng: random.Random) -> PictureConversation:
    general, special = _split_topics(template_questions(picture, rng))
    rng.shuffle(special)
    chosen = [rng.choice(general), *(rng.sample(own, min(len(own), MOST_QUESTIONS - 1)) if own else special)]
    chosen = chosen[:MOST_QUESTIONS]
    rng.shuffle(chosen)
    return PictureConversation(picture.path, tuple(chosen))


def _split_topics(questions: list[PictureQuestion]) -> tuple[list[PictureQuestion], list[PictureQuestion]]:
    """Part questions that every picture answers from those of its own label set."""
    general = [question for question in questions if question.topic in {"kind", "is-it"}]
    return general, [question for question in questions if question not in general]


def _sentence(answer: str) -> str:
    return f"{answer[:1].upper()}{answer[1:].rstrip('.')}."


def _yes_no(truth: bool) -> str:
    return "Yes." if truth else "No."


def _is_it(picture: LabelledPicture, rng: random.Random) -> tuple[str, str, str]:
    """Ask whether the picture is of a kind, the true one or another, with equal chance."""
    truth = picture.kind()
    others = sorted(set(KIND_ANSWERS.values()) - {truth})
    asked = truth if rng.random() < 0.5 else rng.choice(others)
    phrase = asked[0].lower() + asked[1:].rstrip(".")
    return "is-it", f"Is this picture {phrase}?", _yes_no(asked == truth)


def _film(picture: LabelledPicture, rng: random.Random) -> list[tuple[str, str, str]]:
    ill = picture.label == "pneumonia"
    # Asked for health less often: an answer that turns on a word of the question is the harder lesson.
    asked_ill = rng.random() < 0.75
    question = rng.choice(PNEUMONIA_QUESTIONS if asked_ill else HEALTH_QUESTIONS)
    topics = [
        ("pneumonia", question, _yes_no(ill == asked_ill)),
        ("film-finding", "Is this film normal, or does it show pneumonia?", "Pneumonia." if ill else "Normal."),
    ]
    if ill:
        cause = "bacterial" if picture.sublabel == "bacteria" else "viral"
        topics.append(("pneumonia-cause", "Does the pneumonia look bacterial or viral?", f"It looks {cause}."))
    return topics


def _breast(picture: LabelledPicture, rng: random.Random) -> list[tuple[str, str, str]]:
    lesion = picture.label != "normal"
    topics = [("lesion", "Is a lesion seen in this breast ultrasound?", _yes_no(lesion))]
    if lesion:
        malignant = picture.label == "malignant"
        asked = "malignant" if rng.random() < 0.75 else "benign"
        topics += [
            ("lesion-malignant", f"Does the lesion look {asked}?", _yes_no(malignant == (asked == "malignant"))),
            ("lesion-kind", "Is the lesion benign or malignant?", f"{picture.label.capitalize()}."),
        ]
    return topics


def _smear(picture: LabelledPicture, _rng: random.Random) -> list[tuple[str, str, str]]:
    counts = dict(picture.counts)
    red, white, platelets = counts.get("RBC", 0), counts.get("WBC", 0), counts.get("Platelets", 0)
    return [
        ("red-cells", "About how many red blood cells are seen?", f"About {red}."),
        ("white-cells", "How many white blood cells are seen?", _sentence(_number(white))),
        ("platelets", "Are platelets seen?", _yes_no(platelets > 0)),
    ]


def _number(count: int) -> str:
    return _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else str(count)


def _no_labels(_picture: LabelledPicture, _rng: random.Random) -> list[tuple[str, str, str]]:
    return []


_LABEL_TOPICS: dict[str, Callable[[LabelledPicture, random.Random], list[tuple[str, str, str]]]] = {
    "kermany-cxr": _film,
    "busi": _breast,
    "bccd": _smear,
    "vqa-rad": _no_labels,
}
