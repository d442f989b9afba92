"""Questions about the open pictures: the dataset's own (VQA-RAD) and templates written for the label sets.

Every split is by picture, and by patient where the file names tell one, so that no picture of a held-back part
is ever trained on. The manifest's `split` wins; sets that have only a `train` split get a held-back part here.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


class Split(StrEnum):
    """Which part of the data a picture belongs to."""

    TRAIN = "train"
    DEV = "dev"
    """Held back: never trained on."""


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
class LabelledPicture:
    """A picture of the open sets with its labels; `path` is relative to the data folder."""

    path: str
    source: str
    split: Split
    label: str
    sublabel: str
    counts: tuple[tuple[str, int], ...] = ()


KIND_QUESTIONS = (
    "What kind of picture is this?",
    "What does this picture show?",
    "Which part of the body is shown, and how was the picture made?",
)
KIND_ANSWERS = {
    "kermany-cxr": "A chest X-ray.",
    "busi": "An ultrasound of the breast.",
    "bccd": "A blood smear under the microscope.",
    "vqa-rad/HEAD": "A CT or MRI scan of the head.",
    "vqa-rad/CHEST": "A chest X-ray.",
    "vqa-rad/ABD": "A CT scan of the abdomen.",
}
"""VQA-RAD's manifest names only the region; Lau et al. 2018 (Scientific Data 5:180251) say how each was made."""

TOPIC_SHARES = {
    "kind": 0.10,
    "is-it": 0.12,
    "pneumonia": 0.30,
    "pneumonia-cause": 0.05,
    "lesion": 0.08,
    "lesion-malignant": 0.08,
    "red-cells": 0.02,
    "white-cells": 0.01,
    "platelets": 0.01,
    "vqa-yes-no": 0.17,
    "vqa-open": 0.06,
}
"""The mixture of the training set: most for what a picture alone decides, little for counts and open words."""

_HELD_BACK_SHARE = {"kermany-cxr": 0.10, "busi": 0.20}
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def read_pictures(data: Path) -> list[LabelledPicture]:
    """Read the labelled pictures of `images.jsonl`, VQA-RAD's once each with its region as label."""
    pictures = {}
    for row in _rows(data):
        label = row["organ"] if row["source"] == "vqa-rad" else row.get("label", "")
        pictures[row["path"]] = LabelledPicture(
            path=row["path"],
            source=row["source"],
            split=_split(row),
            label=label,
            sublabel=row.get("sublabel", ""),
            counts=tuple(sorted(row.get("counts", {}).items())),
        )
    return list(pictures.values())


def read_vqa_rad(data: Path) -> list[PictureQuestion]:
    """Read VQA-RAD's questions with the image-disjoint split; closed yes/no ones have topic `vqa-yes-no`."""
    questions = []
    for row in _rows(data):
        if row["source"] == "vqa-rad":
            answer = " ".join(str(row["answer"]).split())
            topic = "vqa-yes-no" if answer.lower() in {"yes", "no"} else "vqa-open"
            question = " ".join(row["question"].split())
            questions.append(PictureQuestion(row["path"], "vqa-rad", _split(row), topic, question, _sentence(answer)))
    return questions


def template_questions(picture: LabelledPicture, rng: random.Random) -> list[PictureQuestion]:
    """Return one question of each topic that the picture's labels can answer."""
    topics: list[tuple[str, str, str]] = [("kind", rng.choice(KIND_QUESTIONS), kind_answer(picture))]
    topics.append(_is_it(picture, rng))
    topics += _LABEL_TOPICS[picture.source](picture, rng)
    return [
        PictureQuestion(picture.path, picture.source, picture.split, topic, question, answer)
        for topic, question, answer in topics
    ]


def kind_answer(picture: LabelledPicture) -> str:
    """Return what kind of picture it is, one of KIND_ANSWERS."""
    key = f"vqa-rad/{picture.label}" if picture.source == "vqa-rad" else picture.source
    return KIND_ANSWERS[key]


