"""The messages about who speaks; `desktop.worker.protocol` has all others, and the tables."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.record.encounter import Utterance  # noqa: TC001 - the codec resolves them at run time
from desktop.worker.known import KnownRecording  # noqa: TC001 - ditto


@dataclass(frozen=True, slots=True)
class TellSpeakers:
    """Say anew who speaks in a recognised recording, from what a person corrected of it."""

    job: str
    recording: KnownRecording


@dataclass(frozen=True, slots=True)
class SpeakersTold:
    """Who speaks: `utterances`, of the same words, take the place of all from `from_s` on; some have come apart."""

    job: str
    from_s: float
    utterances: tuple[Utterance, ...]
