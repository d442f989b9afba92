"""Punctuation and commands that are said: they are carried out, and the words for them are not written (no torch)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from multimodal.spoken.pieces import Mark, Piece
from multimodal.spoken.tables import COMMANDS, MARKS, Command, Place, SpokenCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from multimodal.spoken.tables import SpokenMark

_SENTENCE_END = (".", "!", "?")
_ENTRIES = {tuple(entry.spoken.split()): entry for entry in (*MARKS, *COMMANDS)}
_LONGEST = max(map(len, _ENTRIES))
_BREAKS = {Command.LINE: Mark.LINE, Command.PARAGRAPH: Mark.PARAGRAPH}


def obeyed(pieces: Sequence[Piece]) -> list[Piece]:
    """Carry out what is said to the page; the punctuation that the recogniser set around it gives way."""
    page = _Page()
    place = 0
    while place < len(pieces):
        found = _entry_at(pieces, place)
        if found is None:
            page.write(pieces[place])
            place += 1
            continue
        entry, length = found
        page.obey(entry, pieces[place].first, pieces[place + length - 1].stop)
        place += length
    return page.whole()


def _entry_at(pieces: Sequence[Piece], place: int) -> tuple[SpokenMark | SpokenCommand, int] | None:
    """Return what is said at `place` and in how many words; None for words that are meant as words."""
    before = pieces[place - 1].said if place else ""
    for length in range(min(_LONGEST, len(pieces) - place), 0, -1):
        said = pieces[place : place + length]
        entry = _ENTRIES.get(tuple(piece.said for piece in said))
        if entry and before not in entry.not_after and not any(piece.closing for piece in said[:-1]):
            return entry, length
    return None


class _Page:
    """What is written so far."""

    def __init__(self) -> None:
        self._done: list[Piece] = []
        self._opening: Piece | None = None
        """A bracket that waits for its word."""
        self._capital = False

    def whole(self) -> list[Piece]:
        """Return every piece."""
        self._settle_opening()
        return self._done

    def write(self, piece: Piece) -> None:
        """Write a word."""
        if self._opening is not None:
            piece = replace(piece, first=self._opening.first, opening=self._opening.core + piece.opening)
            self._opening = None
        if self._capital and piece.core.islower() and piece.core.isalpha():
            piece = replace(piece, core=piece.core.capitalize())
        self._capital = False
        self._done.append(piece)

    def obey(self, entry: SpokenMark | SpokenCommand, first: int, stop: int) -> None:
        """Carry out what the spoken words `first` to before `stop` say."""
        self._settle_opening()
        if isinstance(entry, SpokenCommand):
            self._command(entry.command, first, stop)
        elif entry.place is Place.BEFORE:
            self._opening = Piece(entry.written, first, stop)
        else:
            self._close(entry.written, first, stop)

    def _settle_opening(self) -> None:
        if self._opening is not None:
            self._done.append(self._opening)
            self._opening = None

    def _close(self, written: str, first: int, stop: int) -> None:
        """Put punctuation at the end of the last word."""
        self._capital = written in _SENTENCE_END
        last = self._done[-1] if self._done else None
        if last is None or last.mark is not Mark.WORD:
            self._done.append(Piece(written, first, stop))
            return
        kept = last.closing.rstrip(",.;:!?")
        self._done[-1] = replace(last, stop=stop, closing=kept + written)

    def _command(self, command: Command, first: int, stop: int) -> None:
        if command is Command.STRIKE:
            self._strike(first, stop)
            return
        last = self._done[-1] if self._done else None
        if last is not None and last.closing.endswith(","):
            self._done[-1] = replace(last, closing=last.closing.rstrip(","))
        self._done.append(Piece("", first, stop, mark=_BREAKS[command]))
        self._capital = True

    def _strike(self, first: int, stop: int) -> None:
        """Take back the last sentence or line break of this utterance, or all of the utterance before."""
        end = len(self._done)
        while end and self._done[end - 1].mark in {Mark.STRUCK, Mark.STRIKE_BEFORE}:
            end -= 1
        if not end:
            self._done.append(Piece("", first, stop, mark=Mark.STRIKE_BEFORE))
            return
        begin = self._sentence_begin(end)
        self._capital = self._done[begin].core[:1].isupper()
        self._done[begin:] = [Piece("", self._done[begin].first, stop, mark=Mark.STRUCK)]

    def _sentence_begin(self, end: int) -> int:
        begin = end - 1
        if self._done[begin].mark is not Mark.WORD:
            return begin
        while begin and self._done[begin - 1].mark is Mark.WORD:
            if self._done[begin - 1].closing.endswith(_SENTENCE_END):
                break
            begin -= 1
        return begin
