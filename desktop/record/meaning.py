"""What encounters are about: their passages with a vector each, and the search that joins meaning with words.

The vectors come from elsewhere; here they are kept and compared. Rankings are joined by reciprocal rank fusion, with
the constants of the library's search (Cormack, Clarke, Büttcher 2009).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.record.encounter import Dictation, Question, Writing
from desktop.record.errors import RecordError
from desktop.record.written import written_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from desktop.record.encounter import Encounter, EncounterSummary, Entry
    from desktop.record.store import EncounterStore

PASSAGE_WORDS = 40
"""Of a passage about so many: what one line of the list can stand for."""
MIN_SIMILARITY = 0.33
"""The cosine from which a passage is shown for a search. It is lower than that of the library, whose passages are given
to a decoder: here a doctor looks at what was found. Of fourteen searches that were tried on nine passages, those with
an answer reached it (0.35 to 0.56), those without did not (up to 0.24); two technical terms that the encoder does not
know (dyspnoea, exanthem) came nowhere near."""
MOST_FOUND, MOST_BY_WORDS = 30, 50
_RRF_K, _MEANING_WEIGHT = 60, 2.0
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class MeantPassage:
    """A stretch of an encounter; `vector` is of unit length, as little-endian float16."""

    text: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class Meaning:
    """The passages of one encounter; `encoder` names the weights: vectors of different ones are never compared."""

    encounter_id: str
    encoder: str
    passages: tuple[MeantPassage, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: its words, and its vector where there is an encoder."""

    text: str
    encoder: str = ""
    vector: bytes = b""


def passages_of(encounter: Encounter) -> tuple[str, ...]:
    """Return what was said, typed and written in an encounter, cut at sentence ends; its title is one of them."""
    cut = (passage for entry in encounter.entries for passage in _cut(_texts(entry)))
    return tuple(dict.fromkeys(filter(None, (encounter.title.strip(), *cut))))


def _texts(entry: Entry) -> list[str]:
    if isinstance(entry, Dictation):
        return [said.translation or written_text(said) for said in entry.utterances]
    if isinstance(entry, Question):
        return [entry.text]
    if isinstance(entry, Writing):
        return [sentence.text for section in entry.sections if not section.is_check for sentence in section.sentences]
    return []  # what a model answered is not what is known of a patient


def _cut(texts: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for text in texts:
        for sentence in filter(None, (part.strip() for part in _SENTENCE_END.split(text))):
            if held and sum(len(part.split()) for part in held) + len(sentence.split()) > PASSAGE_WORDS:
                yield " ".join(held)
                held = []
            held.append(sentence)
    if held:
        yield " ".join(held)


def find(store: EncounterStore, sought: Sought) -> tuple[EncounterSummary, ...]:
    """Return the encounters that hold the words or come near in meaning, the best first, each with what was found.

    Raises what the record raises.
    """
    every = {summary.id: summary for summary in store.summaries()}
    by_words = [summary.id for summary in store.summaries(sought.text)][:MOST_BY_WORDS]
    near = _nearest(store.meanings(), sought) if sought.vector else {}
    ranked = _joined(by_words, list(near))
    found = [every[encounter_id] for encounter_id in ranked if encounter_id in every][:MOST_FOUND]
    shown = dict(near)
    shown |= {one.id: line for one in found if one.id in by_words and (line := _line(store, one.id, sought.text))}
    return tuple(replace(one, excerpt=shown.get(one.id, one.excerpt)) for one in found)


def _joined(*rankings: Sequence[str]) -> list[str]:
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, (1.0, _MEANING_WEIGHT), strict=True):
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + weight / (_RRF_K + rank)
    return sorted(scores, key=lambda item: (-scores[item], item))


def _nearest(meanings: Iterable[Meaning], sought: Sought) -> dict[str, str]:
    """Return the nearest passage of each encounter that comes near enough, the nearest encounter first."""
    import numpy as np

    question = np.frombuffer(sought.vector, "<f2").astype(np.float32)
    best: list[tuple[float, str, str]] = []
    for meaning in meanings:
        if meaning.encoder != sought.encoder or not meaning.passages:
            continue
        vectors = np.frombuffer(b"".join(one.vector for one in meaning.passages), "<f2").astype(np.float32)
        similarities = vectors.reshape(len(meaning.passages), -1) @ question
        place = int(similarities.argmax())
        best.append((float(similarities[place]), meaning.encounter_id, meaning.passages[place].text))
    best.sort(key=lambda one: (-one[0], one[1]))
    return {encounter_id: text for similarity, encounter_id, text in best if similarity >= MIN_SIMILARITY}


def _line(store: EncounterStore, encounter_id: str, search: str) -> str:
    """Return the passage of an encounter that holds most of the words; empty where it cannot be read."""
    wanted = search.casefold().split()
    try:
        passages = passages_of(store.load(encounter_id))
    except RecordError:  # the list says so of the encounter itself
        return ""
    held = [(sum(word in passage.casefold() for word in wanted), passage) for passage in passages[1:] or passages]
    count, passage = max(held, key=lambda one: one[0], default=(0, ""))
    return passage if count else ""
