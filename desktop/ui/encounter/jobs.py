"""Which job of the worker belongs to which entry of which encounter."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Job:
    """One job that is under way."""

    id: str
    encounter_id: str
    entry_id: str


class Jobs:
    """The jobs of one kind that are under way."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def add(self, encounter_id: str, entry_id: str) -> Job:
        """Begin a job for an entry."""
        job = Job(new_id(), encounter_id, entry_id)
        self._jobs[job.id] = job
        return job

    def get(self, job_id: str) -> Job | None:
        """Return a job that is under way."""
        return self._jobs.get(job_id)

    def end(self, job_id: str) -> Job | None:
        """Take a job out; None where it is not one of these."""
        return self._jobs.pop(job_id, None)

    def of_entry(self, entry_id: str) -> Job | None:
        """Return the job of an entry."""
        return next((job for job in self._jobs.values() if job.entry_id == entry_id), None)

    def of_encounter(self, encounter_id: str) -> list[Job]:
        """Return the jobs of an encounter, the oldest first."""
        return [job for job in self._jobs.values() if job.encounter_id == encounter_id]

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs.values()))

    def __len__(self) -> int:
        return len(self._jobs)


def new_id() -> str:
    """Return an id that no other entry or job has."""
    return uuid.uuid4().hex
