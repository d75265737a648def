"""Instagram Login: the consent page's parameters, the code, the short token and the long one that lives by refreshing.
https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from web.sandbox.model import Json
from web.sandbox.networks.api import FORM, Call
from web.sandbox.networks.consent import is_redirect_uri, new_ask
from web.sandbox.networks.instagram.access import LONG, SHORT, Caller, app_scoped_id, caller, parameters, spoken_for
from web.sandbox.networks.instagram.errors import invalid
from web.sandbox.networks.network import ConsentRefused, Network, Refused
from web.sandbox.networks.records import Ask, Code, Token
from web.sandbox.networks.state import Networks, new_secret
from web.sandbox.networks.tokens import make_consent, make_token, take_code

CALLBACK_TAIL: Final = "#_"
"""Stands behind the callback's address, and is no part of the code."""
BASIC: Final = "instagram_business_basic"


def asked_for(network: Network, networks: Networks, query: Mapping[str, str]) -> Ask:
    """Scopes are separated by commas or spaces. There is no PKCE."""
    uri = query.get("redirect_uri", "")
    scopes = [scope for scope in re.split(r"[, ]+", query.get("scope", "")) if scope]
    if query.get("client_id") != SANDBOX_CLIENT_ID:
        raise ConsentRefused("Invalid Request: Request parameters are invalid: Invalid platform app")
    if query.get("response_type") != "code":
        raise ConsentRefused("Invalid Request: Request parameters are invalid: Invalid response_type")
    if not is_redirect_uri(networks, network, uri):
        raise ConsentRefused("Invalid Request: Request parameters are invalid: Invalid redirect_uri")
    if not scopes or not set(scopes) <= set(networks.rules(network)["approved_scopes"]):
        raise ConsentRefused("Invalid Request: Request parameters are invalid: Invalid scope")
    if BASIC not in scopes:
        raise ConsentRefused(f"Invalid Request: Request parameters are invalid: {BASIC} is missing")
    state = query.get("state", "")
    return new_ask(networks, network, client_id=SANDBOX_CLIENT_ID, redirect_uri=uri, scopes=scopes, state=state)


def allowed_url(ask: Ask, code: Code) -> str:
    return _back(ask, code=code.id) + CALLBACK_TAIL


def denied_url(ask: Ask) -> str:
    return _back(ask, error="access_denied", error_reason="user_denied", error_description="Permissions error")


def _back(ask: Ask, **params: str) -> str:
    state = {"state": ask.state} if ask.state else {}
    return f"{ask.redirect_uri}?{urlencode({**params, **state})}"


def new_code() -> str:
    return new_secret("AQ", size=90)


async def short_token(call: Call) -> web.Response:
    """POST /oauth/access_token: an hour for a code. The rule `data_wrapped` answers as the documentation shows it, not
    as Instagram does."""
    form = await _form_of_app(call)
    code = take_code(call.networks, call.network, form.get("code", ""))
    if code is None:
        raise Refused(400, "OAuthException", "Matching code was not found or was already used")
    ask = Ask.from_row(code.ask)
    if form.get("redirect_uri") != ask.redirect_uri:
        raise Refused(
            400,
            "OAuthException",
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request",
        )
    consent = make_consent(call.networks, code)
    token = make_token(call.networks, consent, SHORT, new_secret("IGAA", size=100), lives_s=call.rules["short_s"])
    account = call.networks.owner(consent)
    call.note(username=account.username)
    user_id = app_scoped_id(account)
    if call.rules["data_wrapped"]:
        told: Json = {"access_token": token.id, "user_id": user_id, "permissions": ",".join(consent.scopes)}
        return web.json_response({"data": [told]})
    return web.json_response({"access_token": token.id, "user_id": int(user_id), "permissions": consent.scopes})


async def _form_of_app(call: Call) -> dict[str, str]:
    if call.request.content_type not in (FORM, "multipart/form-data"):
        raise Refused(400, "OAuthException", "Missing required field client_id")
    form = {name: str(value) for name, value in (await call.request.post()).items()}
    for name in ("client_id", "client_secret", "grant_type", "redirect_uri", "code"):
        if not form.get(name):
            raise Refused(400, "OAuthException", f"Missing required field {name}")
    if form["grant_type"] != "authorization_code":
        raise Refused(400, "OAuthException", "Invalid grant_type: " + form["grant_type"])
    if form["client_id"] != SANDBOX_CLIENT_ID:
        raise Refused(400, "OAuthException", "Invalid platform app")
    if form["client_secret"] != SANDBOX_CLIENT_SECRET:
        raise Refused(400, "OAuthException", "Error validating client secret.")
    return form


async def long_token(call: Call) -> web.Response:
    """GET /access_token: sixty days for a short token."""
    given = await parameters(call)
    if given.get("grant_type") != "ig_exchange_token":
        raise invalid("The parameter grant_type must be ig_exchange_token")
    if given.get("client_secret") != SANDBOX_CLIENT_SECRET:
        raise Refused(400, "1", "Error validating client secret.")
    known = await spoken_for(call)
    if known.token.kind != SHORT:
        raise Refused(400, "452", "Session key invalid. This could be because the session key has an incorrect format")
    return _sixty_days(call, known)


async def refreshed(call: Call) -> web.Response:
    """GET /refresh_access_token: another sixty days for a long token that is a day old and hasn't expired. The one that
    was there stays good."""
    given = await parameters(call)
    if given.get("grant_type") != "ig_refresh_token":
        raise invalid("The parameter grant_type must be ig_refresh_token")
    known = await caller(call, BASIC)
    if not _is_old_enough(call, known.token):
        raise Refused(400, "10", "(#10) The access token must be at least 24 hours old to be refreshed")
    return _sixty_days(call, known)


def _is_old_enough(call: Call, token: Token) -> bool:
    return token.kind == LONG and call.networks.now() - token.made_at >= call.rules["refresh_after_s"]


def _sixty_days(call: Call, known: Caller) -> web.Response:
    lives_s = call.rules["long_s"]
    token = make_token(call.networks, known.consent, LONG, new_secret("IGAA", size=120), lives_s=lives_s)
    told: Json = {"access_token": token.id, "token_type": "bearer", "expires_in": int(lives_s)}
    if call.request.path.endswith("refresh_access_token"):
        told["permissions"] = ",".join(known.consent.scopes)
    return web.json_response(told)
