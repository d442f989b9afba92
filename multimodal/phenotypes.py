"""From the published files of HPO to the index that a differential is made from.

`hp.obo` gives the terms and what implies what, `phenotype.hpoa` which disease shows which finding, how often, and who
reported it. The files' sha256 are known by then. Rows of one disease and one term are joined: counts of patients are
added up, otherwise the highest class of frequency stands.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from lm.clinical.ontology import Ontology
from lm.clinical.phenotype import PHENOTYPES_FILE, UNSTATED, Annotation, Frequency, Phenotypes, Profiles
from multimodal.errors import ConversionFailed
from multimodal.terminologies import SAME_MEANING, obo_tags, obo_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ONTOLOGY, ANNOTATIONS = "hp.obo", "phenotype.hpoa"
ONSET_YEARS = {
    "HP:0003581": 16.0,  # Adult onset
    "HP:0011462": 16.0,  # Young adult onset
    "HP:0025708": 16.0,  # Early young adult onset
    "HP:0025709": 19.0,  # Intermediate young adult onset
    "HP:0025710": 25.0,  # Late young adult onset
    "HP:0003596": 40.0,  # Middle age onset
    "HP:0003584": 60.0,  # Late onset
    "HP:0003621": 5.0,  # Juvenile onset
    "HP:0011463": 1.0,  # Childhood onset
}
"""The lower ends of HPO's terms of onset, in years; every other one begins at birth or before."""
_ONSET_ROOT = "HP:0003674"
_SHARES = {frequency.code: frequency.share for frequency in Frequency}
_COUNT = re.compile(r"(\d+)/(\d+)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def convert(sources: Mapping[str, Path], folder: Path) -> None:
    """Write the index of HPO's annotations into `folder`. Raises ConversionFailed."""
    try:
        ontology = read_ontology(sources[ONTOLOGY])
        if not ontology.knows(_ONSET_ROOT):
            raise ConversionFailed(f"{ONTOLOGY} is no HPO, so nothing was installed. Tell the project.")
        profiles = _profiles(ontology, sources[ANNOTATIONS])
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise ConversionFailed(f"The files of HPO cannot be read ({error}). Nothing was installed.") from error
    if not len(profiles):
        raise ConversionFailed(f"{ANNOTATIONS} holds no diseases, so nothing was installed. Tell the project.")
    Phenotypes(ontology, profiles).save(folder / PHENOTYPES_FILE)


def read_ontology(source: Path) -> Ontology:
    """Read hp.obo (OBO 1.2): terms that are not obsolete, parents before children. Raises ConversionFailed."""
    header, *stanzas = source.read_text(encoding="utf-8").split("\n\n[")
    version = re.search(r"^data-version: hp/releases/(\S+)", header, re.MULTILINE)
    terms = {tags["id"][0]: tags for stanza in stanzas if stanza.startswith("Term]") for tags in [obo_tags(stanza)]}
    live = {code: tags for code, tags in terms.items() if tags["name"] and "is_obsolete" not in tags}
    parents = {code: [value.split(" ! ")[0] for value in tags["is_a"]] for code, tags in live.items()}
    codes = list(_parents_first(parents))
    place = {code: number for number, code in enumerate(codes)}
    names = [live[code]["name"][0] for code in codes]
    called = [(name, place[code]) for code in codes for name in _called(live[code])]
    found = version[1] if version else ""
    return Ontology(found, codes, names, [[place[parent] for parent in parents[code]] for code in codes], called)


def _called(tags: Mapping[str, list[str]]) -> list[str]:
    """Return what else a term goes by: earlier codes, then names that mean the same."""
    return [*tags["alt_id"], *(obo_text(value) for value in tags["synonym"] if SAME_MEANING.search(value))]


def _parents_first(parents: Mapping[str, list[str]]) -> Iterator[str]:
    done: set[str] = set()
    waiting = sorted(parents, reverse=True)
    opened: set[str] = set()
    while waiting:
        code = waiting[-1]
        missing = [parent for parent in parents[code] if parent not in done]
        if code in opened and missing:
            raise ConversionFailed(f"{ONTOLOGY} implies {code} by itself. Nothing was installed.")
        if missing:
            opened.add(code)
            waiting.extend(missing)
            continue
        waiting.pop()
        if code not in done:
            done.add(code)
            yield code


def _profiles(ontology: Ontology, source: Path) -> Profiles:
    names: dict[str, str] = {}
    rows: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    onsets: dict[str, list[float]] = defaultdict(list)
    onset_root = ontology.place(_ONSET_ROOT)
    for row in _rows(source):
        disease, code = row["database_id"], row["hpo_id"]
        names.setdefault(disease, row["disease_name"])
        if not ontology.knows(code):
            continue
        term = ontology.place(code)
        if row["aspect"] == "C" and ontology.implies(term, onset_root):
            onsets[disease].append(ONSET_YEARS.get(code, 0.0))
        elif row["aspect"] == "P":
            frequency = Frequency.EXCLUDED.code if row["qualifier"] == "NOT" else row["frequency"]
            rows[disease, term].append((frequency, row["reference"]))
    seen = {disease for disease, _ in rows}
    diseases = [(code, name, min(onsets.get(code, [0.0]))) for code, name in sorted(names.items()) if code in seen]
    place = {code: number for number, (code, _, _) in enumerate(diseases)}
    annotations = [Annotation(place[code], term, *_joined(found)) for (code, term), found in rows.items()]
    return Profiles.build(ontology, diseases, annotations)


def _rows(source: Path) -> Iterator[dict[str, str]]:
    with source.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _joined(found: list[tuple[str, str]]) -> tuple[float, str]:
    """Return the share of patients and the sources of one finding of one disease."""
    sources = ";".join(dict.fromkeys(reference for _, reference in found))
    counts = [match for frequency, _ in found if (match := _COUNT.fullmatch(frequency))]
    if len(counts) == len(found):
        seen, of = (sum(int(count[group]) for count in counts) for group in (1, 2))
        # Laplace's rule: one of one patient does not make a finding obligate.
        return ((seen + 1) / (of + 2) if seen else 0.0), sources
    return max(_share(frequency) for frequency, _ in found), sources


def _share(frequency: str) -> float:
    if frequency in _SHARES:
        return _SHARES[frequency]
    if percent := _PERCENT.fullmatch(frequency):
        return min(1.0, float(percent[1]) / 100)
    if count := _COUNT.fullmatch(frequency):
        return (int(count[1]) + 1) / (int(count[2]) + 2) if int(count[1]) else 0.0
    return UNSTATED
