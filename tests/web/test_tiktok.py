"""TikTok's page: one link, one browser, its owner's video, and TikTok's rules checked by the server again."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from core import ids
from core.accounts.models import User
from core.billing.trials import start_trial
from core.deps import Deps
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, network_error
from core.publishing.page_links import ROUTE, open_page_link
from core.publishing.queries import VideoPostView, video_post_view
from tests.bot.publishing.played import PlayedPublisher, connect, make_video, played, with_publishers
from tests.factories import make_user
from web.app import build_app

Client = TestClient[web.Request, web.Application]


@dataclass(slots=True)
class Desk:
    """A plan to post at TikTok, and a browser."""

    deps: Deps
    owner: User
    tiktok: PlayedPublisher
    client: Client
    video_post_id: ids.VideoPostId
    publication_id: ids.PublicationId

    async def link(self) -> str:
        url = await open_page_link(self.deps, owner_id=self.owner.id, publication_id=self.publication_id)
        return url[url.index(ROUTE) :]

    async def open(self) -> str:
        """The page, by a link of its own."""
        answer = await self.client.post(await self.link())
        assert answer.status == 200
        return await answer.text()

    async def send(self, page: str, **fields: str) -> ClientResponse:
        """The page's form as a browser sends it."""
        found = re.search(r'name="form" value="([^"]+)"', page)
        assert found is not None
        return await self.client.post(ROUTE, data={"form": found[1], **fields})

    async def post(self) -> VideoPostView:
        async with self.deps.sessions() as session:
            return await video_post_view(session, owner_id=self.owner.id, video_post_id=self.video_post_id)


@pytest.fixture
async def desk(deps: Deps) -> AsyncIterator[Desk]:
    tiktok = played()
    deps = with_publishers(deps, tiktok)
    async with deps.tx() as tx:
        owner = await make_user(tx)
        await start_trial(tx, owner_id=owner.id)
    video, connection = await make_video(deps, owner), await connect(deps, owner)
    async with deps.tx() as tx:
        post = await service.draft_video_post(tx, owner_id=owner.id, video_id=video.id, caption="Bread <b>")
        [one] = await service.choose_networks(
            tx, owner_id=owner.id, video_post_id=post.id, connection_ids=[connection.id]
        )
    async with TestClient(TestServer(build_app(deps))) as client:
        yield Desk(deps, owner, tiktok, client, post.id, one.id)


async def test_the_page_shows_what_tiktok_wants_seen_with_nothing_chosen_beforehand(desk: Desk) -> None:
    page = await desk.open()
    assert "<b>Ann Baker</b>" in page
    assert "@ann" in page
    assert "<video" in page
    assert "Bread &lt;b&gt;" in page
    assert re.findall(r'<option value="(\w*)"', page) == [
        "",
        "PUBLIC_TO_EVERYONE",
        "MUTUAL_FOLLOW_FRIENDS",
        "SELF_ONLY",
    ]
    assert re.findall(r'<option value="(\w*)"[^>]*selected', page) == [""]
    assert re.findall(r'<input type="checkbox"[^>]*checked', page) == []
    assert "Music Usage Confirmation" in page
    assert "It may take a few minutes" in page


async def test_what_the_account_has_off_is_greyed_out_and_stays_off(desk: Desk) -> None:
    desk.tiktok.now = replace(desk.tiktok.now, duet_off=True)
    page = await desk.open()
    assert re.search(r'name="duet"[^>]*disabled', page)
    assert not re.search(r'name="stitch"[^>]*disabled', page)
    await desk.send(page, deed="save", privacy="SELF_ONLY", duet="on", stitch="on", caption="x")
    wanted = (await desk.post()).publications[0].wanted
    assert (wanted.duet, wanted.stitch, wanted.comments) == (False, True, False)


