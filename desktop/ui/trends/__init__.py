"""Which encounters are of the same patient, and the values over them as small charts."""
