"""Files of unknown origin are parsed in short-lived children that can do nothing else.

`confinement.py` is what a child does to itself before it opens anything: no network, no other files (`landlock.py`),
little memory, time and output (`limits.py`), no core dump. `starting.py` starts one without the parent's secrets,
`child.py` waits for it, and `frames.py` is how numbers come back, which the parent checks. `reading.py` is what the
models read sound and pictures through; its child is `decoder.py`. The window's picture reader and the reader of
documents confine themselves in the same way.
"""
