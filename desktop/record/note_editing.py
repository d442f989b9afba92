"""Editing a drafted note sentence by sentence: edits are only ever added, and the note follows from them.

A line is named by where it stood in the draft ("2.0": the first sentence of the third section), or by the edit that
added it; "2." is the place before the first line of a section.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from desktop.record.encounter import AnswerStatus, Section, Sentence, Verdict, Writing, WritingForm
from desktop.record.errors import SIGNED_STAYS, SignedNoteStays
from desktop.record.signature import EditAct, NoteEdit

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDENDUM_HEADING = "Addendum"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A line of a note with who wrote it: `drafted` is what stood in the draft, None where the doctor added it."""

    id: str
    text: str
    drafted: Sentence | None = None
    struck: bool = False
    history: tuple[NoteEdit, ...] = ()
    """The edits that count, the first one first."""

    @property
    def is_own(self) -> bool:
        """Whether its words are the doctor's: added, or other ones than were drafted."""
        return self.drafted is None or not _same_words(self.text, self.drafted.text)

    @property
    def sentence(self) -> Sentence:
        """The line as a sentence; its verdict is claimed only for the very words that were checked."""
        if self.drafted is not None and not self.is_own:
            return self.drafted
        return Sentence(self.text, Verdict.OWN, self.drafted.citations if self.drafted else ())


@dataclass(frozen=True, slots=True)
class NotePart:
    """A section of a note with all its lines, the struck ones too."""

    id: str
    """The place before its first line."""
    heading: str
    lines: tuple[NoteLine, ...]


@dataclass(slots=True)
class _Draft:
    """What replaying the edits works on."""

    headings: list[str] = field(default_factory=list)
    parts: list[list[NoteLine]] = field(default_factory=list)

    @classmethod
    def of(cls, sections: Iterable[Section]) -> _Draft:
        draft = cls()
        for number, section in enumerate(section for section in sections if not section.is_check):
            lines = [NoteLine(f"{number}.{at}", said.text, said) for at, said in enumerate(section.sentences)]
            draft.headings.append(section.heading)
            draft.parts.append(lines)
        return draft

    def apply(self, edit: NoteEdit) -> None:
        place = self._place(edit.line)
        if place is None:
            return  # a line that is not there any more
        lines, at = place
        if edit.act is EditAct.ADD:
            lines.insert(at + 1, NoteLine(edit.id, edit.text, history=(edit,)))
        elif at >= 0:
            strikes = edit.act is EditAct.STRIKE
            text = lines[at].text if strikes else edit.text
            lines[at] = replace(lines[at], text=text, struck=strikes, history=(*lines[at].history, edit))

    def _place(self, line_id: str) -> tuple[list[NoteLine], int] | None:
        for number, lines in enumerate(self.parts):
            if line_id == f"{number}.":
                return lines, -1
            for at, line in enumerate(lines):
                if line.id == line_id:
                    return lines, at
        return None


def parts_of(note: Writing) -> tuple[NotePart, ...]:
    """Return the sections of a note with who wrote each line; what is to be checked is no part of it."""
    draft = _Draft.of(note.drafted or note.sections)
    for edit in standing(note.edits):
        draft.apply(edit)
    return tuple(
        NotePart(f"{number}.", heading, tuple(lines))
        for number, (heading, lines) in enumerate(zip(draft.headings, draft.parts, strict=True))
    )


def lines_of(note: Writing) -> tuple[NoteLine, ...]:
    """Return every line of a note, the struck ones too."""
    return tuple(line for part in parts_of(note) for line in part.lines)


def line_of(note: Writing, line_id: str) -> NoteLine | None:
    """Return a line of a note."""
    return next((line for line in lines_of(note) if line.id == line_id), None)


def standing(edits: Iterable[NoteEdit]) -> tuple[NoteEdit, ...]:
    """Return the edits that were not taken back."""
    kept: list[NoteEdit] = []
    for edit in edits:
        if edit.act is EditAct.UNDO:
            kept = [other for other in kept if other.id != edit.line]
        else:
            kept.append(edit)
    return tuple(kept)


# --- what the doctor does ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits, when, and the id that the edit gets."""

    by: str
    at: str
    edit_id: str


def changed(note: Writing, line_id: str, text: str, editor: Editor) -> Writing:
    """Give a line other words; a struck one stands again. Nothing where the words are the same.

    Raises SignedNoteStays, as every edit of a signed note does.
    """
    line = line_of(note, line_id)
    text = " ".join(text.split())
    if line is None or not text or (text == line.text and not line.struck):
        return _open(note)
    return _edited(note, EditAct.CHANGE, line_id, editor, text, line.text)


def struck(note: Writing, line_id: str, editor: Editor) -> Writing:
    """Strike a line; it stays readable among the edits."""
    line = line_of(note, line_id)
    if line is None or line.struck:
        return _open(note)
    return _edited(note, EditAct.STRIKE, line_id, editor, "", line.text)


def added(note: Writing, behind: str, text: str, editor: Editor) -> Writing:
    """Add a line behind another one, or at the place before the first line of a section; its id is the editor's."""
    text = " ".join(text.split())
    is_place = line_of(note, behind) is not None or any(part.id == behind for part in parts_of(note))
    return _edited(note, EditAct.ADD, behind, editor, text) if text and is_place else _open(note)


def undone(note: Writing, editor: Editor) -> Writing:
    """Take the last edit back that was not taken back yet; that is told as an edit of its own."""
    kept = standing(note.edits)
    return _edited(note, EditAct.UNDO, kept[-1].id, editor, "", kept[-1].text) if kept else _open(note)


def new_addendum(note: Writing, addendum_id: str, at: str) -> Writing:
    """Return an empty addendum to a signed note."""
    return Writing(
        addendum_id,
        at,
        WritingForm.ADDENDUM,
        about=note.id,
        title=note.title,
        sections=(Section(ADDENDUM_HEADING),),
        status=AnswerStatus.COMPLETE,
    )


def _open(note: Writing) -> Writing:
    if note.is_signed:
        raise SignedNoteStays(SIGNED_STAYS)
    return note


def _edited(note: Writing, act: EditAct, line: str, editor: Editor, text: str, before: str = "") -> Writing:
    edit = NoteEdit(editor.edit_id, editor.at, editor.by, act, line, text, before)
    base = replace(_open(note), drafted=note.drafted or note.sections, edits=(*note.edits, edit), check=None)
    sections = tuple(
        Section(part.heading, tuple(line.sentence for line in part.lines if not line.struck)) for part in parts_of(base)
    )
    return replace(base, sections=sections)


def _same_words(text: str, other: str) -> bool:
    return text.split() == other.split()
