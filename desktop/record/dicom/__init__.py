"""A marked picture as DICOM: a Secondary Capture, and its measurements as a structured report (no Qt, no torch)."""
