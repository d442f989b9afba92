"""Which section of a note a conversation belongs to: multinomial logistic regression over its words, in numpy.

The labels are those of MTS-Dialog (Ben Abacha et al. 2023, doi:10.18653/v1/2023.eacl-main.168). A word counts
once as it is, once with who says it and, in a question, once more; the first words of the text count apart. Training
starts from zero and sees all texts in every step, so it depends on no random numbers.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from lm.clinical.dialogue import utterances_of
from lm.errors import DamagedCheckpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float32]

SECTIONS: Mapping[str, str] = {
    "FAM/SOCHX": "family and social history",
    "GENHX": "history of present illness",
    "PASTMEDICALHX": "past medical history",
    "CC": "chief complaint",
    "PASTSURGICAL": "past surgical history",
    "ALLERGY": "allergies",
    "ROS": "review of systems",
    "MEDICATIONS": "medications",
    "ASSESSMENT": "assessment",
    "EXAM": "examination",
    "DIAGNOSIS": "diagnosis",
    "DISPOSITION": "disposition",
    "PLAN": "plan",
    "EDCOURSE": "course in the emergency department",
    "IMMUNIZATIONS": "immunizations",
    "IMAGING": "imaging",
    "GYNHX": "gynaecological history",
    "PROCEDURES": "procedures",
    "OTHER_HISTORY": "other history",
    "LABS": "laboratory values",
}
"""The labels of MTS-Dialog, and what a note calls them."""
FEWEST_TEXTS = 3
"""A word in fewer training texts is not looked at."""
FIRST_WORDS = 15
PENALTY = 50.0
"""The inverse strength of the L2 penalty; chosen by three-fold cross-validation on the training texts."""
STEPS, RATE, MOMENTUM = 150, 5.0, 0.9
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")


@dataclass(frozen=True, slots=True)
class SectionGuess:
    """The most probable section of a text, and the one after it; `label` is that of MTS-Dialog."""

    label: str
    title: str
    probability: float
    second: str


class SectionClassifier:
    """Weights `(features, labels)`, float32, with the features and labels that they are for."""

    def __init__(self, features: Mapping[str, int], labels: Sequence[str], idf: Floats, weights: Floats) -> None:
        """Take what `train` made; the last row of `weights` is added to every text."""
        self._features, self._labels, self._idf, self._weights = dict(features), tuple(labels), idf, weights

    @classmethod
    def load(cls, path: Path) -> SectionClassifier:
        """Read weights that `save` wrote. Raises DamagedCheckpoint."""
        try:
            with safe_open(path, framework="numpy") as file:
                told = json.loads(file.metadata()["classifier"])
                features, labels = told["features"], told["labels"]
                idf, weights = file.get_tensor("idf"), file.get_tensor("weights").astype(np.float32)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise DamagedCheckpoint(
                f"{path.name} holds no weights for sections of notes ({error}). Nothing else is affected; "
                "install Bedside again."
            ) from error
        return cls({feature: at for at, feature in enumerate(features)}, labels, idf, weights)

    @classmethod
    def train(cls, texts: Sequence[tuple[str, str]]) -> SectionClassifier:
        """Learn from texts with their labels; the same texts give the same weights."""
        found = [Counter(_features(text)) for text, _ in texts]
        seen = Counter(feature for features in found for feature in features)
        kept = sorted(feature for feature, count in seen.items() if count >= FEWEST_TEXTS)
        idf = np.array([math.log((1 + len(texts)) / (1 + seen[feature])) + 1 for feature in kept], np.float32)
        labels = sorted({label for _, label in texts})
        blank = cls(
            {f: at for at, f in enumerate(kept)}, labels, idf, np.zeros((len(kept) + 1, len(labels)), np.float32)
        )
        inputs = np.stack([blank._input(features) for features in found])
        wanted = np.eye(len(labels), dtype=np.float32)[[labels.index(label) for _, label in texts]]
        blank._weights = _fitted(inputs, wanted)
        return blank

    def save(self, path: Path) -> None:
        """Write the weights as half floats in a safetensors file."""
        # One entry: safetensors writes several in no fixed order, and the same training gives the same bytes.
        told = {"classifier": json.dumps({"features": list(self._features), "labels": self._labels})}
        path.write_bytes(save({"idf": self._idf, "weights": self._weights.astype(np.float16)}, told))

    def classify(self, text: str) -> SectionGuess:
        """Return the section that a text most probably belongs to; any text is taken."""
        scores = self._input(Counter(_features(text))) @ self._weights
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        first, second = np.argsort(-shares, kind="stable")[:2]
        label = self._labels[first]
        return SectionGuess(label, SECTIONS[label], round(float(shares[first]), 4), SECTIONS[self._labels[second]])

    def _input(self, features: Mapping[str, int]) -> Floats:
        """Return tf-idf of unit length `(features + 1,)`; the last number is always 1."""
        row = np.zeros(len(self._features) + 1, np.float32)
        for feature, count in features.items():
            at = self._features.get(feature)
            if at is not None:
                row[at] = (1 + math.log(count)) * self._idf[at]
        row[:-1] /= max(float(np.linalg.norm(row[:-1])), 1e-9)
        row[-1] = 1
        return row


def _features(text: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    utterances = utterances_of(text)
    found = [*words, *(f"first:{word}" for word in words[:FIRST_WORDS])]
    for utterance in utterances:
        said = [word.lower() for word in _WORD.findall(utterance.text)]
        found += [f"{utterance.speaker}:{word}" for word in said]
        found += [f"asked:{word}" for word in said] if utterance.is_question else []
    length = min(8, int(math.log2(len(words) + 1)))
    return [*found, f"length:{length}", f"utterances:{min(len(utterances), 40) // 4}"]


def _fitted(inputs: Floats, wanted: Floats) -> Floats:
    """Minimise the cross-entropy with an L2 penalty by Nesterov's accelerated gradient."""
    weights = np.zeros((inputs.shape[1], wanted.shape[1]), np.float32)
    speed = np.zeros_like(weights)
    for _ in range(STEPS):
        ahead = weights + MOMENTUM * speed
        scores = inputs @ ahead
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        slope = (inputs.T @ (shares - wanted) + ahead / PENALTY) / len(inputs)
        slope[-1] /= 10  # the row that every text adds to learns slowly
        speed = MOMENTUM * speed - RATE * slope
        weights = weights + speed
    return weights.astype(np.float32)
