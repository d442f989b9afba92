"""A text encoder without a network: every text becomes the direction of the topic that it names first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lm.grounding.knowledge import Vectors

TOPICS = (("fever", "temperature", "hot"), ("bleeding", "haemorrhage"), ("pressure", "hypertension"))


class TopicEncoder:
    """Unit vectors `(texts, 4)`: one direction for each topic, the last for everything else."""

    def __init__(self, fingerprint: str = "topics") -> None:
        self.fingerprint = fingerprint
        self.encoded = 0
        """How many texts so far."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), len(TOPICS) + 1), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[self._topic(text.lower())] = 1
        return vectors

    @staticmethod
    def _topic(text: str) -> int:
        places = [min((text.find(w) for w in topic if w in text), default=len(text)) for topic in TOPICS]
        return places.index(min(places)) if min(places) < len(text) else len(TOPICS)
