"""The house was down when posts came due: each owner gets what they have chosen for that, from real processes."""

from datetime import UTC, datetime, timedelta

import pytest
import redis.asyncio

from jobs.outages import KEY
from tests.flows.house import House
from tests.flows.steps import ARTICLE, card_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

DOWN_S = 15 * 60


async def scheduled(house: House, person: Person, choice: str) -> SeenMessage:
    """Somebody with a setting and a post for later today: its status message."""
    asked = await person.send_text("/settings")
    settings = await person.wait_for_message("After I was down", after=asked.id)
    await person.press(settings, "After I was down")
    await person.wait_until_edited(settings, "over 10 minutes?")
    await person.press(await person.refresh(settings), choice)
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    await person.press(draft, "Schedule")
    zones = await person.wait_until_edited(draft, "Where do you live?")
    await person.press(zones, "London")
    times = await person.wait_until_edited(draft, "When should it go out?")
    await person.press(times, "In 1 h")
    return await person.wait_for_message(lambda seen: seen.text.startswith("⏰ Scheduled"), after=draft.id)


async def pass_by(house: House, *people: Person) -> None:
    """As if the last quarter of an hour had passed with everything off, and the posts had come due in it."""
    due_at = datetime.now(UTC) - timedelta(minutes=14)
    ids = [person.id for person in people]
    mine = "owner_id IN (SELECT id FROM users WHERE telegram_user_id = ANY($2::bigint[]))"
    await house.rows(f"UPDATE posts SET due_at = $1 WHERE status = 'scheduled' AND {mine}", due_at, ids)  # noqa: S608
    await house.rows(
        f"UPDATE deliveries SET due_at = $1, next_attempt_at = $1 WHERE status = 'scheduled' AND {mine}",  # noqa: S608
        due_at,
        ids,
    )
    async with redis.asyncio.Redis.from_url(house.environment["REDIS_URL"]) as store:
        kept_up_at = await store.get(KEY)
        assert kept_up_at is not None, "the scheduler gives signs of life"
        await store.set(KEY, float(kept_up_at) - DOWN_S)


async def posts(person: Person) -> list[str]:
    return [seen.text for seen in await person.history() if not seen.outgoing and seen.text == ARTICLE]


async def test_late_is_sent_asked_about_or_skipped(house: House) -> None:
    late, asked, skipped = [await house.sandbox.client.new_person(name) for name in ("Lea", "Ann", "Sam")]
    await scheduled(house, late, "Send it late")
    waiting = await scheduled(house, asked, "Ask me")
    left_out = await scheduled(house, skipped, "Skip it")
    for name in ("scheduler", "worker"):
        await house.end(name)
    await pass_by(house, late, asked, skipped)
    await house.start("worker", "scheduler")
    await late.wait_for_message(lambda seen: seen.text == ARTICLE)
    question = await asked.wait_for_message("1 post missed its time", after=waiting.id)
    await asked.wait_until_edited(waiting, "passed while I was down. What now?")
    told = await skipped.wait_until_edited(left_out, "you want such posts skipped")
    assert [len(await posts(person)) for person in (late, asked, skipped)] == [1, 0, 0]
    await asked.press(question, "1 🚀")
    await asked.wait_for_message(lambda seen: seen.text == ARTICLE, after=question.id)
    await asked.wait_until_edited(question, "Nothing waits for you any more")
    await skipped.press(told, "Send it after all")
    await skipped.wait_until_edited(left_out, "✅ Published")
    assert [len(await posts(person)) for person in (late, asked, skipped)] == [1, 1, 1]
