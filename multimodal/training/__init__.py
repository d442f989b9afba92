"""Training of the projectors that let a decoder see and hear."""
