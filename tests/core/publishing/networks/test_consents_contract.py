"""How accounts are connected: what all networks have in common, asked of the sandbox's."""

import logging
import traceback
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode, Tokens
from core.publishing.networks.sandbox import SANDBOX_CLIENT_SECRET
from tests.core.publishing.networks.there import ASK, There, there

TOKEN_CALLS = {
    Network.TIKTOK: "POST /v2/oauth/token/",
    Network.INSTAGRAM: "POST /oauth/access_token",
    Network.YOUTUBE: "POST /token",
}
INVALID = {NetworkErrorCode.TOKEN_EXPIRED, NetworkErrorCode.RECONNECT}


async def test_who_allows_it_is_who_the_token_speaks_for(at: There) -> None:
    grant = await at.grant("ann.b")
    assert at.consent.scopes_needed <= grant.scopes
    assert grant.expires_in is not None
    assert grant.expires_in >= timedelta(minutes=59)
    account = await at.consent.account(grant.access_token)
    assert (account.username, account.name) == ("ann.b", "Ann B")
    assert account.id
    assert account.url is not None
    assert (await at.http.get(account.url)).status_code == 302, "somebody of that name has a page"
    assert (await at.http.get(account.url.replace(account.id, "n").replace("ann.b", "n"))).status_code == 404
    assert (await at.consent.account((await at.grant("ann.b")).access_token)).id == account.id
    assert (await at.consent.account((await at.grant("bob")).access_token)).id != account.id


async def test_what_was_not_ticked_is_seen_in_the_grant(at: There) -> None:
    ticked = sorted(at.consent.scopes_needed)[:1]
    grant = await at.grant(scopes=ticked)
    assert grant.scopes == frozenset(ticked)
    assert not at.consent.scopes_needed <= grant.scopes


async def test_a_code_is_redeemed_once(at: There) -> None:
    code = await at.code()
    await at.consent.exchange(code, ASK)
    with pytest.raises(ProviderError) as raised:
        await at.consent.exchange(code, ASK)
    assert raised.value.error_code == NetworkErrorCode.RECONNECT
    assert not raised.value.retryable
    assert code not in str(raised.value)


@pytest.mark.parametrize("at", [Network.TIKTOK, Network.YOUTUBE], indirect=True)
async def test_a_code_is_worth_nothing_without_the_verifier(at: There) -> None:
    with pytest.raises(ProviderError) as raised:
        await at.consent.exchange(await at.code(), replace(ASK, verifier="another verifier, as long as the first one"))
    assert raised.value.error_code == NetworkErrorCode.RECONNECT


async def test_a_code_whose_fate_is_not_known_is_not_sent_again(at: There) -> None:
    code = await at.code()
    await at.fault("drop_answer", TOKEN_CALLS[at.network])
    with pytest.raises(ProviderError) as raised:
        await at.consent.exchange(code, ASK)
    assert (raised.value.error_code, raised.value.params["unknown"]) == (NetworkErrorCode.UNAVAILABLE, True)
    assert len(await at.calls(TOKEN_CALLS[at.network])) == 1


async def test_a_token_lives_on_by_being_refreshed(at: There) -> None:
    first = await at.grant("ann")
    await at.advance(timedelta(days=2))
    second = await at.consent.refresh(Tokens(first.access_token, first.refresh_token))
    assert second.access_token.get_secret_value() != first.access_token.get_secret_value()
    assert (await at.consent.account(second.access_token)).username == "ann"
    kept = second.refresh_token or first.refresh_token
    third = await at.consent.refresh(Tokens(second.access_token, kept)) if kept else second
    assert (await at.consent.account(third.access_token)).username == "ann"


async def test_what_was_taken_back_there_is_no_more_refreshed(at: There) -> None:
    grant = await at.grant("ann")
    await at.advance(timedelta(days=2))
    await at.control("tokens", do="revoke")
    tokens = Tokens(grant.access_token, grant.refresh_token)
    with pytest.raises(ProviderError) as raised:
        await at.consent.refresh(tokens)
    assert raised.value.error_code == NetworkErrorCode.RECONNECT
    with pytest.raises(ProviderError) as raised:
        await at.consent.account(grant.access_token)
    assert raised.value.error_code in INVALID


async def test_a_token_that_ran_out_is_told_from_one_that_may_not(at: There) -> None:
    access = await at.access()
    await at.control("tokens", do="expire")
    with pytest.raises(ProviderError) as raised:
        await at.publisher.terms(access)
    assert raised.value.error_code in INVALID
    assert access.token.get_secret_value() not in str(raised.value)


async def test_a_consent_can_be_given_back(at: There) -> None:
    grant = await at.grant()
    tokens = Tokens(grant.access_token, grant.refresh_token)
    if not await at.consent.revoke(tokens):
        assert at.network is Network.INSTAGRAM
        return
    with pytest.raises(ProviderError) as raised:
        await at.consent.account(grant.access_token)
    assert raised.value.error_code in INVALID
    assert await at.consent.revoke(tokens), "and once more does no harm"


@pytest.mark.parametrize("at", [Network.TIKTOK, Network.YOUTUBE], indirect=True)
async def test_a_consent_can_be_given_back_when_the_access_token_has_run_out(at: There) -> None:
    grant = await at.grant()
    await at.control("tokens", do="expire", kind="access")
    tokens = Tokens(grant.access_token, grant.refresh_token)
    assert await at.consent.revoke(tokens)
    assert await at.control("tokens", do="revoke") == {"ended": 0}, "no consent is left there"


async def test_what_may_pass_is_asked_again(at: There) -> None:
    access = await at.access()
    await at.fault("error", "*", error_code=503, times=2)
    assert (await at.publisher.terms(access)).name


async def test_a_network_that_is_away_is_unavailable(at: There) -> None:
    away = there(at.network, at.http, "http://127.0.0.1:9")
    with pytest.raises(ProviderError) as raised:
        await away.consent.exchange("a code", ASK)
    assert raised.value.error_code == NetworkErrorCode.UNAVAILABLE
    assert "unknown" not in raised.value.params, "nothing went out"


@pytest.mark.parametrize("at", [Network.TIKTOK, Network.YOUTUBE], indirect=True)
async def test_without_a_refresh_token_only_a_new_consent_helps(at: There) -> None:
    with pytest.raises(ProviderError) as raised:
        await at.consent.refresh(Tokens(SecretStr("access")))
    assert raised.value.error_code == NetworkErrorCode.RECONNECT


async def test_no_secret_stands_in_a_log_or_a_traceback(at: There, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code = await at.code()
    with structlog.testing.capture_logs() as logs:
        grant = await at.consent.exchange(code, ASK)
        tokens = Tokens(grant.access_token, grant.refresh_token)
        await at.fault("error", "*", error_code=500, times=100)
        for ask in (at.consent.refresh(tokens), at.consent.exchange(code, ASK), at.consent.account(grant.access_token)):
            with pytest.raises(ProviderError) as raised:
                await ask
            said = "".join(traceback.format_exception(raised.value))
            assert not any(secret in said for secret in (code, *secrets_of(tokens)))
    told = f"{logs} {caplog.text}"
    assert "network.retried" in told
    assert not any(secret in told for secret in (code, *secrets_of(tokens)))


def secrets_of(tokens: Tokens) -> list[str]:
    given = [tokens.access_token, tokens.refresh_token]
    return [SANDBOX_CLIENT_SECRET, *(token.get_secret_value() for token in given if token)]
