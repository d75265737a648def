"""Google's OAuth in the sandbox: the consent page, codes, tokens that don't rotate, and how they end."""

import base64
from typing import Any

import httpx
import pytest

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from tests.web.sandbox.networks.youtube_side import (
    BOTH,
    CALLBACK,
    READ,
    UPLOAD,
    VERIFIER,
    YouTubeSide,
    callback_of,
    refusal,
)

DAY_S = 86_400


def refused(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    return answer.status_code, body["error"]


async def works(youtube: YouTubeSide, access_token: str) -> bool:
    answer = await youtube.get(access_token, "channels", part="id", mine="true")
    assert answer.status_code == 200 or refusal(answer) == (401, "authError")
    return answer.status_code == 200


async def test_somebody_allows_the_app_and_it_gets_tokens(youtube: YouTubeSide) -> None:
    told = callback_of(await youtube.answered("@Ann"))
    assert (told["state"], told["scope"]) == ("the state", BOTH)
    assert told["code"].startswith("4/")
    tokens = (await youtube.token(code=told["code"])).json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3_599, BOTH)
    assert "refresh_token_expires_in" not in tokens
    assert await works(youtube, tokens["access_token"])


async def test_who_denies_or_ticks_nothing_is_sent_back_with_it(youtube: YouTubeSide) -> None:
    assert callback_of(await youtube.answered(decision="deny")) == {"error": "access_denied", "state": "the state"}
    assert callback_of(await youtube.answered(ticked=""))["error"] == "access_denied"


async def test_what_is_not_ticked_is_not_allowed(youtube: YouTubeSide) -> None:
    tokens = (await youtube.token(code=await youtube.code(ticked=READ))).json()
    assert tokens["scope"] == READ
    answer = await youtube.begin(tokens["access_token"])
    assert refusal(answer) == (403, "insufficientPermissions")
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert await works(youtube, tokens["access_token"])


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "somebody-else"},
        {"response_type": "token"},
        {"redirect_uri": "http://postaify.example/callback"},
        {"scope": "https://www.googleapis.com/auth/drive"},
        {"scope": f"{UPLOAD},{READ}"},
        {"scope": None},
        {"access_type": "always"},
        {"prompt": "please"},
        {"code_challenge_method": "S512"},
    ],
)
async def test_what_google_does_not_ask(youtube: YouTubeSide, change: dict[str, str | None]) -> None:
    assert (await youtube.http.get(youtube.consent_url(**change))).status_code == 400


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_id": "somebody-else"}, (401, "invalid_client")),
        ({"client_secret": "wröng"}, (401, "invalid_client")),
        ({"redirect_uri": f"{CALLBACK}/else"}, (400, "redirect_uri_mismatch")),
        ({"code": "4/0Amadeup"}, (400, "invalid_grant")),
        ({"code": None}, (400, "invalid_request")),
        ({"code_verifier": None}, (400, "invalid_grant")),
        ({"code_verifier": "another-verifier-of-some-forty-characters"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": None}, (400, "invalid_request")),
    ],
)
async def test_a_code_is_not_redeemed(youtube: YouTubeSide, change: dict[str, Any], expected: tuple[int, str]) -> None:
    assert refused(await youtube.token(**{"code": await youtube.code(), **change})) == expected


async def test_a_code_is_good_once_and_for_ten_minutes(youtube: YouTubeSide) -> None:
    code = await youtube.code()
    assert (await youtube.token(code=code)).status_code == 200
    assert refused(await youtube.token(code=code)) == (400, "invalid_grant")
    late = await youtube.code()
    await youtube.advance(600)
    assert refused(await youtube.token(code=late)) == (400, "invalid_grant")


async def test_the_challenge_may_be_plain_or_left_out(youtube: YouTubeSide) -> None:
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    assert (await youtube.token(code=await youtube.code(**plain))).status_code == 200
    without = await youtube.code(code_challenge=None, code_challenge_method=None)
    answer = await youtube.token(code=without, code_verifier=None)
    assert answer.status_code == 200


