"""Questions to learn from in the worker: from the terminologies, the doctor's library, and notes without names."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from desktop.worker.converting import recorded_citation
from desktop.worker.protocol import StudyHint, StudyHintKind, StudyItem, StudyKind, Taught, Teach
from lm.tasks.teaching import case_item
from multimodal.teaching import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.worker.protocol import Event
    from lm.tasks.teaching import Item


def taught(command: Teach) -> Iterator[Event]:
    """Find questions. Raises KnowledgeError for a damaged library or terminology."""
    if command.cases:
        items = _cases(command)
    else:
        items = chosen(command.about, command.count, command.seed, command.due, command.later)
    yield Taught(command.job, tuple(map(_study_item, items)))


def _cases(command: Teach) -> tuple[Item, ...]:
    """Return the notes that hide something, those that are due first, then those that were never asked, shuffled."""
    made = [item for note in command.cases if (item := case_item(note.text, note.label)) is not None]
    later, order = set(command.later), {item: place for place, item in enumerate(command.due)}
    random.Random(command.seed).shuffle(made)  # noqa: S311 - repeatable, not secret
    asked = [item for item in made if item.id not in later]
    return tuple(sorted(asked, key=lambda item: order.get(item.id, len(order))))[: command.count]


def _study_item(item: Item) -> StudyItem:
    return StudyItem(
        item.id,
        StudyKind(item.kind),
        item.told,
        item.answer,
        recorded_citation(item.source),
        item.options,
        tuple(StudyHint(StudyHintKind(hint.kind), hint.text) for hint in item.hints),
        item.explanation,
        item.also_right,
    )
