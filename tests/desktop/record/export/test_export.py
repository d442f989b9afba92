"""An encounter as a document: every word in its place, nothing of a person where none may be, no markup."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.library.docx_text import docx_blocks
from desktop.record.deidentify.kinds import Kind
from desktop.record.deidentify.replacing import Replacement
from desktop.record.encounter import (
    Answer,
    Attachment,
    Citation,
    CitedKind,
    Dictation,
    Encounter,
    Question,
    RecordingSource,
    Section,
    Sentence,
    Utterance,
    Verdict,
    Writing,
    WritingForm,
)
from desktop.record.export.choices import WORDS, Choices, Format, Level, Part, Purpose, Recipient
from desktop.record.export.document import Document, Paragraph, Role, document_of
from desktop.record.export.docx import as_docx
from desktop.record.export.preparing import Preparing, prepare
from desktop.record.export.text import as_text
from desktop.record.note_editing import added, changed, struck
from desktop.record.vault.chain import Link
from tests.fakes.notes import drafted_note, editor, signed_note

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-03-14T09:26:53+00:00"
KEY = b"k" * 32
SAID = Citation(CitedKind.TRANSCRIPT, "Recording 1", "takes metformin", 12.0, 15.5)
PAPER = Citation(CitedKind.PASSAGE, "Diabetes guideline", "first line", heading="Treatment", page=4)
ENCOUNTER = Encounter(
    "e" * 32,
    "Mrs Okafor, bed 4",
    AT,
    AT,
    (
        Dictation(
            "d1",
            AT,
            "Recording 1",
            "recording-1.wav",
            RecordingSource.MICROPHONE,
            (Utterance(0, 2, "Mrs Okafor takes metformin."), Utterance(2, 4, "Seen on 03/14/2019, call 555-867-5309.")),
        ),
        Attachment("p1", AT, "Image 1", ("image-1.png",), description="PNG, 640 x 480"),
        Question("q1", AT, "Is metformin right for Okafor?\nDraft - signed by nobody"),
        Answer(
            "a1",
            AT,
            "q1",
            "Yes. It heals. No.",
            (
                Sentence("Yes.", Verdict.SUPPORTED, (SAID, PAPER)),
                Sentence("It heals.", Verdict.UNVERIFIED),
                Sentence("", Verdict.WITHHELD),
                Sentence("No.", Verdict.SUPPORTED, (PAPER,)),
            ),
            decoder="smollm2-135m-instruct",
        ),
        Writing(
            "w1",
            AT,
            WritingForm.NOTE,
            title="SOAP note",
            sections=(
                Section("Subjective", (Sentence("Takes metformin daily.", Verdict.SUPPORTED, (SAID,)),)),
                Section("Objective"),
                Section(
                    "Check before signing", (Sentence("Drug: Metformin", Verdict.SUPPORTED, (SAID,)),), is_check=True
                ),
            ),
        ),
    ),
)


def test_a_document_holds_what_was_chosen_with_its_sources() -> None:
    text = as_text(document_of(ENCOUNTER, frozenset(Part)).anchored(Link(7, "ab" * 32)))
    assert text == (
        "Draft - research and education\n"
        "\n"
        "Mrs Okafor, bed 4\n"
        "=================\n"
        "2026-03-14 09:26\n"
        "Answers are written by a model and not signed. Not a medical device: check every sentence against its "
        "sources.\n"
        "\n"
        "Recording 1\n"
        "-----------\n"
        "2026-03-14 09:26\n"
        "Mrs Okafor takes metformin. Seen on 03/14/2019, call 555-867-5309.\n"
        "\n"
        "Image 1 (not included)\n"
        "----------------------\n"
        "PNG, 640 x 480\n"
        "\n"
        "Question\n"
        "--------\n"
        "Is metformin right for Okafor? Draft - signed by nobody\n"
        "\n"
        "Answer of a model\n"
        "-----------------\n"
        "smollm2-135m-instruct · 2026-03-14 09:26\n"
        "Yes. [1][2] It heals. [no source bears this out] [A sentence is withheld: it did not depend on the picture "
        "that it was said of.] No. [2]\n"
        "Sources\n"
        '[1] Recording 1, 0:12-0:15: "takes metformin"\n'
        '[2] Diabetes guideline, Treatment, page 4: "first line"\n'
        "\n"
        "SOAP note\n"
        "---------\n"
        "2026-03-14 09:26\n"
        "DRAFT — not signed\n"
        "Subjective\n"
        "Takes metformin daily. [1]\n"
        "Sources\n"
        '[1] Recording 1, 0:12-0:15: "takes metformin"\n'
        "\n"
        "Draft - research and education · Entry 7 of the audit trail, abababababababab\n"
    )


@pytest.mark.parametrize("part", sorted(set(Part) - {Part.FILES}))
def test_what_was_not_chosen_is_not_in_it(part: Part) -> None:
    signs = {
        Part.TITLE: "bed 4",
        Part.DICTATIONS: "Seen on",
        Part.QUESTIONS: "signed by nobody",
        Part.ANSWERS: "It heals",
        Part.DRAFTS: "Takes metformin daily",
        Part.PICTURES: "Image 1",
    }
    assert signs[part] in as_text(document_of(ENCOUNTER, frozenset(Part)))
    assert signs[part] not in as_text(document_of(ENCOUNTER, frozenset(Part) - {part}))
    assert "There is nothing of what was chosen" in as_text(document_of(ENCOUNTER, frozenset()))


def test_what_names_a_person_is_replaced_and_every_change_can_be_taken_back() -> None:
    prepared = prepare(ENCOUNTER, Choices(), Preparing(KEY))
    text = as_text(prepared.without())
    for word in ("Okafor", "03/14", "867-5309", "2026-03-14"):
        assert word not in text
    assert "metformin" in text
    assert "Recording 1" in text
    assert "rules miss some" in prepared.residual_risk
    name = next(change for change in prepared.changes if change.original == "Okafor")
    assert "Mrs Okafor takes" in as_text(prepared.without([name]))
    assert prepared.without(prepared.changes) == prepared.original


@pytest.mark.parametrize("level", Level)
def test_which_encounters_are_of_one_patient_never_leaves_the_record(level: Level) -> None:
    linked = replace(ENCOUNTER, patient="ab" * 16)
    one, other = (prepare(encounter, Choices(level=level), Preparing(KEY)) for encounter in (ENCOUNTER, linked))
    assert one == other


def test_a_name_in_the_title_is_one_in_the_text_though_the_title_stays_here() -> None:
    asked = (Question("q1", AT, "What does Stone need?"),)
    without, named = (Encounter("e" * 32, title, AT, AT, asked) for title in ("", "Mr Stone"))
    assert "Stone" in as_text(prepare(without, Choices(), Preparing(KEY)).without())
    assert "Stone" not in as_text(prepare(named, Choices(), Preparing(KEY)).without())
    known = Encounter("e" * 32, "", AT, AT, (Question("q1", AT, "What does pflaume need?"),))
    assert "pflaume" not in as_text(prepare(known, Choices(), Preparing(KEY, ("Pflaume",))).without())


def test_moved_dates_keep_their_distance_and_are_said_not_to_be_safe_harbor() -> None:
    prepared = prepare(ENCOUNTER, Choices(level=Level.SHIFTED), Preparing(KEY))
    assert "does not meet it" in prepared.residual_risk
    assert "03/14/2019" not in as_text(prepared.without())


def test_as_it_is_means_as_it_is() -> None:
    prepared = prepare(ENCOUNTER, Choices(level=Level.NAMED), Preparing(KEY))
    assert (prepared.changes, prepared.residual_risk) == ((), "")
    assert "Okafor" in as_text(prepared.without())


def test_our_own_words_are_never_changed() -> None:
    prepared = prepare(ENCOUNTER, Choices(), Preparing(KEY, ("Recording", "Question", "Sources")))
    ours = [paragraph for paragraph in prepared.original.paragraphs if paragraph.is_ours]
    assert [paragraph for paragraph in prepared.without().paragraphs if paragraph.is_ours] == ours


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))


@given(st.lists(st.tuples(texts, st.booleans()), max_size=5), st.data())
def test_a_change_changes_its_place_and_nothing_else(parts: list[tuple[str, bool]], data: st.DataObject) -> None:
    document = Document(tuple(Paragraph(Role.BODY, text, ours) for text, ours in parts))
    text = document.patient_text
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [(start, end) for start, end in zip(places[::2], places[1::2], strict=False) if start < end]
    changes = [Replacement(start, end, Kind.NAME, text[start:end], "[NAME]") for start, end in spans]
    changed = document.changed(changes)
    assert [p.text for p in changed.paragraphs if p.is_ours] == [p.text for p in document.paragraphs if p.is_ours]
    if not any("\n" in change.original for change in changes):
        expected = text
        for change in reversed(changes):
            expected = expected[: change.start] + "[NAME]" + expected[change.end :]
        assert changed.patient_text == expected
    else:
        assert len(changed.paragraphs) == len(document.paragraphs)


def test_a_change_over_two_paragraphs_leaves_nothing_of_either() -> None:
    document = Document((Paragraph(Role.BODY, "call Ana"), Paragraph(Role.BODY, "Ruiz now")))
    changed = document.changed([Replacement(5, 13, Kind.NAME, "Ana\nRuiz", "[NAME]")])
    assert [paragraph.text for paragraph in changed.paragraphs] == ["call [NAME]", " now"]


HOSTILE = '</w:t></w:r><w:altChunk r:id="x"/> & ]]> <!--\x00\x0b\u202egnp.exe {= 1+1} '


def test_a_word_file_holds_text_and_nothing_else() -> None:
    document = Document((Paragraph(Role.TITLE, HOSTILE), Paragraph(Role.BODY, "2*3*4 mg <patient>")), HOSTILE)
    content = as_docx(document)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        trees = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}  # noqa: S314 - our own
    tags = {element.tag.split("}")[1] for element in trees["word/document.xml"].iter()}
    assert tags == {"document", "body", "p", "pPr", "pStyle", "r", "t", "sectPr", "footerReference"}
    texts = [element.text or "" for element in trees["word/document.xml"].iter() if element.tag.endswith("}t")]
    assert texts[1] == "2*3*4 mg <patient>"
    assert texts[0].startswith('</w:t></w:r><w:altChunk r:id="x"/> & ]]> <!--gnp.exe')
    assert as_docx(document) == content


def test_our_own_reader_reads_a_word_file(tmp_path: Path) -> None:
    document = document_of(ENCOUNTER, frozenset(Part))
    (tmp_path / "export.docx").write_bytes(as_docx(document))
    _, blocks = docx_blocks(tmp_path / "export.docx", 1 << 20)
    read = "\n".join(block.text for block in blocks)
    for paragraph in document.paragraphs:
        assert paragraph.text in read


def test_every_choice_has_words_and_its_line_holds_none_of_the_encounter() -> None:
    for kind in (Part, Format, Recipient, Purpose, Level):
        assert set(kind) <= set(WORDS)
    assert Choices().how == "export/pdf/myself/treatment/years"
    assert Part.TITLE not in Choices().parts


def test_what_to_know_before_it_is_used_is_said_in_the_language_that_is_shown() -> None:
    said: list[str] = []

    def translate(text: str) -> str:
        said.append(text)
        return "<" + text + ">"

    risk = prepare(ENCOUNTER, Choices(level=Level.SHIFTED), Preparing(KEY, translate=translate)).residual_risk
    assert risk.startswith("<Rules found")
    assert "> <Dates were moved" in risk


# --- notes ---------------------------------------------------------------------------------------------------------


def note_text(note: Writing, **named: bool) -> str:
    encounter = Encounter("e" * 32, "", AT, AT, (note,))
    return as_text(document_of(encounter, frozenset({Part.DRAFTS}), **named).anchored(Link(7, "ab" * 32)))


def test_a_note_says_that_it_is_a_draft_and_what_the_doctor_changed() -> None:
    note = changed(drafted_note(), "1.0", "She takes metformin 500 mg.", editor("e1"))
    note = struck(added(note, "0.0", "No fever.", editor("e2")), "1.1", editor("e3"))
    text = note_text(note)
    assert text.startswith("Draft - research and education\n")
    assert "\nDRAFT — not signed\n" in text
    assert (
        "Subjective\nCough for three days. [1]\nNo fever. [doctor 1]\n"
        "Medication\nShe takes metformin 500 mg. [doctor 2]\nSources\n" in text
    )
    assert text.count("metformin") == 2  # what stood there is told, its source is not claimed
    assert (
        "What the doctor changed in the draft\n"
        "[doctor 1] Added by Dr. Ada Weber, 2026-11-25 14:12.\n"
        "[doctor 2] Changed by Dr. Ada Weber, 2026-11-25 14:12. Drafted as: “She takes metformin.”\n"
        "Struck by Dr. Ada Weber, 2026-11-25 14:12: “Zovirax.”\n" in text
    )


def test_a_signed_note_says_who_signed_it_with_its_hash() -> None:
    note = signed_note()
    assert note.signature is not None
    text = note_text(note)
    signature = f"\nSigned by Dr. Ada Weber at 2026-11-25 14:20 UTC, SHA-256 {note.signature.sha256}\n"
    assert signature in text
    assert "DRAFT" not in text
    assert text.startswith("Signed note - research and education\n")
    assert text.rstrip().rpartition("\n")[2].startswith("Signed note - ")
    assert "Double check before signing: 2 lines, 2 confirmed, 0 changed; 1 with two differing readings" in text
    assert note.signature.sha256 not in note_text(note, hashes=False)


@pytest.mark.parametrize("level", Level)
def test_a_hash_leads_back_to_the_record_only_where_names_do(level: Level) -> None:
    note = signed_note()
    assert note.signature is not None
    encounter = Encounter("e" * 32, "", AT, AT, (note,))
    prepared = prepare(encounter, Choices(level=level), Preparing(KEY))
    assert (note.signature.sha256 in as_text(prepared.without())) is (level is Level.NAMED)


def test_a_document_with_anything_unsigned_is_a_draft() -> None:
    mixed = replace(ENCOUNTER, entries=(*ENCOUNTER.entries, signed_note()))
    assert document_of(mixed, frozenset(Part)).paragraphs[0].text == "Draft - research and education"
    answered = Encounter("e" * 32, "", AT, AT, (ENCOUNTER.entries[3], signed_note()))
    assert document_of(answered, frozenset(Part)).paragraphs[0].text == "Draft - research and education"
    assert document_of(answered, frozenset({Part.DRAFTS})).paragraphs[0].text == "Signed note - research and education"


def test_the_word_document_says_it_too(tmp_path: Path) -> None:
    file = tmp_path / "note.docx"
    file.write_bytes(as_docx(document_of(Encounter("e" * 32, "", AT, AT, (signed_note(),)), frozenset(Part))))
    _, blocks = docx_blocks(file, 1 << 20)
    assert any("Signed by Dr. Ada Weber at 2026-11-25 14:20 UTC, SHA-256 " in block.text for block in blocks)
