"""Digests while scheduler and workers are killed again and again: real processes, each digest once.

Time is brought forward in the database: nobody waits for tomorrow here.
"""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.flows.house import House
from tests.patience import PATIENCE_S
from web.sandbox.client import Person

pytestmark = pytest.mark.process

PEOPLE, KILLS = 8, 4
MINE = "owner_id IN (SELECT id FROM users WHERE telegram_user_id = ANY($1::bigint[]))"
ASKED = f"""
SELECT count(*) AS left FROM refreshes JOIN digest_searches ON refresh_id = refreshes.id
JOIN digests ON digests.id = digest_id WHERE refreshes.next_at <= now() AND {MINE}
"""  # noqa: S608 - our own
BRING_FORWARD = f"UPDATE digests SET next_run_at = now() WHERE status = 'active' AND {MINE}"  # noqa: S608
MADE = f"""
SELECT (SELECT count(*) FROM digest_issues WHERE kind = 'digest' AND {MINE}) AS issues,
       (SELECT count(*) FROM deliveries WHERE kind = 'digest' AND {MINE}) AS deliveries,
       (SELECT count(*) FROM deliveries WHERE kind = 'digest' AND status = 'delivered' AND {MINE}) AS delivered,
       (SELECT count(*) FROM shown_videos WHERE {MINE}) AS shown,
       (SELECT coalesce(sum(jsonb_array_length(items)), 0) FROM digest_issues WHERE kind = 'digest' AND {MINE}) AS items
"""  # noqa: S608


async def subscribed(house: House, name: str) -> Person:
    person = await house.sandbox.client.new_person(name)
    sent = await person.send_text("/digest baking, fitness")
    zones = await person.wait_for_message("Where do you live?", after=sent.id)
    await person.press(zones, "Los Angeles" if datetime.now(UTC).hour in range(6, 12) else "London")  # nobody's nine
    await person.wait_until_edited(zones, "It comes every day")
    return person


async def until(house: House, query: str, people: list[int], **wanted: int) -> asyncpg.Record:
    """The row of a query, once it has these values."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            (row,) = await house.rows(query, people)
            if all(row[name] == value for name, value in wanted.items()):
                return row
            await asyncio.sleep(0.5)


async def test_whoever_is_killed_each_digest_comes_once(house: House) -> None:
    people = [await subscribed(house, f"Reader {number}") for number in range(PEOPLE)]
    everybody = [person.id for person in people]
    await until(house, ASKED, everybody, left=0)
    await house.end("scheduler")
    await house.rows(BRING_FORWARD, everybody)
    await house.start("scheduler")
    for _ in range(KILLS):
        await asyncio.sleep(0.4)
        await house.restart("scheduler")
        await house.restart("worker")
    for person in people:
        await person.wait_for_message("What goes viral: baking, fitness")
    made = await until(house, MADE, everybody, delivered=PEOPLE)
    assert (made["issues"], made["deliveries"], made["delivered"]) == (PEOPLE, PEOPLE, PEOPLE)
    assert made["shown"] == made["items"] > 0