async def test_keeping_posts_nothing_and_posting_does(desk: Desk) -> None:
    answer = await desk.send(await desk.open(), deed="save", caption="Bread\r\npays", cover_ms="1500")
    assert "Nothing is posted yet" in await answer.text()
    post = await desk.post()
    assert (post.status, post.publications[0].consented) == (VideoPostStatus.DRAFT, False)
    assert (post.publications[0].wanted.caption, post.publications[0].wanted.cover_ms) == ("Bread\npays", 1500)

    answer = await desk.send(
        await desk.open(), deed="post", caption="Bread", privacy="PUBLIC_TO_EVERYONE", comments="on"
    )
    assert answer.status == 200
    assert "Our chat tells how far it is" in await answer.text()
    post = await desk.post()
    assert (post.status, post.publications[0].consented) == (VideoPostStatus.PUBLISHING, True)
    assert post.publications[0].wanted.comments


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose who can see this video."),
        ({"privacy": "FOLLOWER_OF_CREATOR"}, "Choose who can see this video."),
        ({"privacy": "SELF_ONLY", "disclosed": "on"}, "You need to indicate if your content promotes yourself"),
        ({"privacy": "SELF_ONLY", "disclosed": "on", "paid_partnership": "on"}, "Choose who can see this video."),
        ({"privacy": "SELF_ONLY", "caption": "🍞" * 1101}, "The words are too long"),
    ],
)
async def test_with_something_missing_nothing_is_posted(desk: Desk, fields: dict[str, str], said: str) -> None:
    answer = await desk.send(await desk.open(), deed="post", **fields)
    assert f'<p role="alert">{said}' in await answer.text()
    assert (await desk.post()).status is VideoPostStatus.DRAFT


async def test_too_long_and_at_the_limit_there_is_no_form(desk: Desk) -> None:
    for changed, said in (
        ({"duration_max_s": 1}, "this account may post at most 1"),
        ({"posts_left": 0}, "can't post any more for now"),
        ({"direct": False}, "goes into your inbox"),
    ):
        usual, desk.tiktok.now = desk.tiktok.now, replace(desk.tiktok.now, **changed)
        page = await desk.open()
        assert said in page.replace("&#39;", "'")
        assert "<form" not in page
        desk.tiktok.now = usual


async def test_a_link_opens_once_and_looking_uses_nothing_up(desk: Desk) -> None:
    link = await desk.link()
    for _ in range(2):
        assert "Open the options" in await (await desk.client.get(link)).text()
    assert (await desk.client.post(link)).status == 200
    desk.client.session.cookie_jar.clear()
    for method in ("GET", "POST"):
        assert (await desk.client.request(method, link)).status == 410
    assert (await desk.client.get(ROUTE)).status == 410, "without the cookie there is no visit"


async def test_nobody_makes_up_a_link(desk: Desk) -> None:
    link = await desk.link()
    said, _, sign = link.rpartition(".")
    for wrong in (f"{said}.", f"{said}.{sign[:-1]}", f"{said[:-1]}.{sign}", f"{ROUTE}/open/x", f"{ROUTE}/open/.{sign}"):
        for method in ("GET", "POST"):
            assert (await desk.client.request(method, wrong)).status == 410, wrong


async def test_a_link_that_is_too_old_is_of_no_use(desk: Desk) -> None:
    link = await desk.link()
    keys = await desk.deps.redis.keys("publishing:link:*")
    assert 0 < await desk.deps.redis.ttl(keys[0]) <= timedelta(minutes=10).total_seconds()
    await desk.deps.redis.delete(*keys)
    assert (await desk.client.get(link)).status == 410


async def test_a_form_without_the_visits_secret_changes_nothing(desk: Desk) -> None:
    await desk.open()
    for form in ("", "x" * 32):
        answer = await desk.client.post(ROUTE, data={"form": form, "deed": "post", "privacy": "SELF_ONLY"})
        assert answer.status == 410
    assert (await desk.post()).publications[0].wanted.privacy is None


async def test_the_cookie_is_for_this_page_alone(desk: Desk) -> None:
    answer = await desk.client.post(await desk.link(), allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path={ROUTE}" in cookie
    assert answer.headers["Location"] == ROUTE


async def test_somebody_elses_publication_is_not_there(desk: Desk) -> None:
    async with desk.deps.tx() as tx:
        eve = await make_user(tx)
    url = await open_page_link(desk.deps, owner_id=eve.id, publication_id=desk.publication_id)
    answer = await desk.client.post(url[url.index(ROUTE) :])
    assert answer.status == 409
    assert "Ann Baker" not in await answer.text()


async def test_when_tiktok_cant_be_asked_that_is_said(desk: Desk) -> None:
    desk.tiktok.fails = network_error(Network.TIKTOK, NetworkErrorCode.UNAVAILABLE)
    answer = await desk.client.post(await desk.link())
    assert answer.status == 502
    assert "TikTok can't be asked right now" in (await answer.text()).replace("&#39;", "'")


async def test_scripts_come_from_here_alone(desk: Desk) -> None:
    answer = await desk.client.post(await desk.link())
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert (await desk.client.get("/tiktok.js")).content_type == "text/javascript"
