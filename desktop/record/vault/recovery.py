"""The recovery key as it is printed: 160 random bits and 20 bits of checksum, in nine groups of four characters.

Crockford's base 32 has no I, L, O and U; what is typed in their place, small letters, spaces and dashes are understood.
"""

from __future__ import annotations

import hashlib
import secrets

from desktop.record.errors import RECOVERY_KEY_MISTYPED, RecoveryKeyMistyped

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
SECRET_BYTES = 20
_CHECKSUM_BITS = 20
_CHARACTERS = (8 * SECRET_BYTES + _CHECKSUM_BITS) // 5
_GROUP = 4
_DASHES = "-\N{EN DASH}\N{EM DASH}"


def new_secret() -> bytes:
    """Return the bytes of a new recovery key."""
    return secrets.token_bytes(SECRET_BYTES)


def printed(secret: bytes) -> str:
    """Return a recovery key as groups to be printed: "8R2K-…-M4TQ"."""
    value = int.from_bytes(secret, "big") << _CHECKSUM_BITS | _checksum(secret)
    characters = "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(_CHARACTERS)))
    return "-".join(characters[start : start + _GROUP] for start in range(0, _CHARACTERS, _GROUP))


def typed(text: str) -> bytes:
    """Return the bytes of a recovery key that was typed in. Raises RecoveryKeyMistyped."""
    characters = [character for character in text.upper() if not character.isspace() and character not in _DASHES]
    if len(characters) != _CHARACTERS or not all(character in _VALUES for character in characters):
        raise RecoveryKeyMistyped(RECOVERY_KEY_MISTYPED)
    value = 0
    for character in characters:
        value = value << 5 | _VALUES[character]
    secret = (value >> _CHECKSUM_BITS).to_bytes(SECRET_BYTES, "big")
    if value & (1 << _CHECKSUM_BITS) - 1 != _checksum(secret):
        raise RecoveryKeyMistyped(RECOVERY_KEY_MISTYPED)
    return secret


def _checksum(secret: bytes) -> int:
    digest = hashlib.sha256(b"bedside recovery key 1" + secret).digest()
    return int.from_bytes(digest[:3], "big") >> 24 - _CHECKSUM_BITS
