"""Instagram Login in the sandbox: the consent page, codes, the short token and the long one, and how they end."""

from typing import Any

import pytest

from tests.web.sandbox.networks.instagram_side import (
    ALL_SCOPES,
    BASIC,
    CALLBACK,
    InstagramSide,
    callback_of,
    refusal,
)

DAY_S = 86_400


async def test_somebody_allows_the_app_and_it_gets_a_token_for_sixty_days(instagram: InstagramSide) -> None:
    answer = await instagram.answered("@Ann")
    assert answer.headers["Location"].endswith("#_")
    told = callback_of(answer)
    assert set(told) == {"code", "state"}
    assert told["state"] == "the state"
    short = (await instagram.short(code=told["code"])).json()
    assert set(short) == {"access_token", "user_id", "permissions"}
    assert isinstance(short["user_id"], int)
    assert short["permissions"] == ALL_SCOPES.split(",")
    long = (await instagram.long(short["access_token"])).json()
    assert (long["token_type"], long["expires_in"]) == ("bearer", 60 * DAY_S)
    fields = "id,user_id,username,name,account_type,followers_count,media_count,profile_picture_url"
    me = (await instagram.get("v26.0/me", fields=fields, access_token=long["access_token"])).json()
    assert me["id"] == str(short["user_id"]) != me["user_id"]
    assert (me["username"], me["name"], me["account_type"], me["media_count"]) == ("ann", "Ann", "BUSINESS", 0)
    picture = await instagram.http.get(me["profile_picture_url"])
    assert picture.headers["Content-Type"] == "image/jpeg"


async def test_who_denies_is_sent_back_with_it(instagram: InstagramSide) -> None:
    told = callback_of(await instagram.answered(decision="deny"))
    assert told == {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "Permissions error",
        "state": "the state",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "somebody-else"},
        {"response_type": "token"},
        {"redirect_uri": "http://postaify.example/callback"},
        {"redirect_uri": f"{CALLBACK}?next=1"},
        {"scope": "instagram_business_content_publish"},
        {"scope": f"{BASIC},instagram_basic"},
        {"scope": None},
    ],
)
async def test_what_instagram_does_not_ask(instagram: InstagramSide, change: dict[str, str | None]) -> None:
    assert (await instagram.http.get(instagram.consent_url(**change))).status_code == 400


async def test_a_personal_account_cannot_allow_anything(instagram: InstagramSide) -> None:
    await instagram.control("accounts", username="ann", account_type="PERSONAL")
    answer = await instagram.answered()
    assert answer.status_code == 400
    assert "business and creator accounts" in answer.text


async def test_what_is_not_ticked_is_not_allowed(instagram: InstagramSide) -> None:
    location = (await instagram.control("allow", url=instagram.consent_url(), username="ann", scopes=[BASIC]))[
        "location"
    ]
    code = location.partition("code=")[2].partition("&")[0]
    short = (await instagram.short(code=code)).json()
    assert short["permissions"] == [BASIC]
    token = (await instagram.long(short["access_token"])).json()["access_token"]
    me = (await instagram.get("me", fields="user_id", access_token=token)).json()
    refused = await instagram.get(f"{me['user_id']}/content_publishing_limit", access_token=token)
    assert refusal(refused)[1] == 10


async def test_the_code_is_answered_as_the_documentation_has_it_when_asked_for(instagram: InstagramSide) -> None:
    await instagram.control("rules", data_wrapped=True)
    body = (await instagram.short(code=await instagram.code())).json()
    (told,) = body["data"]
    assert isinstance(told["user_id"], str)
    assert told["permissions"] == ALL_SCOPES


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": "somebody-else"}, "Invalid platform app"),
        ({"client_secret": "wröng"}, "Error validating client secret."),
        ({"redirect_uri": "https://postaify.example/elsewhere"}, "redirect_uri is identical"),
        ({"grant_type": "password"}, "Invalid grant_type"),
        ({"code": "made up"}, "Matching code was not found or was already used"),
        ({"code": None}, "Missing required field code"),
    ],
)
async def test_a_code_is_not_redeemed(instagram: InstagramSide, change: dict[str, Any], said: str) -> None:
    answer = await instagram.short(**{"code": await instagram.code(), **change})
    body = answer.json()
    assert (answer.status_code, body["error_type"], body["code"]) == (400, "OAuthException", 400)
    assert said in body["error_message"]


