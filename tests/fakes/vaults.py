"""Vaults for tests: the real thing with a key derivation that costs next to nothing."""

from __future__ import annotations

from desktop.record.vault.kdf import KdfParameters, KdfPolicy

PASSPHRASE = "correct horse battery"  # noqa: S105 - it opens nothing but the vaults of tests
ANOTHER = "staple under the bed"
CHEAP = KdfPolicy(
    start=KdfParameters(64, 1, 1), least=KdfParameters(64, 1, 1), most=KdfParameters(64, 1, 1), wanted_s=0.0
)
