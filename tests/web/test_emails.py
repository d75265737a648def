"""The pages behind links in mails: looking changes nothing, pressing does, and no link can be made up."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.deps import Deps
from core.emails.addresses import LINK_LIFE, choose_mail, give_address
from core.emails.kinds import Category
from core.emails.links import EmailLinks, build_email_links
from core.emails.queries import email_address_of
from tests.core.emails.people import ADDRESS, make_reader
from tests.factories import make_user
from web.app import build_app

Client = TestClient[web.Request, web.Application]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def client(deps: Deps) -> AsyncIterator[Client]:
    async with TestClient(TestServer(build_app(deps))) as opened:
        yield opened


@pytest.fixture
def links(deps: Deps) -> EmailLinks:
    return build_email_links(deps.settings)


async def given(deps: Deps, address: str = ADDRESS) -> tuple[User, UUID]:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        row = await give_address(tx, owner_id=owner.id, typed=address)
    assert row.link_id is not None
    return owner, row.link_id


async def verified(deps: Deps, owner: User) -> str | None:
    async with deps.sessions() as session:
        row = await email_address_of(session, owner_id=owner.id)
    return row.address if row is not None else None


def path(url: str) -> str:
    return url[url.index("/email/") :]


async def test_only_the_press_verifies(client: Client, deps: Deps, links: EmailLinks) -> None:
    owner, link_id = await given(deps, "ann@bücher.example.de")
    where = path(links.verification(owner_id=owner.id, link_id=link_id))
    for method in ("HEAD", "GET", "GET"):
        answer = await client.request(method, where)
        assert answer.status == 200
    page = await answer.text()
    assert '<form method="post">' in page
    assert "ann@bücher.example.de" in page
    assert await verified(deps, owner) is None

    pressed = await client.post(where)
    assert pressed.status == 200
    assert "Your address is confirmed" in await pressed.text()
    assert await verified(deps, owner) == "ann@xn--bcher-kva.example.de"
    for method in ("GET", "POST"):  # a page that is loaded again, a button pressed twice
        again = await client.request(method, where)
        assert (again.status, "Your address is confirmed" in await again.text()) == (200, True)


async def test_a_link_that_is_out_of_date_says_so(
    client: Client, deps: Deps, links: EmailLinks, clock: FixedClock
) -> None:
    owner, link_id = await given(deps)
    clock.advance(LINK_LIFE)
    where = path(links.verification(owner_id=owner.id, link_id=link_id))
    for method in ("GET", "POST"):
        answer = await client.request(method, where)
        assert answer.status == 410
        assert "/settings" in await answer.text()
    assert await verified(deps, owner) is None


async def test_a_link_is_bound_to_its_user(client: Client, deps: Deps, links: EmailLinks) -> None:
    owner, link_id = await given(deps)
    other, _ = await given(deps, "other@example.com")
    for owner_id in (other.id, ids.UserId(ids.new())):
        answer = await client.post(path(links.verification(owner_id=owner_id, link_id=link_id)))
        assert answer.status == 410
    assert (await verified(deps, owner), await verified(deps, other)) == (None, None)


async def test_nobody_makes_up_a_link(client: Client, deps: Deps, links: EmailLinks) -> None:
    owner, link_id = await given(deps)
    right = links.verification(owner_id=owner.id, link_id=link_id)
    token = right.rpartition("/")[2]
    payload, _, sign = token.partition(".")
    elsewhere = EmailLinks(links.base_url, b"another key of thirty-two bytes!")
    unsubscribing = links.unsubscribing(owner_id=owner.id, category=Category.PLAN).rpartition("/")[2]
    wrong = [
        "x",
        payload,
        f"{payload}.",
        f".{sign}",
        f"{payload}.{sign[:-1]}",
        f"{payload}.{sign[:-1]}{'A' if sign[-1] != 'A' else 'E'}",
        f"{payload}A.{sign}",
        f"{token}=",
        token + "A" * 400,
        elsewhere.verification(owner_id=owner.id, link_id=link_id).rpartition("/")[2],
        unsubscribing,
        "%00",
        "ü",
    ]
    for one in wrong:
        for method in ("GET", "POST"):
            assert (await client.request(method, f"/email/verify/{one}")).status == 404, one
    for method in ("GET", "POST"):
        assert (await client.request(method, f"/email/unsubscribe/{token}")).status == 404
    assert await verified(deps, owner) is None


async def wanted(deps: Deps, owner: User) -> tuple[bool, bool]:
    async with deps.sessions() as session:
        row = await email_address_of(session, owner_id=owner.id)
    assert row is not None
    return row.wants_plan, row.wants_posts


async def reader_of_all(deps: Deps) -> User:
    async with deps.tx() as tx:
        owner = await make_reader(tx)
        await choose_mail(tx, owner_id=owner.id, category=Category.POSTS, wanted=True)
    return owner


async def test_a_mail_program_unsubscribes_by_one_post(client: Client, deps: Deps, links: EmailLinks) -> None:
    """As RFC 8058 has it: no cookie, no page before, no redirect behind."""
    owner = await reader_of_all(deps)
    where = path(links.unsubscribing(owner_id=owner.id, category=Category.POSTS))
    answer = await client.post(
        where, data="List-Unsubscribe=One-Click", headers={"Content-Type": FORM}, allow_redirects=False
    )
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert await wanted(deps, owner) == (True, False)


async def test_a_page_asks_before_it_unsubscribes(
    client: Client, deps: Deps, links: EmailLinks, clock: FixedClock
) -> None:
    owner = await reader_of_all(deps)
    where = path(links.unsubscribing(owner_id=owner.id, category=Category.PLAN))
    clock.advance(timedelta(days=400))
    page = await (await client.get(where)).text()
    assert "about your trial and plan" in page
    assert await wanted(deps, owner) == (True, True)
    for _ in range(2):
        assert "Done" in await (await client.post(where)).text()
        assert await wanted(deps, owner) == (False, True)
    assert '<form method="post">' not in await (await client.get(where)).text()


async def test_who_has_no_address_any_more_is_told_that_nothing_comes(
    client: Client, deps: Deps, links: EmailLinks
) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
    where = path(links.unsubscribing(owner_id=owner.id, category=Category.POSTS))
    for method in ("GET", "POST"):
        answer = await client.request(method, where)
        assert (answer.status, "There won" in await answer.text()) == (200, True)


async def test_the_pages_are_for_nobody_else(client: Client, deps: Deps, links: EmailLinks) -> None:
    owner, link_id = await given(deps)
    for where in (
        links.verification(owner_id=owner.id, link_id=link_id),
        links.unsubscribing(owner_id=owner.id, category=Category.PLAN),
    ):
        answer = await client.get(path(where))
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