async def test_a_code_is_good_once_and_for_an_hour(instagram: InstagramSide) -> None:
    code = await instagram.code()
    assert (await instagram.short(code=code)).status_code == 200
    assert (await instagram.short(code=code)).json()[
        "error_message"
    ] == "Matching code was not found or was already used"
    late = await instagram.code()
    await instagram.advance(3_600)
    assert (await instagram.short(code=late)).status_code == 400


async def test_a_short_token_is_good_for_an_hour(instagram: InstagramSide) -> None:
    short = (await instagram.short(code=await instagram.code())).json()["access_token"]
    assert (await instagram.get("me", access_token=short)).status_code == 200
    await instagram.advance(3_600)
    assert refusal(await instagram.long(short)) == (400, 190, 463)


async def test_only_short_tokens_are_exchanged_and_only_with_the_secret(instagram: InstagramSide) -> None:
    ann = await instagram.connected()
    assert refusal(await instagram.long(ann.token))[1] == 452
    assert refusal(await instagram.long(ann.token, client_secret="wrong"))[1] == 1
    assert refusal(await instagram.long(ann.token, grant_type="fb_exchange_token"))[1] == 100


async def test_a_long_token_lives_by_refreshing(instagram: InstagramSide) -> None:
    ann = await instagram.connected()
    assert refusal(await instagram.refreshed(ann.token))[1] == 10, "it isn't a day old"
    await instagram.advance(DAY_S)
    first = (await instagram.refreshed(ann.token)).json()
    assert first["expires_in"] == 60 * DAY_S
    await instagram.advance(59.5 * DAY_S)
    assert refusal(await instagram.refreshed(ann.token)) == (400, 190, 463)
    assert (await instagram.refreshed(first["access_token"])).status_code == 200


async def test_why_a_token_is_worth_nothing_stands_in_the_subcode(instagram: InstagramSide) -> None:
    assert refusal(await instagram.get("me"))[1] == 104
    assert refusal(await instagram.get("me", access_token="made up")) == (400, 190, None)
    ann, bob = await instagram.connected("ann"), await instagram.connected("bob")
    await instagram.control("tokens", username="ann", do="revoke")
    assert refusal(await instagram.get("me", access_token=ann.token)) == (400, 190, 458)
    await instagram.control("tokens", username="bob", do="kill")
    assert refusal(await instagram.get("me", access_token=bob.token)) == (400, 190, 460)


async def test_tokens_may_stand_in_the_header(instagram: InstagramSide) -> None:
    ann = await instagram.connected()
    answer = await instagram.http.get("/instagram/v25.0/me", headers={"Authorization": f"Bearer {ann.token}"})
    assert set(answer.json()) == {"id"}


@pytest.mark.parametrize(("version", "known"), [("v21.0", True), ("v26.0", True), ("v20.0", False), ("v27.0", False)])
async def test_versions_come_and_go(instagram: InstagramSide, version: str, known: bool) -> None:
    ann = await instagram.connected()
    answer = await instagram.get(f"{version}/me", access_token=ann.token)
    assert answer.status_code == 200 if known else refusal(answer)[1] == 2500


async def test_nothing_secret_is_recorded(instagram: InstagramSide) -> None:
    code = await instagram.code()
    short = (await instagram.short(code=code)).json()["access_token"]
    long = (await instagram.long(short)).json()["access_token"]
    recorded = str(await instagram.calls())
    assert "/access_token" in recorded
    assert not [secret for secret in (code, short, long) if secret in recorded]
