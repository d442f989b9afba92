"""From the published files of ICD-10-CM, HPO and the drug names to knowledge bases that are searched.

Each reader turns a file, whose sha256 is known by then, into terms: the names that they go by, and a passage that can
be cited. They get no vectors: for 86,000 of them two cores need hours, and a term is found by its name. The content of
the passages is that of the sources, word for word.
"""

from __future__ import annotations

import bz2
import re
from collections import defaultdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from lm.grounding.knowledge import KnowledgeBase, Term
from lm.grounding.passages import Passage
from multimodal import plain_pickle
from multimodal.errors import ConversionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

TERMS_FILE = "terms.sqlite"
MOST_NAMES = 12
"""Shown of a drug: some go by a hundred."""
SHORTEST_DRUG_NAME = 4
_ALSO_FOOD = frozenset("water air honey salt sugar milk egg wheat rice corn coffee chocolate".split())
"""Listed as drugs, and seldom meant as such."""
_UNSPECIFIED = re.compile(
    r"(?:^Unspecified )|(?:, unspecified$)|(?:, not otherwise specified$)|(?: NOS$)", re.IGNORECASE
)
_OBO_TEXT = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"(?: (?P<scope>[A-Z]+))?')
SAME_MEANING = re.compile(r'" (?:EXACT|[A-Z]+ layperson)\b')
"""Synonyms that mean the same, and what people say for it."""
_NOTES = (("includes", "Includes"), ("inclusionTerm", "Includes"), ("excludes1", "Not"), ("excludes2", "Not here"))


def convert(reader: Callable[[Path], Iterator[Term]], source: Path, folder: Path) -> None:
    """Write the knowledge base of one terminology into `folder`. Raises ConversionFailed."""
    try:
        terms = list(reader(source))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConversionFailed(f"{source.name} cannot be read ({error}). Nothing was installed.") from error
    if not terms:
        raise ConversionFailed(f"{source.name} holds no terms, so nothing was installed. Tell the project.")
    with KnowledgeBase(folder / TERMS_FILE) as base:
        base.add_terms(source.name, terms[0].passage.title, "", terms)


# --- ICD-10-CM -------------------------------------------------------------------------------------------------------


def icd10_terms(source: Path) -> Iterator[Term]:
    """Read the tabular list of ICD-10-CM (CMS and NCHS, XML): every code with its title and notes."""
    try:
        root = ET.parse(source).getroot()  # noqa: S314 - its sha256 is the catalogue's
    except ET.ParseError as error:
        raise ConversionFailed(f"{source.name} is no tabular list ({error}). Nothing was installed.") from error
    title = f"ICD-10-CM {root.findtext('version', '')}".strip()
    for entry in root.iter("diag"):
        code, description = entry.findtext("name", ""), entry.findtext("desc", "")
        notes = {kind: [note.text or "" for note in entry.findall(f"{kind}/note")] for kind, _ in _NOTES}
        said = [f"{words}: {'; '.join(notes[kind])}." for kind, words in _NOTES if notes[kind]]
        names = [description, *notes["inclusionTerm"], code]
        names += [_UNSPECIFIED.sub("", name) for name in names]
        yield Term(Passage(title, " ".join([f"{code}: {description}.", *said]), code), tuple(names))


# --- HPO -------------------------------------------------------------------------------------------------------------


def hpo_terms(source: Path) -> Iterator[Term]:
    """Read the Human Phenotype Ontology (OBO 1.2): every term that is not obsolete, with definition and synonyms."""
    header, *stanzas = source.read_text(encoding="utf-8").split("\n\n[")
    version = re.search(r"^data-version: hp/releases/(\S+)", header, re.MULTILINE)
    title = f"Human Phenotype Ontology {version[1] if version else ''}".strip()
    for stanza in stanzas:
        if not stanza.startswith("Term]"):
            continue
        tags = obo_tags(stanza)
        if "is_obsolete" not in tags and tags["name"]:
            yield _hpo_term(title, tags)


def obo_tags(stanza: str) -> Mapping[str, list[str]]:
    """Return the tags of one stanza of an OBO file with their values; a tag that it lacks has none."""
    tags: dict[str, list[str]] = defaultdict(list)
    for line in stanza.splitlines()[1:]:
        tag, _, value = line.partition(": ")
        tags[tag].append(value)
    return tags


def _hpo_term(title: str, tags: Mapping[str, list[str]]) -> Term:
    name, code = tags["name"][0], tags["id"][0]
    synonyms = [obo_text(value) for value in tags["synonym"]]
    exact = [obo_text(value) for value in tags["synonym"] if SAME_MEANING.search(value)]
    definition = obo_text(tags["def"][0]) if tags["def"] else ""
    said = [f"{name}: {definition}" if definition else f"{name}."]
    said += [f"Also called: {', '.join(dict.fromkeys(synonyms))}."] if synonyms else []
    return Term(Passage(title, " ".join(said), code), (name, *exact))


def obo_text(value: str) -> str:
    """Return the quoted text of an OBO value."""
    found = _OBO_TEXT.match(value)
    return re.sub(r"\\(.)", r"\1", found["text"]) if found else ""


# --- drug names ------------------------------------------------------------------------------------------------------


def drug_terms(source: Path) -> Iterator[Term]:
    """Read the table of the package drug-named-entity-recognition: every drug with the names that it goes by."""
    table = plain_pickle.read(bz2.decompress(source.read_bytes()))
    try:
        drugs, variants = table["drug_canonical_to_data"], table["drug_variant_to_canonical"]
        names: dict[str, list[str]] = defaultdict(list)
        for name, canonical in variants.items():
            for drug in canonical:
                names[drug].append(name)
        for drug, known in drugs.items():
            yield _drug_term(str(known.get("name") or drug), str(known.get("drugbank_id") or ""), [drug, *names[drug]])
    except (KeyError, TypeError, AttributeError) as error:
        raise ConversionFailed(f"{source.name} is no table of drug names. Nothing was installed.") from error


def _drug_term(name: str, drugbank: str, names: list[str]) -> Term:
    others = [other for other in dict.fromkeys(names) if other.lower() != name.lower()]
    also = f" Also called: {', '.join(others[:MOST_NAMES])}." if others else ""
    number = f" (DrugBank {drugbank})" if drugbank else ""
    found_by = tuple(n for n in (name, *names) if len(n) >= SHORTEST_DRUG_NAME and n.lower() not in _ALSO_FOOD)
    return Term(Passage("Drug names", f"{name}{number} is a drug.{also}", name), found_by)
