"""The doctor's own library: documents of unknown origin, read by a short-lived, limited child and kept as passages.

`reader.py` and `documents.py` run in the child alone; `reading.py` is the other side; `adding.py` fills the library.
"""
