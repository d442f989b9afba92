"""The vault beside a plain dictionary: whatever is done in whatever order, both hold the same."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from desktop.record.encounter import Attachment, Encounter, Question
from desktop.record.errors import EncounterMissing, WrongPassphrase
from desktop.record.vault.opening import open_vault, open_vault_with_recovery_key
from tests.fakes.encounters import AT
from tests.fakes.vaults import ANOTHER, PASSPHRASE, VaultRecord

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
contents = st.binary(max_size=40).map(lambda tail: b"\x89PNG\r\n\x1a\n" + tail * 3_000)


class VaultAndDictionary(RuleBasedStateMachine):
    """Runs every step on a vault and on `encounters` and `files`."""

    ids = Bundle("ids")

    @initialize()
    def begin(self) -> None:
        """Make a new vault."""
        self.folder = tempfile.TemporaryDirectory()
        self.record = VaultRecord(Path(self.folder.name) / "vault")
        self.passphrase = PASSPHRASE
        self.recovery_key = self.record.recovery_key
        self.encounters: dict[str, Encounter] = {}
        self.files: dict[tuple[str, str], bytes] = {}

    @rule(target=ids, title=texts)
    def create(self, title: str) -> str:
        made = self.record.store.create(title)
        self.encounters[made.id] = made
        return made.id

    @rule(encounter_id=ids, text=texts)
    def ask(self, encounter_id: str, text: str) -> None:
        known = self.encounters[encounter_id]
        question = Question(f"q{len(known.entries)}", AT, text)
        self.encounters[encounter_id] = replace(known, entries=(*known.entries, question))
        self.record.store.save(self.encounters[encounter_id])

    @rule(encounter_id=ids, content=contents)
    def attach(self, encounter_id: str, content: bytes) -> None:
        source = Path(self.folder.name) / "source.png"
        source.write_bytes(content)
        self.files[encounter_id, self.record.store.add_file(encounter_id, source)] = content

    @rule(encounter_id=ids, content=contents)
    def paste(self, encounter_id: str, content: bytes) -> None:
        name, path = self.record.store.new_file(encounter_id, ".png")
        path.write_bytes(content)
        known = self.encounters[encounter_id]
        entry = Attachment(f"p{len(known.entries)}", AT, "Image", (name,))
        self.encounters[encounter_id] = replace(known, entries=(*known.entries, entry))
        self.record.store.save(self.encounters[encounter_id])
        self.files[encounter_id, name] = content

    @rule(encounter_id=consumes(ids))
    def delete(self, encounter_id: str) -> None:
        self.record.store.delete(encounter_id)
        del self.encounters[encounter_id]
        self.files = {place: content for place, content in self.files.items() if place[0] != encounter_id}
        with pytest.raises(EncounterMissing):
            self.record.store.load(encounter_id)

    @rule(crash=st.booleans())
    def open_again(self, crash: bool) -> None:
        (self.record.crash if crash else self.record.close)()
        self.record.vault = open_vault(self.record.folder, self.passphrase, self.record.means)

    @rule()
    def open_with_the_recovery_key(self) -> None:
        self.record.close()
        self.record.vault = open_vault_with_recovery_key(self.record.folder, self.recovery_key, self.record.means)

    @rule()
    def change_passphrase(self) -> None:
        old, self.passphrase = self.passphrase, ANOTHER if self.passphrase == PASSPHRASE else PASSPHRASE
        self.record.vault.keys.change_passphrase(old, self.passphrase)
        with pytest.raises(WrongPassphrase):
            self.record.vault.keys.change_passphrase(old, self.passphrase)

    @rule()
    def renew_recovery_key(self) -> None:
        self.recovery_key = self.record.vault.keys.renew_recovery_key()

    @rule()
    def rotate(self) -> None:
        self.recovery_key = self.record.vault.rotate_data_key(self.passphrase)

    @rule(search=texts)
    def search(self, search: str) -> None:
        wanted = search.casefold().split()
        texts_of = {
            one.id: "\n".join([one.title, *(e.text for e in one.entries if isinstance(e, Question))]).casefold()
            for one in self.encounters.values()
        }
        expected = {key for key, words in texts_of.items() if all(word in words for word in wanted)}
        assert {summary.id for summary in self.record.store.summaries(search)} == expected

    @invariant()
    def both_hold_the_same(self) -> None:
        if not hasattr(self, "encounters"):
            return
        store = self.record.store
        assert {summary.id: summary.title for summary in store.summaries()} == {
            key: one.title for key, one in self.encounters.items()
        }
        for key, one in self.encounters.items():
            assert store.load(key) == one
            found = {name: b"".join(pieces) for name, pieces in store.contents(key).items()}
            assert found == {name: content for (owner, name), content in self.files.items() if owner == key}

    def teardown(self) -> None:
        if hasattr(self, "record"):
            self.record.close()
            self.folder.cleanup()


TestVaultAndDictionary = VaultAndDictionary.TestCase
TestVaultAndDictionary.settings = settings(max_examples=8, stateful_step_count=20)
