"""An encounter as a FHIR document bundle, and FHIR files as entries of an encounter (no Qt, no torch)."""
