"""The addresses of connecting: the one-time link from the chat, and where networks send people back to."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from core import ids
from core.errors import NotFound
from core.home import kept_secret
from core.providers.discovery import Network
from core.settings import Settings

OAUTH_ROUTE: Final = "/oauth"
START_ROUTE: Final = f"{OAUTH_ROUTE}/start"
CALLBACK_ROUTE: Final = f"{OAUTH_ROUTE}/{{network}}/callback"
"""Registered at the networks as it is: static, without a query."""
PURPOSE: Final = b"postaify consent link 1"
"""Keeps the key of these signatures apart from others that are made with the same secret."""
TOKEN: Final = re.compile(rf"([\w-]{{{ids.SHORT_LENGTH}}})([\w-]{{{ids.SHORT_LENGTH}}})\.([\w-]{{43}})", re.ASCII)


class ConsentLinkNotOurs(NotFound):
    """It was never made here, or it was changed."""

    code = "connections.link_not_ours"


@dataclass(frozen=True, slots=True)
class ConsentLinks:
    """`base_url`: how the web service is reached. `key` is 32 bytes."""

    base_url: str
    key: bytes

    @property
    def secure(self) -> bool:
        """Whether browsers come by https."""
        return self.base_url.startswith("https://")

    @property
    def path(self) -> str:
        """Of all these addresses, as browsers see it: for cookies. The web service may stand below another path."""
        return f"{urlsplit(self.base_url).path}{OAUTH_ROUTE}"

    def start(self, *, owner_id: ids.UserId, consent_id: ids.ConsentId) -> str:
        """The address that begins this walk, for this user. When it expires stands in the database."""
        said = f"{ids.short(owner_id)}{ids.short(consent_id)}"
        return f"{self.base_url}{START_ROUTE}/{said}.{self._signature(said)}"

    def started(self, token: str) -> tuple[ids.UserId, ids.ConsentId]:
        """Whose link it is, and which. Takes as long for a nearly right signature. Raises ConsentLinkNotOurs."""
        read = TOKEN.fullmatch(token)
        if read is None or not hmac.compare_digest(self._signature(read[1] + read[2]), read[3]):
            raise ConsentLinkNotOurs
        return ids.UserId(ids.parse_short(read[1])), ids.ConsentId(ids.parse_short(read[2]))

    def callback(self, network: Network) -> str:
        """Where this network sends people back to; to be registered there."""
        return f"{self.base_url}{CALLBACK_ROUTE.format(network=network)}"

    def _signature(self, said: str) -> str:
        return urlsafe_b64encode(hmac.digest(self.key, said.encode(), hashlib.sha256)).rstrip(b"=").decode()


def build_consent_links(settings: Settings) -> ConsentLinks:
    """With LINK_SECRET, or a secret that is made once and kept in the home."""
    given = settings.link_secret
    secret = given.get_secret_value() if given else kept_secret(settings.home, "links")
    base_url = settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"
    return ConsentLinks(base_url, hmac.digest(secret.encode(), PURPOSE, hashlib.sha256))
