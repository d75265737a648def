"""Resend's webhooks: an address from which mail comes back isn't written to any more, and its owner is told."""

import base64
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import select

from core.accounts.models import User
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from core.emails.addresses import LINKS_PAUSE, confirm_address, send_link_again
from core.emails.kinds import EmailKind
from core.emails.models import EmailAddress, EmailStatus
from core.emails.queries import email_address_of, email_of
from core.emails.service import begin_sending, queue_email, record_sent
from core.ids import EmailId
from core.providers.email_resend_webhook import WebhookRefused, check_signature
from core.settings import RESEND_WEBHOOK_PATH
from tests.core.emails.people import ADDRESS, make_reader
from web.app import build_app

Hook = TestClient[web.Request, web.Application]
KEY = b"0123456789abcdef0123456789abcdef"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
REMOTE_ID = "56761188-7520-42d8-8898-ff6fc54ce618"


def event(kind: str = "email.bounced", **data: Any) -> dict[str, Any]:
    """As in Resend's documentation of its events."""
    bounce = {"message": "The recipient's mailbox doesn't exist.", "subType": "General", "type": "Permanent"}
    told = {"email_id": REMOTE_ID, "from": "Postaify <post@example.com>", "to": [ADDRESS], "subject": "Receipt"}
    return {"type": kind, "created_at": "2026-11-21T20:00:00.000Z", "data": told | {"bounce": bounce} | data}


@pytest.fixture
def listening(deps: Deps) -> Deps:
    settings = deps.settings.model_copy(update={"resend_webhook_secret": SecretStr(SECRET)})
    return replace(deps, settings=settings)


@pytest.fixture
async def hook(listening: Deps) -> AsyncIterator[Hook]:
    async with TestClient(TestServer(build_app(listening))) as client:
        yield client


@pytest.fixture
async def reader(deps: Deps) -> User:
    async with deps.tx() as tx:
        return await make_reader(tx)


@pytest.fixture
async def email_id(deps: Deps, reader: User) -> EmailId:
    """Of a mail that Resend has taken on."""
    data = {"plan": "pro", "ended_at": "2026-11-21T20:00:00+00:00"}
    async with deps.tx() as tx:
        email_id = await queue_email(tx, owner_id=reader.id, kind=EmailKind.TRIAL_ENDED, data=data, dedupe_key="one")
        assert email_id is not None
        await begin_sending(tx, owner_id=reader.id, email_id=email_id)
        await record_sent(tx, owner_id=reader.id, email_id=email_id, engine="resend", remote_id=REMOTE_ID)
    return email_id


async def tell(
    hook: Hook, body: str, clock: FixedClock, *, key: bytes = KEY, age_s: int = 0, sent: bytes | None = None
) -> int:
    """Sign `body` as Svix does, and send it, or `sent` in its place."""
    at = str(int(clock.now().timestamp()) - age_s)
    signature = base64.b64encode(hmac.digest(key, f"msg_1.{at}.{body}".encode(), hashlib.sha256)).decode()
    headers = {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": f"v1,AAAA v2,no v1,{signature}"}
    answer = await hook.post(
        RESEND_WEBHOOK_PATH, data=io.BytesIO(body.encode() if sent is None else sent), headers=headers
    )
    return answer.status


async def address(deps: Deps, reader: User) -> EmailAddress:
    async with deps.read() as session:
        row = await email_address_of(session, owner_id=reader.id)
    assert row is not None
    return row


async def told(deps: Deps, reader: User) -> list[str]:
    """The codes of the trouble that its owner was told."""
    async with deps.read() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.owner_id == reader.id).order_by(Delivery.id))
        return [row.content["data"]["code"] for row in rows if row.content["notice"] == "emails.refused"]


@pytest.mark.parametrize(
    ("kind", "status"), [("email.bounced", EmailStatus.BOUNCED), ("email.complained", EmailStatus.COMPLAINED)]
)
async def test_an_address_that_takes_nothing_is_written_to_no_more_and_that_is_told_once(
    hook: Hook, deps: Deps, clock: FixedClock, reader: User, email_id: EmailId, kind: str, status: EmailStatus
) -> None:
    for _ in range(3):
        assert await tell(hook, json.dumps(event(kind)), clock) == 200
    row = await address(deps, reader)
    assert (row.address, row.pending, row.problem and row.problem["code"]) == (None, ADDRESS, kind)
    assert await told(deps, reader) == [kind]
    async with deps.tx() as tx:
        email = await email_of(tx.session, owner_id=reader.id, email_id=email_id)
        assert email is not None
        assert email.status == status
        data = {"plan": "pro", "ended_at": "2026-11-21T20:00:00+00:00"}
        more = await queue_email(tx, owner_id=reader.id, kind=EmailKind.TRIAL_ENDED, data=data, dedupe_key="two")
    assert more is None


