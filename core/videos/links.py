"""The address of an upload page: says whose it is and which, is signed, and can't be changed. When it expires stands in
the database."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core import ids
from core.errors import NotFound
from core.home import kept_secret
from core.settings import Settings

UPLOAD_ROUTE: Final = "/upload"
PURPOSE: Final = b"postaify upload link 1"
"""Keeps the key of these signatures apart from others that are made with the same secret."""
ID_BYTES: Final = 16
TOKEN_BYTES: Final = 2 * ID_BYTES + hashlib.sha256().digest_size


class LinkNotOurs(NotFound):
    """It was never made here, or it was changed."""

    code = "videos.link_not_ours"


@dataclass(frozen=True, slots=True)
class UploadLinks:
    """`base_url`: how the web service is reached. `key` is 32 bytes."""

    base_url: str
    key: bytes

    def page(self, *, owner_id: ids.UserId, upload_id: ids.UploadId) -> str:
        """The address of the page."""
        said = owner_id.bytes + upload_id.bytes
        token = base64.urlsafe_b64encode(said + self._signature(said)).rstrip(b"=").decode()
        return f"{self.base_url}{UPLOAD_ROUTE}/{token}"

    def read(self, token: str) -> tuple[ids.UserId, ids.UploadId]:
        """Whose upload it is, and which. Takes as long for a signature that is nearly right. Raises LinkNotOurs."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as exc:
            raise LinkNotOurs from exc
        said, sign = raw[: 2 * ID_BYTES], raw[2 * ID_BYTES :]
        if len(raw) != TOKEN_BYTES or not hmac.compare_digest(self._signature(said), sign):
            raise LinkNotOurs
        return ids.UserId(UUID(bytes=said[:ID_BYTES])), ids.UploadId(UUID(bytes=said[ID_BYTES:]))

    def _signature(self, said: bytes) -> bytes:
        return hmac.digest(self.key, said, hashlib.sha256)


def build_upload_links(settings: Settings) -> UploadLinks:
    """With LINK_SECRET, or a secret that is made once and kept in the home."""
    given = settings.link_secret
    secret = given.get_secret_value() if given else kept_secret(settings.home, "links")
    base_url = settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"
    return UploadLinks(base_url, hmac.digest(secret.encode(), PURPOSE, hashlib.sha256))
