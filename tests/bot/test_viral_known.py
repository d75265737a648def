"""A search whose answer is known: it is shown at once, and what it counts."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.app import Application
from core import ids
from core.billing.queries import Feature, entitlement_of
from core.billing.service import hold_quota, settle_hold
from core.clock import FixedClock
from core.providers.discovery import FoundVideo, Network
from core.viral import service
from core.viral.asking import Asked
from core.viral.keeping import keep_page
from core.viral.models import Lookup, StoredSearch
from tests.bot.chat import Chat
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import creator, video
from tests.recording_queue import RecordingQueue
from web.sandbox.client import SeenMessage

ASKED = Asked(Network.TIKTOK, "bread")


@pytest.fixture(autouse=True)
def tiktok(application: Application) -> PlayedNetwork:
    """A network that must not be asked: it has no pages."""
    network = PlayedNetwork()
    application.deps.discoveries[Network.TIKTOK] = network  # type: ignore[index]
    return network


async def known(application: Application, videos: Sequence[FoundVideo]) -> None:
    """Somebody else has just searched for the same."""
    async with application.deps.tx() as tx:
        found = await keep_page(tx, videos, sample=False)
        stored = {"video_ids": found, "provider": "played", "created_at": tx.now, "refreshed_at": tx.now}
        tx.session.add(StoredSearch(id=ids.new(), sample=False, **stored, **ASKED.columns))


async def used(application: Application, chat: Chat) -> int:
    owner, deps = await chat.user(), application.deps
    async with deps.read() as session:
        found = await entitlement_of(session, owner_id=owner.id, feature=Feature.VIRAL_QUERIES, now=deps.clock.now())
    return found.used


async def search(chat: Chat) -> SeenMessage:
    await chat.press(await chat.say("/viral bread"), "🔎 Search")
    return await chat.last()


async def test_a_known_answer_is_shown_without_a_job_and_takes_one_query(
    application: Application, chat: Chat, queue: RecordingQueue, tiktok: PlayedNetwork
) -> None:
    by = creator()
    await known(application, [video(100 * n, by=by) for n in range(12, 0, -1)])
    await chat.say("/start")
    queue.clear()
    shown = await search(chat)
    assert "1. How" in shown.text
    assert shown.body["photo"]
    assert await used(application, chat) == 1
    assert (queue.pushes, tiktok.searches) == ([], [])
    await chat.press(shown, "›")
    assert "10. How" in (await chat.last()).text


async def test_the_very_same_answer_again_takes_no_query_and_a_newer_one_does(
    application: Application, chat: Chat, clock: FixedClock
) -> None:
    await known(application, [video(100)])
    await search(chat)
    clock.advance(timedelta(minutes=59))
    await search(chat)
    assert await used(application, chat) == 1
    async with application.deps.tx() as tx:
        stored = await tx.session.scalar(select(StoredSearch))
        assert stored is not None
        stored.refreshed_at = tx.now
    await search(chat)
    assert await used(application, chat) == 2


async def test_somebody_elses_answer_is_paid_for_by_whoever_asks(application: Application, chat: Chat) -> None:
    await known(application, [video(100)])
    await search(chat)
    other = Chat(application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    await search(other)
    assert (await used(application, chat), await used(application, other)) == (1, 1)


async def test_a_known_answer_with_nothing_in_it_takes_no_query(application: Application, chat: Chat) -> None:
    await known(application, [])
    assert "Nothing found" in (await search(chat)).text
    assert await used(application, chat) == 0


async def test_at_the_plans_limit_what_was_answered_before_is_shown_and_nothing_new(
    application: Application, chat: Chat
) -> None:
    await known(application, [video(100)])
    await search(chat)
    owner = await chat.user()
    async with application.deps.tx() as tx:
        for _ in range(19):
            hold_id = await hold_quota(tx, owner_id=owner.id, feature=Feature.VIRAL_QUERIES, amount=1, reason="a test")
            await settle_hold(tx, hold_id, used=1)
    assert "1. How" in (await search(chat)).text
    async with application.deps.tx() as tx:
        stored = await tx.session.scalar(select(StoredSearch))
        assert stored is not None
        stored.refreshed_at = tx.now + timedelta(seconds=1)
    refused = await search(chat)
    assert "20" in refused.text
    assert "1. How" not in refused.text
    async with application.deps.read() as session:
        assert await session.scalar(select(func.count()).select_from(Lookup)) == 1


async def test_an_answer_that_came_while_ones_own_search_still_runs_isnt_given_twice(
    application: Application, chat: Chat, queue: RecordingQueue
) -> None:
    card = await chat.say("/viral bread")
    await chat.press(card, "🔎 Search")
    assert queue.pushed(service.LOOK_UP)
    await known(application, [video(100)])
    answer = await chat.press_data(card, card.button("🔎 Search").data or "")
    assert answer is not None
    assert await used(application, chat) == 1
