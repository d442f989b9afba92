"""Where R4 (4.0.1) and R5 (5.0.0) differ in the resources that are written; everything else is the same in both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.record.fhir.tree import Json

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"


class Release(StrEnum):
    """A published version of FHIR."""

    R4 = "R4"
    R5 = "R5"


def coding(system: str, code: str, display: str) -> Json:
    """Return a Coding."""
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str) -> Json:
    """Return a CodeableConcept of one code."""
    return {"coding": [coding(system, code, display)]}


@dataclass(frozen=True, slots=True)
class Shapes:
    """The elements that have another name or another number in the other release."""

    release: Release

    @property
    def picture_type(self) -> str:
        """Media was dropped in R5; DocumentReference does its work."""
        return "Media" if self._is_r4 else "DocumentReference"

    @property
    def _is_r4(self) -> bool:
        return self.release is Release.R4

    def subject(self, reference: Json) -> Any:
        """Return Composition.subject."""
        return reference if self._is_r4 else [reference]

    def attester(self, name: Any, when: str) -> Json:
        """Return who signed a note, and when."""
        kind = coding("http://hl7.org/fhir/composition-attestation-mode", "legal", "Legal")
        return {"mode": "legal" if self._is_r4 else {"coding": [kind]}, "time": when, "party": {"display": name}}

    def encounter(self, start: str) -> Json:
        """Return the elements of an Encounter of which nobody said what kind it was or whether it is over."""
        unknown: Json = coding(NULL_FLAVOR, "UNK", "unknown")
        if self._is_r4:
            return {"status": "unknown", "class": unknown, "period": {"start": start}}
        return {"status": "unknown", "class": [{"coding": [unknown]}], "actualPeriod": {"start": start}}

    def device(self, name: str, kind: str) -> Json:
        """Return the elements of a Device that is software or a model."""
        if self._is_r4:
            return {"deviceName": [{"name": name, "type": "user-friendly-name"}], "type": {"text": kind}}
        return {"name": [{"value": name, "type": "user-friendly-name"}], "type": [{"text": kind}]}

    def picture(self, attachment: Json, subject: Json, encounter: Json, created: str) -> Json:
        """Return the elements of a picture."""
        if self._is_r4:
            context = {"subject": subject, "encounter": encounter, "createdDateTime": created}
            return {"status": "completed", **context, "content": attachment}
        content = [{"attachment": attachment | {"creation": created}}]
        return {"status": "current", "subject": subject, "context": [encounter], "content": content}

    def consent(self, patient: Json, when: str, given: bool) -> Json:
        """Return the elements of what a patient said to being recorded, `given` or withdrawn."""
        status, decision = ("active", "permit") if given else ("inactive", "deny")
        category = [concept("http://loinc.org", "59284-0", "Consent Document")]
        if self._is_r4:
            # R4 calls OPTOUT "op-out" and later terminologies "opt-out": with either name one validator refuses it.
            policy = concept(ACT_CODE, "OPTIN" if given else "OPTOUT", "opt-in" if given else "")
            scope = concept(CONSENT_SCOPE, "patient-privacy", "Privacy Consent")
            about = {"scope": scope, "category": category, "patient": patient, "dateTime": when}
            return {"status": status, **about, "policyRule": policy, "provision": {"type": decision}}
        return {"status": status, "category": category, "subject": patient, "date": when[:10], "decision": decision}
