"""Refusals of Google's APIs, in YouTube's reasons and words. https://developers.google.com/youtube/v3/docs/errors"""

from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.network import Refused

UNSAID: Final = "Internal Server Error"
"""What a fault says that was given no words."""
CODES: Final = {
    400: "badRequest",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    429: "rateLimitExceeded",
    500: "backendError",
}
"""What a fault is called that has only an HTTP status."""
_STATUSES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_DOMAINS: Final = {
    "quotaExceeded": "youtube.quota",
    "rateLimitExceeded": "usageLimits",
    "userRateLimitExceeded": "usageLimits",
    "youtubeSignupRequired": "youtube.header",
    "missingRequiredParameter": "youtube.parameter",
    "invalidPageToken": "youtube.parameter",
    "unknownPart": "youtube.part",
    "unexpectedPart": "youtube.part",
    "playlistNotFound": "youtube.playlistItem",
    "channelNotFound": "youtube.channel",
    "invalidImage": "youtube.thumbnail",
    "mediaBodyRequired": "youtube.video",
}
_OF_VIDEOS: Final = {
    "defaultLanguageNotSet": "The request is trying to add localized video details without specifying the default "
    "language of the video details.",
    "invalidCategoryId": "The <code>snippet.categoryId</code> property specifies an invalid category ID. Use the "
    "<code><a href=/youtube/v3/docs/videoCategories/list>videoCategories.list</a></code> method to retrieve supported "
    "categories.",
    "invalidDescription": "The request metadata specifies an invalid video description.",
    "invalidPublishAt": "The request metadata specifies an invalid scheduled publishing time.",
    "invalidTags": "The request metadata specifies invalid video keywords.",
    "invalidTitle": "The request metadata specifies an invalid or empty video title.",
    "invalidVideoMetadata": "The request metadata is invalid.",
    "uploadLimitExceeded": "The user has exceeded the number of videos they may upload.",
    "mediaBodyRequired": "The request does not include the video content.",
    "forbiddenPrivacySetting": "The request attempts to set an invalid privacy setting for the video.",
    "forbiddenLicenseSetting": "The request attempts to set an invalid license for the video.",
    "videoNotFound": "The video that you are trying to access cannot be found.",
}
"""https://developers.google.com/youtube/v3/docs/videos/insert"""
_USUAL_WORDS: Final = {
    **_OF_VIDEOS,
    "authError": "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    "backendError": "Internal error encountered.",
    "forbidden": "The caller does not have permission",
    "quotaExceeded": "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.',
    "rateLimitExceeded": "Rate Limit Exceeded",
    "userRateLimitExceeded": "User Rate Limit Exceeded",
    "youtubeSignupRequired": "Unauthorized",
}
_LOCATIONS: Final = {
    "authError": ("Authorization", "header"),
    "required": ("Authorization", "header"),
    "youtubeSignupRequired": ("Authorization", "header"),
    "unknownPart": ("part", "parameter"),
    "unexpectedPart": ("part", "parameter"),
    "quotaExceeded": None,
}


def refused(status: int, reason: str, message: str = "") -> Refused:
    return Refused(status, reason, message or _USUAL_WORDS.get(reason, reason))


def of_video(reason: str) -> Refused:
    """A 400 of videos.insert."""
    return refused(400, reason)


def missing(*names: str) -> Refused:
    """Without any of these there is nothing to list."""
    return Refused(400, "missingRequiredParameter", f"No filter selected. Expected one of: {', '.join(names)}")


def unreadable(why: str) -> Refused:
    return Refused(400, "badRequest", f"Invalid JSON payload received. {why}")


def refusal(refused: Refused) -> web.Response:
    """Only what is none of YouTube's own has a `status`."""
    said = refused.message if refused.message and refused.message != UNSAID else ""
    message = said or _USUAL_WORDS.get(refused.code, "Bad Request")
    domain = _DOMAINS.get(refused.code) or ("youtube.video" if refused.code in _OF_VIDEOS else "global")
    told: Json = {"message": refused.details.get("short", message), "domain": domain, "reason": refused.code}
    if place := _LOCATIONS.get(refused.code):
        told |= {"location": place[0], "locationType": place[1]}
    error: Json = {"code": refused.status, "message": message, "errors": [told]}
    if domain == "global" and refused.status in _STATUSES:
        error["status"] = _STATUSES[refused.status]
    if details := refused.details.get("details"):
        error["details"] = details
    return web.json_response({"error": error}, status=refused.status)


def plain_refusal(refused: Refused) -> web.Response:
    """As the servers that take bytes refuse, before YouTube itself hears of it. What has a reason, YouTube says."""
    if refused.code != "plain":
        return refusal(refused)
    return web.Response(text=refused.message, status=refused.status)


def token_refusal(refused: Refused) -> web.Response:
    body = {"error": refused.code, "error_description": refused.message}
    return web.json_response(body, status=refused.status, headers={"Cache-Control": "no-store"})
