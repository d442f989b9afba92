"""Makes the weights of `lm.tasks.placing`: what `bedside train placing` does.

It reads dialogues with their notes (MTS-Dialog and ACI-Bench, CC BY 4.0), of the split "train" alone. A statement is
labelled with the section of the note's sentence that it shares the most words with, and with "nothing" where no
sentence says much of it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from lm.grounding.answer import Evidence
from lm.grounding.gate import content_stems, split_sentences
from lm.sequence import SourceKind
from lm.tasks.placing import BUCKETS, PARTS, Part, Placer, features
from lm.tasks.statements import Statement, statements_of
from lm.tasks.talk import sentences_said, with_guessed_speakers
from lm.tasks.wording import person_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

SHARED = 0.5
"""The share of a statement's content words that a note's sentence must hold for the statement to belong there."""
EPOCHS, LEARNING_RATE, WEIGHT_DECAY, SEED = 4, 0.05, 0.1, 7

_HEADINGS = (
    (Part.COMPLAINT, r"chief complaint|^cc$|reason for visit"),
    (Part.PLAN, r"^plan|instructions|disposition|edcourse"),
    (Part.ASSESSMENT, r"assessment|impression|diagnosis"),
    (Part.SURGERIES, r"surgical"),
    (Part.SOCIAL, r"social|family|fam/soc"),
    (Part.PAST, r"past|medical history|gynhx|other_history|immunizations"),
    (Part.MEDICATIONS, r"medication"),
    (Part.ALLERGIES, r"allerg"),
    (Part.REVIEW, r"review of systems|^ros$"),
    (Part.EXAM, r"exam|vitals"),
    (Part.RESULTS, r"results|labs|imaging|procedure"),
    (Part.HISTORY, r"history of present|genhx|^hpi"),
)
_PLANNED = re.compile(
    r"treatment|testing|counsel|agreement|will|should|continue|follow|order|prescri|refer", re.IGNORECASE
)


def part_of_heading(heading: str) -> Part | None:
    """Return the part that a heading opens, None where it is none that is known."""
    for part, pattern in _HEADINGS:
        if re.search(pattern, heading.lower()):
            return part
    return None


def note_sentences(note: str, section: str) -> Iterator[tuple[Part, set[str]]]:
    """Yield the sentences of a note as their content words, with the part in which each stands."""
    part, both = part_of_heading(section) or Part.HISTORY, False
    for line in note.splitlines():
        heading = line.strip(" :")
        if section == "FULL" and heading.isupper() and len(heading) > 3:
            part, both = part_of_heading(heading) or part, "PLAN" in heading
            continue
        for sentence in split_sentences(line):
            planned = both and _PLANNED.search(sentence)
            yield (Part.PLAN if planned else part), content_stems(sentence)


def labels(statements: tuple[Statement, ...], note: str, section: str) -> list[Part]:
    """Return the part of each statement, as the note that a person wrote has it."""
    sentences = list(note_sentences(note, section))
    return [_label(content_stems(statement.text), sentences) for statement in statements]


def _label(stems: set[str], sentences: list[tuple[Part, set[str]]]) -> Part:
    if not stems:
        return Part.NOTHING
    rank, part = max(
        ((len(stems & said) / len(stems) + len(stems & said) / (1 + len(said)), part) for part, said in sentences),
        default=(0.0, Part.NOTHING),
    )
    shared = max((len(stems & said) / len(stems) for _, said in sentences), default=0.0)
    return part if rank and shared >= SHARED else Part.NOTHING


def statements_in(dialogue: str) -> tuple[Statement, ...]:
    """Return the statements of a dialogue, as a note has them."""
    source = Evidence.from_text(SourceKind.TRANSCRIPT, "Dialogue", dialogue)
    return statements_of(with_guessed_speakers(sentences_said(source)), person_in(dialogue))


def train(notes: Path) -> npt.NDArray[np.float16]:
    """Return weights of shape `(BUCKETS, parts)`, float16, learned from the rows of the split "train"."""
    rows, parts = _examples(notes, "train")
    torch.manual_seed(SEED)
    table = torch.nn.EmbeddingBag(BUCKETS, len(PARTS), mode="sum")
    torch.nn.init.zeros_(table.weight)
    optimizer = torch.optim.AdamW(table.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    targets = torch.tensor(parts)
    for _ in range(EPOCHS):
        for batch in torch.split(torch.randperm(len(rows)), 256):
            chosen = [rows[int(at)] for at in batch]
            offsets = torch.tensor([0, *np.cumsum([len(row) for row in chosen])[:-1]])
            flat = torch.tensor([i for row in chosen for i in row])
            scale = torch.tensor([len(row) ** -0.5 for row in chosen for _ in row])
            loss = F.cross_entropy(table(flat, offsets, per_sample_weights=scale), targets[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
            optimizer.step()
    weights: npt.NDArray[np.float16] = table.weight.detach().numpy().astype(np.float16)
    return weights


def agreement(placer: Placer, notes: Path, split: str) -> tuple[int, int, int]:
    """Return how many statements of a split are placed as their notes have them, how many the commonest place, and all.

    A statement that a note leaves out is right where its weight is below one half.
    """
    said: Counter[Part] = Counter()
    right = 0
    for statements, parts in _labelled(notes, split):
        for placed, part in zip(placer.place(statements), parts, strict=True):
            chosen = placed.part if placed.weight >= 0.5 else Part.NOTHING
            said[part] += 1
            right += chosen is part
    return right, max(said.values(), default=0), said.total()


def _examples(notes: Path, split: str) -> tuple[list[list[int]], list[int]]:
    rows: list[list[int]] = []
    parts: list[int] = []
    for statements, belongs in _labelled(notes, split):
        rows += [features(statements, at) for at in range(len(statements))]
        parts += [PARTS.index(part) for part in belongs]
    return rows, parts


def _labelled(notes: Path, split: str) -> Iterator[tuple[tuple[Statement, ...], list[Part]]]:
    for line in notes.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == split:
            statements = statements_in(row["dialogue"])
            yield statements, labels(statements, row["note"], row["section"])
