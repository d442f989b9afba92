"""The lexicon of clinical texts: a table of everyday words first, then HPO, ICD-10-CM and drug names where fetched.

Nothing is loaded: all terms of a text are looked up in a few queries of the terminologies' own files.
"""

from __future__ import annotations

import csv
import re
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lm.clinical.facts import Code, FactKind
from lm.clinical.lexicon import Entry, term_key
from multimodal.knowledge import installed_terminologies, open_terminology

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from types import TracebackType

    from lm.grounding.knowledge import KnowledgeBase
    from lm.grounding.passages import Passage

ASSETS = Path(__file__).resolve().parent.parent / "assets" / "clinical"
SECTION_WEIGHTS = ASSETS / "sections.safetensors"
"""Of the classifier that says which section of a note a text belongs to."""
HPO, ICD, DRUGS = "hpo", "icd-10-cm", "drug-names"
AS_NAMED, BY_SYNONYM, BY_OTHER_NAME = 0.95, 0.85, 0.7
"""How sure a code is: its title was said; a synonym that its terminology lists was said; it was found by a title or a
synonym of another terminology. These are ranks of a rule, not measured probabilities."""
ORDINARY_WORD = 0.3
"""How sure a drug name is that is also an ordinary word."""
SHORTEST_NAME = 4
_NOT_ILLNESS = frozenset("UVWXYZ")
"""Chapters of ICD-10-CM that hold causes, circumstances and special purposes."""
_UNSPECIFIED = re.compile(r"unspecified|\bNOS\b|uncomplicated", re.IGNORECASE)
_LASTS = "lasts"


class Everyday(NamedTuple):
    """A row of the table of everyday words; `name` is the term that they mean.

    A code of ICD-10-CM and the name of a term of HPO stand where these name it differently.
    """

    kind: FactKind
    name: str
    icd: str
    hpo: str
    lasts: bool


class ClinicalLexicon:
    """Knows the terms of clinical texts; it belongs to the thread that opened it."""

    def __init__(self, terminologies: Mapping[str, KnowledgeBase]) -> None:
        self._bases = terminologies
        self._files = ExitStack()
        for base in terminologies.values():
            self._files.enter_context(base)

    @classmethod
    def open(cls) -> ClinicalLexicon:
        """Open what this machine has. Raises DamagedKnowledge."""
        return cls({name: open_terminology(name) for name in installed_terminologies()})

    def __enter__(self) -> ClinicalLexicon:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every file."""
        self._files.close()

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the terminologies that were not fetched: their terms are not found, and nothing gets their codes."""
        return tuple(name for name in (HPO, ICD, DRUGS) if name not in self._bases)

    def entries(self, keys: Collection[str]) -> Mapping[str, Entry]:
        """Return those of the keys that are terms."""
        ordinary, wanted = everyday(), [key for key in keys if key in everyday() or key not in never_terms()]
        meant = {key: _key_of(ordinary[key].name) if key in ordinary else key for key in wanted}
        rows = [ordinary[key] for key in wanted if key in ordinary]
        asked = {*meant.values(), *(term_key(row.hpo) for row in rows), *(term_key(row.icd) for row in rows)}
        found = _Found({name: self._lookup(name, asked) for name in self._bases})
        preferred = {_key_of(_title(p)) for ps in found.of[HPO].values() for p in ps} if HPO in found.of else set()
        if ICD in self._bases:
            found.of[ICD] |= self._lookup(ICD, preferred - set(found.of[ICD]))
        entries = {key: found.entry(meant[key], ordinary.get(key)) for key in wanted}
        return {key: entry for key, entry in entries.items() if entry is not None}

    def _lookup(self, terminology: str, keys: Iterable[str]) -> dict[str, tuple[Passage, ...]]:
        """Return the terms by key; a name that is written with a hyphen is found without one too."""
        asked = {written: key for key in keys if key for written in (key, key.replace(" ", "-"))}
        return {asked[written]: terms for written, terms in self._bases[terminology].named(asked).items()}


