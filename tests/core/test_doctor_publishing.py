"""The doctor's lines about networks and encryption."""

import base64
from pathlib import Path
from typing import Any

import pytest

from core.crypto import build_cipher
from core.deps import Deps
from core.doctor import Trouble, check_encryption, check_publishing
from core.settings import Settings
from tests.core.connections.played import PlayedNetwork, connected, with_network
from tests.factories import make_user

OURS = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
KEY = base64.b64encode(bytes(32)).decode()


def given(home: Path, **variables: Any) -> Settings:
    defaults = {field.alias: field.get_default() for field in Settings.model_fields.values() if field.alias}
    return Settings.load(_env_file=None, **defaults | {"POSTAIFY_HOME": home} | variables)


async def test_without_an_app_the_sandbox_plays_the_networks(tmp_path: Path) -> None:
    assert "the local sandbox plays" in await check_publishing(given(tmp_path))


async def test_what_is_to_be_registered_is_named(tmp_path: Path) -> None:
    seen = await check_publishing(given(tmp_path, WEB_PUBLIC_URL="https://postaify.example.com", **OURS))
    assert "https://postaify.example.com/oauth/youtube/callback" in seen
    assert "not set up: tiktok, instagram" in seen


@pytest.mark.parametrize("url", [None, "http://postaify.example.com"])
async def test_networks_want_an_address_with_tls(tmp_path: Path, url: str | None) -> None:
    with pytest.raises(Trouble) as caught:
        await check_publishing(given(tmp_path, WEB_PUBLIC_URL=url, **OURS))
    assert "WEB_PUBLIC_URL" in caught.value.advice


async def test_a_key_that_something_needs_is_missed(concurrent_deps: Deps) -> None:
    settings = concurrent_deps.settings
    assert "key home" in await check_encryption(settings)
    network = PlayedNetwork()
    there = with_network(concurrent_deps, network)
    async with there.tx() as tx:
        owner = await make_user(tx)
    await connected(there, owner, network)
    assert "key home" in await check_encryption(settings)

    production = given(settings.home, DATABASE_URL=settings.database_url, ENCRYPTION_KEYS=f"2026a:{KEY}")
    elsewhere = production.model_copy(update={"environment": "production"})
    assert build_cipher(elsewhere).current == "2026a"
    with pytest.raises(Trouble) as caught:
        await check_encryption(elsewhere)
    assert caught.value.seen == "no key to read what home has encrypted"
    assert "postaify keys rotate" in caught.value.advice
