"""How far a command is: a line that redraws itself in a terminal, a line now and then elsewhere, or JSON."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, is_dataclass

QUIET_S = 5.0
IN_PLACE_S = 0.1
JSON_S = 0.2
"""The window draws a bar from these lines."""


class ProgressLine:
    """Says what it is told at a pace that can be followed; a new stage is said at once."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._in_place = sys.stderr.isatty() and not as_json
        self._pause_s = JSON_S if as_json else IN_PLACE_S if self._in_place else QUIET_S
        self._stage, self._said_at = "", 0.0

    def say(self, stage: str, text: str, **message: object) -> None:
        """Say `text` to people, or `message` with its stage to programs."""
        now = time.monotonic()
        if stage == self._stage and now - self._said_at < self._pause_s:
            return
        self._stage, self._said_at = stage, now
        if self._as_json:
            sys.stdout.write(json.dumps({"event": "progress", "stage": stage, **message}) + "\n")
            sys.stdout.flush()  # a pipe would keep the lines back until all is over
            return
        sys.stderr.write(f"\r\x1b[K{text}" if self._in_place else f"{text}\n")
        sys.stderr.flush()


def training_line(progress: object, as_json: bool) -> str:
    """Return a line of a training run: the fields of a report, or the name of the score that is being computed."""
    fields = asdict(progress) if is_dataclass(progress) and not isinstance(progress, type) else {"scoring": progress}
    if as_json:
        return json.dumps(fields)
    nested = {name: value for group in fields.values() if isinstance(group, dict) for name, value in group.items()}
    fields = {name: value for name, value in fields.items() if not isinstance(value, dict)} | nested
    return "  ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in fields.items()
    )
