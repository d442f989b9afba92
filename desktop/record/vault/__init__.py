"""The encrypted record: keys in slots, an encrypted database, sealed files and recordings (no Qt, no torch).

`keys.py` opens and changes the key file, `store.py` is the record behind the window's interface; THREAT_MODEL.md says
what it guarantees.
"""
