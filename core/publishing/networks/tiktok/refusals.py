"""What TikTok's error codes and reasons for failing mean.

https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and -get-video-status,
https://developers.tiktok.com/doc/oauth-error-handling
"""

from collections.abc import Mapping
from typing import Final

from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.wire import object_of, text_of
from core.publishing.networks.calls import Answered, Meaning, refused
from core.publishing.networks.contract import NetworkErrorCode

OK: Final = "ok"
HANDLE_UNKNOWN: Final = "invalid_publish_id"

_SHARED: Final = {
    "spam_risk": Meaning(NetworkErrorCode.SPAM),
    "spam_risk_text": Meaning(NetworkErrorCode.SPAM, "words"),
    "spam_risk_too_many_posts": Meaning(NetworkErrorCode.DAILY_LIMIT),
    "spam_risk_too_many_pending_share": Meaning(NetworkErrorCode.DAILY_LIMIT, "drafts"),
    "spam_risk_user_banned_from_posting": Meaning(NetworkErrorCode.BANNED),
}

ERRORS: Final[Mapping[str, Meaning]] = {
    **_SHARED,
    "access_token_invalid": Meaning(NetworkErrorCode.TOKEN_EXPIRED),
    "access_token_expired": Meaning(NetworkErrorCode.TOKEN_EXPIRED),
    "token_not_authorized_for_specified_publish_id": Meaning(NetworkErrorCode.RECONNECT),
    "scope_not_authorized": Meaning(NetworkErrorCode.SCOPE_MISSING),
    "scope_permission_missed": Meaning(NetworkErrorCode.SCOPE_MISSING),
    "rate_limit_exceeded": Meaning(NetworkErrorCode.RATE_LIMITED),
    "reached_active_user_cap": Meaning(NetworkErrorCode.APP_LIMIT),
    "unaudited_client_can_only_post_to_private_accounts": Meaning(NetworkErrorCode.UNAUDITED),
    "privacy_level_option_mismatch": Meaning(NetworkErrorCode.PRIVACY_NOT_OFFERED),
    "invalid_file_upload": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "url_ownership_unverified": Meaning(NetworkErrorCode.REJECTED),
    "invalid_param": Meaning(NetworkErrorCode.REJECTED),
    "invalid_params": Meaning(NetworkErrorCode.REJECTED),
    "app_version_check_failed": Meaning(NetworkErrorCode.REJECTED),
    "internal_error": Meaning(NetworkErrorCode.UNAVAILABLE),
}

FAILURES: Final[Mapping[str, Meaning]] = {
    **_SHARED,
    "file_format_check_failed": Meaning(NetworkErrorCode.VIDEO_REFUSED, "format"),
    "duration_check_failed": Meaning(NetworkErrorCode.VIDEO_REFUSED, "duration"),
    "frame_rate_check_failed": Meaning(NetworkErrorCode.VIDEO_REFUSED, "frame_rate"),
    "picture_size_check_failed": Meaning(NetworkErrorCode.VIDEO_REFUSED, "picture_size"),
    "video_pull_failed": Meaning(NetworkErrorCode.UNAVAILABLE),
    "publish_cancelled": Meaning(NetworkErrorCode.REJECTED),
    "auth_removed": Meaning(NetworkErrorCode.RECONNECT),
    "internal": Meaning(NetworkErrorCode.UNAVAILABLE),
}
"""`fail_reason` of a publication. What may pass is worth another publication."""

OAUTH: Final[Mapping[str, Meaning]] = {
    "invalid_grant": Meaning(NetworkErrorCode.RECONNECT),
    "access_denied": Meaning(NetworkErrorCode.RECONNECT),
    "invalid_scope": Meaning(NetworkErrorCode.SCOPE_MISSING),
    "invalid_client": Meaning(NetworkErrorCode.REJECTED),
    "unauthorized_client": Meaning(NetworkErrorCode.REJECTED),
    "rate_limit_exceeded": Meaning(NetworkErrorCode.RATE_LIMITED),
    "internal_error": Meaning(NetworkErrorCode.UNAVAILABLE),
    "server_error": Meaning(NetworkErrorCode.UNAVAILABLE),
    "temporarily_unavailable": Meaning(NetworkErrorCode.UNAVAILABLE),
}


def api_refusal(answered: Answered) -> ProviderError | None:
    """`{"data": {...}, "error": {"code": "ok"}}`: the code counts, also with status 200, and without one the status."""
    return _refusal(answered, text_of(object_of(answered.body.get("error")).get("code")), ERRORS)


def oauth_refusal(answered: Answered) -> ProviderError | None:
    """`{"error": "invalid_grant"}`, also with status 200."""
    told = answered.body.get("error")
    return _refusal(answered, told if isinstance(told, str) else text_of(object_of(told).get("code")), OAUTH)


def _refusal(answered: Answered, code: str, table: Mapping[str, Meaning]) -> ProviderError | None:
    code = "" if code == OK else code
    if answered.good and not code:
        return None
    return refused(Network.TIKTOK, 400 if answered.good else answered.status, code, table)