def draw_training_set(data: Path, count: int, seed: int) -> list[PictureQuestion]:
    """Draw `count` training questions in TOPIC_SHARES, each picture as rarely as possible within a topic."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    pools = _pools(data, rng)
    drawn: list[PictureQuestion] = []
    for topic, share in TOPIC_SHARES.items():
        drawn += _cycle(pools[topic], round(count * share), rng)
    rng.shuffle(drawn)
    return drawn


def _pools(data: Path, rng: random.Random) -> dict[str, list[PictureQuestion]]:
    pictures = _balanced([picture for picture in read_pictures(data) if picture.split is Split.TRAIN], rng)
    questions = [question for question in read_vqa_rad(data) if question.split is Split.TRAIN]
    for picture in pictures:
        questions += template_questions(picture, rng)
    pools: dict[str, list[PictureQuestion]] = {}
    for question in questions:
        pools.setdefault(question.topic, []).append(question)
    return pools


def _balanced(pictures: list[LabelledPicture], rng: random.Random) -> list[LabelledPicture]:
    """Thin out Kermany's pneumonia films, two of three, so that yes and no are asked equally often."""
    normal = [p for p in pictures if p.source == "kermany-cxr" and p.label == "normal"]
    pneumonia = [p for p in pictures if p.source == "kermany-cxr" and p.label == "pneumonia"]
    rest = [p for p in pictures if p.source != "kermany-cxr"]
    return rest + normal + rng.sample(pneumonia, min(len(normal), len(pneumonia)))


def _cycle(pool: Sequence[PictureQuestion], count: int, rng: random.Random) -> Iterator[PictureQuestion]:
    while count > 0:
        taken = rng.sample(pool, min(count, len(pool)))
        yield from taken
        count -= len(taken)


def _rows(data: Path) -> Iterator[dict[str, Any]]:
    with (data / "images.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _split(row: dict[str, Any]) -> Split:
    if row["split"] != Split.TRAIN:
        return Split.DEV
    share = _HELD_BACK_SHARE.get(row["source"], 0.0)
    digest = hashlib.sha256(_patient(row["path"]).encode()).digest()
    return Split.DEV if int.from_bytes(digest[:4]) / 2**32 < share else Split.TRAIN


def _patient(path: str) -> str:
    """Return the patient part of a Kermany file name (`person12`, `IM-0115`), else the whole path."""
    match = re.match(r"(person\d+|(?:NORMAL2-)?IM-\d+)", PurePosixPath(path).name)
    return match.group(1) if match else path


def _sentence(answer: str) -> str:
    return f"{answer[:1].upper()}{answer[1:].rstrip('.')}."


def _yes_no(truth: bool) -> str:
    return "Yes." if truth else "No."


def _is_it(picture: LabelledPicture, rng: random.Random) -> tuple[str, str, str]:
    """Ask whether the picture is of a kind, the true one or another, with equal chance."""
    truth = kind_answer(picture)
    others = sorted(set(KIND_ANSWERS.values()) - {truth})
    asked = truth if rng.random() < 0.5 else rng.choice(others)
    phrase = asked[0].lower() + asked[1:].rstrip(".")
    return "is-it", f"Is this picture {phrase}?", _yes_no(asked == truth)


def _film(picture: LabelledPicture, rng: random.Random) -> list[tuple[str, str, str]]:
    ill = picture.label == "pneumonia"
    asked_ill, question = rng.choice(
        (
            (True, "Does this chest X-ray show signs of pneumonia?"),
            (True, "Is there evidence of pneumonia?"),
            (False, "Is this chest X-ray normal?"),
            (False, "Are the lungs clear?"),
        )
    )
    topics = [("pneumonia", question, _yes_no(ill == asked_ill))]
    if ill:
        cause = "bacterial" if picture.sublabel == "bacteria" else "viral"
        topics.append(("pneumonia-cause", "Does the pneumonia look bacterial or viral?", f"It looks {cause}."))
    return topics


def _breast(picture: LabelledPicture, rng: random.Random) -> list[tuple[str, str, str]]:
    lesion = picture.label != "normal"
    topics = [("lesion", "Is a lesion seen in this breast ultrasound?", _yes_no(lesion))]
    if lesion:
        malignant = picture.label == "malignant"
        asked = rng.choice(("malignant", "benign"))
        topics.append(
            (
                "lesion-malignant",
                f"Does the lesion look {asked}?",
                _yes_no(malignant == (asked == "malignant")),
            )
        )
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
