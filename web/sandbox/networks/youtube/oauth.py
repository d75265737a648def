"""Google's OAuth: the consent page's parameters, tokens that don't rotate, revocation.
https://developers.google.com/identity/protocols/oauth2/web-server"""

import base64
import binascii
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
from web.sandbox.networks.records import Ask, Code, Consent, Token
from web.sandbox.networks.state import Networks, new_secret
from web.sandbox.networks.tokens import (
    consent_behind,
    end_consent,
    is_alive,
    make_consent,
    make_token,
    take_code,
)
from web.sandbox.networks.youtube.access import ACCESS

REFRESH: Final = "refresh"
PROMPTS: Final = frozenset({"consent", "none", "select_account"})
ISSUER: Final = "https://accounts.google.com"
DAY_S: Final = 86_400


def asked_for(network: Network, networks: Networks, query: Mapping[str, str]) -> Ask:
    """Scopes are separated by spaces. `access_type` and `prompt` decide whether there will be a refresh token."""
    uri, scopes = query.get("redirect_uri", ""), query.get("scope", "").split()
    prompt, method = query.get("prompt", "").split(), query.get("code_challenge_method", "plain")
    if query.get("client_id") != SANDBOX_CLIENT_ID:
        raise ConsentRefused("Error 401: invalid_client. The OAuth client was not found.")
    if not is_redirect_uri(networks, network, uri):
        raise ConsentRefused("Error 400: redirect_uri_mismatch")
    if query.get("response_type") != "code":
        raise ConsentRefused("Error 400: invalid_request. Required parameter is missing: response_type")
    if not scopes or not set(scopes) <= set(networks.rules(network)["approved_scopes"]):
        raise ConsentRefused("Error 400: invalid_scope. Some requested scopes were invalid.")
    if query.get("access_type", "online") not in ("online", "offline") or not set(prompt) <= PROMPTS:
        raise ConsentRefused("Error 400: invalid_request. Invalid parameter value for access_type or prompt")
    if method not in ("S256", "plain"):
        raise ConsentRefused("Error 400: invalid_request. Invalid parameter value for code_challenge_method")
    return new_ask(
        networks,
        network,
        client_id=SANDBOX_CLIENT_ID,
        redirect_uri=uri,
        scopes=scopes,
        state=query.get("state", ""),
        challenge=query.get("code_challenge", ""),
        challenge_method=method,
        offline=query.get("access_type") == "offline",
        prompts=prompt,
        adds=query.get("include_granted_scopes") == "true",
    )


def allowed_url(ask: Ask, code: Code) -> str:
    """With nothing ticked there is nothing to redeem."""
    if not code.scopes:
        return denied_url(ask)
    told = {"iss": ISSUER, "code": code.id, "scope": " ".join(code.scopes), "authuser": "0"}
    return _back(ask, told | {"prompt": " ".join(ask.extra["prompts"]) or "none"})


def denied_url(ask: Ask) -> str:
    return _back(ask, {"error": "access_denied"})


def _back(ask: Ask, params: Mapping[str, str]) -> str:
    state = {"state": ask.state} if ask.state else {}
    return f"{ask.redirect_uri}?{urlencode({**state, **params})}"


def new_code() -> str:
    """With a slash, which stands encoded in addresses, as Google's have."""
    return new_secret("4/0A", size=48)


async def token(call: Call) -> web.Response:
    """POST /token: for a code, or for a refresh token, which stays what it is."""
    form = await _form_of_app(call)
    match form.get("grant_type"):
        case "authorization_code":
            return _redeemed(call, form)
        case "refresh_token":
            return _refreshed(call, form)
        case None:
            raise Refused(400, "invalid_request", "Missing required parameter: grant_type")
    raise Refused(400, "unsupported_grant_type", f"Invalid grant_type: {form['grant_type']}")


async def _form_of_app(call: Call) -> dict[str, str]:
    if call.request.content_type != FORM:
        raise Refused(400, "invalid_request", "The request body must be a form")
    form = await call.form()
    client_id, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret", ""))
    if client_id != SANDBOX_CLIENT_ID:
        raise Refused(401, "invalid_client", "The OAuth client was not found.")
    if secret != SANDBOX_CLIENT_SECRET:
        raise Refused(401, "invalid_client", "The provided client secret is invalid.")
    return form


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, sent = call.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(sent).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return client_id, secret


