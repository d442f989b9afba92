"""From a draft to a signed note: read and edit, check, sign."""
