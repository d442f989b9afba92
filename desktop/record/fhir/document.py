"""A FHIR document that leaves the record: what of it can be replaced, how it is previewed, and its bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from desktop.record.export.document import FOOTER, MAC_DIGITS, changed_between
from desktop.record.fhir.sentences import EXTENSIONS
from desktop.record.fhir.tree import Line, Narrative, Writer, said_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from desktop.record.deidentify.replacing import Replacement
    from desktop.record.export.document import Translate
    from desktop.record.fhir.releases import Release
    from desktop.record.fhir.tree import Json
    from desktop.record.vault.chain import Link


@dataclass(frozen=True, slots=True)
class FhirDocument:
    """A bundle whose words of the encounter are still marked; the interface of `export.document.Document`."""

    release: Release
    bundle: Json
    replaced: dict[str, str] = field(default_factory=dict)
    """What stands for a line of the encounter."""

    @property
    def patient_text(self) -> str:
        """Every line that comes from the encounter, each once: what is de-identified."""
        return "\n".join(self._lines)

    @property
    def _lines(self) -> list[str]:
        return list(dict.fromkeys(line.text for line in said_in(self.bundle)))

    def changed(self, changes: Iterable[Replacement]) -> FhirDocument:
        """Return it with replacements made in its `patient_text`, wherever a line stands."""
        ordered = sorted(changes, key=lambda change: change.start)
        replaced, start = {}, 0
        for line in self._lines:
            end = start + len(line)
            replaced[line] = changed_between(line, start, end, ordered)
            start = end + 1
        return replace(self, replaced=replaced)

    def anchored(self, entry: Link, translate: Translate = str) -> FhirDocument:
        """Return it with the entry of the audit trail that tells of it, under the narrative and for programs."""
        composition: Json = self.bundle["entry"][0]["resource"]
        mark = composition["text"].lines[0].pieces[0]
        footer = f"{mark} · {translate(FOOTER).format(entry.seq, entry.mac[:MAC_DIGITS])}"
        parts = [{"url": "entry", "valueInteger": entry.seq}, {"url": "mac", "valueString": entry.mac}]
        anchored = composition | {
            "text": Narrative((*composition["text"].lines, Line("p", (footer,)))),
            "extension": [{"url": f"{EXTENSIONS}audit-entry", "extension": parts}],
        }
        first = self.bundle["entry"][0] | {"resource": anchored}
        return replace(self, bundle=self.bundle | {"entry": [first, *self.bundle["entry"][1:]]})

    def written(self, content: Callable[[str], bytes]) -> bytes:
        """Return the file's bytes; `content` gives those of a file of the encounter."""
        tree = Writer(self.replaced, content).written(self.bundle)
        return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()

    def preview(self) -> str:
        """Return the narrative as it is read, then every other value with its place; of files their name is shown."""
        tree = Writer(self.replaced, lambda _name: b"", is_plain=True).written(self.bundle)
        composition = tree["entry"][0]["resource"]
        read = [composition["title"], *composition["text"]["div"], *_sections(composition["section"])]
        values = dict.fromkeys(_values(tree, "Bundle", "\n".join(read)))
        return "\n".join((*read, "", *values)) + "\n"


_OURS = frozenset({"system", "fullUrl", "reference", "url", "id", "div", "resourceType"})
"""Elements that hold no word of the encounter: ids, references and names of code systems."""


def _sections(sections: list[Json]) -> Iterator[str]:
    for section in sections:
        yield from ("", section["title"], *section.get("text", {}).get("div", ()))
        yield from _sections(section.get("section", []))


def _values(node: Any, path: str, read: str) -> Iterator[str]:
    """Yield what was not read yet, a value a line."""
    if isinstance(node, dict):
        inner = node.get("resourceType", path)
        for name, value in node.items():
            if name not in _OURS:
                yield from _values(value, f"{inner}.{name}", read)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, path, read)
    elif str(node) not in read:
        yield f"{path.replace('.extension', '')}: {node}"
