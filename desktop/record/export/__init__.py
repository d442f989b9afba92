"""An encounter as a document that leaves the record: what is chosen, its paragraphs, its files (no Qt, no torch)."""
