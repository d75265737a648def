"""TikTok's Login Kit in the sandbox: the consent page, codes, tokens, and how they end."""

import base64
import hashlib
from pathlib import Path

import httpx
import pytest

from tests.sandbox_server import running_sandbox
from tests.web.sandbox.networks.side import (
    ALL_SCOPES,
    CALLBACK,
    VERIFIER,
    Side,
    action_of,
    back,
    code_of,
)

ME = "user/info/?fields=open_id"


async def works(side: Side, access_token: str) -> bool:
    answer = await side.http.get(f"/tiktok/v2/{ME}", headers={"Authorization": f"Bearer {access_token}"})
    assert (answer.status_code, code_of(answer)) in {(200, "ok"), (401, "access_token_invalid")}
    return answer.status_code == 200


async def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error", "error_description", "log_id"}
    return answer.status_code, body["error"]


async def test_somebody_allows_the_app_and_it_gets_tokens(side: Side) -> None:
    told = back(await side.answered("@Ann"))
    assert told["state"] == "the state"
    assert told["scopes"] == ALL_SCOPES
    answer = await side.token(code=told["code"])
    tokens = answer.json()
    assert answer.status_code == 200
    assert (tokens["token_type"], tokens["expires_in"], tokens["refresh_expires_in"]) == ("Bearer", 7200, 180 * 86400)
    assert tokens["scope"] == ALL_SCOPES
    user = await side.http.get(
        "/tiktok/v2/user/info/?fields=open_id,username,display_name",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )
    assert user.json()["data"]["user"] == {"open_id": tokens["open_id"], "username": "ann", "display_name": "Ann"}


async def test_the_same_name_is_the_same_person(side: Side) -> None:
    first, again, other = [await side.connected(name) for name in ("ann", "ann", "bob")]
    assert first["open_id"] == again["open_id"] != other["open_id"]


async def test_what_is_unticked_is_not_granted(side: Side) -> None:
    page = await side.http.get(side.consent_url())
    form = {"username": "ann", "decision": "allow", "scope": ["user.info.basic", "admin"]}
    told = back(await side.http.post(action_of(page.text), data=form))
    assert told["scopes"] == "user.info.basic"
    tokens = (await side.token(code=told["code"])).json()
    assert tokens["scope"] == "user.info.basic"
    refused = await side.call(tokens["access_token"], "post/publish/creator_info/query/")
    assert (refused.status_code, code_of(refused)) == (401, "scope_not_authorized")


async def test_somebody_denies(side: Side) -> None:
    told = back(await side.answered(decision="deny"))
    assert (told["error"], told["state"]) == ("access_denied", "the state")
    assert "code" not in told


async def test_a_page_is_answered_once_and_a_name_is_a_name(side: Side) -> None:
    action = action_of((await side.http.get(side.consent_url())).text)
    wrong = await side.http.post(action, data={"username": "<b>", "decision": "allow"})
    assert wrong.status_code == 400
    assert 'role="alert"' in wrong.text
    assert (await side.http.post(action, data={"username": "ann", "decision": "allow"})).status_code == 303
    assert (await side.http.post(action, data={"username": "ann", "decision": "allow"})).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"client_key": "somebody-else"},
        {"client_key": None, "client_id": "sandbox-postaify"},
        {"response_type": "token"},
        {"redirect_uri": "http://postaify.example/callback"},
        {"redirect_uri": f"{CALLBACK}?state=1"},
        {"redirect_uri": f"{CALLBACK}#x"},
        {"redirect_uri": None},
        {"scope": "video.publish video.upload"},
        {"scope": "video.delete"},
        {"scope": None},
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
    ],
)
async def test_a_page_that_was_asked_for_wrongly_sends_nobody_anywhere(
    side: Side, changes: dict[str, str | None]
) -> None:
    page = await side.http.get(side.consent_url(**changes))
    assert page.status_code == 400
    assert "refuses to ask you" in page.text
    assert "<form" not in page.text


async def test_this_machine_may_be_sent_back_to_without_https(side: Side) -> None:
    for uri in ("http://127.0.0.1:8080/oauth/tiktok", "http://localhost:3455/callback"):
        assert (await side.http.get(side.consent_url(redirect_uri=uri))).status_code == 200


async def test_registered_addresses_are_the_only_ones(side: Side) -> None:
    await side.control("rules", redirect_uris=["https://other.example/callback"])
    assert (await side.http.get(side.consent_url())).status_code == 400
    assert (await side.http.get(side.consent_url(redirect_uri="https://other.example/callback"))).status_code == 200


async def test_the_challenge_is_the_hex_digest_of_the_verifier(side: Side) -> None:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    usual = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = await side.code(code_challenge=usual)
    assert await refusal(await side.token(code=code)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code_verifier": "another"}, (400, "invalid_grant")),
        ({"code_verifier": None}, (400, "invalid_grant")),
        ({"redirect_uri": f"{CALLBACK}/"}, (400, "invalid_grant")),
        ({"client_secret": "guessed"}, (401, "invalid_client")),
        ({"client_key": "another"}, (401, "invalid_client")),
        ({"client_secret": "wröng"}, (401, "invalid_client")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"code": "made-up"}, (400, "invalid_grant")),
    ],
)
async def test_a_code_is_redeemed_as_it_was_asked_for(
    side: Side, changes: dict[str, str | None], expected: tuple[int, str]
) -> None:
    answer = await side.token(**{"code": await side.code(), **changes})
    assert await refusal(answer) == expected


