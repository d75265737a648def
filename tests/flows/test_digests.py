"""From a subscription to a queued post of one's own, over days in which the clocks change."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.app import build_application
from core.clock import FixedClock
from core.deps import Deps
from core.digests.models import Digest
from core.digests.times import offset_of
from core.posts.models import Post
from core.providers.discovery import FoundVideo, Network
from core.settings import Settings
from core.telegram.client import open_bot, open_limiter, open_plain_bot
from core.telegram.sender import Sender
from jobs.runtime import Bench
from tests.bot.chat import Chat
from tests.core.viral.networks import PlayedNetwork, down, page
from tests.core.viral.worlds import creator, video
from tests.flows.clocked import Story
from tests.flows.steps import ARTICLE
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import running_sandbox
from web.sandbox.client import SeenMessage

FRIDAY = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
"""In the night to Sunday clocks go forward in Berlin."""
SATURDAY_AT_9, SUNDAY_AT_9 = datetime(2026, 3, 28, 8, 0, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
BEFORE = timedelta(seconds=-1)


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork({"": page()})


@pytest.fixture
async def story(
    concurrent_deps: Deps, settings: Settings, clock: FixedClock, queue: RecordingQueue, network: PlayedNetwork
) -> AsyncIterator[Story]:
    clock.at = FRIDAY
    deps = replace(concurrent_deps, discoveries={Network.TIKTOK: network})
    async with running_sandbox() as sandbox:
        there = settings.model_copy(update={"telegram_api_url": sandbox.base_url})
        async with open_bot(there, deps.redis) as bot, open_plain_bot(there) as plain:
            chat = Chat(build_application(deps, bot), sandbox, await sandbox.client.new_person("Ann"))
            bench = Bench(deps, Sender(plain, open_limiter(there, deps.redis)), worker="host:1:aa")
            yield Story(chat, deps, bench, queue, clock)


def found(clock: FixedClock, *titles: str) -> list[FoundVideo]:
    """The first title gets the most views, each by a creator of its own."""
    published_at = clock.now() - timedelta(hours=2)
    return [
        video(10_000 - 1_000 * place, by=creator(), title=title, published_at=published_at)
        for place, title in enumerate(titles)
    ]


async def subscribed(story: Story) -> tuple[SeenMessage, Digest]:
    """To sourdough, daily at nine in Berlin."""
    zones = await story.chat.say("/digest Sourdough, #baking")
    await story.chat.press(zones, "Berlin")
    await story.work()
    async with story.deps.read() as session:
        digest = (await session.scalars(select(Digest))).one()
    return await story.chat.last(), digest


def titles(message: SeenMessage) -> list[str]:
    return [line.partition(". ")[2] for line in message.text.splitlines() if line[:1].isdigit()]


async def test_a_digest_comes_at_the_same_hour_across_the_change_of_the_clocks_and_becomes_a_post(
    story: Story, network: PlayedNetwork
) -> None:
    first = found(story.clock, "Never knead it again", "Ten loaves")
    network.pages[""] = page(*first)
    card, digest = await subscribed(story)
    assert "every day at 09:00" in card.text
    assert "Next: Sat, 28 Mar, 09:" in card.text

    place = offset_of(digest.id)
    story.clock.at = SATURDAY_AT_9 - timedelta(minutes=30)
    fresh = [replace(each, published_at=story.clock.now() - timedelta(hours=2)) for each in first]
    network.pages[""] = page(*fresh)
    assert await story.be_at(SATURDAY_AT_9 + place + BEFORE) == []
    (saturday,) = await story.be_at(SATURDAY_AT_9 + place)
    assert titles(saturday) == ["Never knead it again", "Ten loaves"]
    assert [button.text for button in saturday.buttons] == [
        "1", "2", "🖼 With pictures", "⚙️ Settings", "🔕 Unsubscribe",
    ]  # fmt: skip

    story.clock.at = SUNDAY_AT_9 - timedelta(minutes=30)
    network.pages[""] = page(*fresh, *found(story.clock, "The starter that never dies"))
    assert await story.be_at(SUNDAY_AT_9 + place + BEFORE) == []
    (sunday,) = await story.be_at(SUNDAY_AT_9 + place)
    assert titles(sunday) == ["The starter that never dies"]

    await story.chat.press(sunday, "1")
    shown = await story.chat.last()
    assert "The starter that never dies" in shown.text
    await story.chat.press(shown, "✍️ Write my version")
    options = await story.chat.say(ARTICLE)
    await story.chat.press(options, "Generate")
    await story.work()
    draft = await story.chat.last()
    queue_button = next(button.text for button in draft.buttons if "Schedule" in button.text)
    await story.chat.press(draft, queue_button)
    choice = await story.chat.person.refresh(draft)
    await story.chat.press(choice, next(button.text for button in choice.buttons if "queue" in button.text))
    slots = await story.chat.person.refresh(draft)
    await story.chat.press(slots, next(button.text for button in slots.buttons if button.text.startswith("+")))
    ready = await story.chat.person.refresh(draft)
    await story.chat.press(ready, "📥 Add the post to the queue")
    async with story.deps.read() as session:
        post = (await session.scalars(select(Post).where(Post.queue_id.is_not(None)))).one()
    assert post.status == "scheduled"


async def test_a_network_that_is_down_is_told_and_the_last_good_data_with_its_age(
    story: Story, network: PlayedNetwork
) -> None:
    network.failures = [down() for _ in range(40)]
    _, digest = await subscribed(story)
    place = offset_of(digest.id)
    (told,) = await story.be_at(SATURDAY_AT_9 + place)
    assert "No digest today: sourdough, baking" in told.text
    assert "doesn't answer right now" in told.text
    network.failures = []
    story.clock.advance(timedelta(hours=12))
    network.pages[""] = page(*found(story.clock, "Rye at last"))
    await story.be_at(story.clock.now())
    network.failures = [down() for _ in range(40)]
    (late,) = await story.be_at(SUNDAY_AT_9 + place)
    assert titles(late) == ["Rye at last"]
    assert "11 hours old" in late.text
    assert "doesn't answer right now" in late.text
