"""FHIR files of unknown origin: read by a confined child, then entries of an encounter."""