def _redeemed(call: Call, form: Mapping[str, str]) -> web.Response:
    networks = call.networks
    if not form.get("code"):
        raise Refused(400, "invalid_request", "Missing required parameter: code")
    if networks.codes.get(form["code"]) is None:
        raise Refused(400, "invalid_grant", "Malformed auth code.")
    code = take_code(networks, call.network, form["code"])
    if code is None:
        raise Refused(400, "invalid_grant", "Bad Request")
    ask = Ask.from_row(code.ask)
    if form.get("redirect_uri") != ask.redirect_uri:
        raise Refused(400, "redirect_uri_mismatch", "Bad Request")
    _check_verifier(ask, form.get("code_verifier", ""))
    earlier = _living_consents(networks, code.account_id, ask.client_id)
    if ask.extra["adds"]:
        before = [scope for other in earlier for scope in other.scopes]
        code.scopes = list(dict.fromkeys([*code.scopes, *before]))
    consent = make_consent(networks, code)
    refreshes = ask.extra["offline"] and (not earlier or "consent" in ask.extra["prompts"])
    refresh = _refresh_token(call, consent) if refreshes else None
    return _granted(call, consent, refresh)


def _check_verifier(ask: Ask, verifier: str) -> None:
    if not ask.challenge:
        return
    if not verifier:
        raise Refused(400, "invalid_grant", "Missing code verifier.")
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if ask.challenge != (hashed if ask.extra["challenge_method"] == "S256" else verifier):
        raise Refused(400, "invalid_grant", "Invalid code verifier.")


def _living_consents(networks: Networks, account_id: str, client_id: str) -> list[Consent]:
    return list(networks.consents.all(account_id=account_id, client_id=client_id, revoked_at=None))


def _refresh_token(call: Call, consent: Consent) -> Token:
    """Lives until it isn't used for half a year; for a week, while the app's consent screen is in testing. Beyond the
    cap the person's oldest one stops working, silently."""
    networks, rules = call.networks, call.rules
    lives_s = rules["testing_refresh_s"] if rules["testing"] else rules["refresh_idle_s"]
    made = make_token(networks, consent, REFRESH, new_secret("1//0", size=64), lives_s=lives_s)
    mine = {other.id for other in _living_consents(networks, consent.account_id, consent.client_id)}
    tokens = networks.tokens.all(network=call.network.name, kind=REFRESH, dead=False)
    alive = [token for token in tokens if token.consent_id in mine and is_alive(networks, token)]
    for token in alive[: max(len(alive) - rules["refresh_tokens"], 0)]:
        token.dead = True
        networks.tokens.put(token)
    return made


def _refreshed(call: Call, form: Mapping[str, str]) -> web.Response:
    networks = call.networks
    if not form.get("refresh_token"):
        raise Refused(400, "invalid_request", "Missing required parameter: refresh_token")
    sent = networks.tokens.get(form["refresh_token"])
    if sent is None or sent.network != call.network.name or sent.kind != REFRESH:
        raise Refused(400, "invalid_grant", "Bad Request")
    if not is_alive(networks, sent):
        raise Refused(400, "invalid_grant", "Token has been expired or revoked.")
    if not call.rules["testing"]:
        sent.expires_at = networks.now() + call.rules["refresh_idle_s"]
        networks.tokens.put(sent)
    return _granted(call, consent_behind(networks, sent), None)


def _granted(call: Call, consent: Consent, refresh: Token | None) -> web.Response:
    lives_s = call.rules["access_s"]
    access = make_token(call.networks, consent, ACCESS, new_secret("ya29.a0", size=120), lives_s=lives_s)
    call.note(username=call.networks.owner(consent).username)
    told: Json = {
        "access_token": access.id,
        "expires_in": int(lives_s),
        "scope": " ".join(consent.scopes),
        "token_type": "Bearer",
    }
    if refresh is not None:
        told["refresh_token"] = refresh.id
        if call.rules["testing"]:
            told["refresh_token_expires_in"] = int(call.rules["testing_refresh_s"]) - 1
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def revoke(call: Call) -> web.Response:
    """POST /revoke: with either token, the person's whole consent is gone."""
    networks, sent = call.networks, (await call.form()).get("token") or call.request.query.get("token", "")
    token = networks.tokens.get(sent)
    if token is None or token.network != call.network.name or not is_alive(networks, token):
        raise Refused(400, "invalid_token", "Token expired or revoked")
    consent = consent_behind(networks, token)
    for other in _living_consents(networks, consent.account_id, consent.client_id):
        end_consent(networks, other)
    return web.json_response({})
