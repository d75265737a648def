"""Each network's raw errors, in our words."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.publishing.sentences import VIDEO_FAULTS
from core.errors import ProviderError
from core.publishing.networks.calls import Answered
from core.publishing.networks.contract import RETRYABLE, NetworkErrorCode
from core.publishing.networks.instagram import refusals as instagram
from core.publishing.networks.tiktok import refusals as tiktok
from core.publishing.networks.youtube import refusals as youtube

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def answered(status: int, body: dict[str, Any]) -> Answered:
    return Answered(status, body, httpx.Headers())


def said(error: ProviderError | None) -> tuple[str, Any, Any]:
    assert error is not None
    assert error.retryable == (error.error_code in RETRYABLE)
    return error.error_code, error.params.get("what"), error.params["detail"]


def of_tiktok(status: int, code: str) -> ProviderError | None:
    return tiktok.api_refusal(answered(status, {"data": {}, "error": {"code": code, "message": "", "log_id": "1"}}))


@pytest.mark.parametrize(
    ("status", "raw", "code"),
    [
        (401, "access_token_invalid", NetworkErrorCode.TOKEN_EXPIRED),
        (401, "scope_not_authorized", NetworkErrorCode.SCOPE_MISSING),
        (403, "scope_permission_missed", NetworkErrorCode.SCOPE_MISSING),
        (429, "rate_limit_exceeded", NetworkErrorCode.RATE_LIMITED),
        (200, "spam_risk_too_many_posts", NetworkErrorCode.DAILY_LIMIT),
        (403, "spam_risk_user_banned_from_posting", NetworkErrorCode.BANNED),
        (403, "spam_risk", NetworkErrorCode.SPAM),
        (403, "reached_active_user_cap", NetworkErrorCode.APP_LIMIT),
        (403, "unaudited_client_can_only_post_to_private_accounts", NetworkErrorCode.UNAUDITED),
        (400, "privacy_level_option_mismatch", NetworkErrorCode.PRIVACY_NOT_OFFERED),
        (400, "invalid_param", NetworkErrorCode.REJECTED),
        (403, "something_new", NetworkErrorCode.REJECTED),
        (200, "something_new", NetworkErrorCode.REJECTED),
        (500, "internal_error", NetworkErrorCode.UNAVAILABLE),
        (502, "something_new", NetworkErrorCode.UNAVAILABLE),
    ],
)
def test_tiktoks_errors(status: int, raw: str, code: NetworkErrorCode) -> None:
    assert said(of_tiktok(status, raw))[::2] == (code, raw)


def test_tiktoks_good_answers_are_no_errors() -> None:
    assert of_tiktok(200, "ok") is None
    assert tiktok.oauth_refusal(answered(200, {"access_token": "act.1"})) is None
    assert tiktok.oauth_refusal(answered(200, {})) is None


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "invalid_grant", "error_description": "", "log_id": "1"}, NetworkErrorCode.RECONNECT),
        (200, {"error": "invalid_grant", "error_description": "", "log_id": "1"}, NetworkErrorCode.RECONNECT),
        (401, {"error": "invalid_client"}, NetworkErrorCode.REJECTED),
        (503, {}, NetworkErrorCode.UNAVAILABLE),
        (429, {}, NetworkErrorCode.RATE_LIMITED),
    ],
)
def test_tiktoks_tokens_are_refused_also_with_status_200(
    status: int, body: dict[str, Any], code: NetworkErrorCode
) -> None:
    assert said(tiktok.oauth_refusal(answered(status, body)))[0] == code


def of_instagram(status: int, code: int, subcode: int | None = None, **more: Any) -> ProviderError | None:
    error = {"message": "", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    return instagram.graph_refusal(answered(status, {"error": error | ({"error_subcode": subcode} if subcode else {})}))


@pytest.mark.parametrize(
    ("status", "code", "subcode", "meaning"),
    [
        (400, 190, 463, (NetworkErrorCode.RECONNECT, None, "463")),
        (400, 190, None, (NetworkErrorCode.RECONNECT, None, "190")),
        (403, 10, None, (NetworkErrorCode.SCOPE_MISSING, None, "10")),
        (403, 200, None, (NetworkErrorCode.SCOPE_MISSING, None, "200")),
        (403, 299, None, (NetworkErrorCode.SCOPE_MISSING, None, "299")),
        (403, 4, None, (NetworkErrorCode.RATE_LIMITED, None, "4")),
        (400, 80002, None, (NetworkErrorCode.RATE_LIMITED, None, "80002")),
        (400, 4, 2207051, (NetworkErrorCode.SPAM, None, "2207051")),
        (400, 9, 2207042, (NetworkErrorCode.DAILY_LIMIT, None, "2207042")),
        (400, 25, 2207050, (NetworkErrorCode.BANNED, None, "2207050")),
        (400, 36004, 2207010, (NetworkErrorCode.TEXT_REFUSED, "caption", "2207010")),
        (400, 352, 2207026, (NetworkErrorCode.VIDEO_REFUSED, "format", "2207026")),
        (400, 24, 2207008, (NetworkErrorCode.UPLOAD_EXPIRED, None, "2207008")),
        (400, 9004, 2207052, (NetworkErrorCode.REJECTED, "link", "2207052")),
        (400, -1, 2207001, (NetworkErrorCode.UNAVAILABLE, None, "2207001")),
        (400, 100, None, (NetworkErrorCode.REJECTED, None, "100")),
        (500, 2, None, (NetworkErrorCode.UNAVAILABLE, None, "2")),
    ],
)
def test_instagrams_subcodes_say_more_than_its_codes(
    status: int, code: int, subcode: int | None, meaning: tuple[str, str | None, str]
) -> None:
    assert said(of_instagram(status, code, subcode)) == meaning


def test_what_instagram_calls_passing_may_pass() -> None:
    assert said(of_instagram(400, 100, is_transient=True))[0] == NetworkErrorCode.UNAVAILABLE
    assert said(of_instagram(400, 190, is_transient=True))[0] == NetworkErrorCode.RECONNECT


def test_each_fault_of_a_video_has_its_words() -> None:
    tables = (instagram.SUBCODES, instagram.CODES, tiktok.ERRORS, tiktok.FAILURES, youtube.ERRORS, youtube.FAILURES)
    meanings = [meaning for table in tables for meaning in table.values()]
    named = {meaning.what for meaning in meanings if meaning.code is NetworkErrorCode.VIDEO_REFUSED}
    assert named <= set(VIDEO_FAULTS)
    assert "format" in named


def test_that_instagram_wants_a_link_is_told() -> None:
    error = of_instagram(400, 100, message="(#100) The parameter video_url is required")
    assert said(error)[:2] == (NetworkErrorCode.REJECTED, "link")


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        ("Error: Media upload has failed with error code 2207026", NetworkErrorCode.VIDEO_REFUSED, "format"),
        ("Error: Media upload has failed with error code 2207082", NetworkErrorCode.UNAVAILABLE, None),
        ("Error: this holds copyrighted music", NetworkErrorCode.COPYRIGHT, None),
        ("Error", NetworkErrorCode.REJECTED, None),
    ],
)
def test_why_a_container_failed_stands_in_its_words(words: str, code: NetworkErrorCode, what: str | None) -> None:
    found, params = instagram.failure(words)
    assert (found, params.get("what")) == (code, what)


@pytest.mark.parametrize(
    ("status", "info", "code"),
    [
        (412, {"retriable": True, "type": "OffsetInvalidError"}, NetworkErrorCode.UNAVAILABLE),
        (200, {"retriable": True, "type": "PartialRequestError"}, NetworkErrorCode.UNAVAILABLE),
        (400, {"retriable": False, "type": "NotAuthorizedError"}, NetworkErrorCode.RECONNECT),
        (400, {"retriable": False, "type": "ProcessingFailedError"}, NetworkErrorCode.UPLOAD_EXPIRED),
        (503, {}, NetworkErrorCode.UNAVAILABLE),
    ],
)
def test_refused_uploads_to_instagram(status: int, info: dict[str, Any], code: NetworkErrorCode) -> None:
    assert said(instagram.upload_refusal(answered(status, {"debug_info": info})))[0] == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Matching code was not found or was already used", NetworkErrorCode.RECONNECT),
        ("Invalid platform app", NetworkErrorCode.REJECTED),
        ("Error validating client secret.", NetworkErrorCode.REJECTED),
    ],
)
def test_codes_that_instagram_refuses(message: str, code: NetworkErrorCode) -> None:
    body = {"error_type": "OAuthException", "code": 400, "error_message": message}
    assert said(instagram.token_refusal(answered(400, body)))[0] == code


def of_youtube(status: int, reason: str, **more: Any) -> ProviderError | None:
    error = {"code": status, "message": "", "errors": [{"domain": "", "reason": reason, "message": ""}], **more}
    return youtube.api_refusal(answered(status, {"error": error}), NOW)


@pytest.mark.parametrize(
    ("status", "reason", "code", "what"),
    [
        (401, "authError", NetworkErrorCode.TOKEN_EXPIRED, None),
        (401, "youtubeSignupRequired", NetworkErrorCode.NO_CHANNEL, None),
        (403, "insufficientPermissions", NetworkErrorCode.SCOPE_MISSING, None),
        (403, "rateLimitExceeded", NetworkErrorCode.RATE_LIMITED, None),
        (403, "forbidden", NetworkErrorCode.REJECTED, None),
        (400, "invalidTitle", NetworkErrorCode.TEXT_REFUSED, "title"),
        (400, "invalidTags", NetworkErrorCode.TEXT_REFUSED, "tags"),
        (503, "backendError", NetworkErrorCode.UNAVAILABLE, None),
        (400, "somethingNew", NetworkErrorCode.REJECTED, None),
    ],
)
def test_youtubes_reasons(status: int, reason: str, code: NetworkErrorCode, what: str | None) -> None:
    assert said(of_youtube(status, reason)) == (code, what, reason)


def test_what_stands_in_the_details_counts_too() -> None:
    error = of_youtube(403, "forbidden2", details=[{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}])
    assert said(error)[0] == NetworkErrorCode.SCOPE_MISSING


def test_youtubes_limits_say_when_they_end() -> None:
    quota, uploads = of_youtube(403, "quotaExceeded"), of_youtube(400, "uploadLimitExceeded")
    assert quota is not None
    assert uploads is not None
    assert (quota.error_code, quota.params["resets_at"]) == (NetworkErrorCode.APP_LIMIT, "2026-11-22T08:00:00+00:00")
    assert (uploads.error_code, uploads.params["resets_at"]) == (
        NetworkErrorCode.DAILY_LIMIT,
        "2026-11-22T12:00:00+00:00",
    )


def test_a_page_instead_of_an_answer_is_judged_by_its_status() -> None:
    assert said(youtube.api_refusal(answered(502, {}), NOW)) == (NetworkErrorCode.UNAVAILABLE, None, "502")
    assert said(youtube.oauth_refusal(answered(400, {"error": "invalid_grant"})))[0] == NetworkErrorCode.RECONNECT
