"""How an Instagram account is connected: Business Login for Instagram.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
"""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr, ValidationError

from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.wire import object_of, text_of
from core.publishing.networks.calls import PAUSE_S, Answered, Calls
from core.publishing.networks.contract import Account, ConsentAsk, Grant, NetworkErrorCode, Tokens, network_error
from core.publishing.networks.instagram.answers import API_VERSION, PERSONAL, Granted, Me, first_of
from core.publishing.networks.instagram.refusals import graph_refusal, token_refusal

BASIC: Final = "instagram_business_basic"
PUBLISH: Final = "instagram_business_content_publish"
INSIGHTS: Final = "instagram_business_manage_insights"
CALLBACK_TAIL: Final = "#_"
"""Instagram puts it behind its callback; some browsers and servers take it for a part of the code."""
REFRESHED_AT_AGE: Final = timedelta(days=1)
"""No younger token is refreshed."""

_ME: Final = "user_id,username,name,profile_picture_url,account_type"


class InstagramConsent:
    """One token of sixty days, which lives on by being refreshed while it is good. There is no PKCE."""

    network = Network.INSTAGRAM
    scopes_needed = frozenset({BASIC, PUBLISH})
    refreshes = True

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        client_id: str,
        client_secret: SecretStr,
        auth_url: str,
        token_url: str,
        api_url: str,
        site_url: str,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._token = Calls(http, self.network, token_refusal, pause_s=pause_s)
        self._graph = Calls(http, self.network, graph_refusal, pause_s=pause_s)
        self._refreshing = Calls(http, self.network, _refresh_refusal, pause_s=pause_s)
        self._id = client_id
        self._secret = client_secret
        self._auth_url = auth_url
        self._token_url = token_url
        self._api_url = api_url
        self._site = site_url

    def consent_url(self, ask: ConsentAsk) -> str:
        query = {
            "client_id": self._id,
            "redirect_uri": ask.redirect_uri,
            "response_type": "code",
            "scope": ",".join((BASIC, PUBLISH, INSIGHTS)),
            "state": ask.state,
        }
        return f"{self._auth_url}/oauth/authorize?{urlencode(query)}"

    async def exchange(self, code: str, ask: ConsentAsk) -> Grant:
        """The code for a token of an hour, and that for one of sixty days."""
        form = {
            "client_id": self._id,
            "client_secret": self._secret.get_secret_value(),
            "grant_type": "authorization_code",
            "redirect_uri": ask.redirect_uri,
            "code": code.removesuffix(CALLBACK_TAIL),
        }
        short = self._granted(await self._token.act("POST", f"{self._token_url}/oauth/access_token", data=form))
        params = {
            "grant_type": "ig_exchange_token",
            "client_secret": self._secret.get_secret_value(),
            "access_token": short.access_token.get_secret_value(),
        }
        long = self._granted(await self._graph.read("GET", f"{self._api_url}/access_token", params=params))
        return _grant(long, scopes=frozenset(short.permissions))

    async def refresh(self, tokens: Tokens) -> Grant:
        """The old token stays good, so that a lost answer does no harm. One that is less than a day old is
        RATE_LIMITED."""
        params = {"grant_type": "ig_refresh_token", "access_token": tokens.access_token.get_secret_value()}
        answered = await self._refreshing.read("GET", f"{self._api_url}/refresh_access_token", params=params)
        granted = self._granted(answered)
        return _grant(granted, scopes=frozenset(granted.permissions))

    async def revoke(self, tokens: Tokens) -> bool:
        """Instagram has no call for it."""
        return False

    async def account(self, access_token: SecretStr) -> Account:
        """Raises NOT_PROFESSIONAL."""
        me = await who(self._graph, self._api_url, access_token)
        url = f"{self._site}/{me.username}/" if me.username else None
        return Account(me.user_id, me.username, me.name or me.username, me.picture or None, url)

    def _granted(self, answered: Answered) -> Granted:
        try:
            return Granted.model_validate(first_of(answered.body))
        except ValidationError:
            raise self._graph.garbled(acts=True) from None


async def who(graph: Calls, api_url: str, access_token: SecretStr) -> Me:
    """Whom a token speaks for. Raises NOT_PROFESSIONAL."""
    answered = await graph.read(
        "GET", f"{api_url}/{API_VERSION}/me", params={"fields": _ME}, headers=bearer(access_token)
    )
    try:
        me = Me.model_validate(first_of(answered.body))
    except ValidationError:
        raise graph.garbled() from None
    if me.account_type.upper() == PERSONAL:
        raise network_error(graph.network, NetworkErrorCode.NOT_PROFESSIONAL)
    return me


def bearer(access_token: SecretStr) -> dict[str, str]:
    """In the header, not in the address: nothing shows it there."""
    return {"Authorization": f"Bearer {access_token.get_secret_value()}"}


def _grant(granted: Granted, *, scopes: frozenset[str]) -> Grant:
    expires_in = timedelta(seconds=granted.expires_in) if granted.expires_in else None
    return Grant(granted.access_token, expires_in, scopes=scopes)


def _refresh_refusal(answered: Answered) -> ProviderError | None:
    error = graph_refusal(answered)
    message = text_of(object_of(answered.body.get("error")).get("message"))
    if error is None or "24 hours" not in message:
        return error
    after_s = REFRESHED_AT_AGE.total_seconds()
    return network_error(Network.INSTAGRAM, NetworkErrorCode.RATE_LIMITED, detail="too_young", retry_after_s=after_s)
