"""A mail from its transaction to the mail service, and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core import ids
from core.accounts.models import User
from core.accounts.service import user_of
from core.clock import FixedClock
from core.db import Json
from core.deps import Deps
from core.emails import service as emails
from core.emails.addresses import choose_mail, give_address, remove_address
from core.emails.kinds import Category, EmailKind
from core.emails.models import Email, EmailStatus
from core.emails.queries import email_address_of, email_of
from core.errors import ProviderError
from core.home import MAIL_FOLDER
from core.providers.email import EmailErrorCode, Mail, email_error
from core.providers.email_folder import FolderMailer
from core.tx import Tx
from core.work.models import Work, WorkStatus
from jobs import emails as email_jobs
from jobs.runtime import Bench
from tests.core.emails.people import ADDRESS, links_of, mails_of, make_reader

RECEIPT: Json = {
    "plan": "pro",
    "amount": 1900,
    "currency": "USD",
    "paid_at": "2026-11-21T12:00:00Z",
    "period_end": "2026-12-21T12:00:00Z",
    "reference": "in_1ABC",
}
TRIAL: Json = {"plan": "pro", "ends_at": "2026-11-28T12:00:00Z"}


@dataclass
class Scripted:
    """A mailer that fails as told, in this order, and then takes everything on."""

    failures: list[ProviderError] = field(default_factory=list)
    taken: list[Mail] = field(default_factory=list)
    engine: str = "scripted"
    before: Callable[[], Awaitable[None]] | None = None

    async def send(self, mail: Mail) -> str:
        if self.before is not None:
            await self.before()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(mail)
        return f"remote-{len(self.taken)}"

    async def check(self, sender: str) -> str:
        return sender

    def fail(self, code: EmailErrorCode, **more: Any) -> None:
        self.failures.append(email_error(code, provider=self.engine, **more))


@pytest.fixture
def mailer() -> Scripted:
    return Scripted()


@pytest.fixture
def mail_bench(bench: Bench, mailer: Scripted) -> Bench:
    return replace(bench, deps=replace(bench.deps, mailer=mailer))


async def run_all(bench: Bench) -> None:
    """Each mail that waits and may be tried now, once."""
    async with bench.deps.read() as session:
        waiting = await session.scalars(
            select(Work.id).where(
                Work.kind == emails.SEND.target,
                Work.status == WorkStatus.QUEUED,
                func.coalesce(Work.lease_until, bench.deps.clock.now()) <= bench.deps.clock.now(),
            )
        )
    for work_id in waiting.all():
        await email_jobs.send.run(bench, str(work_id))


async def queue(bench: Bench, owner: User, kind: EmailKind = EmailKind.RECEIPT, data: Json = RECEIPT) -> ids.EmailId:
    async with bench.deps.tx() as tx:
        email_id = await emails.queue_email(tx, owner_id=owner.id, kind=kind, data=data, dedupe_key=str(ids.new()))
    assert email_id is not None
    return email_id


async def seen(bench: Bench, owner: User, email_id: ids.EmailId) -> Email:
    async with bench.deps.sessions() as session:
        found = await email_of(session, owner_id=owner.id, email_id=email_id)
    assert found is not None
    return found


@pytest.fixture
async def owner(mail_bench: Bench, mailer: Scripted) -> User:
    async with mail_bench.deps.tx() as tx:
        made = await make_reader(tx)
    await run_all(mail_bench)  # the link's mail isn't wanted any more: it was opened
    assert mailer.taken == []
    return made


async def test_a_mail_goes_out_with_all_that_belongs_to_it(mail_bench: Bench, mailer: Scripted, owner: User) -> None:
    email_id = await queue(mail_bench, owner)
    await run_all(mail_bench)
    [mail] = mailer.taken
    assert (mail.to, mail.subject) == (ADDRESS, "Receipt: Pro, US$19.00")
    assert mail.message_id.startswith(f"<{email_id}@")
    assert mail.headers == {"Auto-Submitted": "auto-generated"}
    assert "in_1ABC" in mail.text
    assert "in_1ABC" in mail.html
    row = await seen(mail_bench, owner, email_id)
    assert (row.status, row.engine, row.remote_id, row.address) == ("sent", "scripted", "remote-1", ADDRESS)


async def test_what_can_be_unsubscribed_from_says_how(mail_bench: Bench, mailer: Scripted, owner: User) -> None:
    await queue(mail_bench, owner, EmailKind.TRIAL_STARTED, TRIAL)
    await run_all(mail_bench)
    [mail] = mailer.taken
    link = mail.headers["List-Unsubscribe"]
    assert link.startswith("<http")
    assert link.strip("<>") in mail.text
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_nothing_is_written_down_for_who_has_no_verified_address(tx: Tx) -> None:
    reader = await make_reader(tx)
    await choose_mail(tx, owner_id=reader.id, category=Category.PLAN, wanted=False)
    stranger = await user_of(tx.session, (await make_reader(tx, "other@example.com")).id)
    await remove_address(tx, owner_id=stranger.id)
    await give_address(replace(tx, now=tx.now + timedelta(hours=1)), owner_id=stranger.id, typed="new@example.com")

    async def ask(owner: User, kind: EmailKind, data: Json) -> ids.EmailId | None:
        return await emails.queue_email(tx, owner_id=owner.id, kind=kind, data=data, dedupe_key="once")

    assert await ask(stranger, EmailKind.RECEIPT, RECEIPT) is None
    assert await ask(reader, EmailKind.TRIAL_STARTED, TRIAL) is None
    assert await ask(reader, EmailKind.RECEIPT, RECEIPT) is not None
    assert await ask(reader, EmailKind.RECEIPT, RECEIPT) is None
    assert len(await mails_of(tx, reader.id)) == 1


@pytest.mark.parametrize(
    "data",
    [{}, TRIAL, {**RECEIPT, "extra": 1}, {**RECEIPT, "amount": "much"}, {**RECEIPT, "invoice_url": "javascript:1"}],
)
async def test_data_of_another_shape_is_refused_at_once(tx: Tx, data: Json) -> None:
    reader = await make_reader(tx)
    with pytest.raises(ValueError, match="Receipt"):
        await emails.queue_email(tx, owner_id=reader.id, kind=EmailKind.RECEIPT, data=data, dedupe_key="x")


async def test_what_isnt_wanted_any_more_when_its_turn_comes_isnt_sent(
    mail_bench: Bench, mailer: Scripted, owner: User
) -> None:
    trial = await queue(mail_bench, owner, EmailKind.TRIAL_STARTED, TRIAL)
    async with mail_bench.deps.tx() as tx:
        await choose_mail(tx, owner_id=owner.id, category=Category.PLAN, wanted=False)
    await run_all(mail_bench)
    receipt = await queue(mail_bench, owner)
    async with mail_bench.deps.tx() as tx:
        await remove_address(tx, owner_id=owner.id)
    await run_all(mail_bench)
    assert mailer.taken == []
    for email_id in (trial, receipt):
        assert (await seen(mail_bench, owner, email_id)).status == EmailStatus.SKIPPED


async def test_a_link_goes_only_to_the_address_that_it_verifies(mail_bench: Bench, mailer: Scripted) -> None:
    async with mail_bench.deps.tx() as tx:
        reader = await make_reader(tx)
        await give_address(tx, owner_id=reader.id, typed="first@example.com")
        row = await give_address(tx, owner_id=reader.id, typed="second@example.com")
    await run_all(mail_bench)
    [mail] = mailer.taken
    assert mail.to == "second@example.com"
    assert row.link_id is not None
    assert ids.short(row.link_id) not in mail.text  # it is signed, not shown
    async with mail_bench.deps.tx() as tx:
        statuses = [link.status for link in await links_of(tx, reader.id)]
    assert statuses == [EmailStatus.SKIPPED, EmailStatus.SKIPPED, EmailStatus.SENT]


async def test_what_may_pass_is_tried_again_when_the_service_wants(
    mail_bench: Bench, mailer: Scripted, owner: User, clock: FixedClock
) -> None:
    mailer.fail(EmailErrorCode.RATE_LIMITED, retry_after_s=600.0)
    email_id = await queue(mail_bench, owner)
    await run_all(mail_bench)
    assert (await seen(mail_bench, owner, email_id)).status == EmailStatus.QUEUED
    clock.advance(timedelta(seconds=599))
    await run_all(mail_bench)
    assert mailer.taken == []
    clock.advance(timedelta(seconds=2))
    await run_all(mail_bench)
    assert (await seen(mail_bench, owner, email_id)).status == EmailStatus.SENT


async def test_an_unknown_outcome_is_sent_again_as_the_same_mail(
    mail_bench: Bench, mailer: Scripted, owner: User, clock: FixedClock
) -> None:
    offered: list[Mail] = []
    original = mailer.send

    async def noting(mail: Mail) -> str:
        offered.append(mail)
        return await original(mail)

    noted = replace(mail_bench, deps=replace(mail_bench.deps, mailer=Noting(noting)))
    mailer.fail(EmailErrorCode.UNKNOWN)
    email_id = await queue(noted, owner)
    await run_all(noted)
    assert (await seen(noted, owner, email_id)).status == EmailStatus.SENDING
    clock.advance(timedelta(minutes=5))
    await run_all(noted)
    assert (await seen(noted, owner, email_id)).status == EmailStatus.SENT
    assert len(offered) == 2
    assert offered[0] == offered[1]
    assert offered[0].key == offered[1].key


@dataclass
class Noting:
    noting: Callable[[Mail], Awaitable[str]]
    engine: str = "noting"

    async def send(self, mail: Mail) -> str:
        return await self.noting(mail)

    async def check(self, sender: str) -> str:
        return sender


@pytest.mark.parametrize(
    ("code", "status"),
    [(EmailErrorCode.UNAVAILABLE, EmailStatus.FAILED), (EmailErrorCode.UNKNOWN, EmailStatus.UNCONFIRMED)],
)
async def test_after_the_last_attempt_it_is_said_whether_it_may_be_there(
    mail_bench: Bench, mailer: Scripted, owner: User, clock: FixedClock, code: EmailErrorCode, status: EmailStatus
) -> None:
    email_id = await queue(mail_bench, owner)
    for _ in range(emails.SEND.attempts):
        mailer.fail(code)
        await run_all(mail_bench)
        clock.advance(timedelta(hours=2))
    row = await seen(mail_bench, owner, email_id)
    assert row.status == status
    assert row.error is not None
    assert row.error["code"] == code
    mailer.failures.clear()
    await run_all(mail_bench)
    assert mailer.taken == []


async def test_a_refused_address_ends_it_and_is_told_in_the_settings(
    mail_bench: Bench, mailer: Scripted, owner: User
) -> None:
    mailer.fail(EmailErrorCode.ADDRESS_REFUSED, detail="550 5.1.1 No such user")
    email_id = await queue(mail_bench, owner)
    await run_all(mail_bench)
    assert (await seen(mail_bench, owner, email_id)).status == EmailStatus.FAILED
    async with mail_bench.deps.tx() as tx:
        row = await email_address_of(tx.session, owner_id=owner.id)
        assert row is not None
        assert row.address is None
        assert row.problem is not None
        assert row.problem["params"]["detail"] == "550 5.1.1 No such user"
        again = await emails.queue_email(
            tx, owner_id=owner.id, kind=EmailKind.RECEIPT, data=RECEIPT, dedupe_key="later"
        )
        assert again is None


async def test_a_refused_mail_is_no_fault_of_the_address(mail_bench: Bench, mailer: Scripted, owner: User) -> None:
    for code in (EmailErrorCode.REFUSED, EmailErrorCode.KEY_REFUSED):
        mailer.fail(code)
        email_id = await queue(mail_bench, owner)
        await run_all(mail_bench)
        assert (await seen(mail_bench, owner, email_id)).status == EmailStatus.FAILED
    async with mail_bench.deps.tx() as tx:
        row = await email_address_of(tx.session, owner_id=owner.id)
    assert row is not None
    assert row.address == ADDRESS


async def test_without_a_mail_service_what_is_queued_is_skipped(mail_bench: Bench, owner: User) -> None:
    email_id = await queue(mail_bench, owner)
    await run_all(replace(mail_bench, deps=replace(mail_bench.deps, mailer=None)))
    assert (await seen(mail_bench, owner, email_id)).status == EmailStatus.SKIPPED


async def test_a_mail_becomes_a_file_that_mail_programs_read(bench: Bench, tmp_path: Path) -> None:
    filed = replace(bench, deps=replace(bench.deps, mailer=FolderMailer(tmp_path)))
    async with filed.deps.tx() as tx:
        reader = await make_reader(tx, "ann@bücher.example.de")
    await queue(filed, reader)
    await run_all(filed)
    [path] = (tmp_path / MAIL_FOLDER).glob("*.eml")
    message = message_from_bytes(path.read_bytes(), EmailMessage, policy=default)
    assert not message.defects
    assert message["To"] == "ann@xn--bcher-kva.example.de"
    assert message["Date"].datetime == bench.deps.clock.now()
    assert message.get_content_type() == "multipart/alternative"


async def test_two_workers_send_it_once(concurrent_bench: Bench) -> None:
    mailer = Scripted()
    shared = replace(concurrent_bench, deps=replace(concurrent_bench.deps, mailer=mailer))
    async with shared.deps.tx() as tx:
        reader = await make_reader(tx)
    await run_all(shared)
    email_id = await queue(shared, reader)
    async with shared.deps.read() as session:
        [work_id] = await session.scalars(select(Work.id).where(Work.subject_id == email_id))
    await asyncio.gather(*(email_jobs.send.run(shared, str(work_id)) for _ in range(4)))
    assert len(mailer.taken) == 1


async def test_old_mails_are_forgotten(mail_bench: Bench, owner: User, clock: FixedClock, deps: Deps) -> None:
    old = await queue(mail_bench, owner)
    clock.advance(emails.KEPT + timedelta(days=1))
    new = await queue(mail_bench, owner)
    await email_jobs.forget_old(deps)
    async with deps.tx() as tx:
        assert [mail.id for mail in await mails_of(tx, owner.id)] == [new]
    assert old != new
