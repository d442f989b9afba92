"""A piece of writing as lines for people and as JSON for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from desktop.consultation_text import citation_text, printable
from lm.grounding.answer import Verdict
from lm.sequence import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lm.grounding.answer import Sentence
    from lm.tasks.writing import Writing


def writing_text(writing: Writing, *, with_sources: bool) -> str:
    """Return a writing's sections, each sentence with the words that were said; `with_sources` adds every citation."""
    lines = [writing.title, *writing.notices[:1]]
    for section in writing.sections:
        if section.sentences:
            lines += ["", section.heading]
            lines += [line for sentence in section.sentences for line in _lines(sentence, with_sources)]
    return printable("\n".join([*lines, "", *writing.notices[1:]])).rstrip() + "\n"


def writing_json(event: str, writing: Writing) -> str:
    """Return a writing as one line of JSON; the key `event` names it."""
    return json.dumps({"event": event, **asdict(writing)}, ensure_ascii=False) + "\n"


def _lines(sentence: Sentence, with_sources: bool) -> Iterator[str]:
    mark = "" if sentence.verdict is Verdict.SUPPORTED else "(unverified) "
    yield f"  {mark}{sentence.text}"
    said = [c for c in sentence.citations if c.kind not in {SourceKind.PASSAGE, SourceKind.QUESTION}]
    for citation in sentence.citations if with_sources else said:
        yield f"      {citation_text(citation)}"
