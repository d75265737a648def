"""From a video to its publication: accounts, words, options, the last look, now or later."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from core.clock import FixedClock
from core.connections.models import ConnectionStatus
from core.posts.platforms import Platform
from core.providers.discovery import Network
from core.publishing.models import Manner, PublicationStatus, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, network_error
from tests.bot.publishing.conftest import Studio
from tests.bot.publishing.played import connect
from tests.core.publishing.test_reports import publish
from tests.factories import make_posts


async def test_a_video_goes_from_the_choice_of_accounts_to_its_way(studio: Studio) -> None:
    await studio.to_tiktok()
    shown = await studio.text()
    assert "posting as Ann Baker (@ann)" in shown
    assert "Who can see it: not chosen yet" in shown
    assert "Allow users to: nothing" in shown
    await studio.write("✏️ Words", "Bread pays for the oven. #bread")
    assert "31 of 2,200 characters" in await studio.text()
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
    assert "🚀 Publish now" not in str(await studio.chat.last()), "the status message takes its place"
    assert "on its way already" in await studio.press_data(f"pb.now:{studio.short(post.id)}")
    assert (await studio.post()).publications == post.publications


async def test_without_a_video_the_way_to_one_is_shown(studio: Studio) -> None:
    async with studio.deps.tx() as tx:
        row = await tx.session.merge(studio.video)
        row.deleted_at = tx.now
    answer = await studio.chat.say("/publish")
    assert "Send me one here" in answer.text
    assert [button.text for button in answer.buttons] == ["📹 My videos", "🔌 Accounts"]


async def test_without_an_account_the_way_is_to_connect_one_or_by_hand(studio: Studio) -> None:
    async with studio.deps.tx() as tx:
        row = await tx.session.merge(studio.connection)
        row.status = ConnectionStatus.REVOKED
    await studio.begin()
    assert "No account is connected yet" in await studio.text()
    assert "connected again" in await studio.text()
    await studio.press("✋ Instagram")
    await studio.press("Go on ›")
    [one] = (await studio.post()).publications
    assert (one.manner, one.network) == (Manner.BY_HAND, Network.INSTAGRAM)
    await studio.press("👁 Preview and publish")
    await studio.press("🚀 Publish now")
    [one] = (await studio.post()).publications
    assert one.status is PublicationStatus.ASKED


async def test_an_account_that_was_disconnected_meanwhile_is_no_obstacle(studio: Studio) -> None:
    await studio.begin()
    await studio.press("TikTok @ann")
    async with studio.deps.tx() as tx:
        row = await tx.session.merge(studio.connection)
        row.access_token = ""
    await studio.press("✋ Instagram")
    [one] = (await studio.post()).publications
    assert (one.manner, one.network) == (Manner.BY_HAND, Network.INSTAGRAM)


async def test_a_draft_lends_its_words(studio: Studio) -> None:
    async with studio.deps.tx() as tx:
        owner = await tx.session.merge(studio.owner)
        await make_posts(tx, owner, ["Waste fell to three percent."], platform=Platform.TIKTOK)
    await studio.to_tiktok()
    await studio.press("📚 From a draft")
    await studio.press("Waste fell to three percent.")
    assert (await studio.post()).publications[0].wanted.caption == "Waste fell to three percent."


async def test_hashtags_take_the_place_of_those_at_the_end(studio: Studio) -> None:
    await studio.to_tiktok()
    await studio.write("✏️ Words", "Bread #daily bread\n\n#old #older")
    await studio.write("＃ Hashtags", "bread, #Porto bread")
    assert (await studio.post()).publications[0].wanted.caption == "Bread #daily bread\n\n#bread #Porto"
    await studio.write("＃ Hashtags", "–")
    assert (await studio.post()).publications[0].wanted.caption == "Bread #daily bread"


async def test_words_beyond_the_limit_are_told_and_cut_on_a_press(studio: Studio) -> None:
    """TikTok counts UTF-16 units: an emoji is two."""
    await studio.to_tiktok()
    await studio.write("✏️ Words", "🍞" * 1_101)
    assert "2,202 of 2,200 characters. Shorten it by 2" in await studio.text()
    await studio.press("✂️ Shorten it")
    assert "Shorten it by" not in await studio.text()
    assert len((await studio.post()).publications[0].wanted.caption) < 1_101


async def test_a_plan_with_something_missing_cant_go_out(studio: Studio) -> None:
    await studio.to_tiktok()
    await studio.press("✓ Done")
    assert "Choose who may see it." in await studio.text()
    await studio.press("👁 Preview and publish")
    preview = await studio.chat.last()
    assert "Choose who may see it." in preview.text
    assert "Publish now" not in str(preview)
    post = await studio.post()
    await studio.press_data(f"pb.now:{studio.short(post.id)}")
    assert (await studio.post()).status is VideoPostStatus.DRAFT


async def test_youtube_wants_a_title_and_whether_it_is_for_kids(studio: Studio) -> None:
    await connect(studio.deps, studio.owner, Network.YOUTUBE, "annbakes")
    await studio.begin()
    await studio.press("YouTube @annbakes")
    await studio.press("Go on ›")
    assert "YouTube wants a title" in await studio.text()
    assert "whether it is made for kids" in await studio.text()
    await studio.press("✏️ YouTube @annbakes")
    await studio.write("🔤 Title", "Bread " * 20)
    assert "The title is too long: 119 of 100" in await studio.text()
    await studio.write("🔤 Title", "Bread <that> pays")
    assert "doesn't take these characters: < >" in await studio.text()
    await studio.write("🔤 Title", "Bread that pays")
    await studio.press("Not for kids")
    await studio.press("👁 Who can see it: choose")
    await studio.press("Unlisted")
    await studio.press("☐ Made with AI")
    await studio.press("☑ Tell subscribers")
    wanted = (await studio.post()).publications[0].wanted
    assert (wanted.title, wanted.made_for_kids, wanted.privacy) == ("Bread that pays", False, "unlisted")
    assert (wanted.ai_made, wanted.notify_subscribers) == (True, False)
    assert "⚠️" not in await studio.text()


async def test_the_cover_is_chosen_by_looking_at_moments(studio: Studio) -> None:
    await studio.to_tiktok()
    await studio.press("🖼 Cover")
    assert (await studio.chat.last()).body.get("photo")
    assert "Cover at 0:01" in await studio.text()
    await studio.press("+1 s")
    assert "Cover at 0:01.9" in await studio.text()
    await studio.press("0:00.5")
    await studio.press("✅ Use this one")
    assert (await studio.post()).publications[0].wanted.cover_ms == 500
    assert "Cover: 0:00.5" in await studio.text()


async def test_it_is_scheduled_for_a_time_in_words(studio: Studio, clock: FixedClock) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.write("⌨️ Type a time", "in 3 hours")
    await studio.press("✅ Schedule")
    post = await studio.post()
    assert post.status is VideoPostStatus.SCHEDULED
    assert post.due_at is not None
    assert abs(post.due_at - clock.now() - timedelta(hours=3)) < timedelta(minutes=1)


async def test_what_repeats_is_no_time_for_a_video(studio: Studio) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.write("⌨️ Type a time", "every monday 9am")
    assert "A video is published once" in await studio.text()


async def test_a_day_an_hour_and_a_minute_lead_to_a_time(studio: Studio, clock: FixedClock) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.press("📅 Pick a day")
    await studio.press("›")
    await studio.press("15")
    await studio.press("12:00")
    await studio.press("12:30")
    post = await studio.post()
    assert post.due_at is not None
    assert (post.due_at.day, post.due_at.minute) == (15, 30)


async def test_the_network_that_cant_be_asked_is_named_in_the_last_look(studio: Studio) -> None:
    await studio.to_preview()
    studio.tiktok.fails = network_error(Network.TIKTOK, NetworkErrorCode.UNAVAILABLE)
    await studio.press("‹ Back")
    await studio.press("👁 Preview and publish")
    assert "TikTok doesn't answer right now" in await studio.text()
    assert "Publish now" not in str(await studio.chat.last())


async def test_what_the_network_allows_is_asked_when_the_options_are_opened(studio: Studio) -> None:
    await studio.to_tiktok()
    before = studio.tiktok.asked
    await studio.press("☐ Comment")
    await studio.press("☑ Comment")
    assert studio.tiktok.asked == before, "within a minute it isn't asked for each switch"
    studio.tiktok.now = replace(studio.tiktok.now, name="Ann the Baker")
    await studio.press("✓ Done")
    await studio.press("✏️ TikTok @ann")
    assert "Ann the Baker" in await studio.text()


async def test_another_time_keeps_the_status_message_and_takes_the_question_away(studio: Studio) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.press("Tomorrow 09:00")
    first = await studio.post()
    await studio.press_data(f"pb.when:{studio.short(first.id)}")
    await studio.press("Next Monday 09:00")
    again = await studio.post()
    assert again.status is VideoPostStatus.SCHEDULED
    assert again.due_at is not None
    assert first.due_at is not None
    assert again.due_at > first.due_at


async def test_the_calendar_and_the_posts_show_videos_too(studio: Studio) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.press("Tomorrow 09:00")
    calendar = await studio.chat.say("/calendar")
    assert "No posts are planned" in calendar.text
    assert "1 video is coming" in calendar.text
    assert calendar.body.get("photo"), "under the picture of its month"
    await studio.press("🗓 Month")
    assert "1 video this month" in await studio.text()
    due_at = (await studio.post()).due_at
    assert due_at is not None
    day = due_at.astimezone(ZoneInfo("Europe/Berlin")).day
    await studio.press(f"{day}•")
    assert "Nothing is planned" not in await studio.text()
    [row] = [each.text for each in (await studio.chat.last()).buttons if each.text.startswith("🎬")]
    assert row.endswith("09:00 · bread.mp4"), "by its owner's clock"
    await studio.press(row)
    assert {"⏰ Change time", "🚫 Cancel"} <= {each.text for each in (await studio.chat.last()).buttons}
    posts = await studio.chat.say("/posts")
    assert "📹 1 video" in str(posts)
    await studio.press("📹 1 video")
    await studio.press("⏰ bread.mp4")
    assert (await studio.post()).status is VideoPostStatus.SCHEDULED


async def test_a_drafts_card_leads_to_a_video_with_its_words(studio: Studio) -> None:
    async with studio.deps.tx() as tx:
        owner = await tx.session.merge(studio.owner)
        await make_posts(tx, owner, ["Waste fell to three percent."], platform=Platform.INSTAGRAM)
    await studio.chat.say("/posts")
    await studio.press("Waste fell to three percent.")
    await studio.press("📹 Publish with a video")
    await studio.press("🎬 bread.mp4 · 0:02")
    assert (await studio.post()).caption == "Waste fell to three percent."
    await studio.press("TikTok @ann")
    assert (await studio.post()).publications[0].wanted.caption == "Waste fell to three percent."


async def test_the_weekly_report_is_looked_at_and_subscribed_to(studio: Studio) -> None:
    await publish(studio.deps, studio.owner, days_ago=1, name="oven.mp4", readings={0.5: 1_200})
    await studio.chat.say("/posts")
    await studio.press("📹 1 video")
    await studio.press("📊 Weekly report")
    report = await studio.chat.last()
    assert "1 video published" in report.text
    assert "oven.mp4 · TikTok" in report.text
    assert "1.2K views" in report.text
    assert report.body.get("photo")
    assert "each Monday" in await studio.press("🔔 Each Monday")
    assert "No more weekly reports" in await studio.press("🔕 Unsubscribe")
    assert "🔔 Each Monday" in str(await studio.chat.last())