async def test_the_app_may_name_itself_in_the_header(youtube: YouTubeSide) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    basic = base64.b64encode(f"{SANDBOX_CLIENT_ID}:{SANDBOX_CLIENT_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    answer = await youtube.http.post("/youtube/token", data={**form, "code": await youtube.code()}, headers=headers)
    assert answer.status_code == 200


async def test_a_refresh_token_comes_with_the_first_consent_and_then_only_when_asked_for(youtube: YouTubeSide) -> None:
    assert "refresh_token" not in await youtube.connected("bob", access_type=None)
    assert "refresh_token" in await youtube.connected("ann", prompt=None)
    assert "refresh_token" not in await youtube.connected("ann", prompt="select_account")
    assert "refresh_token" in await youtube.connected("ann", prompt="consent")


async def test_refreshing_gives_a_new_access_token_and_leaves_the_old_refresh_token(youtube: YouTubeSide) -> None:
    tokens = await youtube.connected()
    await youtube.advance(3_599)
    assert not await works(youtube, tokens["access_token"])
    for _ in range(2):
        answer = (await youtube.refreshed(tokens["refresh_token"])).json()
        assert "refresh_token" not in answer
        assert await works(youtube, answer["access_token"])


async def test_a_refresh_token_dies_unused(youtube: YouTubeSide) -> None:
    tokens = await youtube.connected()
    await youtube.advance(100 * DAY_S)
    assert (await youtube.refreshed(tokens["refresh_token"])).status_code == 200
    await youtube.advance(100 * DAY_S)
    assert (await youtube.refreshed(tokens["refresh_token"])).status_code == 200, "it was used in between"
    await youtube.advance(182 * DAY_S)
    assert refused(await youtube.refreshed(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_while_the_app_is_being_tested_consents_last_a_week(youtube: YouTubeSide) -> None:
    await youtube.control("rules", testing=True)
    tokens = await youtube.connected()
    assert tokens["refresh_token_expires_in"] == 7 * DAY_S - 1
    await youtube.advance(6 * DAY_S)
    assert (await youtube.refreshed(tokens["refresh_token"])).status_code == 200
    await youtube.advance(1 * DAY_S)
    assert refused(await youtube.refreshed(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_beyond_the_cap_the_oldest_refresh_token_stops_silently(youtube: YouTubeSide) -> None:
    await youtube.control("rules", refresh_tokens=2)
    first, second, third = [(await youtube.connected())["refresh_token"] for _ in range(3)]
    assert refused(await youtube.refreshed(first)) == (400, "invalid_grant")
    for token in (second, third):
        assert (await youtube.refreshed(token)).status_code == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_the_whole_consent(youtube: YouTubeSide, kind: str) -> None:
    earlier, tokens, bob = await youtube.connected(), await youtube.connected(), await youtube.connected("bob")
    revoked = await youtube.http.post("/youtube/revoke", data={"token": tokens[kind]})
    assert (revoked.status_code, revoked.json()) == (200, {})
    for ended in (earlier, tokens):
        assert not await works(youtube, ended["access_token"])
        assert refused(await youtube.refreshed(ended["refresh_token"])) == (400, "invalid_grant")
    assert await works(youtube, bob["access_token"])
    again = await youtube.http.post("/youtube/revoke", data={"token": tokens[kind]})
    assert refused(again) == (400, "invalid_token")


async def test_a_person_takes_the_consent_back(youtube: YouTubeSide) -> None:
    tokens = await youtube.connected()
    await youtube.control("tokens", username="ann", do="revoke")
    assert not await works(youtube, tokens["access_token"])
    answer = await youtube.refreshed(tokens["refresh_token"])
    assert answer.json() == {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


async def test_granted_scopes_can_be_added_to(youtube: YouTubeSide) -> None:
    await youtube.connected(scope=UPLOAD)
    assert (await youtube.connected(scope=READ))["scope"] == READ
    added = await youtube.connected(scope=READ, include_granted_scopes="true")
    assert set(added["scope"].split()) == {UPLOAD, READ}


async def test_nothing_secret_is_recorded(youtube: YouTubeSide) -> None:
    code = await youtube.code()
    tokens = (await youtube.token(code=code)).json()
    await youtube.refreshed(tokens["refresh_token"])
    location = await youtube.session(tokens["access_token"])
    await youtube.asked(location, "*")
    recorded = str(await youtube.calls())
    assert "PUT /upload/youtube/v3/videos" in recorded
    upload_id = location.rpartition("upload_id=")[2]
    secrets = (code, tokens["access_token"], tokens["refresh_token"], VERIFIER, upload_id)
    assert not [secret for secret in secrets if secret in recorded]
