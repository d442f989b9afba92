"""Templates of notes: files that say which sections a note has and what goes into each.

A template is TOML: `title`, `summary`, and `[[sections]]` of `heading` with `parts` (see `lm.tasks.placing.Part`) and
`cues` (words that draw a statement into the section whatever its part). A doctor's own lie in a folder of theirs, or
are made from an example note.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from lm.errors import LanguageModelError
from lm.tasks.placing import Part

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "templates"
DEFAULT = "visit"
MAX_BYTES = 64 << 10
MAX_SECTIONS = 40


class InvalidTemplate(LanguageModelError):
    """A template cannot be used as it is written."""


@dataclass(frozen=True, slots=True)
class TemplateSection:
    """One section: statements of its parts belong to it, and those that hold one of its cues."""

    heading: str
    parts: tuple[Part, ...] = ()
    cues: tuple[str, ...] = ()

    def is_cued_by(self, text: str) -> bool:
        """Return whether a text holds one of the cues as whole words."""
        return any(re.search(rf"\b{re.escape(cue)}", text, re.IGNORECASE) for cue in self.cues)


@dataclass(frozen=True, slots=True)
class Template:
    """A note's sections in their order."""

    name: str
    title: str
    summary: str
    sections: tuple[TemplateSection, ...]

    @property
    def stamp(self) -> str:
        """Its name, and the SHA-256 of all that it says: which template wrote a note can be told later."""
        return f"{self.name} sha256:{hashlib.sha256(as_toml(self).encode()).hexdigest()}"

    def section_of(self, part: Part, text: str) -> int | None:
        """Return the place of the section that a statement belongs to: cues go before parts."""
        for at, section in enumerate(self.sections):
            if section.is_cued_by(text):
                return at
        return next((at for at, section in enumerate(self.sections) if part in section.parts), None)


def template_names(own: Path | None = None) -> tuple[str, ...]:
    """Return the names of the templates, the doctor's own ones in the folder `own` included."""
    folders = [SHIPPED] if own is None or not own.is_dir() else [SHIPPED, own]
    return tuple(sorted({file.stem for folder in folders for file in folder.glob("*.toml")}))


def load_template(name: str, own: Path | None = None) -> Template:
    """Return a template by its name or by the path of its file; one of the doctor's own goes before ours.

    Raises InvalidTemplate where there is none, or where it cannot be used.
    """
    candidates = [Path(name).expanduser()] if name.endswith(".toml") else []
    if re.fullmatch(r"[\w-]+", name):
        candidates += [folder / f"{name}.toml" for folder in (own, SHIPPED) if folder is not None]
    for file in candidates:
        if file.is_file():
            return _read(file)
    known = ", ".join(template_names(own))
    raise InvalidTemplate(f"There is no template {name!r}. Take one of {known}, or name a file that ends in .toml.")


