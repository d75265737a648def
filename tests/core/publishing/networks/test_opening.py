"""Which networks are there, by configuration."""

from typing import Any

import httpx
import pytest

from core.clock import SystemClock
from core.providers.discovery import Network
from core.publishing.networks.opening import consents_of, publishers_of
from core.settings import Settings

BOT = {"TELEGRAM_BOT_TOKEN": "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"}
TIKTOK = {"TIKTOK_CLIENT_KEY": "a-key", "TIKTOK_CLIENT_SECRET": "a-secret"}
GOOGLE = {"GOOGLE_CLIENT_ID": "an-id", "GOOGLE_CLIENT_SECRET": "a-secret"}


def settings_with(**values: Any) -> Settings:
    defaults = {field.alias: field.get_default() for field in Settings.model_fields.values() if field.alias}
    return Settings.load(_env_file=None, **defaults | values)


def found(settings: Settings, http: httpx.AsyncClient) -> set[Network]:
    consents, publishers = consents_of(settings, http, SystemClock()), publishers_of(settings, http, SystemClock())
    assert set(consents) == set(publishers)
    assert all(consent.network is network for network, consent in consents.items())
    assert all(publisher.network is network for network, publisher in publishers.items())
    return set(consents)


def test_without_an_account_anywhere_the_sandbox_plays_all_of_them(http: httpx.AsyncClient) -> None:
    assert found(settings_with(), http) == set(Network)


def test_with_a_real_bot_only_those_are_offered_whose_app_is_named(http: httpx.AsyncClient) -> None:
    assert found(settings_with(**BOT), http) == set()
    assert found(settings_with(**BOT, **TIKTOK), http) == {Network.TIKTOK}
    assert found(settings_with(**BOT, **TIKTOK, **GOOGLE), http) == {Network.TIKTOK, Network.YOUTUBE}


@pytest.mark.parametrize(
    ("given", "audited", "needed"),
    [
        ({}, False, "video.publish"),
        (TIKTOK, False, "video.upload"),
        (TIKTOK, True, "video.publish"),
    ],
)
def test_who_was_not_audited_may_only_fill_inboxes(
    http: httpx.AsyncClient, given: dict[str, str], audited: bool, needed: str
) -> None:
    settings = settings_with(**given, TIKTOK_AUDITED=audited)
    tiktok = consents_of(settings, http, SystemClock())[Network.TIKTOK]
    assert tiktok.scopes_needed == {"user.info.basic", needed}
