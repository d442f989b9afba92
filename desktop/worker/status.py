"""How the model worker stands, as the window sees it (no Qt, no torch)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WorkerState(StrEnum):
    """What the worker's process is doing."""

    NOT_STARTED = "not started"
    STARTING = "starting"
    """The process starts or a model is being loaded."""
    READY = "ready"
    BUSY = "busy"
    CANCELLING = "cancelling"
    """A job was told to stop and has not ended yet."""
    CRASHED = "crashed"
    """The process has just ended by itself; the next state says what becomes of it."""
    RESTARTING = "restarting"
    DISABLED = "disabled"
    """It crashed too often; only `restart()` starts it again."""


class Cause(StrEnum):
    """Why the process ended."""

    NONE = ""
    MEMORY = "memory"
    CRASH = "crash"
    KILLED = "killed"
    """Something outside Bedside ended it: a person, a service, or a system that does not say that memory ran out."""
    HANG = "hang"
    """It gave no sign of life and was ended."""
    PROTOCOL = "protocol"
    """It wrote something that is no message of ours and was ended."""
    NO_START = "no start"
    """The program could not be started, or it ended before it said a word."""
    STUCK_JOB = "stuck job"
    """A cancelled job did not end in time, so the process was ended; that is no crash."""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One state of the worker with what the window shows beside it."""

    state: WorkerState = WorkerState.NOT_STARTED
    reason: str = ""
    """After the process ended by itself: the sentence for the doctor. Kept until the next process is ready."""
    what: str = ""
    """STARTING and RESTARTING: what is being loaded."""
    share: float = 0.0
    """STARTING and RESTARTING: how much of the loading is done, 0 to 1."""
    job: str = ""
    """BUSY and CANCELLING: the job that is at work."""
    cause: Cause = Cause.NONE
    """Of the same end as `reason`."""
