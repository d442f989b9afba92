"""What stands on the page of what was said: written words with the times of the spoken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.encounter import Word, WrittenMark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.record.encounter import Utterance, WrittenWord

_BREAKS = {WrittenMark.LINE: "\n", WrittenMark.PARAGRAPH: "\n\n"}


def written_words(utterance: Utterance) -> tuple[Word, ...]:
    """Return the words as they are written, each as sure as the least sure of the words that it stands for."""
    if not utterance.written:
        return utterance.words
    return tuple(_timed(word, utterance) for word in utterance.written if word.mark is WrittenMark.WORD)


def written_text(utterance: Utterance) -> str:
    """Return the text as it is written, with its line breaks."""
    if not utterance.written:
        return utterance.text
    text = " ".join(
        _BREAKS.get(word.mark, word.text) for word in utterance.written if word.text or word.mark in _BREAKS
    )
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def spoken_text(word: WrittenWord, utterance: Utterance) -> str:
    """Return the words that a written one stands for, as they were recognised."""
    return " ".join(said.text for said in utterance.words[word.first : word.stop])


def standing(utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Return the utterances that hold, without those that a later one took back and those that only took back."""
    kept: list[Utterance] = []
    for utterance in utterances:
        taken_back = sum(word.mark is WrittenMark.STRIKE_BEFORE for word in utterance.written)
        del kept[max(0, len(kept) - taken_back) :]
        if not utterance.written or written_words(utterance):
            kept.append(utterance)
    return tuple(kept)


def spans_fit(utterance: Utterance) -> bool:
    """Return whether the written words stand for all spoken ones, in order and without a gap."""
    place = 0
    for word in utterance.written:
        if word.first != place or word.stop <= word.first:
            return False
        place = word.stop
    return not utterance.written or place == len(utterance.words)


def _timed(word: WrittenWord, utterance: Utterance) -> Word:
    said = utterance.words[word.first : word.stop]
    return Word(word.text, said[0].start_s, said[-1].end_s, min(spoken.confidence for spoken in said))
