"""The sheet that imports a FHIR file."""
