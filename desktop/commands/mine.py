"""`bedside mine`: what notes, conversations or recordings say of a patient, as a table of facts with their codes."""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.consulting import add_device_option, add_output_options, add_speech_option, existing_file
from desktop.commands.text_files import read_text
from desktop.record.new_file import write_new

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from lm.clinical.facts import Fact
    from lm.clinical.urgency import Triage

EXAMPLES = """\
examples:
  bedside mine note.txt
  bedside mine visit.m4a --json > facts.jsonl
  bedside mine notes/*.txt --csv facts.csv

Rules find problems, drugs, allergies, measurements and procedures, and whether each is there, denied, possible or
somebody else's. They miss some and misread some: every row names its place, so look there. Urgency and specialties
are reminders for a doctor, no diagnosis.
"""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text, and of a recording where each word begins, in characters and in seconds."""

    file: Path
    text: str
    starts: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()

    def place(self, fact: Fact) -> str:
        """Return where a fact was said."""
        if not self.seconds:
            return f"{fact.start}-{fact.end}"
        return f"{self.seconds[max(0, bisect_right(self.starts, fact.start) - 1)]:.1f} s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("files", metavar="FILE", type=existing_file, nargs="+", help="texts and recordings")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the table to a new file as well")
    add_speech_option(parser)
    add_device_option(parser)
    add_output_options(parser)


def run(args: argparse.Namespace) -> int:
    """Mine the files; returns the exit code."""
    from lm.clinical.extract import extract
    from lm.clinical.urgency import triage
    from multimodal.clinical_lexicon import ClinicalLexicon

    rows: list[dict[str, str]] = []
    files: list[str] = []
    with ClinicalLexicon.open() as lexicon:
        _tell_missing(lexicon)
        for text in _texts(args):
            facts = extract(text.text, lexicon)
            found = _rows(text, facts)
            rows, files = rows + found, files + [text.file.name] * len(found)
            _write(_events(text, facts, triage(facts)) if args.json else _page(text, found, triage(facts)))
    if args.csv:
        from desktop.mining_table import as_csv

        write_new(args.csv, as_csv(rows, files).encode())
    return 0


def _tell_missing(lexicon: Any) -> None:
    for name in lexicon.missing:
        sys.stderr.write(
            f"{name} is not on this machine: fewer terms are found and coded. Type: bedside models fetch {name}\n"
        )


def _rows(text: _Text, facts: Sequence[Fact]) -> list[dict[str, str]]:
    from desktop.mining_table import row_of

    return [row_of(fact, text.place(fact)) for fact in facts]


def _page(text: _Text, rows: list[dict[str, str]], triaged: Triage) -> list[str]:
    from desktop.mining_table import as_lines

    lines = [f"{text.file.name}", *as_lines(rows), ""]
    section = _section(text.text)
    if section is not None:
        lines.append(f"Section: {section.title} ({section.probability:.0%}; then {section.second})")
    lines.append(f"Urgency: {triaged.urgency}")
    lines += [f"  {w.urgency}: {w.title}. {w.reason} Said: {_said(w.facts)}" for w in triaged.warnings]
    lines += [f"Specialty: {one.specialty}. Said: {_said(one.facts)}" for one in triaged.suggestions]
    return [*lines, triaged.disclaimer, ""]


def _said(facts: Sequence[Fact]) -> str:
    return "; ".join(" ".join(fact.text.split()) for fact in facts)


def _events(text: _Text, facts: Sequence[Fact], triaged: Triage) -> list[str]:
    file = text.file.name
    events: list[dict[str, Any]] = [
        {"event": "fact", "file": file, "place": text.place(fact)} | asdict(fact) for fact in facts
    ]
    section = _section(text.text)
    if section is not None:
        events.append({"event": "section", "file": file} | asdict(section))
    events.append({"event": "triage", "file": file} | asdict(triaged))
    return [json.dumps(event, ensure_ascii=False) for event in events]


def _section(text: str) -> Any:
    from lm.clinical.sections import SectionClassifier
    from multimodal.clinical_lexicon import SECTION_WEIGHTS

    if not text.strip():
        return None
    return SectionClassifier.load(SECTION_WEIGHTS).classify(text)


def _write(lines: list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


# --- texts and recordings --------------------------------------------------------------------------------------------


def _texts(args: argparse.Namespace) -> Iterator[_Text]:
    from desktop.record.kinds import FileKind, kind_of

    for file in args.files:
        is_recording = kind_of(file) in (FileKind.AUDIO, FileKind.VIDEO)
        yield _heard(file, args) if is_recording else _Text(file, read_text(file))


def _heard(file: Path, args: argparse.Namespace) -> _Text:
    from desktop.confined.reading import ConfinedFileReader
    from multimodal.consultation import Consultation, Heard
    from multimodal.models import Models

    consultation = Consultation(Models(device=args.device, speech=args.speech), ConfinedFileReader())
    text = ""
    places: list[tuple[int, float]] = []
    for event in consultation.transcribe(file, args.language):
        if isinstance(event, Heard):
            for word in event.utterance.words:
                text += " " if text else ""
                places.append((len(text), word.start_s))
                text += word.text
    return _Text(file, text, tuple(start for start, _ in places), tuple(second for _, second in places))
