"""The few primitives that the vault rests on, each under one name: all of them from the `cryptography` package."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class NotAuthentic(Exception):
    """Sealed bytes are not what was sealed, or the key is another one; who asks knows which sentence to say."""


def random_key() -> bytes:
    """Return 32 bytes from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def derive(key: bytes, salt: bytes, purpose: str) -> bytes:
    """Return the 32-byte key for one purpose (HKDF-SHA-256, RFC 5869): knowing it tells nothing of `key`."""
    return HKDF(SHA256(), KEY_BYTES, salt, f"bedside vault 1 {purpose}".encode()).derive(key)


def wrap(key: bytes, secret: bytes, context: bytes) -> bytes:
    """Seal a short secret (ChaCha20-Poly1305, RFC 8439) so that it opens only beside the same `context`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, secret, context)


def unwrap(key: bytes, wrapped: bytes, context: bytes) -> bytes:
    """Open what `wrap` sealed. Raises NotAuthentic."""
    if len(wrapped) < NONCE_BYTES + TAG_BYTES:
        raise NotAuthentic
    return open_sealed(ChaCha20Poly1305(key), wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)


def open_sealed(cipher: ChaCha20Poly1305, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open one sealed piece. Raises NotAuthentic."""
    try:
        return cipher.decrypt(nonce, sealed, context)
    except InvalidTag:
        raise NotAuthentic from None


def sign(key: bytes, data: bytes) -> bytes:
    """Return the HMAC-SHA-256 of `data`."""
    return hmac.digest(key, data, hashlib.sha256)


def is_signed(key: bytes, data: bytes, signature: bytes) -> bool:
    """Return whether `signature` is the HMAC of `data`, in constant time."""
    return hmac.compare_digest(sign(key, data), signature)
