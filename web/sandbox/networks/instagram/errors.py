"""The Graph API's refusals, in its codes and words.
https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes"""

import secrets
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.network import Refused

TOO_MANY: Final = 429
FORBIDDEN: Final = 403
UNSAID: Final = "Internal Server Error"
"""What a fault says that was given no words."""
CODES: Final = {400: "100", 401: "190", FORBIDDEN: "10", 404: "100", TOO_MANY: "4", 500: "2"}
"""What a fault is called that has only an HTTP status."""
_TRANSIENT: Final = frozenset({"1", "2", "4", "17"})
_USUAL_WORDS: Final = {
    "1": "An unknown error occurred",
    "2": "An unexpected error has occurred. Please retry your request later.",
    "4": "(#4) Application request limit reached",
    "10": "(#10) Application does not have permission for this action",
    "17": "(#17) User request limit reached",
    "190": "Error validating access token: The session has been invalidated because the user changed their password.",
    "80002": "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A row of Meta's table. `user_message` may have parameters."""

    code: int
    message: str
    title: str
    user_message: str


KNOWN: Final = {
    2207001: Known(-1, "Instagram server error.", "Server error", "Instagram server error. Try again."),
    2207003: Known(-2, "Timeout", "Media download timeout", "It takes too long to download the media."),
    2207006: Known(24, "The requested resource does not exist", "Not found", "The media with {id} cannot be found."),
    2207008: Known(
        24,
        "The requested resource does not exist",
        "Media Not Found",
        "The media builder with creation id = {id} does not exist or has been expired.",
    ),
    2207010: Known(36004, "The caption is too long", "Caption too long", "{why}"),
    2207020: Known(
        -2,
        "Media expired",
        "Media expired",
        "The media you are trying to access has expired. Please try to upload again.",
    ),
    2207023: Known(100, "Invalid parameter", "Unknown media type", "The media type {type} is unknown."),
    2207026: Known(
        352, "Unsupported video format", "Unsupported format", "The video format is not supported. Please check spec."
    ),
    2207027: Known(
        9007,
        "Media ID is not available",
        "Cannot publish",
        "The media is not ready for publishing, please wait for a moment",
    ),
    2207032: Known(-1, "Create media fail", "Create media fail", "Create media fail, please try to re-create media"),
    2207042: Known(
        9,
        "Application request limit reached",
        "Limit reached",
        "You reached maximum number of posts that is allowed to be published by Content Publishing API.",
    ),
    2207050: Known(25, "User access is restricted", "Account restricted", "The Instagram account is restricted."),
    2207051: Known(
        4,
        "Application request limit reached",
        "Action blocked",
        "We restrict certain activity to protect our community. Tell us if you think we made a mistake.",
    ),
    2207052: Known(
        9004,
        "Only photo or video can be accepted as media type.",
        "Media download has failed. The media URI doesn't meet our requirements.",
        "The media could not be fetched from this URI: {uri}",
    ),
    2207053: Known(-1, "Unknown upload error", "Upload failed", "unknown upload error"),
    2207057: Known(
        1,
        "Invalid thumbnail offset",
        "Invalid thumbnail offset",
        "Thumbnail offset must be greater than or equal to 0 and less than video duration, i.e. {seconds}",
    ),
    2207082: Known(-1, "Media upload failed", "Upload failed", "The media upload has failed. Please try again."),
}
"""By their subcodes."""


def known(subcode: int, **words: object) -> Refused:
    row = KNOWN[subcode]
    return Refused(
        400,
        str(row.code),
        row.message,
        subcode=subcode,
        title=row.title,
        user_message=row.user_message.format(**words),
    )


def invalid(why: str) -> Refused:
    return Refused(400, "100", f"(#100) {why}")


def not_allowed() -> Refused:
    return Refused(FORBIDDEN, "10", _USUAL_WORDS["10"])


def unsupported(method: str, node: str) -> Refused:
    """Of an id that isn't there, or that isn't the caller's: nobody learns which."""
    why = (
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return Refused(400, "100", why, subcode=33, type="GraphMethodException")


def graph_refusal(refused: Refused) -> web.Response:
    """Graph has no 429: that there were too many calls stands in the code. A fault that names a known subcode needs no
    words of its own."""
    details = _details(refused)
    error: Json = {
        "message": _message(refused, details),
        "type": details.get("type", "OAuthException"),
        "code": int(refused.code),
        "is_transient": refused.code in _TRANSIENT,
        "fbtrace_id": "A" + secrets.token_urlsafe(16),
    }
    if "subcode" in details:
        error["error_subcode"] = details["subcode"]
    if "title" in details:
        error |= {"error_user_title": details["title"], "error_user_msg": details["user_message"]}
    status = FORBIDDEN if refused.status == TOO_MANY else refused.status
    return web.json_response({"error": error}, status=status)


def _details(refused: Refused) -> Json:
    row = KNOWN.get(refused.details.get("subcode"))  # type: ignore[call-overload] # a fault's is whatever was sent
    words = {"title": row.title, "user_message": row.user_message, "known_message": row.message} if row else {}
    return {**words, **refused.details}


def _message(refused: Refused, details: Json) -> str:
    if refused.message and refused.message != UNSAID:
        return refused.message
    return str(details.get("known_message") or _USUAL_WORDS.get(refused.code, "Invalid parameter"))


def token_refusal(refused: Refused) -> web.Response:
    """As api.instagram.com refuses to redeem a code."""
    body = {"error_type": "OAuthException", "code": refused.status, "error_message": refused.message}
    return web.json_response(body, status=refused.status)


def upload_refusal(refused: Refused) -> web.Response:
    """As rupload.facebook.com refuses. `code` is a type of error there."""
    retriable = bool(refused.details.get("retriable", refused.status >= 500))
    info = {"retriable": retriable, "type": refused.code, "message": refused.message}
    return web.json_response({"debug_info": info}, status=refused.status)
