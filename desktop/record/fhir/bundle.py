"""An encounter as a FHIR document: a Bundle whose first entry is a Composition, with everything that it refers to.

Ids come from the record's key and lead nowhere without it. Those of resources are the same in every export of one
encounter at one level, so that a later one brings an earlier one up to date; a de-identified export has none of the ids
of one with names, which would lead back to it. A document is never changed once it is made: the bundle, the only thing
that is it, has another id in each export (https://hl7.org/fhir/R4/documents.html).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.record.editing import consent_of
from desktop.record.encounter import (
    Answer,
    Attachment,
    CitedKind,
    Consent,
    ConsentState,
    Dictation,
    Question,
    Sentence,
    Verdict,
    Writing,
)
from desktop.record.export.choices import Level, Part, Purpose
from desktop.record.export.document import (
    ANSWER,
    CHECK,
    ENCOUNTER,
    NOT_INCLUDED,
    NOTHING,
    QUESTION,
    SIGNED_WATERMARK,
    WATERMARK,
    watermark_of,
)
from desktop.record.export.provenance import check_words, line_change, state_of
from desktop.record.fhir.observations import LOINC, measured, observed
from desktop.record.fhir.releases import Release, Shapes, coding, concept
from desktop.record.fhir.sentences import EXTENSIONS, element_id, extensions_of, narrated
from desktop.record.fhir.tree import FileContent, Line, Narrative, said
from desktop.record.note_editing import parts_of
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.record.encounter import Encounter, Entry
    from desktop.record.export.document import Translate
    from desktop.record.fhir.times import Times
    from desktop.record.fhir.tree import Json, Said
    from desktop.record.note_editing import NoteLine, NotePart

SOFTWARE = "Bedside"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_INTEGRITY = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_TARGET_ELEMENT = "http://hl7.org/fhir/StructureDefinition/targetElement"
_PURPOSES = {
    Purpose.TREATMENT: ("TREAT", "treatment"),
    Purpose.REQUEST: ("PATRQT", "patient requested"),
    Purpose.RESEARCH: ("HRESCH", "healthcare research"),
    Purpose.TEACHING: ("TRAIN", "training"),
    Purpose.QUALITY: ("HQUALIMP", "health quality improvement"),
}
_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "dcm": "application/dicom",
    "mp4": "video/mp4",
}
DRAFT, SIGNED = "preliminary", "final"
CONSENT = QT_TRANSLATE_NOOP("Export", "Consent to recording")
CONSENTS = {
    ConsentState.AGREED: QT_TRANSLATE_NOOP("Export", "The patient, or who may speak for the patient, agreed."),
    ConsentState.WITHDRAWN: QT_TRANSLATE_NOOP("Export", "It was withdrawn: nothing more is recorded."),
}
"""What a patient decided. Elsewhere nobody was asked, and there is no consent to tell of."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is written of an encounter, and how."""

    release: Release
    parts: frozenset[Part]
    purpose: Purpose
    level: Level
    times: Times
    key: bytes
    """Ids come from it."""
    version: str = ""
    """Of Bedside."""


