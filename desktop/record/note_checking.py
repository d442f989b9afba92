"""Deciding the lines of the double check: ticked, or changed in the note itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.errors import SIGNED_STAYS, SignedNoteStays
from desktop.record.note_editing import changed, line_of, struck
from desktop.record.signature import CheckLine, Decision

if TYPE_CHECKING:
    from desktop.record.encounter import Writing
    from desktop.record.note_editing import Editor


def confirmed(note: Writing, number: int, at: str, *, is_right: bool = True) -> Writing:
    """Tick a line, or take the tick away again."""
    decision = Decision.CONFIRMED if is_right else Decision.OPEN
    return _with_line(note, number, decision, at if is_right else "")


def changed_in_check(note: Writing, line_id: str, text: str, editor: Editor) -> Writing:
    """Give a line of the note other words from within the check; no words strike it.

    The check stays: a line of it that is about these words alone is decided by that, one that is about others too is
    open again.
    """
    edited = changed(note, line_id, text, editor) if text.split() else struck(note, line_id, editor)
    check = note.check
    if edited == note or check is None:
        return edited
    lines = tuple(_after_change(line, line_id, editor.at) for line in check.lines)
    return replace(edited, check=replace(check, lines=lines))


def words_now(note: Writing, line: CheckLine) -> tuple[str, ...]:
    """Return the sentences of the note that a line of the check is about, as they stand now."""
    found = (line_of(note, line_id) for line_id in line.lines)
    return tuple(one.text for one in found if one is not None and not one.struck)


def _after_change(line: CheckLine, line_id: str, at: str) -> CheckLine:
    if line_id not in line.lines:
        return line
    if set(line.lines) == {line_id}:
        return replace(line, decision=Decision.CHANGED, decided_at=at)
    return replace(line, decision=Decision.OPEN, decided_at="")


def _with_line(note: Writing, number: int, decision: Decision, at: str) -> Writing:
    if note.is_signed:
        raise SignedNoteStays(SIGNED_STAYS)
    check = note.check
    if check is None or not 0 <= number < len(check.lines):
        return note
    line = replace(check.lines[number], decision=decision, decided_at=at)
    lines = (*check.lines[:number], line, *check.lines[number + 1 :])
    return replace(note, check=replace(check, lines=lines))
