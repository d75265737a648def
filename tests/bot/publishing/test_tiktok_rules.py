"""TikTok's content-sharing rules in the chat, point by point.

https://developers.tiktok.com/doc/content-sharing-guidelines, "Required UX Implementation in Your App".
"""

from dataclasses import replace

from core.publishing.models import VideoPostStatus
from core.publishing.networks.contract import Terms
from tests.bot.publishing.conftest import Studio
from web.sandbox.client import SeenMessage


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_1_the_account_is_shown_and_what_it_cant_do_stops_the_attempt(studio: Studio) -> None:
    studio.tiktok.now = replace(studio.tiktok.now, duration_max_s=1.5)
    await studio.to_tiktok()
    assert "posting as Ann Baker (@ann)" in await studio.text()
    assert "The video takes 0:02, and this account may post at most 0:01.5" in await studio.text()
    await studio.press("✓ Done")
    await studio.press("👁 Preview and publish")
    assert "Publish now" not in str(await studio.chat.last())
    studio.tiktok.now = replace(studio.tiktok.now, duration_max_s=600, posts_left=0)
    await studio.press("‹ Back")
    await studio.press("👁 Preview and publish")
    assert "can't post any more for now. Please try again later" in await studio.text()
    assert "Publish now" not in str(await studio.chat.last())


async def test_2_no_visibility_is_chosen_beforehand_and_only_offered_ones_can_be(studio: Studio) -> None:
    await studio.to_tiktok()
    await studio.press("👁 Who can see it: choose")
    offered = labels(await studio.chat.last())
    assert offered == ["Everyone", "Friends", "Only you", "‹ Back"]
    publication_id = studio.short((await studio.post()).publications[0].id)
    said = await studio.press_data(f"pb.see2:{publication_id}:FOLLOWER_OF_CREATOR")
    assert "isn't offered any more" in said
    assert (await studio.post()).publications[0].wanted.privacy is None


async def test_2_interactions_are_off_and_what_the_account_has_off_cant_be_switched_on(studio: Studio) -> None:
    studio.tiktok.now = replace(studio.tiktok.now, duet_off=True)
    await studio.to_tiktok()
    assert {"☐ Comment", "🚫 Duet", "☐ Stitch"} <= set(labels(await studio.chat.last()))
    assert "own settings" in await studio.press("🚫 Duet")
    publication_id = studio.short((await studio.post()).publications[0].id)
    assert "own settings" in await studio.press_data(f"pb.sw:{publication_id}:d:1")
    await studio.press("☐ Stitch")
    wanted = (await studio.post()).publications[0].wanted
    assert (wanted.comments, wanted.duet, wanted.stitch) == (False, False, True)
    assert "Allow users to: Stitch" in await studio.text()


async def test_2_what_the_account_switches_off_later_is_taken_back(studio: Studio) -> None:
    await studio.to_tiktok()
    await studio.press("☐ Comment")
    studio.tiktok.now = replace(studio.tiktok.now, comments_off=True)
    await studio.press("✓ Done")
    await studio.press("✏️ TikTok @ann")
    assert not (await studio.post()).publications[0].wanted.comments


async def test_3_disclosure_is_off_and_switched_on_it_wants_a_choice(studio: Studio) -> None:
    await studio.to_tiktok()
    await studio.press("💼 Disclose commercial content: off")
    shown = await studio.chat.last()
    assert {"☐ Your brand", "☐ Branded content"} <= set(labels(shown))
    assert "will be labeled" not in shown.text
    said = await studio.press("✓ Done")
    assert said == "You need to indicate if your content promotes yourself, a third party, or both."
    await studio.press("☐ Your brand")
    assert "Your video will be labeled as 'Promotional content'." in await studio.text()
    await studio.press("☐ Branded content")
    assert "Your video will be labeled as 'Paid partnership'." in await studio.text()
    assert "Promotional content" not in await studio.text()
    await studio.press("✓ Done")
    assert "💼 Commercial content: on" in labels(await studio.chat.last())
    await studio.press("💼 Commercial content: on")
    await studio.press("Switch it off")
    wanted = (await studio.post()).publications[0].wanted
    assert (wanted.own_brand, wanted.paid_partnership) == (False, False)


async def test_3_branded_content_cant_be_private_whichever_is_chosen_first(studio: Studio) -> None:
    words = "Branded content visibility cannot be set to private."
    await studio.to_tiktok()
    await studio.press("💼 Disclose commercial content: off")
    await studio.press("☐ Branded content")
    await studio.press("✓ Done")
    await studio.press("👁 Who can see it: choose")
    assert await studio.press("🚫 Only you") == words
    publication_id = studio.short((await studio.post()).publications[0].id)
    assert await studio.press_data(f"pb.see2:{publication_id}:SELF_ONLY") == words
    await studio.press("‹ Back")
    await studio.press("💼 Commercial content: on")
    await studio.press("Switch it off")
    await studio.press("👁 Who can see it: choose")
    await studio.press("Only you")
    await studio.press("💼 Disclose commercial content: off")
    assert await studio.press("🚫 Branded content") == words
    assert await studio.press_data(f"pb.sw:{publication_id}:p:1") == words
    assert not (await studio.post()).publications[0].wanted.paid_partnership


async def test_4_what_is_agreed_to_names_the_branded_content_policy_when_it_has_to(studio: Studio) -> None:
    await studio.to_preview()
    assert "By posting, you agree to TikTok's Music Usage Confirmation." in await studio.text()
    await studio.press("‹ Back")
    await studio.press("✏️ TikTok @ann")
    await studio.press("💼 Disclose commercial content: off")
    await studio.press("☐ Branded content")
    await studio.press("✓ Done")
    await studio.press("✓ Done")
    await studio.press("👁 Preview and publish")
    said = "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation."
    assert said in await studio.text()


async def test_4_changing_it_takes_the_word_back(studio: Studio) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.press("Tomorrow 09:00")
    post = await studio.post()
    assert (post.status, post.publications[0].consented) == (VideoPostStatus.SCHEDULED, True)
    publication_id = studio.short(post.publications[0].id)
    await studio.press_data(f"pb.sw:{publication_id}:c:1")
    assert not (await studio.post()).publications[0].consented


async def test_an_app_that_wasnt_examined_only_fills_the_inbox_and_says_so(studio: Studio) -> None:
    studio.tiktok.now = Terms(name="Ann Baker", direct=False)
    await studio.to_tiktok()
    shown = await studio.chat.last()
    assert "goes into your TikTok inbox as a draft" in shown.text
    assert labels(shown) == ["✓ Done"]
    await studio.press("✓ Done")
    await studio.press("👁 Preview and publish")
    await studio.press("🚀 Publish now")
    [one] = (await studio.post()).publications
    assert (one.wanted.inbox, (await studio.post()).status) == (True, VideoPostStatus.PUBLISHING)
