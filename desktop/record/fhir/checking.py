"""Whether a bundle is valid FHIR, said by the models of `fhir.resources`.

They are made from the published definitions, and importing them takes a while: call this away from the window. R4
(4.0.1) itself is not among them; R4B (4.3.0) is, and it leaves the resources that are written here as they were in R4
(https://hl7.org/fhir/R4B/r4b-explanation.html).
"""

from __future__ import annotations

from importlib import import_module

from desktop.record.errors import FHIR_NOT_VALID, FhirNotValid
from desktop.record.fhir.releases import Release

_MODELS = {Release.R4: "fhir.resources.R4B.bundle", Release.R5: "fhir.resources.bundle"}


def check(content: bytes, release: Release) -> None:
    """Raise FhirNotValid where a bundle is not valid."""
    from pydantic import ValidationError

    model = import_module(_MODELS[release]).Bundle
    try:
        model.model_validate_json(content)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise FhirNotValid(FHIR_NOT_VALID, release.value, place) from error
