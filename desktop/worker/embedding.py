"""Texts as vectors in the worker, for the search over the encounters."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from desktop.worker.protocol import Embed, Embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.worker.protocol import Event
    from lm.grounding.knowledge import Encoder


def embedded(command: Embed, encoder: Encoder | None) -> Iterator[Event]:
    """Return the vector of each text in half precision; nothing where there is no encoder on this machine."""
    if encoder is None:
        yield Embedded(command.job)
        return
    vectors = encoder.encode(list(command.texts)).astype("<f2")
    told = tuple(base64.b64encode(vector.tobytes()).decode("ascii") for vector in vectors)
    yield Embedded(command.job, encoder.fingerprint, told)
