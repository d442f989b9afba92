"""What `bedside ask --explain FOLDER` writes: the picture with its scores laid over it, and all numbers as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from lm.errors import InvalidInput
from lm.grounding.answer import Verdict
from multimodal.atomic import write_text
from multimodal.consultation import Notice
from multimodal.explain import Explanation, Method
from multimodal.explain_pictures import overlay, shown_rows

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from PIL import Image

    from multimodal.consultation import Answered, Consultation, Event

NUMBERS_FILE = "explanation.json"


def explained(
    consultation: Consultation, answered: Answered, pictures: Mapping[str, Image.Image], args: argparse.Namespace
) -> Iterator[Event]:
    """Explain an answer in the ways that were asked for, and write what was found."""
    if any(sentence.verdict is Verdict.WITHHELD for sentence in answered.sentences):
        yield Notice("What is withheld is not explained: it does not depend on the picture.")
        return
    wanted = [(Method.GRADIENT, "")]
    if args.word:
        wanted.append((Method.ATTENTION, args.word))
    if args.verify:
        wanted.append((Method.OCCLUSION, ""))
    found: list[Explanation] = []
    for method, about in wanted:
        for event in consultation.explain(answered.question, answered.text, method, about):
            yield event
            if isinstance(event, Explanation):
                found.append(event)
    try:
        for file in write_explanations(args.explain, found, pictures):
            yield Notice(f"Written: {file}")
    except OSError as error:
        raise InvalidInput(
            f"{args.explain} cannot be written ({error.strerror}). The answer stands above; name another folder."
        ) from error


def write_explanations(
    folder: Path, explanations: list[Explanation], pictures: Mapping[str, Image.Image]
) -> Iterator[Path]:
    """Write the numbers, and an overlay of each picture for each method; yields the files."""
    numbers = folder / NUMBERS_FILE
    write_text(numbers, json.dumps([asdict(one) for one in explanations], ensure_ascii=False, indent=1) + "\n")
    yield numbers
    for explanation in explanations:
        for scores in explanation.pictures:
            about = f"{explanation.method} {explanation.about}" if explanation.about else explanation.method
            file = folder / f"{_plain(scores.label)}-{_plain(about)}.png"
            overlay(pictures[scores.label], shown_rows(explanation.method, scores.rows)).save(file)
            yield file


def _plain(text: str) -> str:
    """Return `text` as part of a file's name."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")
