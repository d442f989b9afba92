"""The cost of a guess fits the machine, and never falls below the floor."""

from __future__ import annotations

import itertools

import pytest

from desktop.record.errors import TooLittleMemory
from desktop.record.vault import kdf
from desktop.record.vault.kdf import STANDARD, KdfParameters, KdfPolicy, calibrated, stretch

POLICY = KdfPolicy(KdfParameters(64, 1, 1), KdfParameters(64, 1, 1), KdfParameters(512, 1, 1), wanted_s=1.0)


@pytest.mark.parametrize(("guess_s", "memory_kib"), [(2.0, 64), (0.6, 64), (0.5, 128), (0.2, 256), (0.01, 512)])
def test_memory_is_doubled_while_a_guess_stays_quick(guess_s: float, memory_kib: int) -> None:
    # The clock is read before and after each guess; each takes twice as long as the one before.
    times = itertools.chain.from_iterable((0.0, guess_s * 2**doubling) for doubling in itertools.count())
    assert calibrated(POLICY, lambda: next(times)).memory_kib == memory_kib


def test_the_standard_starts_where_it_should() -> None:
    assert STANDARD.start == KdfParameters(256 << 10, 3, 4)
    assert STANDARD.allows(STANDARD.start)


def test_known_answer() -> None:
    # From the reference implementation (argon2-cffi 25.1.0, low_level.hash_secret_raw, type ID, version 19).
    assert stretch("correct horse battery", bytes(range(16)), KdfParameters(64, 3, 2)).hex() == (
        "dec3230836192d538b656604b3d4a2f6aebaff0419b157f23fc77c08efa09332"
    )


def test_too_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted:
        def __init__(self, **_: object) -> None: ...

        def derive(self, _: bytes) -> bytes:
            raise MemoryError

    monkeypatch.setattr(kdf, "Argon2id", Exhausted)
    with pytest.raises(TooLittleMemory, match="256 MB are needed"):
        stretch("anything at all", bytes(16), STANDARD.start)
