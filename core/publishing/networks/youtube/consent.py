"""How a YouTube channel is connected: Google's OAuth 2.0 for web servers.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr, ValidationError

from core.clock import Clock
from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.fields import Answer, Positive, Text
from core.publishing.networks.calls import PAUSE_S, Answered, Calls
from core.publishing.networks.contract import Account, ConsentAsk, Grant, NetworkErrorCode, Tokens, network_error
from core.publishing.networks.youtube.answers import Channel, items_in
from core.publishing.networks.youtube.refusals import api_refusal, oauth_refusal

UPLOAD: Final = "https://www.googleapis.com/auth/youtube.upload"
READ: Final = "https://www.googleapis.com/auth/youtube.readonly"


class _Granted(Answer):
    access_token: SecretStr
    expires_in: Positive = None
    refresh_token: SecretStr | None = None
    refresh_token_expires_in: Positive = None
    scope: Text = ""


class YouTubeConsent:
    """Access lasts an hour. The refresh token stays what it is, and comes with each consent that is asked for anew."""

    network = Network.YOUTUBE
    scopes_needed = frozenset({UPLOAD, READ})
    refreshes = True

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Clock,
        *,
        client_id: str,
        client_secret: SecretStr,
        auth_url: str,
        token_url: str,
        api_url: str,
        site_url: str,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._oauth = Calls(http, self.network, oauth_refusal, pause_s=pause_s)
        self._api = Calls(http, self.network, lambda answered: api_refusal(answered, clock.now()), pause_s=pause_s)
        self._id = client_id
        self._secret = client_secret
        self._auth_url = auth_url
        self._token_url = token_url
        self._api_url = api_url
        self._site = site_url

    def consent_url(self, ask: ConsentAsk) -> str:
        """`prompt=consent`: without it, only the very first consent gives a refresh token."""
        digest = hashlib.sha256(ask.verifier.encode()).digest()
        query = {
            "client_id": self._id,
            "redirect_uri": ask.redirect_uri,
            "response_type": "code",
            "scope": " ".join((UPLOAD, READ)),
            "state": ask.state,
            "access_type": "offline",
            "prompt": "consent",
            "include_granted_scopes": "true",
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._auth_url}/o/oauth2/v2/auth?{urlencode(query)}"

    async def exchange(self, code: str, ask: ConsentAsk) -> Grant:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ask.redirect_uri,
            "code_verifier": ask.verifier,
        }
        return self._grant(await self._oauth.act("POST", f"{self._token_url}/token", data=self._signed(form)))

    async def refresh(self, tokens: Tokens) -> Grant:
        if tokens.refresh_token is None:
            raise network_error(self.network, NetworkErrorCode.RECONNECT, detail="no_refresh_token")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token.get_secret_value()}
        return self._grant(await self._oauth.read("POST", f"{self._token_url}/token", data=self._signed(form)))

    async def revoke(self, tokens: Tokens) -> bool:
        """True also for a consent that is gone already."""
        token = (tokens.refresh_token or tokens.access_token).get_secret_value()
        try:
            await self._oauth.read("POST", f"{self._token_url}/revoke", data={"token": token})
        except ProviderError as error:
            if error.error_code != NetworkErrorCode.RECONNECT:
                raise
        return True

    async def account(self, access_token: SecretStr) -> Account:
        """The channel. Raises NO_CHANNEL."""
        answered = await self._api.read(
            "GET",
            f"{self._api_url}/youtube/v3/channels",
            params={"part": "snippet", "mine": "true"},
            headers={"Authorization": f"Bearer {access_token.get_secret_value()}"},
        )
        channel = next(iter(items_in(answered.body, Channel)), None)
        if channel is None:
            raise network_error(self.network, NetworkErrorCode.NO_CHANNEL)
        handle = channel.handle.removeprefix("@")
        url = f"{self._site}/channel/{channel.id}"
        return Account(channel.id, handle or channel.title, channel.title or handle, channel.picture, url)

    def _signed(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        return {"client_id": self._id, "client_secret": self._secret.get_secret_value(), **form}

    def _grant(self, answered: Answered) -> Grant:
        try:
            granted = _Granted.model_validate(answered.body)
        except ValidationError:
            raise self._oauth.garbled(acts=True) from None
        lasts_s, refreshes_s = granted.expires_in, granted.refresh_token_expires_in
        return Grant(
            granted.access_token,
            timedelta(seconds=lasts_s) if lasts_s else None,
            granted.refresh_token or None,
            timedelta(seconds=refreshes_s) if refreshes_s else None,
            frozenset(granted.scope.split()),
        )
