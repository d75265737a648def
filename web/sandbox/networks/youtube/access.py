"""Who calls the API, and with which parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Account, Consent
from web.sandbox.networks.tokens import consent_behind, living_token
from web.sandbox.networks.youtube.errors import refused, unreadable

ACCESS: Final = "access"
SCOPE: Final = "https://www.googleapis.com/auth/"
MANAGE: Final = f"{SCOPE}youtube"
SSL: Final = f"{SCOPE}youtube.force-ssl"
PARTNER: Final = f"{SCOPE}youtubepartner"
READ: Final = f"{SCOPE}youtube.readonly"
UPLOAD: Final = f"{SCOPE}youtube.upload"
READERS: Final = (MANAGE, SSL, PARTNER, READ)
UPLOADERS: Final = (UPLOAD, MANAGE, SSL, PARTNER)
OWNERS: Final = (MANAGE, SSL, PARTNER)
PARTS: Final = frozenset(
    {
        "contentDetails",
        "fileDetails",
        "id",
        "liveStreamingDetails",
        "localizations",
        "player",
        "processingDetails",
        "recordingDetails",
        "snippet",
        "statistics",
        "status",
        "suggestions",
        "topicDetails",
    }
)
_STANDARD: Final = frozenset(
    {
        "$.xgafv",
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_id",
        "upload_protocol",
    }
)
"""What any call may have. `fields` is taken, and everything answered all the same."""


@dataclass(frozen=True, slots=True)
class Caller:
    account: Account
    consent: Consent


def caller(call: Call, *scopes: str) -> Caller:
    """By a token that has one of the scopes."""
    sent = call.bearer or call.request.query.get("access_token", "")
    if not sent:
        said = (
            "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or "
            "other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
        )
        raise Refused(401, "required", said, short="Login Required.")
    token = living_token(call.networks, call.network, sent, ACCESS)
    if token is None:
        raise Refused(401, "authError", short="Invalid Credentials")
    consent = consent_behind(call.networks, token)
    found = Caller(call.networks.owner(consent), consent)
    call.note(username=found.account.username)
    if not set(scopes) & set(consent.scopes):
        raise _without_scope()
    return found


def _without_scope() -> Refused:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "youtube.googleapis.com"},
    }
    said = "Request had insufficient authentication scopes."
    return Refused(403, "insufficientPermissions", said, short="Insufficient Permission", details=[info])


def reader(call: Call) -> Caller | None:
    """Who reads. None: anybody, with an API key, to whom only what is public is shown."""
    if call.bearer or "access_token" in call.request.query:
        return caller(call, *READERS)
    if not call.request.query.get("key"):
        raise Refused(
            403,
            "forbidden",
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or "
            "other form of API consumer identity to call this API.",
        )
    return None


def channel_of(found: Caller) -> Account:
    """The caller's channel, which a Google account needn't have."""
    if not found.account.settings["has_channel"]:
        raise refused(401, "youtubeSignupRequired")
    return found.account


def asked(call: Call, *names: str) -> Mapping[str, str]:
    """The parameters; one that the call doesn't have fails it. Repeated ones are lists."""
    for name in call.request.query:
        if name not in names and name not in _STANDARD:
            said = f"Cannot bind query parameter. Field '{name}' could not be found in request message."
            raise unreadable(f'Unknown name "{name}": {said}')
    return {name: ",".join(call.request.query.getall(name)) for name in call.request.query}


def parts_of(given: Mapping[str, str], known: frozenset[str] = PARTS) -> list[str]:
    parts = [part.strip() for part in given.get("part", "").split(",") if part.strip()]
    if not parts:
        raise Refused(400, "missingRequiredParameter", "Required parameter: part")
    for part in parts:
        if part not in known:
            raise Refused(400, "unknownPart", f"'{part}'")
    return parts


def listed(given: Mapping[str, str], name: str, *, at_most: int = 50) -> list[str]:
    """Up to fifty ids."""
    found = [text for text in given.get(name, "").split(",") if text]
    if len(found) > at_most:
        raise refused(400, "invalidFilters", f"The request specifies more than {at_most} values: {name}")
    return found
