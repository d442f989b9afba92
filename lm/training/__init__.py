"""Training of the decoder from text."""
