from __future__ import annotations

from pathlib import Path

import pytest

from desktop.record.closed import ClosedStore
from desktop.record.encounter import Encounter
from desktop.record.errors import RecordLocked
from desktop.record.meaning import Meaning
from desktop.record.repetition import Memory
from desktop.record.store import FolderStore

CALLS = {
    "summaries": (),
    "create": (),
    "load": ("0" * 32,),
    "save": (Encounter("0" * 32, "", "", "", (), False),),
    "delete": ("0" * 32,),
    "delete_recordings": (Encounter("0" * 32, "", "", "", (), False), ()),
    "add_file": ("0" * 32, Path("a.png")),
    "new_file": ("0" * 32, ".wav"),
    "path": ("0" * 32, "a.png"),
    "is_readable": ("0" * 32, "a.png"),
    "open_recording": (Path("a.wav"),),
    "signing_faults": ("0" * 32,),
    "study": (),
    "meanings": (),
    "meant_encounters": (),
    "keep_meaning": (Meaning("0" * 32, "", ()),),
    "keep_study": ("HP:1/meaning", Memory()),
}


@pytest.mark.parametrize("method", CALLS)
def test_a_locked_record_refuses_everything(method: str) -> None:
    with pytest.raises(RecordLocked, match="unlock it"):
        getattr(ClosedStore(), method)(*CALLS[method])


def test_it_has_every_method_of_a_store() -> None:
    assert set(CALLS) == {name for name in vars(FolderStore) if not name.startswith("_")}
