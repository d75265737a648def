"""From a handle to a channel's numbers, its history and a comparison: real processes over the made-up networks."""

import asyncio

import pytest
from redis.asyncio import Redis

from tests.flows.house import House
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

SAMPLE = "Sample data"
USED = """
SELECT coalesce(sum(amount), 0)::int AS used FROM quota_entries JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND feature = 'channel_analyses'
"""


async def used(house: House, person: Person) -> int:
    (row,) = await house.rows(USED, person.id)
    return int(row["used"])


async def named(person: Person, what: str) -> SeenMessage:
    """What comes of naming a channel, at its end."""
    sent = await person.send_text(f"/analyze {what}")
    return await report_below(person, sent.id)


async def report_below(person: Person, after: int) -> SeenMessage:
    return await person.wait_for_message(lambda message: "Median" in message.text, after=after)


async def shown(person: Person, message: SeenMessage, button: str, words: str) -> SeenMessage:
    """Press, and give the message that says so then: a picture can't become a text in its place."""
    await person.press(message, button)
    return await person.wait_for_message(lambda seen: words in seen.text, after=message.id - 1)


async def test_from_a_handle_to_all_that_is_known(house: House, person: Person) -> None:
    sent = await person.send_text("/analyze")
    asked = await person.wait_for_message("Which channel", after=sent.id)
    assert "5 of 5 analyses" in asked.text
    sent = await person.send_text("@sample_baking_1")
    choice = await person.wait_for_message("on which network?", after=sent.id)
    await person.press(choice, "TikTok")
    report = await report_below(person, choice.id - 1)
    assert report.id == choice.id or report.body["photo"]
    for words in (SAMPLE, "@sample_baking_1 · TikTok", "followers", "Engagement rate", "videos a week", "newest 60"):
        assert words in report.text
    assert report.body["photo"]
    assert await used(house, person) == 1

    times = await shown(person, report, "🕐 Best times", "Weekdays:")
    assert times.body["photo"]
    report = await shown(person, times, "‹ Report", "Median")
    formats = await shown(person, report, "🎞 Formats", "Short videos")
    report = await shown(person, formats, "‹ Report", "Median")
    how = await shown(person, report, "❔ How is this counted?", "half of them got more")
    report = await shown(person, how, "‹ Report", "Median")
    assert report.body["photo"]
    outliers = await shown(person, report, "🚀 Outliers", "Press a number")
    video = await shown(person, outliers, "1", "Outlier score")
    assert SAMPLE in video.text


async def test_a_second_look_and_two_side_by_side(house: House, person: Person) -> None:
    first = await named(person, "https://www.tiktok.com/@sample_fitness_2?_t=8abc")
    report = await named(person, "instagram.com/sample_fitness_3?igsh=1")
    assert "Instagram" in report.text
    again = await person.press(report, "🔄 Look again")
    assert again is None or "already" not in again.text
    report = await report_below(person, report.id)
    assert "isn't counted" in report.text
    history = await shown(person, report, "📈 History", "History")
    assert "Look again in some days" in history.text
    report = await shown(person, history, "‹ Report", "Median")
    choice = await shown(person, report, "⚖️ Compare", "with …")
    (other,) = (button.text for button in choice.buttons if button.text.startswith("@sample_fitness_2"))
    table = await shown(person, choice, other, "Best hours")
    assert table.body["photo"]
    assert first.text.split("Median ")[1].split(" ")[0] in table.text
    listed = await shown(person, table, "‹ Channels", "2 channels")
    report = await shown(person, listed, listed.buttons[0].text, "Median")
    gone = await shown(person, report, "🗑 Delete", "are deleted")
    listed = await shown(person, gone, "‹ Channels", "1 channel")
    report = await shown(person, listed, listed.buttons[0].text, "Median")
    gone = await shown(person, report, "🗑 Delete", "are deleted")
    back = await shown(person, gone, "↩️ Undo", "Median")
    assert "@sample_fitness_2" in back.text
    assert await used(house, person) == 2


async def test_from_a_link_to_a_video_and_from_a_video_that_goes_viral(house: House, person: Person) -> None:
    sent = await person.send_text("/viral baking")
    card = await person.wait_for_message(lambda message: "What goes viral" in message.text, after=sent.id)
    await person.press(card, "🔎 Search")
    results = await person.wait_until_edited(card, "Press a number")
    video = await shown(person, results, "1", "Outlier score")
    await person.press(video, "📊 Analyze channel")
    report = await report_below(person, video.id)
    assert SAMPLE in report.text
    (row,) = await house.rows("SELECT url FROM videos WHERE network = 'tiktok' LIMIT 1")
    linked = await named(person, row["url"])
    assert "TikTok" in linked.text


async def test_what_goes_wrong_is_told_and_costs_nothing(house: House, person: Person) -> None:
    sent = await person.send_text("/analyze https://example.com/@baker")
    await person.wait_for_message("TikTok, Instagram and YouTube only", after=sent.id)
    sent = await person.send_text("/analyze tiktok.com/@nobody_at_all")
    failed = await person.wait_for_message("couldn't look", after=sent.id)
    assert "no such channel" in failed.text
    await house.sandbox.client.add_discovery_fault("hang", "/v1/tiktok/profile", delay_s=20)
    try:
        sent = await person.send_text("/analyze tiktok.com/@sample_travel_1")
        reading = await person.wait_for_message("Looking at", after=sent.id)
        await asyncio.sleep(1)
        await person.press(reading, "Cancel")
        await person.wait_until_edited(reading, "Stopped looking")
    finally:
        await house.sandbox.client.request("DELETE", "/control/discovery/faults")
    assert await used(house, person) == 0


async def test_credits_that_are_out_leave_the_last_good_numbers(house: House, person: Person) -> None:
    await named(person, "tiktok.com/@sample_money_4")
    await house.rows("UPDATE analyses SET measured_at = measured_at - interval '3 hours'")
    async with Redis.from_url(house.environment["REDIS_URL"]) as store:
        await store.delete("analyses:read:channel:tiktok:sample_money_4")
    await house.sandbox.client.add_discovery_fault("no_credits", "/v1/tiktok/profile")
    try:
        old = await named(person, "tiktok.com/@sample_money_4")
    finally:
        await house.sandbox.client.request("DELETE", "/control/discovery/faults")
    assert "allowance is used up" in old.text
    assert "3 hours old" in old.text
    assert await used(house, person) == 1


async def test_broken_pages_and_cursors_that_come_again_leave_what_can_be_read(house: House, person: Person) -> None:
    videos = "/v3/tiktok/profile/videos"
    await house.sandbox.client.add_discovery_fault("broken_items", videos)
    await house.sandbox.client.add_discovery_fault("repeat_cursor", videos)
    try:
        report = await named(person, "tiktok.com/@sample_coding_5")
    finally:
        await house.sandbox.client.request("DELETE", "/control/discovery/faults")
    (row,) = await house.rows("SELECT (report->'videos')::int AS videos FROM analyses WHERE named = 'sample_coding_5'")
    assert 5 <= row["videos"] < 60
    assert "Its newest" in report.text
    assert await used(house, person) == 1