def _read(file: Path) -> Template:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise InvalidTemplate(f"{file.name} is no template: it is larger than {MAX_BYTES >> 10} KiB.")
        return template_from_toml(file.stem, file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidTemplate(f"The template {file.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidTemplate(f"The template {file.name} is no UTF-8 text.") from error


def template_from_toml(name: str, text: str) -> Template:
    """Read a template. Raises InvalidTemplate with one sentence that says what is wrong and where."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidTemplate(f"The template {name} is no TOML: {error}.") from error
    unknown = sorted(set(table) - {"title", "summary", "sections"})
    if unknown:
        raise InvalidTemplate(f"The template {name} has a key {unknown[0]!r}; it may have title, summary and sections.")
    sections = table.get("sections")
    if not isinstance(sections, list) or not 0 < len(sections) <= MAX_SECTIONS:
        raise InvalidTemplate(f"The template {name} needs 1 to {MAX_SECTIONS} [[sections]].")
    title = _text(name, table.get("title", name), "title")
    summary = _text(name, table.get("summary", ""), "summary")
    return Template(name, title, summary, tuple(_section(name, section) for section in sections))


def _section(name: str, table: object) -> TemplateSection:
    if not isinstance(table, dict) or not table.get("heading"):
        raise InvalidTemplate(f"A section of the template {name} has no heading.")
    heading = _text(name, table["heading"], "heading")
    unknown = sorted(set(table) - {"heading", "parts", "cues"})
    if unknown:
        raise InvalidTemplate(
            f"The section {heading!r} of the template {name} has a key {unknown[0]!r}; it may have "
            f"heading, parts and cues."
        )
    parts = tuple(_part(name, heading, part) for part in _list(name, table, "parts"))
    return TemplateSection(heading, parts, tuple(_text(name, cue, "cues") for cue in _list(name, table, "cues")))


def _list(name: str, table: dict[str, object], key: str) -> list[object]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise InvalidTemplate(f"{key!r} in the template {name} must be a list.")
    return value


def _part(name: str, heading: str, value: object) -> Part:
    known = [part.value for part in Part if part is not Part.NOTHING]
    if value not in known:
        raise InvalidTemplate(
            f"The section {heading!r} of the template {name} wants {value!r}; a part is one of {', '.join(known)}."
        )
    return Part(str(value))


def _text(name: str, value: object, key: str) -> str:
    if not isinstance(value, str) or "\n" in value:
        raise InvalidTemplate(f"{key!r} in the template {name} must be one line of text.")
    return value.strip()


# --- from an example ------------------------------------------------------------------------------------------------

_HEADING = re.compile(
    r"^[ \t#*]*(?P<words>[A-Z][A-Z0-9 /&,()'-]{1,60}[A-Z)]|[A-Z][A-Za-z /&,()'-]{1,50}(?=:))[ \t*]*:?[ "
    r"\t]*(?P<rest>.*)$"
)
_PARTS = (
    (Part.COMPLAINT, r"complaint|\bcc\b|reason|presenting"),
    (Part.SURGERIES, r"surg|operations"),
    (Part.SOCIAL, r"social|family|lifestyle|occupation|habits"),
    (
        Part.HISTORY,
        r"present illness|\bhpi\b|interval|subjective|course|\bhistory$(?<!medical history)(?<!past history)",
    ),
    (Part.PAST, r"past|medical history|\bpmh\b|background|comorbid"),
    (Part.MEDICATIONS, r"medic(?:ation|ine)s?\b|\bmeds\b|drugs"),
    (Part.ALLERGIES, r"allerg"),
    (Part.REVIEW, r"review of|\bros\b|systems|subjective"),
    (Part.EXAM, r"exam|vital|objective|\bpe\b"),
    (Part.RESULTS, r"result|\blabs?\b|imaging|investigation|tests?\b|objective|findings"),
    (Part.ASSESSMENT, r"assess|impression|diagnos|problem|opinion"),
    (Part.PLAN, r"plan|recommend|treatment|follow|instruction|disposition|next steps"),
)


def template_from_note(text: str, name: str = "own") -> Template:
    """Make a template of the headings of an example note; what is written below them is not taken over.

    Raises InvalidTemplate where the text has no headings, or none that says what belongs below it.
    """
    headings = list(dict.fromkeys(found for line in text.splitlines() if (found := _heading(line))))
    sections = tuple(TemplateSection(heading, _parts_of(heading)) for heading in headings[:MAX_SECTIONS])
    if not any(section.parts for section in sections):
        raise InvalidTemplate(
            "No headings were found in the example note: write each on a line of its own, in capitals or with a colon."
        )
    return Template(name, "Note", "Made from an example note", sections)


def _heading(line: str) -> str:
    found = _HEADING.match(line)
    if found is None:
        return ""
    words = found["words"].strip(" *:")
    on_its_own = not found["rest"].strip()
    return words.capitalize() if on_its_own or _parts_of(words) else ""


def _parts_of(heading: str) -> tuple[Part, ...]:
    return tuple(part for part, pattern in _PARTS if re.search(pattern, heading.lower()))


def as_toml(template: Template) -> str:
    """Return a template as the text of its file."""
    lines = [f"title = {_quoted(template.title)}", f"summary = {_quoted(template.summary)}"]
    for section in template.sections:
        lines += ["", "[[sections]]", f"heading = {_quoted(section.heading)}"]
        if section.parts:
            lines.append(f"parts = [{', '.join(_quoted(part) for part in section.parts)}]")
        if section.cues:
            lines.append(f"cues = [{', '.join(_quoted(cue) for cue in section.cues)}]")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
