"""Who calls the Graph API, and with what: tokens, versions, parameters, fields."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import FORM, Call
from web.sandbox.networks.instagram.errors import graph_refusal, not_allowed
from web.sandbox.networks.network import Endpoint, Refused
from web.sandbox.networks.records import Account, Consent, Token
from web.sandbox.networks.tokens import consent_behind

SHORT: Final = "short"
LONG: Final = "long"
OLDEST_VERSION: Final = 21
NEWEST_VERSION: Final = 26
"""v21.0 lives until 2027-01-21. https://developers.facebook.com/docs/graph-api/changelog"""
VERSION_PATH: Final = r"/{version:v\d+\.\d+}"
_PATTERN: Final = re.compile(r":[^{}]*\}")
_NESTED: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Caller:
    account: Account
    consent: Consent
    token: Token
    given: Mapping[str, str]
    """The call's parameters, without its token."""


Answer = Callable[[Call], Awaitable[web.StreamResponse]]


def graph(method: str, path: str, answer: Answer) -> tuple[Endpoint, Endpoint]:
    """An endpoint of the Graph API, with a version before its path and without."""

    @wraps(answer)
    async def checked(call: Call) -> web.StreamResponse:
        major, _, minor = call.request.match_info.get("version", "v26.0").removeprefix("v").partition(".")
        if minor != "0" or not OLDEST_VERSION <= int(major) <= NEWEST_VERSION:
            raise Refused(400, "2500", f"Unknown path components: {call.request.path}")
        return await answer(call)

    named = f"{method} {_PATTERN.sub('}', path)}"
    bare = Endpoint(method, path, checked, graph_refusal, called=named)
    return bare, Endpoint(method, VERSION_PATH + path, checked, graph_refusal, called=named)


async def parameters(call: Call) -> dict[str, str]:
    """In the address or in the body, as a form or as JSON, where values may have their types."""
    request = call.request
    body: Mapping[str, Any] = {}
    if request.content_type in (FORM, "multipart/form-data"):
        body = await request.post()
    elif request.body_exists:
        body = await call.json() or {}
    return {name: _as_text(value) for name, value in {**request.query, **body}.items()}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def spoken_for(call: Call) -> Caller:
    """Whose token it is, whatever was allowed with it. Raises Refused, with the codes that tell why."""
    given = await parameters(call)
    sent = given.pop("access_token", "") or call.bearer
    if not sent:
        raise Refused(400, "104", "An access token is required to request this resource.")
    return known_by(call, sent, given)


def known_by(call: Call, sent: str, given: Mapping[str, str]) -> Caller:
    token = call.networks.tokens.get(sent)
    if token is None or token.network != call.network.name:
        raise Refused(400, "190", "Invalid OAuth access token - Cannot parse access token")
    consent = consent_behind(call.networks, token)
    account = call.networks.owner(consent)
    call.note(username=account.username)
    if consent.revoked_at is not None:
        said = "Error validating access token: The user has not authorized application."
        raise Refused(400, "190", said, subcode=458)
    if token.dead:
        said = (
            "Error validating access token: The session has been invalidated because the user changed their password."
        )
        raise Refused(400, "190", said, subcode=460)
    if token.expires_at is not None and token.expires_at <= call.networks.now():
        raise Refused(400, "190", "Error validating access token: Session has expired.", subcode=463)
    return Caller(account, consent, token, given)


async def caller(call: Call, *scopes: str) -> Caller:
    """Who calls, with all of the scopes."""
    found = await spoken_for(call)
    if not set(scopes) <= set(found.consent.scopes):
        raise not_allowed()
    return found


def app_scoped_id(account: Account) -> str:
    """What this app calls a person; the account that publishes has another id."""
    digits = int(hashlib.sha256(account.id.encode()).hexdigest(), 16) % 10**15
    return f"2{digits:015}"


def chosen(node: Json, given: Mapping[str, str], *, default: Sequence[str], type_: str) -> Json:
    """The fields that were asked for; those without a value are left out, and an unknown one fails the whole call."""
    names = [name.strip() for name in _NESTED.sub("", given.get("fields", "")).split(",") if name.strip()]
    for name in names:
        if name not in node:
            raise Refused(400, "100", f"(#100) Tried accessing nonexisting field ({name}) on node type ({type_})")
    wanted = [*names, *default] if names else list(default)
    return {name: node[name] for name in dict.fromkeys(wanted) if node[name] is not None}
