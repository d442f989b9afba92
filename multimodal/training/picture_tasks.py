"""What is asked about held-back pictures to find out how much a decoder sees, with the possible answers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multimodal.training.picture_questions import KIND_QUESTIONS, PictureQuestion
from multimodal.training.pictures import KIND_ANSWERS, Split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from multimodal.training.pictures import LabelledPicture

YES_NO = ("Yes.", "No.")
BACTERIAL_VIRAL = ("It looks bacterial.", "It looks viral.")
NOT_MEDICAL = "Not a medical image."
KIND_PICTURES_A_SOURCE = 60
_HIGHEST_COUNT = 40


@dataclass(frozen=True, slots=True)
class Task:
    """Questions of one kind on held-back pictures; `choices` are their possible answers."""

    name: str
    title: str
    questions: tuple[PictureQuestion, ...]
    choices: tuple[str, ...] = YES_NO

    def first(self, count: int | None) -> Task:
        """Return the task with at most `count` of its questions, in an order of chance."""
        if count is None or count >= len(self.questions):
            return self
        rng = random.Random(0)  # noqa: S311 - a reproducible draw, not a secret
        return Task(self.name, self.title, tuple(rng.sample(self.questions, count)), self.choices)


def kind_choices() -> tuple[str, ...]:
    """Return the kinds of picture that the decoder was taught."""
    return tuple(sorted(set(KIND_ANSWERS.values())))


def yes_no_tasks(pictures: Sequence[LabelledPicture], vqa: Sequence[PictureQuestion]) -> list[Task]:
    """Return the tasks that are answered by yes or no."""
    return [
        _label_task(
            "pneumonia",
            "Chest film: signs of pneumonia (held-back part of Kermany train)",
            "Does this chest X-ray show signs of pneumonia?",
            (pictures, "kermany-cxr"),
            lambda picture: YES_NO[picture.label != "pneumonia"],
        ),
        _label_task(
            "malignant",
            "Breast ultrasound: malignant rather than benign (held-back fifth of BUSI)",
            "Does the lesion look malignant?",
            ([picture for picture in pictures if picture.label != "normal"], "busi"),
            lambda picture: YES_NO[picture.label != "malignant"],
        ),
        Task(
            "vqa-rad",
            "VQA-RAD dev, yes/no questions (image-disjoint)",
            tuple(q for q in vqa if q.split is Split.DEV and q.topic == "vqa-yes-no"),
        ),
    ]


def cause_task(pictures: Sequence[LabelledPicture]) -> Task:
    """Return "bacterial or viral" of the films with pneumonia."""
    ill = [picture for picture in pictures if picture.label == "pneumonia"]
    task = _label_task(
        "cause",
        "Chest film: bacterial rather than viral (held-back part of Kermany train)",
        "Does the pneumonia look bacterial or viral?",
        (ill, "kermany-cxr"),
        lambda picture: BACTERIAL_VIRAL[picture.sublabel != "bacteria"],
    )
    return Task(task.name, task.title, task.questions, BACTERIAL_VIRAL)


def count_task(pictures: Sequence[LabelledPicture]) -> Task:
    """Return "about how many red blood cells" of the smears."""
    task = _label_task(
        "red-cells",
        "Blood smear: number of red cells (test split of BCCD)",
        "About how many red blood cells are seen?",
        (pictures, "bccd"),
        lambda picture: f"About {dict(picture.counts).get('RBC', 0)}.",
    )
    return Task(task.name, task.title, task.questions, tuple(f"About {count}." for count in range(_HIGHEST_COUNT)))


def open_task(vqa: Sequence[PictureQuestion]) -> Task:
    """Return the open questions of VQA-RAD, which have no choices."""
    questions = tuple(q for q in vqa if q.split is Split.DEV and q.topic == "vqa-open")
    return Task("vqa-open", "VQA-RAD dev, open questions (image-disjoint)", questions, ())


def kind_task(pictures: Sequence[LabelledPicture], seed: int = 0) -> Task:
    """Return "what kind of picture is this" over all sources, at most 60 held-back pictures of each."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    questions: list[PictureQuestion] = []
    for source in sorted({picture.source for picture in pictures}):
        held = [picture for picture in pictures if picture.source == source and picture.split is Split.DEV]
        questions += [
            PictureQuestion(picture.path, source, Split.DEV, "kind", KIND_QUESTIONS[0], picture.kind())
            for picture in rng.sample(held, min(len(held), KIND_PICTURES_A_SOURCE))
        ]
    return Task("kind", "Which kind of picture is this, over all sources", tuple(questions), kind_choices())


def _label_task(
    name: str,
    title: str,
    question: str,
    of_source: tuple[Sequence[LabelledPicture], str],
    answer: Callable[[LabelledPicture], str],
) -> Task:
    pictures, source = of_source
    held = [picture for picture in pictures if picture.source == source and picture.split is Split.DEV]
    return Task(name, title, tuple(PictureQuestion(p.path, source, Split.DEV, name, question, answer(p)) for p in held))
