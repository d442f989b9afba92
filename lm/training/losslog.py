"""The loss log: one JSON object a line, readable while the run writes it.

{"step": 50, "loss": 5.31, "learning_rate": 0.001, "tokens": 4096}
{"step": 50, "validation_loss": 5.42}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lm.errors import TrainingError
from lm.training.files import replace_file, set_aside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lm.training.events import Stepped, Validated


class LossLog:
    """`loss.jsonl` of one run; every line has the `fields`."""

    def __init__(self, file: Path, fields: Sequence[str] = ("step",)) -> None:
        self._file = file
        self._fields = frozenset(fields)

    def stepped(self, event: Stepped) -> None:
        """Add the loss of one step."""
        self.add({"step": event.step, "loss": event.loss, "learning_rate": event.learning_rate, "tokens": event.tokens})

    def validated(self, event: Validated) -> None:
        """Add a validation loss."""
        self.add({"step": event.step, "validation_loss": event.validation_loss})

    def records(self) -> list[dict[str, Any]]:
        """Return what was logged; a last line that a killed run left half-written is dropped.

        Raises TrainingError for a file that another program, or another version of this one, has written.
        """
        if not self._file.is_file():
            return []
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines(keepends=True)
            records = [json.loads(line) for line in lines if line.endswith("\n")]
        except ValueError as error:
            raise self._foreign() from error
        if not all(map(self._is_ours, records)):
            raise self._foreign()
        return records

    def _is_ours(self, record: object) -> bool:
        return isinstance(record, dict) and record.keys() >= self._fields and isinstance(record["step"], int)

    def forget_after(self, step: int) -> None:
        """Drop what was logged after the checkpoint of `step`: those steps are taken again. A foreign log is kept."""
        try:
            records = self.records()
        except TrainingError:
            set_aside(self._file.parent, [self._file.name])
            return
        kept = "".join(json.dumps(record) + "\n" for record in records if record["step"] <= step)
        replace_file(self._file, lambda partial: partial.write_text(kept, encoding="utf-8"))

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a line; `step` in it says after which checkpoint it is kept."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(record)) + "\n")

    def _foreign(self) -> TrainingError:
        return TrainingError(
            f"{self._file} was written by another version of Bedside or another program, and nothing in it was "
            "touched: move it elsewhere, and try again."
        )
