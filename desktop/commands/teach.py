"""`bedside teach`: questions from the terminologies, the doctor's own library and a note, again when they are due."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from desktop.commands.consulting import existing_file
from desktop.commands.text_files import read_text
from desktop.commands.vault_access import add_passphrase_options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from desktop.record.repetition import Memory, Recall
    from desktop.record.store import EncounterStore
    from lm.tasks.teaching import Item

EXAMPLES = """\
examples:
  bedside teach
  bedside teach --about "heart failure" --count 5
  bedside teach --case note.txt

Type the answer or its number, h for a hint and again for a clearer one, Enter to see the answer, q to stop. What you
knew comes back later, what you did not know tomorrow; that is kept in the record where there is one, which is opened
with its passphrase. A case is de-identified by rules before it is shown; rules miss some names.
"""
COUNT = 10


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
    parser.add_argument("--json", action="store_true", help="print questions as JSON, one a line, due or not")
    add_passphrase_options(parser)


def run(args: argparse.Namespace) -> int:
    """Ask; returns the exit code. What is answered is kept at once, so that Ctrl-C loses nothing."""
    from lm.errors import InvalidInput

    if args.count < 1:
        raise InvalidInput("--count asks for how many questions there should be: 1 or more.")
    today = date.today()
    if args.json:
        for item in _items(args, {}, today):
            sys.stdout.write(
                json.dumps({"event": "item", "question": item.question, **asdict(item)}, ensure_ascii=False) + "\n"
            )
        return 0
    with _schedule(args) as store:
        _ask_all(_items(args, store.study(), today), store, today)
    return 0


@contextmanager
def _schedule(args: argparse.Namespace) -> Iterator[EncounterStore]:
    """Open what keeps the schedule: the vault where there is one, else a file that holds no word of a patient."""
    from desktop.commands.vault_access import opened, vault_folder
    from desktop.files import data_folder
    from desktop.record.store import FolderStore
    from desktop.record.study import progress_file, take_over

    if not any(vault_folder().glob("*")):
        yield FolderStore(data_folder() / "encounters")
        return
    with opened(args) as vault:
        take_over(progress_file(data_folder()), vault.store)
        yield vault.store


def _items(args: argparse.Namespace, progress: dict[str, Memory], today: date) -> tuple[Item, ...]:
    from lm.errors import InvalidInput

    items = _case(args.case) if args.case else _chosen(args, progress, today)
    if not items:
        raise InvalidInput(_nothing(args.about))
    return items


def _nothing(about: str) -> str:
    asked = f" about {about!r}" if about else ""
    return f"There is nothing to ask{asked} today. Name other words with --about, or type: bedside models fetch hpo"


def _chosen(args: argparse.Namespace, progress: dict[str, Memory], today: date) -> tuple[Item, ...]:
    """Return what is due first, then what was never asked."""
    from desktop.record.repetition import due_and_later
    from multimodal.teaching import chosen

    due, later = due_and_later(progress, today)
    seed = today.toordinal() if args.seed is None else args.seed
    return chosen(args.about, args.count, seed, due if args.seed is None else (), later)


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


def _ask_all(items: tuple[Item, ...], store: EncounterStore, today: date) -> None:
    from desktop.record.repetition import Memory, Recall, after

    progress, known, asked = store.study(), 0, 0
    for number, item in enumerate(items, start=1):
        recall = _ask(item, f"{number} of {len(items)}")
        if recall is None:
            break
        asked += 1
        known += recall is not Recall.NOT
        memory = after(progress.get(item.id, Memory()), recall, today)
        store.keep_study(item.id, memory)
        days = (memory.due - today).days
        _say(f"Again in {days} {'day' if days == 1 else 'days'}.\n")
    _say(f"{known} of {asked} known.")


def _ask(item: Item, place: str) -> Recall | None:
    """Ask one item; None where the doctor stops."""
    from desktop.record.repetition import Recall
    from lm.tasks.teaching import is_right

    options = "".join(f"\n  {number}  {option}" for number, option in enumerate(item.options, start=1))
    _say(f"{place}  {item.question}{options}")
    hinted = 0
    while (said := _read("> ")) is not None and said.lower() != "q":
        if said.lower() == "h":
            _say(f"Hint: {item.hints[min(hinted, len(item.hints) - 1)]}" if item.hints else "There is no hint.")
            hinted += 1
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


def _judged(said: str, hinted: int) -> Recall:
    from desktop.record.repetition import Recall

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
