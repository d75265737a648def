"""From the moment that was promised to the moment at which Telegram has the post; the sandbox is Telegram."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import make_home
from core.migrate import upgrade_database
from core.posts.scheduling import schedule_post
from core.posts.writing import draft_from_source
from core.settings import Settings
from tests.bench.figures import Figure, percentile
from tests.factories import make_source, make_user
from tests.flows.house import House, running_house

RATE_PER_S = 10
POSTS = 300
LEAD_S = 45.0
"""To make everybody and everything that is to be delivered."""
SETTLE_S = 3.0


async def measure() -> list[Figure]:
    """Lateness of posts due at a steady rate."""
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-bench-")))
    with embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        async with running_house(settings, home) as house:
            late_ms = await _lateness(house, settings)
    return [
        Figure(f"due to received, {RATE_PER_S}/s, p50", percentile(late_ms, 0.5), "ms"),
        Figure(f"due to received, {RATE_PER_S}/s, p99", percentile(late_ms, 0.99), "ms", goal="<= 250 ms"),
    ]


async def _lateness(house: House, settings: Settings) -> list[float]:
    first_due = datetime.now(UTC) + timedelta(seconds=LEAD_S)
    moments = [first_due + timedelta(seconds=number / RATE_PER_S) for number in range(POSTS)]
    due = {f"This is post number {number}.": moment for number, moment in enumerate(moments)}
    async with open_deps(settings) as deps:
        for number, (text, due_at) in enumerate(due.items()):
            person = await house.sandbox.client.new_person(f"P{number}")
            await person.send_text("/start")
            await _schedule(deps, person.id, text, due_at)
    await asyncio.sleep((max(due.values()) - datetime.now(UTC)).total_seconds() + SETTLE_S)
    calls = await house.sandbox.client.calls(method="sendMessage")
    received = {call["params"]["text"]: float(call["at"]) for call in calls if call["params"].get("text") in due}
    missing = len(due) - len(received)
    if missing:
        raise RuntimeError(f"{missing} posts didn't arrive")
    return [1000 * (received[text] - at.timestamp()) for text, at in due.items()]


async def _schedule(deps: Deps, telegram_user_id: int, text: str, due_at: datetime) -> None:
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=telegram_user_id, time_zone="UTC")
        source = await make_source(tx, user, text)
        post = await draft_from_source(tx, owner_id=user.id, source_id=source.id)
        await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=due_at)


def main() -> list[Figure]:
    return asyncio.run(measure())
