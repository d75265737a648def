"""TikTok's page in Chromium: what follows from each choice while people choose, and what goes out in the end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import Page, expect

from core import ids
from core.billing.trials import start_trial
from core.deps import Deps
from core.publishing import service
from core.publishing.models import VideoPostStatus
from core.publishing.page_links import open_page_link
from core.publishing.queries import VideoPostView, video_post_view
from core.storage import build_storage
from tests.bot.publishing.played import connect, make_video, played, with_publishers
from tests.browser.conftest import PHONE, keep_screenshot
from tests.factories import make_user
from web.app import build_app

pytestmark = pytest.mark.browser

viewport = pytest.fixture(lambda: PHONE, name="viewport")
"""People come from a chat on their phone."""


@dataclass(slots=True)
class Desk:
    """A plan to post at TikTok by an account that has switched duets off."""

    deps: Deps
    owner_id: ids.UserId
    video_post_id: ids.VideoPostId
    publication_id: ids.PublicationId

    async def link(self) -> str:
        return await open_page_link(self.deps, owner_id=self.owner_id, publication_id=self.publication_id)

    async def post(self) -> VideoPostView:
        async with self.deps.sessions() as session:
            return await video_post_view(session, owner_id=self.owner_id, video_post_id=self.video_post_id)


@pytest.fixture
async def desk(deps: Deps) -> AsyncIterator[Desk]:
    port = unused_port()
    settings = deps.settings.model_copy(update={"web_port": port, "web_host": "127.0.0.1"})
    deps = replace(deps, settings=settings, storage=build_storage(settings, deps.clock))
    deps = with_publishers(deps, played(duet_off=True))
    async with deps.tx() as tx:
        owner = await make_user(tx)
        await start_trial(tx, owner_id=owner.id)
    video, connection = await make_video(deps, owner), await connect(deps, owner)
    async with deps.tx() as tx:
        post = await service.draft_video_post(tx, owner_id=owner.id, video_id=video.id, caption="Bread pays.")
        [one] = await service.choose_networks(
            tx, owner_id=owner.id, video_post_id=post.id, connection_ids=[connection.id]
        )
    async with TestServer(build_app(deps), host="127.0.0.1", port=port):
        yield Desk(deps, owner.id, post.id, one.id)


async def test_the_page_follows_tiktoks_rules_while_people_choose(desk: Desk, page: Page) -> None:
    await page.goto(await desk.link())
    await page.get_by_role("button", name="Open the options").click()
    post = page.get_by_role("button", name="Post now")
    privacy = page.get_by_label("Who can see this video")
    await expect(page.get_by_text("Ann Baker")).to_be_visible()
    await expect(privacy).to_have_value("")
    await expect(post).to_be_disabled()
    for name in ("Comment", "Stitch"):
        await expect(page.get_by_role("checkbox", name=name)).not_to_be_checked()
    await expect(page.get_by_role("checkbox", name="Duet")).to_be_disabled()
    await expect(page.get_by_text("Branded Content Policy")).to_be_hidden()

    await privacy.select_option(label="Only you")
    await expect(post).to_be_enabled()
    disclose, paid = page.get_by_label("Disclose video content"), page.get_by_role("checkbox", name="Branded content")
    await disclose.check()
    await expect(post).to_be_disabled()
    await expect(post).to_have_attribute(
        "title", "You need to indicate if your content promotes yourself, a third party, or both."
    )
    await expect(paid).to_be_disabled()
    await page.get_by_role("checkbox", name="Your brand").check()
    await expect(page.get_by_text("will be labeled as 'Promotional content'")).to_be_visible()
    await expect(post).to_be_enabled()

    await privacy.select_option(label="Friends")
    await paid.check()
    await expect(page.get_by_text("will be labeled as 'Paid partnership'")).to_be_visible()
    await expect(page.get_by_role("link", name="Branded Content Policy")).to_be_visible()
    await expect(page.get_by_text("Branded content visibility cannot be set to private.")).to_be_visible()
    assert await page.locator("option[value=SELF_ONLY]").is_disabled()
    await keep_screenshot(page, "tiktok_page")

    await page.get_by_label("Words").fill("🍞" * 1_101)
    await expect(page.get_by_text("2202 / 2200 · shorten it by 2")).to_be_visible()
    await expect(post).to_be_disabled()
    await page.get_by_label("Words").fill("Bread that pays")
    await page.get_by_role("checkbox", name="Comment").check()
    await post.click()
    await expect(page.get_by_text("Our chat tells how far it is.")).to_be_visible()
    posted = await desk.post()
    wanted = posted.publications[0].wanted
    assert posted.status is VideoPostStatus.PUBLISHING
    assert (wanted.privacy, wanted.caption) == ("MUTUAL_FOLLOW_FRIENDS", "Bread that pays")
    assert (wanted.own_brand, wanted.paid_partnership, wanted.comments, wanted.duet) == (True, True, True, False)


async def test_the_moment_that_is_shown_becomes_the_cover(desk: Desk, page: Page) -> None:
    await page.goto(await desk.link())
    await page.get_by_role("button", name="Open the options").click()
    await page.locator("video").evaluate(
        "(video) => new Promise((done) => { video.onseeked = done; video.currentTime = 1.2; })"
    )
    await page.get_by_role("button", name="Use this moment as the cover").click()
    await expect(page.get_by_text("Cover: at 1.2 s")).to_be_visible()
    await page.get_by_role("button", name="Keep it, and go on in the chat").click()
    await expect(page.get_by_text("Nothing is posted yet")).to_be_visible()
    kept = await desk.post()
    assert (kept.status, kept.publications[0].wanted.cover_ms) == (VideoPostStatus.DRAFT, 1_200)