async def test_a_code_works_once_and_not_for_long(side: Side) -> None:
    code, late = await side.code(), await side.code()
    assert (await side.token(code=code)).status_code == 200
    assert await refusal(await side.token(code=code)) == (400, "invalid_grant")
    await side.advance(300)
    assert await refusal(await side.token(code=late)) == (400, "invalid_grant")


async def test_tokens_are_asked_for_by_a_form(side: Side) -> None:
    answer = await side.http.post("/tiktok/v2/oauth/token/", json={"grant_type": "authorization_code"})
    assert await refusal(answer) == (400, "invalid_request")


async def test_a_refresh_rotates(side: Side) -> None:
    first = await side.connected()
    second = (await side.refreshed(first["refresh_token"])).json()
    assert second["open_id"] == first["open_id"]
    assert second["refresh_token"] != first["refresh_token"]
    assert await works(side, second["access_token"])
    assert await refusal(await side.refreshed(first["refresh_token"])) == (400, "invalid_grant")
    assert (await side.refreshed(second["refresh_token"])).status_code == 200
    assert await refusal(await side.refreshed(second["access_token"])) == (400, "invalid_grant")


async def test_tokens_end_with_their_time(side: Side) -> None:
    tokens = await side.connected()
    await side.advance(7199)
    assert await works(side, tokens["access_token"])
    await side.advance(1)
    assert not await works(side, tokens["access_token"])
    fresh = (await side.refreshed(tokens["refresh_token"])).json()
    assert await works(side, fresh["access_token"])
    await side.advance(180 * 86400)
    assert await refusal(await side.refreshed(fresh["refresh_token"])) == (400, "invalid_grant")


async def test_a_test_ends_tokens_of_one_kind_and_one_person(side: Side) -> None:
    ann, bob = await side.connected("ann"), await side.connected("bob")
    assert await side.control("tokens", do="expire", kind="access", username="ann") == {"ended": 1}
    assert [await works(side, one["access_token"]) for one in (ann, bob)] == [False, True]
    assert (await side.refreshed(ann["refresh_token"])).status_code == 200


async def test_revoking_ends_all_that_was_allowed(side: Side) -> None:
    first, second, other = await side.connected(), await side.connected(), await side.connected("bob")
    form = {
        "client_key": "sandbox-postaify",
        "client_secret": "sandbox-postaify-secret",
        "token": first["access_token"],
    }
    answer = await side.http.post("/tiktok/v2/oauth/revoke/", data=form)
    assert (answer.status_code, answer.content) == (200, b"")
    for tokens in (first, second):
        assert not await works(side, tokens["access_token"])
        assert await refusal(await side.refreshed(tokens["refresh_token"])) == (400, "invalid_grant")
    assert await works(side, other["access_token"])
    assert await refusal(await side.http.post("/tiktok/v2/oauth/revoke/", data=form)) == (400, "invalid_grant")


async def test_somebody_takes_the_consent_back(side: Side) -> None:
    tokens = await side.connected()
    assert await side.control("tokens", do="revoke", username="ann") == {"ended": 1}
    assert not await works(side, tokens["access_token"])
    assert (await side.refreshed(tokens["refresh_token"])).status_code == 400


async def test_a_test_can_allow_without_the_page(side: Side) -> None:
    url = f"https://www.tiktok.com{side.consent_url()}"
    location = (await side.control("allow", url=url, username="ann", scopes=["video.list"]))["location"]
    code = httpx.URL(location).params["code"]
    assert (await side.token(code=code)).json()["scope"] == "video.list"
    refused = await side.http.post("/control/networks/tiktok/allow", json={"url": "/?client_key=x", "username": "ann"})
    assert refused.status_code == 400


async def test_tokens_outlive_the_sandbox(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as first, httpx.AsyncClient(base_url=first.base_url) as http:
        tokens = await Side(http).connected()
    async with running_sandbox(tmp_path) as second, httpx.AsyncClient(base_url=second.base_url) as http:
        assert await works(Side(http), tokens["access_token"])
        assert (await Side(http).refreshed(tokens["refresh_token"])).status_code == 200
        changed = await Side(http).control("rules", code_s=7)
        await http.post("/control/reset", json={})
        assert not await works(Side(http), tokens["access_token"])
        assert await Side(http).now() == {"rules": {**changed, "code_s": 300}, "accounts": [], "videos": []}


async def test_what_there_is_not_to_set_is_refused(side: Side) -> None:
    for path, body in (
        ("rules", {"audited": "yes"}),
        ("rules", {"nonsense": 1}),
        ("accounts", {"username": "ann", "privat": True}),
        ("accounts", {"username": "<b>"}),
        ("tokens", {"do": "burn"}),
        ("tokens", {"do": "expire", "username": "nobody"}),
        ("faults", {"kind": "explode"}),
        ("faults", {"kind": "error", "call": "GET /nowhere"}),
    ):
        answer = await side.http.post(f"/control/networks/tiktok/{path}", json=body)
        assert answer.status_code in (400, 404), path
    assert (await side.http.get("/control/networks/myspace")).status_code == 404
