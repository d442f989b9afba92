"""`bedside teach`: questions from the terminologies, the doctor's own library and a note, again when they are due."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from desktop.commands.consulting import existing_file
from desktop.commands.text_files import read_text

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from lm.tasks.repetition import Memory, Recall
    from lm.tasks.teaching import Item

EXAMPLES = """\
examples:
  bedside teach
  bedside teach --about "heart failure" --count 5
  bedside teach --case note.txt

Type the answer or its number, h for a hint, Enter to see the answer, q to stop. What you knew comes back later, what
you did not know tomorrow. A case is de-identified by rules before it is shown; rules miss some names.
"""
COUNT = 10
_POOL = 4
"""Times as many items as are asked: those that are not due yet are left out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--about", metavar="WORDS", default="", help="what to learn about (default: anything)")
    parser.add_argument(
        "--count", metavar="N", type=int, default=COUNT, help="how many questions (default: %(default)s)"
    )
    parser.add_argument(
        "--case", metavar="FILE", type=existing_file, help="a note: its assessment is hidden and asked for"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, help="draw the same questions again (default: others each day)"
    )
    parser.add_argument("--json", action="store_true", help="print the questions as JSON, one a line, and ask nothing")


def run(args: argparse.Namespace) -> int:
    """Ask; returns the exit code. What is answered is kept at once, so that Ctrl-C loses nothing."""
    from desktop.study_progress import load_progress, progress_file
    from lm.errors import InvalidInput

    if args.count < 1:
        raise InvalidInput("--count asks for how many questions there should be: 1 or more.")
    today = date.today()
    progress = load_progress(progress_file())
    items = _case(args.case) if args.case else _chosen(args, progress, today)
    if not items:
        raise InvalidInput(_nothing(args.about))
    if args.json:
        for item in items:
            sys.stdout.write(json.dumps({"event": "item", **asdict(item)}, ensure_ascii=False) + "\n")
        return 0
    _ask_all(items, progress, today)
    return 0


def _nothing(about: str) -> str:
    asked = f" about {about!r}" if about else ""
    return f"There is nothing to ask{asked} today. Name other words with --about, or type: bedside models fetch hpo"


def _chosen(args: argparse.Namespace, progress: dict[str, Memory], today: date) -> tuple[Item, ...]:
    """Return what is due first, then what was never asked."""
    from multimodal.teaching import again, gather

    seed = today.toordinal() if args.seed is None else args.seed
    due = sorted((item for item, memory in progress.items() if memory.is_due(today)), key=lambda i: progress[i].due)
    found = again(due, seed) if due and not args.about and args.seed is None else ()
    fresh = [item for item in gather(args.about, args.count * _POOL, seed) if _may_ask(progress.get(item.id), today)]
    known = {item.id for item in found}
    return (*found, *(item for item in fresh if item.id not in known))[: args.count]


def _may_ask(memory: Memory | None, today: date) -> bool:
    return memory is None or memory.is_due(today)


def _case(file: Path) -> tuple[Item, ...]:
    from desktop.record.deidentify.text import TextOptions, deidentify
    from lm.errors import InvalidInput
    from lm.tasks.teaching import case_item

    cleaned = deidentify(read_text(file), TextOptions())
    item = case_item(cleaned.text, "the note")
    if item is None:
        raise InvalidInput(
            f"{file.name} has no assessment under a heading of its own, so there is nothing to hide. "
            "Give a note with a line such as: Assessment and plan"
        )
    sys.stderr.write(f"{cleaned.residual_risk}\n")
    return (item,)


def _ask_all(items: tuple[Item, ...], progress: dict[str, Memory], today: date) -> None:
    from desktop.study_progress import progress_file, save_progress
    from lm.tasks.repetition import Memory, Recall, after

    known = asked = 0
    for number, item in enumerate(items, start=1):
        recall = _ask(item, f"{number} of {len(items)}")
        if recall is None:
            break
        asked += 1
        known += recall is not Recall.NOT
        progress[item.id] = after(progress.get(item.id, Memory()), recall, today)
        save_progress(progress_file(), progress)
        days = (progress[item.id].due - today).days
        _say(f"Again in {days} {'day' if days == 1 else 'days'}.\n")
    _say(f"{known} of {asked} known.")


def _ask(item: Item, place: str) -> Recall | None:
    """Ask one item; None where the doctor stops."""
    from lm.tasks.repetition import Recall
    from lm.tasks.teaching import is_right

    options = "".join(f"\n  {number}  {option}" for number, option in enumerate(item.options, start=1))
    _say(f"{place}  {item.question}{options}")
    hinted = False
    while (said := _read("> ")) is not None and said.lower() != "q":
        if said.lower() == "h":
            hinted = True
            _say(f"Hint: {item.hint}")
            continue
        is_known = is_right(item, said)
        _say(("Right. " if is_known else "") + _answer(item))
        if is_known:
            return Recall.HINT if hinted else Recall.KNEW
        if item.options or not said:
            return Recall.NOT
        judged = _read("Did you mean the same? y or n > ")
        return None if judged is None else _judged(judged, hinted)
    return None


def _judged(said: str, hinted: bool) -> Recall:
    from lm.tasks.repetition import Recall

    if not said.lower().startswith("y"):
        return Recall.NOT
    return Recall.HINT if hinted else Recall.KNEW


def _answer(item: Item) -> str:
    source = ", ".join(filter(None, (item.source.label, item.source.heading, _page(item.source.page))))
    explained = "" if item.explanation == item.answer else f"\n{item.explanation}"
    return f"{item.answer}{explained}\nSource: {source}"


def _page(page: int | None) -> str:
    return "" if page is None else f"page {page}"


def _read(prompt: str) -> str | None:
    """Read a line; None at the end of the input."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _say(text: str) -> None:
    from desktop.consultation_text import printable

    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()
