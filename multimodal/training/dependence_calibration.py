"""From how many nats on an answer depends on its picture: measured on held-back pictures, between two controls.

- Nothing is lost: right answers held against another picture of which the same is true. What such an answer loses is
  noise; "weak" begins above 95 % of it.
- Something is lost: right answers to "What kind of picture is this?", held against the mean and another picture as
  in the product. "Strong" begins where three quarters of them lie above.

The answers are generated, and scored again, by the very code that answers a doctor. Questions of medicine that no
picture answers are measured too: they show how far a picture reaches into answers that should owe nothing to it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lm.engine import LocalEngine
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.grounding.gate import split_sentences
from lm.sampling import GenerationOptions
from lm.sequence import SourceKind
from multimodal.atomic import write_text
from multimodal.dependence import Said, level_of, measure_dependence
from multimodal.fusion import load_projector
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs
from multimodal.reference_pictures import (
    PROJECTOR_FILE,
    UNCALIBRATED,
    ReferencePictures,
    ReferenceTokens,
    Thresholds,
    pooled,
    save_references,
)
from multimodal.training.picture_questions import KIND_QUESTIONS, PNEUMONIA_QUESTIONS, PictureQuestion
from multimodal.training.pictures import Split, read_pictures
from multimodal.vision import ImageFeatures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import torch

    from lm.weights import LoadedDecoder
    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore
    from multimodal.training.pictures import LabelledPicture

CALIBRATION_FILE = "dependence.json"
KIND, FINDING, TEXT = "kind of picture", "signs of pneumonia", "no picture answers it"
TEXT_QUESTIONS = (
    "What should I ask a patient with a cough for three weeks?",
    "Which side effects does metformin have?",
    "How is high blood pressure treated?",
    "What are the causes of chest pain?",
    "When is an antibiotic needed for a sore throat?",
    "How do I explain asthma to a patient?",
)
"""No picture answers them."""
PICTURES_A_QUESTION = 60
NOISE_QUANTILE = 0.95
"""Of the answers that lose nothing, so many count as depending on none."""
SEEN_QUANTILE = 0.25
"""Of the answers that are proven to come from the picture, all but so many count as strong."""
_LONGEST_ANSWER = 32
_OTHER_SOURCE = "bccd"
"""The other picture is a blood smear where there is one: what a doctor is least likely to ask about."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One answer: what it lost with each reference, in nats a token, and whether it was right."""

    topic: str
    drops: tuple[float, ...]
    same_drop: float | None
    """What it lost with another picture of which the same is true; None where there is no such picture."""
    right: bool


