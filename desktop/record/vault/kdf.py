"""From passphrase to key: Argon2id (RFC 9106), calibrated upwards when it is chosen, range-checked when it is read."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desktop.record.errors import TOO_LITTLE_MEMORY, TooLittleMemory
from desktop.record.vault.crypto import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class KdfParameters:
    """What one guess costs."""

    memory_kib: int
    iterations: int
    lanes: int

    def is_within(self, least: KdfParameters, most: KdfParameters) -> bool:
        """Return whether every parameter lies between those of two others."""
        return (
            least.memory_kib <= self.memory_kib <= most.memory_kib
            and least.iterations <= self.iterations <= most.iterations
            and least.lanes <= self.lanes <= most.lanes
        )


@dataclass(frozen=True, slots=True)
class KdfPolicy:
    """Which parameters new passphrases get, and which ones a file may ask for; tests put cheap ones in its place."""

    start: KdfParameters
    """The least that a new passphrase gets."""
    least: KdfParameters
    most: KdfParameters
    wanted_s: float
    """New parameters are made harder while one guess is expected to stay under this."""

    def allows(self, parameters: KdfParameters) -> bool:
        """Return whether a file may ask for these: a hostile one must neither exhaust the memory nor be cheap."""
        return parameters.is_within(self.least, self.most)


STANDARD = KdfPolicy(
    start=KdfParameters(memory_kib=256 << 10, iterations=3, lanes=4),
    least=KdfParameters(memory_kib=256 << 10, iterations=3, lanes=1),
    most=KdfParameters(memory_kib=1 << 20, iterations=8, lanes=8),
    wanted_s=1.0,
)


def calibrated(policy: KdfPolicy, clock: Callable[[], float] = time.perf_counter) -> KdfParameters:
    """Return parameters for this machine: memory is doubled while a guess stays under the wanted time."""
    parameters = policy.start
    while True:
        began = clock()
        stretch("calibration", bytes(16), parameters)
        took_s = clock() - began
        harder = replace(parameters, memory_kib=2 * parameters.memory_kib)
        if 2 * took_s > policy.wanted_s or not policy.allows(harder):
            return parameters
        parameters = harder


def stretch(passphrase: str, salt: bytes, parameters: KdfParameters) -> bytes:
    """Return the 32-byte key of a passphrase; the same letters typed on another system give the same (NFC).

    Raises TooLittleMemory.
    """
    letters = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    derivation = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    )
    try:
        return derivation.derive(letters)
    except MemoryError as error:
        raise TooLittleMemory(TOO_LITTLE_MEMORY, parameters.memory_kib >> 10) from error