@dataclass(slots=True)
class BundleMaker:
    """Collects resources in the order in which they are referred to."""

    encounter: Encounter
    wish: Wish
    translate: Translate
    _resources: dict[str, Json] = field(default_factory=dict)
    _pictures: dict[str, Json] = field(default_factory=dict)
    """References to pictures by label."""

    @property
    def _shapes(self) -> Shapes:
        return Shapes(self.wish.release)

    def made(self) -> Json:
        """Return the bundle, with the words of the encounter marked in it."""
        wish, times = self.wish, self.wish.times
        self._add("Patient", "patient", {"text": _text("The record keeps nothing about who the patient is.")})
        visit = self._shapes.encounter(times.moment(self.encounter.created))
        self._add("Encounter", "encounter", visit | {"subject": self._ref("patient")})
        self._device(SOFTWARE, "Clinical documentation software, for research and education", wish.version)
        composition, bundle = self._composition(), self._bundle_name
        entries = [self._entry("Composition", "composition", composition), *self._resources.values()]
        return {
            "resourceType": "Bundle",
            "id": self._id(bundle),
            "meta": {"security": self._labels(), "tag": [self._mark()]},
            "identifier": {"system": "urn:ietf:rfc:3986", "value": self._urn(bundle)},
            "type": "document",
            "timestamp": times.instant(times.now),
            "entry": entries,
        }

    @property
    def _bundle_name(self) -> str:
        """Return what tells one export from every other one."""
        wish = self.wish
        return " ".join(("bundle", wish.times.now, wish.release, wish.purpose, *sorted(wish.parts)))

    @property
    def _is_signed(self) -> bool:
        """Whether a clinician signed all that was written, so that the document is no draft."""
        return watermark_of(self.encounter, self.wish.parts) == SIGNED_WATERMARK

    def _mark(self) -> Json:
        signed = ("signed", SIGNED_WATERMARK) if self._is_signed else ("draft", WATERMARK)
        return coding(f"{EXTENSIONS}mark", *signed)

    def _attester(self, note: Writing) -> Json | None:
        if note.signature is None:
            return None
        return self._shapes.attester(said(note.signature.by), self.wish.times.moment(note.signature.at))

    def _labels(self) -> list[Json]:
        """Return the security labels: how private it is, what was taken out, and what it may be used for."""
        removed = [] if self.wish.level is Level.NAMED else [coding(_INTEGRITY, "REDACTED", "redacted")]
        use = coding(_REASON, *_PURPOSES[self.wish.purpose])
        return [coding(_CONFIDENTIALITY, "R", "restricted"), *removed, use]

    def _composition(self) -> Json:
        chosen = [entry for entry in self.encounter.entries if self._is_chosen(entry)]
        title = said(self.encounter.title if Part.TITLE in self.wish.parts else "")
        sections = [self._section(entry, f"e{place}") for place, entry in enumerate(chosen, 1)]
        nothing = {"title": self.translate(ENCOUNTER), "text": _text(self.translate(NOTHING))}
        return {
            "text": _text(self.translate(watermark_of(self.encounter, self.wish.parts)), self.translate(CHECK)),
            "status": SIGNED if self._is_signed else DRAFT,
            "attester": [self._attester(entry) for entry in chosen if isinstance(entry, Writing) and entry.is_signed],
            "type": concept(LOINC, "34133-9", "Summary of episode note"),
            "subject": self._shapes.subject(self._ref("patient")),
            "encounter": self._ref("encounter"),
            "date": self.wish.times.moment(self.wish.times.now),
            "author": [self._ref(f"device {SOFTWARE}")],
            "title": title if title.text else self.translate(ENCOUNTER),
            "section": sections or [nothing],
        }

    def _is_chosen(self, entry: Entry) -> bool:
        parts = self.wish.parts
        if isinstance(entry, Consent):
            holds = entry is consent_of(self.encounter) and entry.state in CONSENTS
            return Part.DICTATIONS in parts and holds
        if isinstance(entry, Answer):
            return Part.ANSWERS in parts and bool(entry.text)
        if isinstance(entry, Writing):
            return Part.DRAFTS in parts and bool(entry.sections)
        if isinstance(entry, Attachment):
            return bool({Part.PICTURES, Part.FILES} & parts)
        return (Part.DICTATIONS if isinstance(entry, Dictation) else Part.QUESTIONS) in parts

    def _section(self, entry: Entry, place: str) -> Json:
        if isinstance(entry, Consent):
            return self._consent(entry, place)
        if isinstance(entry, Answer):
            return self._answer(entry, place)
        if isinstance(entry, Writing):
            return self._draft(entry, place)
        if isinstance(entry, Attachment):
            return self._picture(entry, place)
        if isinstance(entry, Question):
            words = said(" ".join(filter(None, (entry.text, entry.about))))
            return {"id": place, "title": self.translate(QUESTION), "text": _text(words)}
        words = said(" ".join(utterance.text for utterance in entry.utterances))
        when = self.wish.times.moment(entry.at)
        return {"id": place, "title": entry.label, "text": _text(when, words)}

    def _consent(self, consent: Consent, place: str) -> Json:
        given, when = consent.state is ConsentState.AGREED, self.wish.times.moment(consent.at)
        # An account of this machine is a name that no rule knows as one.
        asked_by = consent.asked_by if self.wish.level is Level.NAMED else ""
        words = [said(text) for text in (asked_by, consent.reason) if text]
        text = _text(self.translate(CONSENTS[consent.state]), consent.manner.value, *words)
        elements = {"text": text, **self._shapes.consent(self._ref("patient"), when, given)}
        reference = self._add("Consent", f"consent {consent.id}", elements)
        return {"id": place, "title": self.translate(CONSENT), "text": text, "entry": [reference]}

    def _answer(self, answer: Answer, place: str) -> Json:
        sentences = answer.sentences or (Sentence(answer.text, Verdict.UNVERIFIED),)
        name = answer.decoder or "Decoder"
        self._device(name, "Language model that answered")
        sources = [used.label for used in answer.used if used.label]
        self._provenance(place, answer.at, "Answer of a model", name, [*sources, *_cited(sentences)])
        return {
            "id": place,
            "extension": extensions_of(sentences, place),
            "title": self.translate(ANSWER),
            "author": [self._ref(f"device {name}")],
            "text": narrated(sentences, answer.notices, place, self.translate),
        }

    def _draft(self, draft: Writing, place: str) -> Json:
        parts = [(part, [line for line in part.lines if not line.struck]) for part in parts_of(draft)]
        found = [self._observation(sentence, draft) for sentence in measured(draft)]
        if found:
            found.append(self._report(draft, found))
        cited = _cited(line.sentence for _part, standing in parts for line in standing)
        self._provenance(place, draft.at, "Draft by rules", SOFTWARE, cited, found)
        return {
            "id": place,
            "title": said(draft.title),
            "author": [self._ref(f"device {SOFTWARE}")],
            "text": _text(self.wish.times.moment(draft.at), *self._state(draft), *map(said, draft.notices)),
            "entry": found,
            "section": [
                self._part(part, standing, f"{place}-{number}")
                for number, (part, standing) in enumerate(parts, 1)
                if part.lines
            ],
        }

    def _state(self, draft: Writing) -> list[Said]:
        """Return whether a note is signed, and what was checked before. Its hash would lead back to the record."""
        if not draft.is_note:
            return []
        state = state_of(draft, self.translate, hashes=self.wish.level is Level.NAMED)
        checked = [check_words(draft.check, self.translate)] if draft.check else []
        return [said(line) for line in (state, *checked)]

    def _part(self, part: NotePart, standing: list[NoteLine], place: str) -> Json:
        """Return a section with what the doctor changed in it below."""
        sentences = [line.sentence for line in standing]
        changed = [line for line in part.lines if line.history and (line.is_own or (line.struck and line.drafted))]
        changes = [line_change(line, self.translate) for line in changed]
        return {
            "id": place,
            "extension": extensions_of(sentences, place),
            "title": said(part.heading),
            "text": narrated(sentences, changes, place, self.translate),
        }

    def _picture(self, picture: Attachment, place: str) -> Json:
        with_files = Part.FILES in self.wish.parts
        references = [self._file(picture, name, with_files) for name in picture.files]
        self._pictures[picture.label] = references[0]
        title = picture.label if with_files else f"{picture.label} ({self.translate(NOT_INCLUDED)})"
        text = _text(said(picture.description)) if picture.description else None
        return {"id": place, "title": title, "text": text, "entry": references}

    def _file(self, picture: Attachment, name: str, with_content: bool) -> Json:
        ending = name.rpartition(".")[2].lower()
        attachment = {
            "contentType": _TYPES.get(ending, "application/octet-stream"),
            "data": FileContent(name) if with_content else None,
            "title": picture.label,
        }
        when = self.wish.times.moment(picture.at)
        made = self._shapes.picture(attachment, self._ref("patient"), self._ref("encounter"), when)
        return self._add(self._shapes.picture_type, f"file {picture.id} {name}", made)

    def _observation(self, sentence: Sentence, draft: Writing) -> Json:
        observation = {
            "extension": extensions_of([sentence], "o"),
            "text": Narrative((Line("p", (said(sentence.text),), id=element_id("o", 1)),)),
            "status": DRAFT,
            **observed(sentence.text),
            **self._context(draft.at),
            "device": self._ref(f"device {SOFTWARE}"),
        }
        return self._add("Observation", f"observation {draft.id} {sentence.text}", observation)

    def _report(self, draft: Writing, results: list[Json]) -> Json:
        report = {
            "status": DRAFT,
            "code": {"text": "Measurements that were found by rules in what was said and typed"},
            **self._context(draft.at),
            "performer": [],
            "result": list(results),
            "media": [{"link": reference} for reference in self._pictures.values()],
        }
        return self._add("DiagnosticReport", f"report {draft.id}", report)

    def _context(self, at: str) -> Json:
        when = self.wish.times.moment(at)
        return {"subject": self._ref("patient"), "encounter": self._ref("encounter"), "effectiveDateTime": when}

    def _provenance(
        self, place: str, at: str, activity: str, author: str, labels: list[str], made: Iterable[Json] = ()
    ) -> None:
        section = {"extension": [{"url": _TARGET_ELEMENT, "valueUri": place}], **self._ref("composition")}
        sources = [self._pictures.get(label, {"display": said(label)}) for label in dict.fromkeys(labels)]
        provenance = {
            "target": [section, *made],
            "recorded": self.wish.times.instant(at),
            "activity": {"text": activity},
            "agent": [{"type": concept(_AGENT, "assembler", "Assembler"), "who": self._ref(f"device {author}")}],
            "entity": [{"role": "source", "what": what} for what in sources],
        }
        self._add("Provenance", f"provenance {place}", provenance)

    def _device(self, name: str, kind: str, version: str = "") -> None:
        versions = [{"value": version}] if version else []
        if self._id(f"device {name}") not in self._resources:
            self._add("Device", f"device {name}", self._shapes.device(name, kind) | {"version": versions})

    def _add(self, kind: str, name: str, elements: Json) -> Json:
        self._resources[self._id(name)] = self._entry(kind, name, elements)
        return self._ref(name)

    def _entry(self, kind: str, name: str, elements: Json) -> Json:
        return {"fullUrl": self._urn(name), "resource": {"resourceType": kind, "id": self._id(name), **elements}}

    def _ref(self, name: str) -> Json:
        return {"reference": self._urn(name)}

    def _urn(self, name: str) -> str:
        return f"urn:uuid:{self._id(name)}"

    def _id(self, name: str) -> str:
        words = f"fhir {self.encounter.id} {self.wish.level} {name}".encode()
        return str(uuid.UUID(bytes=hmac.digest(self.wish.key, words, hashlib.sha256)[:16], version=4))


def _text(*lines: Said | str) -> Narrative:
    return Narrative(tuple(Line("p", (line,)) for line in lines))


def _cited(sentences: Iterable[Sentence]) -> list[str]:
    """Return the labels of everything that the sentences cite, each once."""
    cited = (citation for sentence in sentences for citation in sentence.citations)
    return list(dict.fromkeys(each.label or CitedKind.QUESTION.value for each in cited))
