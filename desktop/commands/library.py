"""`bedside library`: the doctor's own documents, which answers can cite."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.consulting import existing_file
from desktop.commands.progress_line import ProgressLine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from lm.grounding.knowledge import Document, Found, KnowledgeBase

EXAMPLES = """\
examples:
  bedside library add ~/guidelines              # PDF, DOCX, Markdown, text and HTML, with all folders inside
  bedside library list
  bedside library search "warning signs of dengue"
  bedside library remove 3
  bedside ask --library "What are the warning signs of dengue?"
"""
_SUMMARIES = {
    "add": "read documents into the library; those that are there and unchanged are left as they are",
    "list": "list the documents of the library",
    "remove": "take documents out of the library; the files themselves stay",
    "search": "show the passages nearest to a question, and the nearest terms",
}
EMPTY_LIBRARY = "The library is empty. Type: bedside library add FOLDER\n"
RESULTS = 5
TERMS = 2
"""Of each terminology."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "add":
            action.add_argument("paths", metavar="FILE|FOLDER", type=existing_file, nargs="+", help="only read")
        elif name == "remove":
            action.add_argument("names", metavar="NUMBER", nargs="+", help="a document's number in the list")
        elif name == "search":
            action.add_argument("question", help="words or a whole question")
            action.add_argument("--results", metavar="N", type=int, default=RESULTS, help="default: %(default)s")
        action.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def run(args: argparse.Namespace) -> int:
    """Do one action; returns the exit code. SIGTERM stops it as Ctrl-C does: what was added stays."""
    from lm.grounding.knowledge import KnowledgeBase
    from multimodal.knowledge import library_file

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with KnowledgeBase(library_file()) as library:
        if args.action == "add":
            return _add(library, args.paths, args.json)
        if args.action == "list":
            _list(library.documents(), args.json)
        elif args.action == "remove":
            _remove(library, args.names, args.json)
        else:
            _search(args.question, args.results, args.json)
    return 0


def _add(library: KnowledgeBase, paths: Iterable[Path], as_json: bool) -> int:
    from desktop.library.adding import Added, Reading, Refused, add, files_of

    added = refused = 0
    progress = ProgressLine(as_json)
    for event in add(library, files_of(paths)):
        match event:
            case Reading(file, number, total):
                _show(progress, "read", file.name, number - 1, total)
            case Added(file, document, title, was_here):
                added += 1
                done = "is here already" if was_here else "is added"
                _tell({"event": "added", "id": document, "title": title}, f"{file.name} {done}: {title}", as_json)
            case Refused(file, sentence):
                refused += 1
                _tell({"event": "refused", "file": file.name, "message": sentence}, sentence, as_json)
    if added:
        _embed(library, progress, as_json)
    _tell({"event": "ended", "added": added, "refused": refused}, _sum(added, refused), as_json)
    return 2 if refused and not added else 0


def _embed(library: KnowledgeBase, progress: ProgressLine, as_json: bool) -> None:
    """Give every passage its vector; stopped or without the encoder, the documents are found by their words."""
    from multimodal.knowledge import TEXT_ENCODER, installed_encoder

    if all(document.embedded == document.passages for document in library.documents()):
        return
    encoder = installed_encoder()
    if encoder is None:
        sentence = f"Until {TEXT_ENCODER} is fetched and this is repeated, the library is searched by words alone."
        _tell({"event": "notice", "message": sentence}, sentence, as_json)
        return
    library.embed(encoder, lambda done, total: _show(progress, "embed", "", done, total))


def _show(progress: ProgressLine, stage: str, name: str, done: int, total: int) -> None:
    """Show how many of the documents are read, or of the passages embedded."""
    progress.say(stage, f"{stage} {done} of {total} {name}", name=name, done=done, total=total)


def _sum(added: int, refused: int) -> str:
    if not added and not refused:
        return "No document was found there: PDF, DOCX, Markdown, text and HTML files are read."
    unread = f", {refused} could not be read" if refused else ""
    return f"{added} {'document is' if added == 1 else 'documents are'} in the library{unread}."


def _list(documents: Iterable[Document], as_json: bool) -> None:
    empty = True
    for document in documents:
        empty = False
        card = {
            "id": document.id,
            "title": document.title,
            "file": document.key,
            "passages": document.passages,
            "embedded": document.embedded,
            "is_there": Path(document.key).is_file(),
        }
        gone = "" if card["is_there"] else ", the file is gone"
        text = f"{document.id:>4}  {document.title}  ({document.passages} passages{gone})\n      {document.key}"
        _tell(card, text, as_json)
    if empty and not as_json:
        sys.stdout.write(EMPTY_LIBRARY)


def _remove(library: KnowledgeBase, names: Iterable[str], as_json: bool) -> None:
    from desktop.library.adding import document_named

    for document in [document_named(library, name) for name in names]:
        library.remove(document.id)
        text = f"{document.title} is no longer in the library; the file itself stays."
        _tell({"event": "removed", "id": document.id}, text, as_json)


def _search(question: str, results: int, as_json: bool) -> None:
    from multimodal.knowledge import Knowledge

    with Knowledge.open() as knowledge:
        found = (*knowledge.search(question, results), *knowledge.search_terms(question, TERMS))
    for place, one in enumerate(found, start=1):
        _show_found(place, one, as_json)
    if not found and not as_json:
        sys.stdout.write("Nothing in the library bears on this question.\n")


def _show_found(place: int, found: Found, as_json: bool) -> None:
    from desktop.consultation_text import printable
    from multimodal.prompt import place_of

    passage = found.passage
    card: dict[str, object] = {
        "title": passage.title,
        "heading": passage.heading,
        "page": passage.page,
        "text": passage.text,
        "words_rank": found.words_rank,
        "meaning_rank": found.meaning_rank,
    }
    _tell(card, printable(f"{place}. {place_of(passage)}\n   {passage.text}\n"), as_json)


def _tell(message: dict[str, object], text: str, as_json: bool) -> None:
    sys.stdout.write((json.dumps(message) if as_json else text) + "\n")
    sys.stdout.flush()
