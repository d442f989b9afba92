"""HPO as a glossary beside its knowledge base: definitions, layperson synonyms, and what each term is a kind of.

The content is that of hp.obo, word for word; its licence asks that HPO is cited with its version.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from lm.clinical.glossary import Glossary, GlossaryTerm
from lm.clinical.plain_words import PlainWords, from_terminology, own_words
from multimodal.catalog import ModelState, installed_path, state
from multimodal.terminologies import obo_tags, obo_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HPO = "hpo"
GLOSSARY_FILE = "glossary.json"
_EXACT = re.compile(r'" EXACT\b')
_LAYPERSON = re.compile(r'" EXACT layperson\b')


def hpo_glossary(source: Path) -> Glossary:
    """Read hp.obo (OBO 1.2): every term that is not obsolete."""
    header, *stanzas = source.read_text(encoding="utf-8").split("\n\n[")
    version = re.search(r"^data-version: hp/releases/(\S+)", header, re.MULTILINE)
    title = f"Human Phenotype Ontology {version[1] if version else ''}".strip()
    read = (obo_tags(stanza) for stanza in stanzas if stanza.startswith("Term]"))
    return Glossary(title, (_term(tags) for tags in read if "is_obsolete" not in tags and tags["name"]))


def _term(tags: Mapping[str, list[str]]) -> GlossaryTerm:
    plain = tuple(obo_text(value) for value in tags["synonym"] if _LAYPERSON.search(value))
    exact = tuple(obo_text(v) for v in tags["synonym"] if _EXACT.search(v) and not _LAYPERSON.search(v))
    definition = obo_text(tags["def"][0]) if tags["def"] else ""
    parents = tuple(value.split(" ")[0] for value in tags["is_a"])
    return GlossaryTerm(tags["id"][0], tags["name"][0], definition, plain, exact, parents)


def write_glossary(glossary: Glossary, folder: Path) -> None:
    """Write a glossary into the folder of the converted terminology."""
    content = {"title": glossary.title, "terms": [asdict(term) for term in glossary]}
    (folder / GLOSSARY_FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


@cache
def read_glossary(folder: Path) -> Glossary:
    """Read it again."""
    content = json.loads((folder / GLOSSARY_FILE).read_text(encoding="utf-8"))
    return Glossary(content["title"], (GlossaryTerm(**_tuples(row)) for row in content["terms"]))


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def installed_glossary() -> Glossary:
    """Return HPO as it is on this machine. Raises ModelNotFetched."""
    return read_glossary(installed_path(HPO))


def plain_words() -> PlainWords:
    """Return our own list of plain words before HPO's layperson synonyms; ours alone where HPO was not fetched."""
    own, kept = own_words()
    if state(HPO) is not ModelState.INSTALLED:
        return PlainWords(own, kept)
    glossary = installed_glossary()
    found, without = from_terminology(glossary.layperson_synonyms(), glossary.title)
    ours = set(kept)
    return PlainWords([*(word for word in found if word.term not in ours), *own], [*without, *kept])
