"""How a TikTok account is connected: Login Kit.

https://developers.tiktok.com/doc/login-kit-web, https://developers.tiktok.com/doc/oauth-user-access-token-management
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from pydantic import Field, SecretStr, ValidationError

from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.fields import Answer, Id, Positive, Text
from core.publishing.networks.calls import PAUSE_S, Answered, Calls
from core.publishing.networks.contract import Account, ConsentAsk, Grant, NetworkErrorCode, Tokens, network_error
from core.publishing.networks.tiktok.refusals import api_refusal, oauth_refusal

BASIC: Final = "user.info.basic"
PROFILE: Final = "user.info.profile"
LIST: Final = "video.list"
DRAFT: Final = "video.upload"
POST: Final = "video.publish"

_ALWAYS: Final = ("open_id", "display_name", "avatar_url")
"""What the basic scope shows; the username is the profile's."""


class _Granted(Answer):
    access_token: SecretStr
    expires_in: Positive = None
    refresh_token: SecretStr | None = None
    refresh_expires_in: Positive = None
    scope: Text = ""


class _User(Answer):
    open_id: Id
    display_name: Text = ""
    username: Text = ""
    avatar_url: Text = ""


class _Data(Answer):
    user: _User


class _Told(Answer):
    data: _Data = Field()


class TikTokConsent:
    """Access lasts for hours; each refresh gives a new refresh token, and the old one is worth nothing then.

    `direct`: whether the app may post, and not only put drafts into inboxes.
    """

    network = Network.TIKTOK
    refreshes = True

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        client_key: str,
        client_secret: SecretStr,
        auth_url: str,
        api_url: str,
        site_url: str,
        direct: bool,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._oauth = Calls(http, self.network, oauth_refusal, pause_s=pause_s)
        self._api = Calls(http, self.network, api_refusal, pause_s=pause_s)
        self._key = client_key
        self._secret = client_secret
        self._auth_url = auth_url
        self._api_url = api_url
        self._site = site_url
        self._scopes = (BASIC, PROFILE, LIST, DRAFT, *([POST] if direct else []))
        self.scopes_needed = frozenset({BASIC, POST if direct else DRAFT})

    def consent_url(self, ask: ConsentAsk) -> str:
        """PKCE's challenge is in hexadecimal here, not in base64 as everywhere else."""
        query = {
            "client_key": self._key,
            "scope": ",".join(self._scopes),
            "response_type": "code",
            "redirect_uri": ask.redirect_uri,
            "state": ask.state,
            "code_challenge": hashlib.sha256(ask.verifier.encode()).hexdigest(),
            "code_challenge_method": "S256",
        }
        return f"{self._auth_url}/v2/auth/authorize/?{urlencode(query)}"

    async def exchange(self, code: str, ask: ConsentAsk) -> Grant:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ask.redirect_uri,
            "code_verifier": ask.verifier,
        }
        return self._grant(await self._oauth.act("POST", f"{self._api_url}/v2/oauth/token/", data=self._signed(form)))

    async def refresh(self, tokens: Tokens) -> Grant:
        """Once: the answer that got lost may have been the one with the new refresh token."""
        if tokens.refresh_token is None:
            raise network_error(self.network, NetworkErrorCode.RECONNECT, detail="no_refresh_token")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token.get_secret_value()}
        return self._grant(await self._oauth.act("POST", f"{self._api_url}/v2/oauth/token/", data=self._signed(form)))

    async def revoke(self, tokens: Tokens) -> bool:
        """True also for a consent that is gone already. Only an access token that is good takes it back, so one that
        has run out is refreshed first."""
        if await self._revoked(tokens.access_token) or tokens.refresh_token is None:
            return True
        try:
            granted = await self.refresh(tokens)
        except ProviderError as error:
            if error.error_code != NetworkErrorCode.RECONNECT:
                raise
            return True
        await self._revoked(granted.access_token)
        return True

    async def _revoked(self, access_token: SecretStr) -> bool:
        """False when the token is worth nothing (any more)."""
        form = self._signed({"token": access_token.get_secret_value()})
        try:
            await self._oauth.read("POST", f"{self._api_url}/v2/oauth/revoke/", data=form)
        except ProviderError as error:
            if error.error_code not in {NetworkErrorCode.RECONNECT, NetworkErrorCode.TOKEN_EXPIRED}:
                raise
            return False
        return True

    async def account(self, access_token: SecretStr) -> Account:
        """Without its username when its owner keeps the profile to themselves."""
        try:
            user = await self._user(access_token, (*_ALWAYS, "username"))
        except ProviderError as error:
            if error.error_code != NetworkErrorCode.SCOPE_MISSING:
                raise
            user = await self._user(access_token, _ALWAYS)
        username = user.username.removeprefix("@")
        url = f"{self._site}/@{username}" if username else None
        return Account(user.open_id, username, user.display_name or username, user.avatar_url or None, url)

    async def _user(self, access_token: SecretStr, fields: tuple[str, ...]) -> _User:
        answered = await self._api.read(
            "GET",
            f"{self._api_url}/v2/user/info/",
            params={"fields": ",".join(fields)},
            headers={"Authorization": f"Bearer {access_token.get_secret_value()}"},
        )
        try:
            return _Told.model_validate(answered.body).data.user
        except ValidationError:
            raise self._api.garbled() from None

    def _signed(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        return {"client_key": self._key, "client_secret": self._secret.get_secret_value(), **form}

    def _grant(self, answered: Answered) -> Grant:
        try:
            granted = _Granted.model_validate(answered.body)
        except ValidationError:
            raise self._oauth.garbled(acts=True) from None
        return Grant(
            granted.access_token,
            timedelta(seconds=granted.expires_in) if granted.expires_in else None,
            granted.refresh_token or None,
            timedelta(seconds=granted.refresh_expires_in) if granted.refresh_expires_in else None,
            frozenset(scope for scope in granted.scope.replace(" ", ",").split(",") if scope),
        )
