"""TikTok's envelope, and who may call what how often."""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Account, Consent
from web.sandbox.networks.tokens import consent_behind, living_token

MINUTE_S: Final = 60.0
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    account: Account
    consent: Consent


def log_id() -> str:
    return f"{time.strftime('%Y%m%d%H%M%S', time.gmtime())}{secrets.token_hex(9).upper()}"


def ok(data: Json) -> web.Response:
    return web.json_response({"data": data, "error": {"code": "ok", "message": "", "log_id": log_id()}})


def refusal(refused: Refused) -> web.Response:
    error = {"code": refused.code, "message": refused.message, "log_id": log_id()}
    return web.json_response({"data": {}, "error": error}, status=refused.status)


def invalid(message: str) -> Refused:
    """Of the Display API. The Content Posting API says `invalid_param`."""
    return Refused(400, "invalid_params", message)


def invalid_param(message: str) -> Refused:
    return Refused(400, "invalid_param", message)


def caller(call: Call, *scopes: str, per_minute: int) -> Caller:
    """Who calls, by the token; one of the scopes is enough. Each counts by its token, as TikTok counts."""
    token = living_token(call.networks, call.network, call.bearer, "access")
    if token is None:
        raise Refused(401, "access_token_invalid", "The access token is invalid or not found in the request.")
    consent = consent_behind(call.networks, token)
    found = Caller(call.networks.owner(consent), consent)
    call.note(username=found.account.username)
    if not set(scopes) & set(consent.scopes):
        raise Refused(
            401, "scope_not_authorized", "The user did not authorize the scope required for completing this request."
        )
    counted = f"{call.recorded['call']} {token.id}"
    if call.rules["limits"] and not call.networks.allows(counted, times=per_minute, within_s=MINUTE_S):
        raise Refused(429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")
    return found


async def json_body(call: Call) -> Json:
    if call.request.content_type != JSON:
        raise invalid_param(f"Content-Type must be {JSON}; charset=UTF-8")
    body = await call.json()
    if body is None:
        raise invalid_param("The request body is not a JSON object")
    return body
