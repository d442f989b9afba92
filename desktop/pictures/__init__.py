"""Pictures for the window: a short-lived child process reads the files, the window gets only checked numbers.

`loader.py` is the window's side (Qt, no pydicom, no Pillow); `reader.py` and what it imports run in the child alone.
`messages.py`, `planes.py` and `sealed.py` are what both agree on.
"""