@dataclass(frozen=True, slots=True)
class TopicCounts:
    """How the answers to questions of one topic fall out under the calibrated thresholds."""

    topic: str
    n: int
    levels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The thresholds with the counts that they come from."""

    thresholds: Thresholds
    topics: tuple[TopicCounts, ...]


def calibrate(
    folder: Path,
    data: Path,
    decoder: LoadedDecoder,
    features: FeatureStore,
    on_progress: Callable[[str], None],
) -> Calibration:
    """Measure the thresholds for the projector in `folder`; write them and the references beside it."""
    projector, binding = load_projector(folder / PROJECTOR_FILE, decoder.fingerprint)
    projector.to(decoder.model.device)
    pictures = read_pictures(data)
    references = reference_pictures(pictures, features)
    asker = _Asker(decoder, projector, features, references.project(projector))  # type: ignore[arg-type] # our file holds an image projector
    held = [picture for picture in pictures if picture.split is Split.DEV and picture.path in features.rows]
    asked = _questions(held)
    on_progress(f"Dependence on the picture: {len(asked)} answers")
    measured = [one for question, same in asked if (one := asker.measure(question, same)) is not None]
    thresholds = thresholds_of(measured)
    calibration = Calibration(thresholds, _counts(measured, thresholds))
    save_references(replace(references, thresholds=thresholds, calibrated=True), binding, folder)
    write_text(folder / CALIBRATION_FILE, json.dumps(asdict(calibration), indent=1) + "\n")
    return calibration


def reference_pictures(pictures: Sequence[LabelledPicture], features: FeatureStore) -> ReferencePictures:
    """Return the mean of the pictures and places, and one other picture of the training part."""
    mean = features.mean_picture()
    trained = sorted(p.path for p in pictures if p.split is Split.TRAIN and p.path in features.rows)
    smears = {picture.path for picture in pictures if picture.source == _OTHER_SOURCE}
    other = next((path for path in trained if path in smears), trained[0])
    return ReferencePictures(
        ImageFeatures(mean.patches.mean(dim=1, keepdim=True), mean.cls),
        pooled(features.get([other])),
        UNCALIBRATED,
        calibrated=False,
    )


def thresholds_of(measured: Sequence[Measured]) -> Thresholds:
    """Return the thresholds between the two controls; strong never begins below weak."""
    noise = [one.same_drop for one in measured if one.right and one.same_drop is not None]
    seen = [min(one.drops) for one in measured if one.right and one.topic == KIND]
    weak = max(0.0, float(np.quantile(noise, NOISE_QUANTILE))) if noise else UNCALIBRATED.weak
    strong = float(np.quantile(seen, SEEN_QUANTILE)) if seen else UNCALIBRATED.strong
    return Thresholds(weak, max(weak, strong))


def _questions(held: Sequence[LabelledPicture]) -> list[tuple[PictureQuestion, str | None]]:
    """Return questions, each with another picture of which the same is true."""
    rng = random.Random(0)  # noqa: S311 - a reproducible draw, not a secret
    films = [picture for picture in held if picture.source == "kermany-cxr"]
    asked = [_asked(p, KIND, KIND_QUESTIONS[0], p.kind()) for p in held]
    findings = [_asked(p, FINDING, PNEUMONIA_QUESTIONS[0], "Yes." if p.label == "pneumonia" else "No.") for p in films]
    chosen: list[tuple[PictureQuestion, str | None]] = []
    for group in (asked, findings):
        for question in rng.sample(group, min(len(group), PICTURES_A_QUESTION)):
            same = [other.path for other in group if other.answer == question.answer and other != question]
            chosen.append((question, rng.choice(same) if same else None))
    for place, picture in enumerate(rng.sample(list(held), min(len(held), PICTURES_A_QUESTION // 2))):
        chosen.append((_asked(picture, TEXT, TEXT_QUESTIONS[place % len(TEXT_QUESTIONS)], ""), None))
    return chosen


def _asked(picture: LabelledPicture, topic: str, question: str, answer: str) -> PictureQuestion:
    return PictureQuestion(picture.path, picture.source, picture.split, topic, question, answer)


class _Asker:
    """Asks about one picture after another as the product does."""

    def __init__(
        self,
        decoder: LoadedDecoder,
        projector: ImageProjector,
        features: FeatureStore,
        references: ReferenceTokens,
    ) -> None:
        self._engine = LocalEngine(decoder)
        self._prompts = PromptBuilder(decoder.tokens)
        self._projector, self._features, self._references = projector, features, references

    def measure(self, asked: PictureQuestion, same: str | None) -> Measured | None:
        """Answer a question and hold the answer against the references and the picture `same`.

        None where nothing was answered.
        """
        shown = FusedAttachment(SourceKind.IMAGE, "Image 1", self._tokens(asked.path))
        prompt = self._prompts.build(PromptInputs(asked.question, (shown,)))
        written = list(self._engine.generate(prompt, GenerationOptions(max_new_tokens=_LONGEST_ANSWER)))
        answer = "".join(token.text for token in written).strip()
        citation = Citation(shown.kind, shown.label)
        said = Said(
            prompt, written, [Sentence(text, Verdict.UNVERIFIED, (citation,)) for text in split_sentences(answer)]
        )
        found = measure_dependence(self._engine, said, self._references, bool)
        if found is None:
            return None
        drops = (found.mean_drop,) if found.other_drop is None else (found.mean_drop, found.other_drop)
        return Measured(asked.topic, drops, self._drop_with(said, same), answer == asked.answer)

    def _drop_with(self, said: Said, path: str | None) -> float | None:
        if path is None:
            return None
        reference = ReferenceTokens(self._tokens(path), None, self._references.pictures)
        found = measure_dependence(self._engine, said, reference, bool)
        return found.mean_drop if found else None

    def _tokens(self, path: str) -> torch.Tensor:
        return self._projector.project(self._features.get([path]))[0]


def _counts(measured: Sequence[Measured], thresholds: Thresholds) -> tuple[TopicCounts, ...]:
    rows = {
        f"{topic}, {'right' if right else 'wrong'}" if topic != TEXT else topic: [
            one for one in measured if one.topic == topic and one.right == right
        ]
        for topic, right in ((KIND, True), (KIND, False), (FINDING, True), (FINDING, False), (TEXT, False))
    }
    return tuple(
        TopicCounts(title, len(ones), dict(Counter(str(level_of(one.drops, thresholds)) for one in ones)))
        for title, ones in rows.items()
    )
