"""An exported R4 bundle against HL7's own JSON schema, read by a validator that knows nothing of FHIR."""

from __future__ import annotations

import copy
import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import fastjsonschema
import pytest

from desktop.record.export.choices import Level
from tests.desktop.record.fhir.test_bundle import AGREED, WHOLE, document, values, written
from tests.golden import make_fhir_schema

if TYPE_CHECKING:
    from collections.abc import Callable

CONSENTED = replace(WHOLE, entries=(AGREED, *WHOLE.entries))


@pytest.fixture(scope="module")
def valid() -> Callable[[Any], Any]:
    schema = json.loads(gzip.decompress(make_fhir_schema.TARGET.read_bytes()))
    made: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return made


@pytest.mark.parametrize("level", Level)
def test_every_bundle_is_valid_to_the_official_schema(valid: Callable[[Any], Any], level: Level) -> None:
    bundle = written(document(CONSENTED, level=level))
    assert set(values(bundle, "resourceType")) == set(make_fhir_schema.KINDS)
    valid(bundle)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda resource: resource.update(invented="word"),
        lambda resource: resource.update(status="nearly"),
        lambda resource: resource.update(identifier="no identifier"),
    ],
)
def test_the_schema_refuses_what_is_wrong_in_any_resource(
    valid: Callable[[Any], Any], spoil: Callable[[dict[str, Any]], None]
) -> None:
    bundle = written(document(CONSENTED))
    valid(copy.deepcopy(bundle))
    observation = next(
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation"
    )
    spoil(observation)
    with pytest.raises(fastjsonschema.JsonSchemaException):
        valid(bundle)
