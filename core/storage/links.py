"""Signed links to files that our own web service serves. What a link says can't be changed, and it expires."""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from core.home import kept_secret
from core.settings import Settings

ROUTE: Final = "/media"
PURPOSE: Final = b"postaify media link 1"
"""Keeps the key of these signatures apart from others that are made with the same secret."""
NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f"\\/]')


@dataclass(frozen=True, slots=True)
class Links:
    """`base_url`: how the web service is reached. `key` is 32 bytes."""

    base_url: str
    key: bytes

    def link(self, key: str, *, expires_at: datetime, filename: str | None = None) -> str:
        """The address of a stored file."""
        until, name = str(int(expires_at.timestamp())), filename or ""
        query = {"until": until, **({"name": name} if name else {}), "sign": self._signature(key, until, name)}
        return f"{self.base_url}{ROUTE}/{key}?{urlencode(query)}"

    def vouches(self, key: str, *, until: str, name: str, sign: str) -> bool:
        """Whether this link was made here. Takes as long for a signature that is nearly right."""
        return hmac.compare_digest(self._signature(key, until, name).encode(), sign.encode("utf-8", "replace"))

    def _signature(self, key: str, until: str, name: str) -> str:
        signed = json.dumps((key, until, name)).encode()
        return base64.urlsafe_b64encode(hmac.digest(self.key, signed, hashlib.sha256)).rstrip(b"=").decode()


def build_links(settings: Settings) -> Links:
    """With LINK_SECRET, or a secret that is made once and kept in the home."""
    given = settings.link_secret
    secret = given.get_secret_value() if given else kept_secret(settings.home, "links")
    base_url = settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"
    return Links(base_url, hmac.digest(secret.encode(), PURPOSE, hashlib.sha256))


def content_disposition(filename: str | None) -> str:
    """The header's value. https://www.rfc-editor.org/rfc/rfc6266"""
    if not filename:
        return "inline"
    name = NOT_IN_NAMES.sub("_", filename)
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
