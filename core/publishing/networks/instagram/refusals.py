"""What Instagram's error codes mean.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.wire import count_of, object_of, text_of
from core.publishing.networks.calls import Answered, Meaning, by_status
from core.publishing.networks.contract import NetworkErrorCode, network_error

NOT_READY: Final = 2207027
"""Publishing before processing is over."""
NOT_THERE: Final = 33
"""A node that isn't there, or isn't the caller's: nobody is told which."""
INVALID: Final = 100

SUBCODES: Final[Mapping[int, Meaning]] = {
    2207001: Meaning(NetworkErrorCode.UNAVAILABLE),
    2207003: Meaning(NetworkErrorCode.UNAVAILABLE),
    2207004: Meaning(NetworkErrorCode.VIDEO_REFUSED, "picture_size"),
    2207005: Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    2207006: Meaning(NetworkErrorCode.UPLOAD_EXPIRED),
    2207008: Meaning(NetworkErrorCode.UPLOAD_EXPIRED),
    2207009: Meaning(NetworkErrorCode.VIDEO_REFUSED, "aspect"),
    2207010: Meaning(NetworkErrorCode.TEXT_REFUSED, "caption"),
    2207020: Meaning(NetworkErrorCode.UPLOAD_EXPIRED),
    2207023: Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    2207026: Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    2207028: Meaning(NetworkErrorCode.REJECTED),
    2207032: Meaning(NetworkErrorCode.UNAVAILABLE),
    2207042: Meaning(NetworkErrorCode.DAILY_LIMIT),
    2207050: Meaning(NetworkErrorCode.BANNED),
    2207051: Meaning(NetworkErrorCode.SPAM),
    2207052: Meaning(NetworkErrorCode.REJECTED, "link"),
    2207053: Meaning(NetworkErrorCode.UNAVAILABLE),
    2207057: Meaning(NetworkErrorCode.VIDEO_REFUSED, "cover"),
    2207077: Meaning(NetworkErrorCode.UNAVAILABLE),
    2207081: Meaning(NetworkErrorCode.REJECTED),
    2207082: Meaning(NetworkErrorCode.UNAVAILABLE),
}

CODES: Final[Mapping[int, Meaning]] = {
    -2: Meaning(NetworkErrorCode.UNAVAILABLE),
    -1: Meaning(NetworkErrorCode.UNAVAILABLE),
    1: Meaning(NetworkErrorCode.UNAVAILABLE),
    2: Meaning(NetworkErrorCode.UNAVAILABLE),
    4: Meaning(NetworkErrorCode.RATE_LIMITED),
    9: Meaning(NetworkErrorCode.DAILY_LIMIT),
    10: Meaning(NetworkErrorCode.SCOPE_MISSING),
    17: Meaning(NetworkErrorCode.RATE_LIMITED),
    24: Meaning(NetworkErrorCode.UPLOAD_EXPIRED),
    25: Meaning(NetworkErrorCode.BANNED),
    32: Meaning(NetworkErrorCode.RATE_LIMITED),
    INVALID: Meaning(NetworkErrorCode.REJECTED),
    102: Meaning(NetworkErrorCode.RECONNECT),
    104: Meaning(NetworkErrorCode.RECONNECT),
    190: Meaning(NetworkErrorCode.RECONNECT),
    352: Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    452: Meaning(NetworkErrorCode.RECONNECT),
    467: Meaning(NetworkErrorCode.RECONNECT),
    613: Meaning(NetworkErrorCode.RATE_LIMITED),
    36004: Meaning(NetworkErrorCode.TEXT_REFUSED, "caption"),
    80002: Meaning(NetworkErrorCode.RATE_LIMITED),
} | {code: Meaning(NetworkErrorCode.SCOPE_MISSING) for code in range(200, 300)}
"""Where there is no subcode that says more. A token that has run out can't be refreshed either."""

_LINK_WANTED: Final = "video_url"
_SUBCODE: Final = re.compile(r"\b22\d{5}\b")


def graph_refusal(answered: Answered) -> ProviderError | None:
    """`{"error": {"code", "error_subcode", "is_transient", ...}}`"""
    if answered.good and "error" not in answered.body:
        return None
    told = object_of(answered.body.get("error"))
    code, subcode = count_of(told.get("code")), count_of(told.get("error_subcode"))
    meaning = SUBCODES.get(subcode) or CODES.get(code) or Meaning(by_status(answered.status))
    if told.get("is_transient") is True and meaning.code is NetworkErrorCode.REJECTED:
        meaning = Meaning(NetworkErrorCode.UNAVAILABLE)
    params: dict[str, Any] = {"detail": str(subcode or code or answered.status), **meaning.params}
    if code == INVALID and _LINK_WANTED in text_of(told.get("message")):
        params["what"] = "link"
    return network_error(Network.INSTAGRAM, meaning.code, **params)


def token_refusal(answered: Answered) -> ProviderError | None:
    """`{"error_type", "code", "error_message"}`, as codes are refused. Of an app that isn't known, no consent helps."""
    message = text_of(answered.body.get("error_message"))
    if answered.good and not message:
        return None
    if not message:
        return graph_refusal(answered)
    ours = "client" in message or "platform app" in message
    code = NetworkErrorCode.REJECTED if ours else NetworkErrorCode.RECONNECT
    return network_error(Network.INSTAGRAM, code, detail=text_of(answered.body.get("error_type")))


def upload_refusal(answered: Answered) -> ProviderError | None:
    """`{"debug_info": {"retriable", "type", "message"}}`. What can't be tried again wants a new container."""
    told = object_of(answered.body.get("debug_info"))
    if answered.good and not told:
        return None
    kind = text_of(told.get("type"))
    if told.get("retriable") is True or answered.status >= 500:
        code = NetworkErrorCode.UNAVAILABLE
    elif kind == "NotAuthorizedError" or answered.status == 401:
        code = NetworkErrorCode.RECONNECT
    else:
        code = NetworkErrorCode.UPLOAD_EXPIRED
    return network_error(Network.INSTAGRAM, code, detail=kind or str(answered.status))


def failure(status: str) -> tuple[NetworkErrorCode, dict[str, str]]:
    """Of a container: its words hold a subcode."""
    found = _SUBCODE.search(status)
    meaning = SUBCODES.get(int(found[0])) if found else None
    if "copyright" in status.lower():
        meaning = Meaning(NetworkErrorCode.COPYRIGHT)
    meaning = meaning or Meaning(NetworkErrorCode.REJECTED)
    return meaning.code, {"detail": found[0] if found else "", **meaning.params}
