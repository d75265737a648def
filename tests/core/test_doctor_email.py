"""The doctor's line about mail."""

from pathlib import Path
from typing import Any

import pytest

from core.doctor import Trouble, check_email
from core.home import MAIL_FOLDER
from core.settings import Settings
from core.smtp_server import Encryption
from tests.core.providers import fake_resend_server
from tests.core.providers.fake_resend_server import DOMAIN, KEY
from tests.core.providers.smtp_servers import smtp_server


def given(home: Path, **variables: Any) -> Settings:
    defaults = {field.alias: field.get_default() for field in Settings.model_fields.values() if field.alias}
    sender = {"EMAIL_FROM": f"Postaify <post@{DOMAIN}>"} if variables else {}
    return Settings.load(_env_file=None, **defaults | {"POSTAIFY_HOME": home} | sender | variables)


async def test_without_a_service_mail_becomes_files(tmp_path: Path) -> None:
    seen = await check_email(given(tmp_path))
    assert str(tmp_path / MAIL_FOLDER) in seen


async def test_a_right_key_is_told_from_a_wrong_one(tmp_path: Path) -> None:
    async with fake_resend_server.running() as server:
        right = given(tmp_path, RESEND_API_KEY=KEY, RESEND_API_URL=server.url)
        assert await check_email(right) == f"Resend, from Postaify <post@{DOMAIN}>"
        with pytest.raises(Trouble) as caught:
            await check_email(given(tmp_path, RESEND_API_KEY="re_wrong", RESEND_API_URL=server.url))
    assert caught.value.seen == "resend doesn't take it on: API key is invalid."
    assert "RESEND_API_KEY" in caught.value.advice


async def test_an_smtp_server_is_logged_in_at(tmp_path: Path) -> None:
    async with smtp_server(Encryption.NONE, tmp_path) as server:
        seen = await check_email(given(tmp_path, SMTP_URL=server.url(user=None)))
        assert seen.startswith(f"SMTP at 127.0.0.1:{server.port}")
        assert server.taken == []
    with pytest.raises(Trouble):
        await check_email(given(tmp_path, SMTP_URL=server.url(user=None)))
