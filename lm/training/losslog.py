"""The loss log: one JSON object a line, readable while the run writes it.

{"step": 50, "loss": 5.31, "learning_rate": 0.001, "tokens": 4096}
{"step": 50, "validation_loss": 5.42}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lm.training.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lm.training.events import Stepped, Validated


class LossLog:
    """`loss.jsonl` of one run."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def stepped(self, event: Stepped) -> None:
        """Add the loss of one step."""
        self.add({"step": event.step, "loss": event.loss, "learning_rate": event.learning_rate, "tokens": event.tokens})

    def validated(self, event: Validated) -> None:
        """Add a validation loss."""
        self.add({"step": event.step, "validation_loss": event.validation_loss})

    def records(self) -> list[dict[str, Any]]:
        """Return what was logged; a last line that a killed run left half-written is dropped."""
        if not self._file.is_file():
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def forget_after(self, step: int) -> None:
        """Drop what was logged after the checkpoint of `step`: those steps are taken again."""
        kept = "".join(json.dumps(record) + "\n" for record in self.records() if record["step"] <= step)
        replace_file(self._file, lambda partial: partial.write_text(kept, encoding="utf-8"))

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a line; `step` in it says after which checkpoint it is kept."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(record)) + "\n")
