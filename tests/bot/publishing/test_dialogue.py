"""From a video to its publication: accounts, words, options, the last look, now or later."""

from core.providers.discovery import Network
from core.publishing.models import PublicationStatus, VideoPostStatus
from tests.bot.publishing.conftest import Studio


async def to_options(studio: Studio) -> None:
    """At TikTok's options of a new plan."""
    await studio.chat.say("/publish")
    await studio.press("🎬 bread.mp4 · 0:02")
    await studio.press("TikTok @ann")
    await studio.press("Go on ›")
    await studio.press("✏️ TikTok @ann")


async def test_a_video_goes_from_the_choice_of_accounts_to_its_way(studio: Studio) -> None:
    await to_options(studio)
    shown = await studio.text()
    assert "posting as Ann Baker (@ann)" in shown
    assert "Who can see it: not chosen yet" in shown
    assert "Allow users to: nothing" in shown
    await studio.press("✏️ Words")
    answer = await studio.chat.say("Bread pays for the oven. #bread")
    assert "31 of 2200 characters" in answer.text.replace(",", "")
    await studio.press("👁 Who can see it: choose")
    await studio.press("Everyone")
    await studio.press("✓ Done")
    await studio.press("👁 Preview and publish")
    preview = await studio.chat.last()
    assert "By posting, you agree to TikTok's Music Usage Confirmation." in preview.text
    assert preview.body.get("photo")
    assert "Going out now" in await studio.press("🚀 Publish now")
    post = await studio.post()
    assert post.status is VideoPostStatus.PUBLISHING
    [one] = post.publications
    assert (one.network, one.status, one.consented) == (Network.TIKTOK, PublicationStatus.PREPARING, True)
    assert (one.wanted.caption, one.wanted.privacy) == ("Bread pays for the oven. #bread", "PUBLIC_TO_EVERYONE")
