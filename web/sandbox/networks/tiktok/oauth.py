"""Login Kit: the consent page's parameters, tokens, revocation. OAuth's refusals have a shape of their own."""

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from web.sandbox.model import Json
from web.sandbox.networks.api import FORM, Call
from web.sandbox.networks.consent import is_redirect_uri, new_ask
from web.sandbox.networks.network import ConsentRefused, Network, Refused
from web.sandbox.networks.records import Ask, Code, Consent
from web.sandbox.networks.state import Networks, new_secret
from web.sandbox.networks.tiktok.answers import log_id
from web.sandbox.networks.tokens import (
    consent_behind,
    end_consent,
    living_token,
    make_consent,
    make_token,
    take_code,
)

ACCESS: Final = "access"
REFRESH: Final = "refresh"


def asked_for(network: Network, networks: Networks, query: Mapping[str, str]) -> Ask:
    """Scopes are separated by commas, and the app is `client_key`. The challenge is only compared when the code is
    redeemed, so that one in base64url fails there, as it does at TikTok."""
    rules, uri = networks.rules(network), query.get("redirect_uri", "")
    scopes = [scope for scope in query.get("scope", "").split(",") if scope]
    if query.get("client_key") != SANDBOX_CLIENT_ID:
        raise ConsentRefused("client_key: unknown app")
    if query.get("response_type") != "code":
        raise ConsentRefused("response_type: must be code")
    if not is_redirect_uri(networks, network, uri):
        raise ConsentRefused("redirect_uri: not registered for this app")
    if not scopes or not set(scopes) <= set(rules["approved_scopes"]):
        raise ConsentRefused("scope: not approved for this app")
    challenge = query.get("code_challenge", "")
    if rules["pkce_required"] and not challenge:
        raise ConsentRefused("code_challenge: missing")
    if challenge and query.get("code_challenge_method") != "S256":
        raise ConsentRefused("code_challenge_method: must be S256")
    return new_ask(
        networks,
        network,
        client_id=SANDBOX_CLIENT_ID,
        redirect_uri=uri,
        scopes=scopes,
        state=query.get("state", ""),
        challenge=challenge,
    )


def allowed_url(ask: Ask, code: Code) -> str:
    return _back(ask, code=code.id, scopes=",".join(code.scopes), state=ask.state)


def denied_url(ask: Ask) -> str:
    said = "User cancelled the authorization"
    return _back(ask, error="access_denied", error_description=said, state=ask.state)


def _back(ask: Ask, **params: str) -> str:
    return f"{ask.redirect_uri}?{urlencode(params)}"


def new_code() -> str:
    """With characters that stand encoded in addresses, as TikTok's have."""
    return f"{new_secret()}*0!{new_secret(size=4)}"


def refusal(refused: Refused) -> web.Response:
    body: Json = {"error": refused.code, "error_description": refused.message, "log_id": log_id()}
    return web.json_response(body, status=refused.status, headers={"Cache-Control": "no-store"})


async def token(call: Call) -> web.Response:
    """POST /v2/oauth/token/: for a code, or for a refresh token, which is worth nothing from then on."""
    form = await _form_of_app(call)
    match form.get("grant_type"):
        case "authorization_code":
            return _granted(call, _redeemed(call, form))
        case "refresh_token":
            return _granted(call, _refreshed(call, form))
    raise Refused(400, "unsupported_grant_type", "The grant type is not supported.")


async def _form_of_app(call: Call) -> dict[str, str]:
    if call.request.content_type != FORM:
        raise Refused(400, "invalid_request", f"Only `{FORM}` is accepted as Content-Type.")
    form = await call.form()
    given = (form.get("client_key", ""), form.get("client_secret", ""))
    if given != (SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET):
        raise Refused(401, "invalid_client", "Client key or secret is incorrect.")
    return form


def _redeemed(call: Call, form: Mapping[str, str]) -> Consent:
    code = take_code(call.networks, call.network, form.get("code", ""))
    if code is None:
        raise Refused(400, "invalid_grant", "Authorization code is expired.")
    ask = Ask.from_row(code.ask)
    if form.get("redirect_uri") != ask.redirect_uri:
        raise Refused(400, "invalid_grant", "Redirect_uri is not matched with the uri when requesting code.")
    if ask.challenge and ask.challenge != hashlib.sha256(form.get("code_verifier", "").encode()).hexdigest():
        raise Refused(400, "invalid_grant", "Code verifier or code challenge is invalid.")
    return make_consent(call.networks, code)


def _refreshed(call: Call, form: Mapping[str, str]) -> Consent:
    spent = living_token(call.networks, call.network, form.get("refresh_token", ""), REFRESH)
    if spent is None:
        raise Refused(400, "invalid_grant", "Refresh token is invalid or expired.")
    spent.dead = True
    call.networks.tokens.put(spent)
    return consent_behind(call.networks, spent)


def _granted(call: Call, consent: Consent) -> web.Response:
    rules, networks = call.rules, call.networks
    access = make_token(networks, consent, ACCESS, new_secret("act."), lives_s=rules["access_s"])
    refresh = make_token(networks, consent, REFRESH, new_secret("rft."), lives_s=rules["refresh_s"])
    call.note(username=networks.owner(consent).username)
    body: Json = {
        "open_id": consent.account_id,
        "scope": ",".join(consent.scopes),
        "access_token": access.id,
        "expires_in": int(rules["access_s"]),
        "refresh_token": refresh.id,
        "refresh_expires_in": int(rules["refresh_s"]),
        "token_type": "Bearer",
    }
    return web.json_response(body, headers={"Cache-Control": "no-store"})


async def revoke(call: Call) -> web.Response:
    """POST /v2/oauth/revoke/: the app loses all it was allowed by this person. The answer has no body."""
    form = await _form_of_app(call)
    given = living_token(call.networks, call.network, form.get("token", ""), ACCESS)
    if given is None:
        raise Refused(400, "invalid_grant", "Access token is invalid or expired.")
    consent = consent_behind(call.networks, given)
    for other in call.networks.consents.all(account_id=consent.account_id, client_id=consent.client_id):
        end_consent(call.networks, other)
    return web.Response()
