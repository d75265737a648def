"""What is kept encrypted: tokens of connected accounts, and whatever else opens a door.

AES-256-GCM with a fresh nonce each time. `1.<key id>.<nonce and ciphertext, base64url>` says by itself which key it
was made with, so that keys can be changed. The place of a value (table, column, row) is part of what is vouched for:
moved anywhere else it can't be read. https://csrc.nist.gov/pubs/sp/800/38/d/final
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from core.errors import AppError
from core.home import kept_secret
from core.settings import Environment, Settings

VERSION: Final = "1"
NONCE_BYTES: Final = 12
HOME_KEY: Final = "home"
"""The id of the key that a home makes for itself, in development only."""
PURPOSE: Final = b"postaify encryption 1"
"""Keeps this key apart from others that might be made with the same secret."""


class Undecipherable(AppError):
    """Its key isn't among ours any more, it was changed, or it belongs to another place. Params: key_id, place."""

    code = "crypto.undecipherable"


@dataclass(frozen=True, slots=True)
class Cipher:
    """Encrypts with the key `current`, decrypts with all."""

    keys: Mapping[str, AESGCM]
    current: str

    def encrypt(self, secret: SecretStr, *, place: str) -> str:
        """The secret as text that only this place gives back."""
        nonce, vouched = os.urandom(NONCE_BYTES), _vouched(self.current, place)
        sealed = self.keys[self.current].encrypt(nonce, secret.get_secret_value().encode(), vouched)
        return f"{self.prefix}{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, text: str, *, place: str) -> SecretStr:
        """Raises Undecipherable."""
        version, key_id, body = (*text.split(".", 2), "", "")[:3]
        key = self.keys.get(key_id)
        if key is None or version != VERSION:
            raise Undecipherable(key_id=key_id[:32], place=place)
        try:
            sealed = _bytes(body)
            opened = key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _vouched(key_id, place))
        except (binascii.Error, InvalidTag, ValueError) as exc:
            raise Undecipherable(key_id=key_id, place=place) from exc
        return SecretStr(opened.decode())

    @property
    def prefix(self) -> str:
        """What everything encrypted with the current key begins with."""
        return f"{VERSION}.{self.current}."


def place_of(table: str, column: str, row_id: UUID) -> str:
    """Where a value stands."""
    return f"{table}.{column}:{row_id}"


def build_cipher(settings: Settings) -> Cipher:
    """With ENCRYPTION_KEYS; in development also with a key of the home, which is the only one when none is set."""
    keys = {name: base64.b64decode(key.get_secret_value()) for name, key in settings.encryption_keys.items()}
    if settings.environment is Environment.DEVELOPMENT:
        secret = kept_secret(settings.home, "encryption")
        keys.setdefault(HOME_KEY, hmac.digest(secret.encode(), PURPOSE, hashlib.sha256))
    return Cipher({name: AESGCM(key) for name, key in keys.items()}, current=next(iter(keys)))


def _bytes(body: str) -> bytes:
    """Raises ValueError for what `encrypt` could not have made: several texts stand for the same bytes."""
    found = base64.b64decode(body, altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(found).decode() != body:
        raise ValueError("not as it was written")
    return found


def _vouched(key_id: str, place: str) -> bytes:
    return f"{VERSION}.{key_id}|{place}".encode()
