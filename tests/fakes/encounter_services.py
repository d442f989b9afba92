"""Everything that the encounter screen is given, driven by hand: a real store in a folder, and fakes for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from desktop.record.encounter import ConsentManner, ConsentState, Dictation
from desktop.record.store import FolderStore
from desktop.settings import Settings
from desktop.ui.encounter.controller import EncounterController
from desktop.ui.microphone.recorder import Recorder
from desktop.ui.services import Services
from desktop.worker.protocol import Ask, Dictate, Transcribe
from tests.fakes.answering_pictures import AnsweringPictureLoader
from tests.fakes.microphones import BUILT_IN, FakeMicrophone
from tests.fakes.worker_host import FakeWorkerHost

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.encounter import Answer, Attachment, Encounter, Question


class EncounterBench:
    """Services with the parts that a test drives."""

    def __init__(self, folder: Path, disk: Disk | None = None, microphone: FakeMicrophone | None = None) -> None:
        self.folder = folder / "encounters"
        self.store = FolderStore(self.folder, disk)
        self.worker = FakeWorkerHost()
        self.microphone = microphone or FakeMicrophone(BUILT_IN)
        self.recorder = Recorder(self.microphone)
        self.pictures = AnsweringPictureLoader()
        self.settings = Settings(folder / "settings.json")
        self.services = Services(
            self.store, cast("object", self.worker), self.settings, self.recorder, cast("object", self.pictures)
        )
        self.controller: EncounterController | None = None

    def make_controller(self) -> EncounterController:
        """Return the controller of these services, made once."""
        if self.controller is None:
            self.controller = EncounterController(self.services)
        return self.controller

    def speak(self) -> None:
        """Begin a recording as the doctor does, who is asked whether it may be where nobody answered yet."""
        speak(self.make_controller())

    def on_disk(self) -> Encounter:
        """Return the encounter that is shown as another start of the window would find it."""
        assert self.controller is not None
        assert self.controller.encounter is not None
        self.controller.book.finish()
        return FolderStore(self.folder).load(self.controller.encounter.id)

    def asked(self, place: int = -1) -> Ask:
        """Return a question that was sent."""
        return cast("Ask", self.worker.sent_of(Ask)[place])

    def dictated(self, place: int = -1) -> Dictate:
        """Return a dictation that was begun."""
        return cast("Dictate", self.worker.sent_of(Dictate)[place])

    def transcribed(self, place: int = -1) -> Transcribe:
        """Return a recording that was sent."""
        return cast("Transcribe", self.worker.sent_of(Transcribe)[place])


def speak(controller: EncounterController) -> None:
    """Begin a recording, and say where that is asked that the patient agrees."""
    controller.speak()
    controller.consenting.answer(ConsentState.AGREED, ConsentManner.SPOKEN)
    controller.book.finish()


def recording_in(encounter: Encounter) -> Dictation:
    """Return the one recording of an encounter."""
    (found,) = (entry for entry in encounter.entries if isinstance(entry, Dictation))
    return found


def entries_of(encounter: Encounter, kind: type[Answer | Dictation | Question | Attachment]) -> list[object]:
    """Return the entries of one kind."""
    return [entry for entry in encounter.entries if isinstance(entry, kind)]
