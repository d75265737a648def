"""Links in mails that do something: each says for whom and what, is signed, and can't be changed."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core import ids
from core.emails.kinds import Category
from core.errors import NotFound
from core.home import kept_secret
from core.settings import Settings

VERIFY_ROUTE: Final = "/email/verify"
UNSUBSCRIBE_ROUTE: Final = "/email/unsubscribe"
PURPOSE: Final = b"postaify email link 1"
"""Keeps the key of these signatures apart from others that are made with the same secret."""
TOKEN_CHARACTERS: Final = 300


class LinkNotOurs(NotFound):
    """It was never made here, or it was changed."""

    code = "emails.link_not_ours"


@dataclass(frozen=True, slots=True)
class EmailLinks:
    """`base_url`: how the web service is reached. `key` is 32 bytes."""

    base_url: str
    key: bytes

    def verification(self, *, owner_id: ids.UserId, link_id: UUID) -> str:
        """The address that verifies an address of this user. When it expires stands in the database."""
        return f"{self.base_url}{VERIFY_ROUTE}/{self._token('verify', ids.short(owner_id), ids.short(link_id))}"

    def unsubscribing(self, *, owner_id: ids.UserId, category: Category) -> str:
        """The address that ends mail of a category; it never expires."""
        return f"{self.base_url}{UNSUBSCRIBE_ROUTE}/{self._token('unsubscribe', ids.short(owner_id), category)}"

    def verified(self, token: str) -> tuple[ids.UserId, UUID]:
        """Whose link it is, and which. Raises LinkNotOurs."""
        owner, link = self._said(token, "verify")
        return ids.UserId(ids.parse_short(owner)), ids.parse_short(link)

    def unsubscribed(self, token: str) -> tuple[ids.UserId, Category]:
        """Who wants no more of what. Raises LinkNotOurs."""
        owner, category = self._said(token, "unsubscribe")
        return ids.UserId(ids.parse_short(owner)), Category(category)

    def _token(self, *said: str) -> str:
        payload = json.dumps(said).encode()
        return f"{_text(payload)}.{_text(self._signature(payload))}"

    def _said(self, token: str, what: str) -> list[str]:
        """What a token of ours says of `what`. Takes as long for a signature that is nearly right."""
        payload, _, signature = token[: TOKEN_CHARACTERS + 1].partition(".")
        try:
            said, sign = _bytes(payload), _bytes(signature)
        except (binascii.Error, ValueError) as exc:
            raise LinkNotOurs from exc
        if len(token) > TOKEN_CHARACTERS or not hmac.compare_digest(self._signature(said), sign):
            raise LinkNotOurs
        about, *rest = json.loads(said)
        if about != what:
            raise LinkNotOurs
        return list(rest)

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self.key, payload, hashlib.sha256)


def build_email_links(settings: Settings) -> EmailLinks:
    """With LINK_SECRET, or a secret that is made once and kept in the home."""
    given = settings.link_secret
    secret = given.get_secret_value() if given else kept_secret(settings.home, "links")
    base_url = settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"
    return EmailLinks(base_url, hmac.digest(secret.encode(), PURPOSE, hashlib.sha256))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Raises ValueError for anything that `_text` could not have made."""
    found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(found) != text:
        raise ValueError("not a token")
    return found
