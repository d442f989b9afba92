"""A model of the catalogue as the page shows it, read from the lines of `bedside models ... --json`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class ModelState(StrEnum):
    """How a model stands on this machine; the words of `multimodal.catalog.ModelState`, which is not imported here."""

    ABSENT = "absent"
    INSTALLED = "installed"
    OUTDATED = "outdated"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of one model."""

    id: str
    title: str
    kind: str
    state: ModelState
    default: bool
    """Bedside needs it out of the box."""
    download_bytes: int
    installed_bytes: int
    licence: str
    source: str
    purpose: str
    limits: tuple[str, ...]
    projectors: tuple[str, ...]
    """Of a decoder: image, audio, or both."""
    added: bool
    """The user brought it: it is none of Bedside's catalogue, and `licence` is empty or what its files claim."""

    @property
    def is_decoder(self) -> bool:
        """It writes answers."""
        return self.kind == "decoder"

    @property
    def is_missing(self) -> bool:
        """It is needed and cannot be used as it is."""
        return self.default and self.state is not ModelState.INSTALLED


def parse_card(line: dict[str, Any]) -> ModelCard | None:
    """Return the card of a line of `models list --json`, None for a line that is none."""
    try:
        return ModelCard(
            id=str(line["id"]),
            title=str(line["title"]),
            kind=str(line["kind"]),
            state=ModelState(line["state"]),
            default=bool(line["default"]),
            download_bytes=int(line["download_bytes"]),
            installed_bytes=int(line["installed_bytes"]),
            licence=str(line["licence"]),
            source=str(line["source"]),
            purpose=str(line["purpose"]),
            limits=tuple(map(str, line["limits"])),
            projectors=tuple(map(str, line["projectors"])),
            added=bool(line["added"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def successor(cards: Iterable[ModelCard], model_id: str) -> ModelCard | None:
    """Return the decoder that answers when `model_id` is removed: one that is needed anyway, else any that is here."""
    others = [card for card in cards if card.is_decoder and card.state is ModelState.INSTALLED and card.id != model_id]
    return next((card for card in others if card.default), others[0] if others else None)


def missing_models(cards: Iterable[ModelCard]) -> tuple[ModelCard, ...]:
    """Return the models that Bedside needs and lacks."""
    return tuple(card for card in cards if card.is_missing)