class _Found:
    """What the terminologies hold of the terms of one text."""

    def __init__(self, of: dict[str, dict[str, tuple[Passage, ...]]]) -> None:
        self.of = of

    def entry(self, key: str, row: Everyday | None) -> Entry | None:
        """Return what a key means."""
        if row is not None and row.kind not in (FactKind.PROBLEM, FactKind.DRUG):
            drugs = self.of.get(DRUGS, {}).get(key, ()) if row.kind is FactKind.ALLERGY else ()
            return Entry(row.kind, row.name, tuple(Code(DRUGS, t.heading, t.heading, AS_NAMED) for t in drugs[:1]))
        if row is None or row.kind is FactKind.PROBLEM:
            codes = self._problem_codes(key, row)
            if codes or row is not None:
                name = row.name if row else _called(key, codes)
                confidence = 1.0 if row else max(code.confidence for code in codes)
                return Entry(FactKind.PROBLEM, name, codes, confidence, lasts=row is not None and row.lasts)
        return self._drug(key, row)

    def _problem_codes(self, key: str, row: Everyday | None) -> tuple[Code, ...]:
        hpo = self._hpo(_key_of(row.hpo)) if row and row.hpo else self._hpo(key)
        icd = self._icd_by_code(row.icd) if row and row.icd else self._icd(key, AS_NAMED)
        if icd is None and hpo is not None:
            icd = self._icd(_key_of(hpo.name), BY_OTHER_NAME)
        return tuple(code for code in (hpo, icd) if code is not None)

    def _hpo(self, key: str) -> Code | None:
        terms = self.of.get(HPO, {}).get(key, ())
        if not terms:
            return None
        term = next((t for t in terms if _key_of(_title(t)) == key), terms[0])
        return Code(HPO, term.heading, _title(term), AS_NAMED if _key_of(_title(term)) == key else BY_SYNONYM)

    def _icd_by_code(self, code: str) -> Code | None:
        terms = [t for t in self.of.get(ICD, {}).get(_key_of(code), ()) if t.heading == code]
        return Code(ICD, code, _title(terms[0]), AS_NAMED) if terms else None

    def _icd(self, key: str, confidence: float) -> Code | None:
        """Return the most specific code that says no more than the term: that of "unspecified" where there is one."""
        terms = [t for t in self.of.get(ICD, {}).get(key, ()) if t.heading[:1] not in _NOT_ILLNESS]
        if not terms:
            return None
        plain = [t for t in terms if _UNSPECIFIED.search(_title(t))] or terms
        term = max(plain, key=lambda t: len(t.heading))
        is_title = _key_of(_UNSPECIFIED.sub("", _title(term))) == key
        return Code(ICD, term.heading, _title(term), confidence if is_title else confidence - AS_NAMED + BY_SYNONYM)

    def _drug(self, key: str, row: Everyday | None) -> Entry | None:
        terms = self.of.get(DRUGS, {}).get(key, ())
        if row is None and (not terms or len(key) < SHORTEST_NAME):
            return None
        listed = terms[0].heading if terms else ""
        name = row.name if row else listed
        codes = (Code(DRUGS, listed, listed, AS_NAMED),) if terms else ()
        is_word = row is None and key in ordinary_words()
        return Entry(FactKind.DRUG, name, codes, ORDINARY_WORD if is_word else AS_NAMED)


@cache
def everyday() -> Mapping[str, Everyday]:
    """Return the table of everyday words by key."""
    with (ASSETS / "everyday.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))
    table: dict[str, Everyday] = {}
    for row in rows:
        meaning = Everyday(FactKind(row["kind"]), row["name"], row["icd-10-cm"], row["hpo"], row["notes"] == _LASTS)
        for said in (row["name"], *row["said"].split("|")):
            table.setdefault(term_key(said), meaning)
    table.pop("", None)
    return table


@cache
def never_terms() -> frozenset[str]:
    """Return the keys of words that some terminology lists and that mean something else when they are said."""
    return _keys_in("never_terms.txt")


@cache
def ordinary_words() -> frozenset[str]:
    """Return the keys of ordinary words that are also names of drugs."""
    return _keys_in("ordinary_words.txt")


def _keys_in(name: str) -> frozenset[str]:
    lines = (ASSETS / name).read_text(encoding="utf-8").splitlines()
    return frozenset(term_key(line) for line in lines if line and not line.startswith("#")) - {""}


def _key_of(name: str) -> str:
    return term_key(name)


def _called(key: str, codes: tuple[Code, ...]) -> str:
    """Return a title that the words stand for, or the words: a code of ICD-10-CM is often wider than what was said."""
    fitting = (code.name for code in codes if code.system == HPO or _key_of(_UNSPECIFIED.sub("", code.name)) == key)
    return next(fitting, key.capitalize())


def _title(term: Passage) -> str:
    """Return the title of a term: its passage begins with code or name, and a definition may follow."""
    text = term.text.removeprefix(f"{term.heading}: ")
    ends = [at for at in (text.find(": "), text.find(". ")) if at > 0]
    return text[: min(ends)] if ends else text.rstrip(".")
