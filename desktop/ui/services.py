"""What every screen of the window is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.pictures.loader import PictureLoader
    from desktop.record.store import EncounterStore
    from desktop.settings import Settings
    from desktop.ui.microphone.recorder import Recorder
    from desktop.ui.vault.keeping import Keeping
    from desktop.ui.vault.retention import Retention
    from desktop.ui.vault.session import VaultSession
    from desktop.worker.host import WorkerHost


@dataclass(frozen=True, slots=True)
class Services:
    """The long-lived objects behind the screens; made once in `desktop.app`, by hand in tests."""

    store: EncounterStore
    worker: WorkerHost
    settings: Settings
    recorder: Recorder
    pictures: PictureLoader
    keeping: Keeping | None = None
    """Looks after the open record; None where there is no vault."""
    session: VaultSession | None = None
    """Opens and locks the record; None where there is no vault."""
    retention: Retention | None = None
    """Erases sound by the doctor's rule; None where there is no vault."""