async def test_what_is_told_again_after_a_new_link_was_opened_changes_nothing(
    hook: Hook, deps: Deps, clock: FixedClock, reader: User, email_id: EmailId
) -> None:
    await tell(hook, json.dumps(event()), clock)
    clock.advance(LINKS_PAUSE)
    async with deps.tx() as tx:
        row = await send_link_again(tx, owner_id=reader.id)
        assert row.link_id is not None
        await confirm_address(tx, owner_id=reader.id, link_id=row.link_id)
    assert await tell(hook, json.dumps(event()), clock) == 200
    assert (await address(deps, reader)).address == ADDRESS


@pytest.mark.parametrize(
    "harmless",
    [
        event("email.delivered"),
        event("email.bounced", bounce={"type": "Transient", "message": "The mailbox is full."}),
        event("email.bounced", email_id="somebody-elses"),
        event("contact.created"),
    ],
)
async def test_what_is_no_end_of_an_address_changes_nothing(
    hook: Hook, deps: Deps, clock: FixedClock, reader: User, email_id: EmailId, harmless: dict[str, Any]
) -> None:
    assert await tell(hook, json.dumps(harmless), clock) == 200
    assert (await address(deps, reader)).address == ADDRESS


BODY = json.dumps(event())


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"key": b"another"}, id="forged"),
        pytest.param({"age_s": 301}, id="stale"),
        pytest.param({"age_s": -301}, id="ahead"),
        pytest.param({"sent": BODY[:-1].encode()}, id="truncated"),
        pytest.param({"sent": b""}, id="empty"),
    ],
)
async def test_what_resend_didnt_sign_like_this_is_refused(
    hook: Hook, deps: Deps, clock: FixedClock, reader: User, email_id: EmailId, bad: dict[str, Any]
) -> None:
    assert await tell(hook, BODY, clock, **bad) == 400
    assert (await address(deps, reader)).address == ADDRESS


def test_bytes_that_no_text_has_sign_nothing(clock: FixedClock) -> None:
    """As aiohttp gives them on from headers."""
    at = str(int(clock.now().timestamp()))
    for name in ("svix-id", "svix-signature"):
        headers = {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": "v1,x"} | {name: "v1,\udcff"}
        with pytest.raises(WebhookRefused):
            check_signature(b"{}", headers, secret=SecretStr(SECRET), now=clock.now())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[1]",
        "[" * 100_000,
        '"x"',
        "{}",
        json.dumps(event(email_id=7)),
        '{"type": "email.bounced", "data": []}',
    ],
)
async def test_what_is_signed_and_says_nothing_is_refused(hook: Hook, clock: FixedClock, body: str) -> None:
    assert await tell(hook, body, clock) == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"svix-id": "msg_1", "svix-timestamp": "now", "svix-signature": "v1,AAAA"},
        {"svix-id": "msg_1", "svix-timestamp": "1" * 20, "svix-signature": "v1,AAAA"},
        {"svix-id": "msg_1", "svix-timestamp": "1", "svix-signature": "v1,ä"},
        {"svix-id": "m" * 2000, "svix-timestamp": "1", "svix-signature": "v1,AAAA"},
        {"svix-id": "msg_1", "svix-timestamp": "1", "svix-signature": ""},
    ],
)
async def test_headers_that_are_no_signature_are_refused(hook: Hook, headers: dict[str, str]) -> None:
    assert (await hook.post(RESEND_WEBHOOK_PATH, data=BODY, headers=headers)).status == 400


async def test_over_a_megabyte_is_refused(hook: Hook, clock: FixedClock) -> None:
    assert await tell(hook, json.dumps(event(padding="x" * (1024 * 1024))), clock) == 400


async def test_without_a_secret_nobody_listens(deps: Deps, clock: FixedClock) -> None:
    async with TestClient(TestServer(build_app(deps))) as hook:
        assert await tell(hook, BODY, clock) == 404
