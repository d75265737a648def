"""The one-time way from the chat to the page with a network's options, and the visit that begins with it.

A link is signed, says whose it is and for what, and is known to Redis until it is opened or ten minutes have passed:
lose Redis, and only a new link is needed. Who opens it first has the visit, by a cookie that nobody else gets.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core import ids
from core.deps import Deps
from core.errors import NotFound
from core.home import kept_secret
from core.settings import Settings

ROUTE: Final = "/publish/tiktok"
LINK_LIFE: Final = timedelta(minutes=10)
VISIT_LIFE: Final = timedelta(hours=1)
PURPOSE: Final = b"postaify publishing page 1"
"""Keeps the key of these signatures apart from others that are made with the same secret."""


class PageLinkNotOurs(NotFound):
    """It was never made here, was changed, was opened already, or is too old."""

    code = "publishing.link_not_ours"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the page. `form` stands in its forms: without it nothing is changed."""

    owner_id: ids.UserId
    publication_id: ids.PublicationId
    form: str


async def open_page_link(deps: Deps, *, owner_id: ids.UserId, publication_id: ids.PublicationId) -> str:
    """A fresh address. Whose the publication is has been asked before."""
    said = f"{ids.short(owner_id)}{ids.short(publication_id)}{secrets.token_urlsafe(16)}"
    await deps.redis.set(_link_key(said), 1, ex=LINK_LIFE)
    settings = deps.settings
    base_url = settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"
    return f"{base_url}{ROUTE}/open/{said}.{_signature(settings, said)}"


async def is_open(deps: Deps, token: str) -> bool:
    """Whether a link is ours and still of use. Uses nothing up."""
    try:
        said = _said(deps.settings, token)
    except PageLinkNotOurs:
        return False
    return bool(await deps.redis.exists(_link_key(said)))


async def begin_visit(deps: Deps, token: str) -> str:
    """Use a link up, and give the secret of the visit, for a cookie. Raises PageLinkNotOurs."""
    said = _said(deps.settings, token)
    if await deps.redis.delete(_link_key(said)) == 0:
        raise PageLinkNotOurs
    owner, publication = said[: ids.SHORT_LENGTH], said[ids.SHORT_LENGTH : 2 * ids.SHORT_LENGTH]
    secret = secrets.token_urlsafe(32)
    visit = {"owner_id": owner, "publication_id": publication, "form": secrets.token_urlsafe(24)}
    await deps.redis.set(_visit_key(secret), json.dumps(visit), ex=VISIT_LIFE)
    return secret


async def visit_behind(deps: Deps, secret: str) -> Visit:
    """Raises PageLinkNotOurs when there is none, or no more."""
    kept = await deps.redis.get(_visit_key(secret)) if secret else None
    if kept is None:
        raise PageLinkNotOurs
    said = json.loads(kept)
    return Visit(
        ids.UserId(ids.parse_short(said["owner_id"])),
        ids.PublicationId(ids.parse_short(said["publication_id"])),
        said["form"],
    )


async def end_visit(deps: Deps, secret: str) -> None:
    await deps.redis.delete(_visit_key(secret))


def _said(settings: Settings, token: str) -> str:
    """Takes as long for a signature that is nearly right. Raises PageLinkNotOurs."""
    said, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(settings, said).encode(), signature.encode()):
        raise PageLinkNotOurs
    return said


def _link_key(said: str) -> str:
    return f"publishing:link:{_digest(said)}"


def _visit_key(secret: str) -> str:
    return f"publishing:visit:{_digest(secret)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()  # a cookie may hold what no text has


def _signature(settings: Settings, said: str) -> str:
    """With LINK_SECRET, or a secret that is made once and kept in the home."""
    given = settings.link_secret
    secret = given.get_secret_value() if given else kept_secret(settings.home, "links")
    key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
    return urlsafe_b64encode(hmac.digest(key, said.encode(), hashlib.sha256)).rstrip(b"=").decode()
