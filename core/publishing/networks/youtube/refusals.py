"""What the reasons of YouTube and Google mean.

https://developers.google.com/youtube/v3/docs/errors, https://developers.google.com/youtube/v3/docs/videos#status,
https://www.rfc-editor.org/rfc/rfc6749#section-5.2
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.wire import object_of, text_of
from core.providers.youtube_quota import next_reset
from core.publishing.networks.calls import Answered, Meaning, refused
from core.publishing.networks.contract import NetworkErrorCode

CHANNEL_LIMIT_LASTS: Final = timedelta(days=1)
"""Of uploadLimitExceeded, as YouTube tells its uploaders."""

ERRORS: Final[Mapping[str, Meaning]] = {
    "authError": Meaning(NetworkErrorCode.TOKEN_EXPIRED),
    "UNAUTHENTICATED": Meaning(NetworkErrorCode.TOKEN_EXPIRED),
    "insufficientPermissions": Meaning(NetworkErrorCode.SCOPE_MISSING),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Meaning(NetworkErrorCode.SCOPE_MISSING),
    "youtubeSignupRequired": Meaning(NetworkErrorCode.NO_CHANNEL),
    "channelNotFound": Meaning(NetworkErrorCode.NO_CHANNEL),
    "accountClosed": Meaning(NetworkErrorCode.BANNED),
    "accountSuspended": Meaning(NetworkErrorCode.BANNED),
    "channelClosed": Meaning(NetworkErrorCode.BANNED),
    "channelSuspended": Meaning(NetworkErrorCode.BANNED),
    "quotaExceeded": Meaning(NetworkErrorCode.APP_LIMIT),
    "dailyLimitExceeded": Meaning(NetworkErrorCode.APP_LIMIT),
    "uploadLimitExceeded": Meaning(NetworkErrorCode.DAILY_LIMIT),
    "rateLimitExceeded": Meaning(NetworkErrorCode.RATE_LIMITED),
    "userRateLimitExceeded": Meaning(NetworkErrorCode.RATE_LIMITED),
    "RATE_LIMIT_EXCEEDED": Meaning(NetworkErrorCode.RATE_LIMITED),
    "uploadRateLimitExceeded": Meaning(NetworkErrorCode.RATE_LIMITED),
    "invalidTitle": Meaning(NetworkErrorCode.TEXT_REFUSED, "title"),
    "invalidDescription": Meaning(NetworkErrorCode.TEXT_REFUSED, "description"),
    "invalidTags": Meaning(NetworkErrorCode.TEXT_REFUSED, "tags"),
    "invalidVideoMetadata": Meaning(NetworkErrorCode.TEXT_REFUSED, "title"),
    "forbiddenPrivacySetting": Meaning(NetworkErrorCode.PRIVACY_NOT_OFFERED),
    "mediaBodyRequired": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "invalidFilename": Meaning(NetworkErrorCode.REJECTED),
    "invalidCategoryId": Meaning(NetworkErrorCode.REJECTED),
    "invalidPublishAt": Meaning(NetworkErrorCode.REJECTED),
    "accessNotConfigured": Meaning(NetworkErrorCode.REJECTED),
    "forbidden": Meaning(NetworkErrorCode.REJECTED),
    "backendError": Meaning(NetworkErrorCode.UNAVAILABLE),
    "internalError": Meaning(NetworkErrorCode.UNAVAILABLE),
    "processingFailure": Meaning(NetworkErrorCode.UNAVAILABLE),
}

FAILURES: Final[Mapping[str, Meaning]] = {
    "conversion": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "invalidFile": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "emptyFile": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "codec": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "tooSmall": Meaning(NetworkErrorCode.VIDEO_REFUSED, "picture_size"),
    "uploadAborted": Meaning(NetworkErrorCode.UPLOAD_EXPIRED),
    "length": Meaning(NetworkErrorCode.VIDEO_REFUSED, "duration"),
    "copyright": Meaning(NetworkErrorCode.COPYRIGHT),
    "claim": Meaning(NetworkErrorCode.COPYRIGHT),
    "trademark": Meaning(NetworkErrorCode.COPYRIGHT),
    "duplicate": Meaning(NetworkErrorCode.REJECTED, "duplicate"),
    "inappropriate": Meaning(NetworkErrorCode.REJECTED, "rules"),
    "termsOfUse": Meaning(NetworkErrorCode.REJECTED, "rules"),
    "legal": Meaning(NetworkErrorCode.REJECTED, "rules"),
    "uploaderAccountSuspended": Meaning(NetworkErrorCode.BANNED),
    "uploaderAccountClosed": Meaning(NetworkErrorCode.BANNED),
}
"""A video's `failureReason` and `rejectionReason`."""

OAUTH: Final[Mapping[str, Meaning]] = {
    "invalid_grant": Meaning(NetworkErrorCode.RECONNECT),
    "invalid_token": Meaning(NetworkErrorCode.RECONNECT),
    "access_denied": Meaning(NetworkErrorCode.RECONNECT),
    "invalid_scope": Meaning(NetworkErrorCode.SCOPE_MISSING),
    "invalid_client": Meaning(NetworkErrorCode.REJECTED),
    "unauthorized_client": Meaning(NetworkErrorCode.REJECTED),
    "deleted_client": Meaning(NetworkErrorCode.REJECTED),
    "redirect_uri_mismatch": Meaning(NetworkErrorCode.REJECTED),
    "internal_failure": Meaning(NetworkErrorCode.UNAVAILABLE),
    "rate_limit_exceeded": Meaning(NetworkErrorCode.RATE_LIMITED),
}


def api_refusal(answered: Answered, now: datetime) -> ProviderError | None:
    """`{"error": {"errors": [{"reason"}], "status", "details"}}`. Limits say when they end: quotas at midnight Pacific
    time."""
    if answered.good:
        return None
    error = refused(Network.YOUTUBE, answered.status, _reason(object_of(answered.body.get("error"))), ERRORS)
    if error.error_code == NetworkErrorCode.APP_LIMIT:
        error.params["resets_at"] = next_reset(now).isoformat()
    elif error.error_code == NetworkErrorCode.DAILY_LIMIT:
        error.params["resets_at"] = (now + CHANNEL_LIMIT_LASTS).isoformat()
    return error


def oauth_refusal(answered: Answered) -> ProviderError | None:
    """`{"error": "invalid_grant"}`"""
    if answered.good:
        return None
    return refused(Network.YOUTUBE, answered.status, text_of(answered.body.get("error")), OAUTH)


def _reason(error: Mapping[str, Any]) -> str:
    """The first that is known; else the first."""
    told = [*_objects(error.get("errors")), *_objects(error.get("details"))]
    reasons = [reason for reason in (text_of(each.get("reason")) for each in told) if reason]
    reasons.append(text_of(error.get("status")))
    return next((reason for reason in reasons if reason in ERRORS), reasons[0])


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
