"""How soon Stripe's webhooks are answered by one web process, beside a bare aiohttp handler in the same run."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import stripe

from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.settings import SANDBOX_STRIPE_WEBHOOK_SECRET, STRIPE_WEBHOOK_PATH, Settings
from tests.bench.figures import Figure, percentile
from tests.bench.processes import ended, environment_of
from tests.bench.redis_server import free_port

RATE_PER_S = 200.0
EVENTS = 3_000
WARM_UP = 200
STARTS_WITHIN_S = 60.0
PADDING = "x" * 4_000
"""An event with an invoice in it has some kilobytes."""
BARE = "tests.bench.bare_webhook"


async def measure() -> list[Figure]:
    """All figures of this bench."""
    with temporary_home() as home, embedded(home) as services:
        await upgrade_database(Settings.load(DATABASE_URL=services.database_url, _env_file=None))
        port, bare_port = free_port(), free_port()
        environment = environment_of(home, services) | {"WEB_PORT": str(port), "LOG_LEVEL": "ERROR"}
        with (
            ended(_started([sys.executable, "-m", "postaify", "web"], environment, home)),
            ended(_started([sys.executable, "-m", BARE, str(bare_port)], dict(os.environ), Path.cwd())),
        ):
            ours = await _answered(f"http://127.0.0.1:{port}")
            bare = await _answered(f"http://127.0.0.1:{bare_port}")
    what = f"webhook, {RATE_PER_S:.0f}/s"
    return [
        Figure.beside(f"{what}, p50", _ms(ours, 0.5), "ms", reference=_ms(bare, 0.5)),
        Figure.beside(f"{what}, p99", _ms(ours, 0.99), "ms", reference=_ms(bare, 0.99), goal="<= 25 ms"),
    ]


def _started(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, cwd=folder)


async def _answered(url: str) -> list[float]:
    """Seconds to each answer. Events come at their times, whether those before them are answered or not."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await _until_there(session, url)
        await _tell(session, url, count=WARM_UP)
        return await _tell(session, url, count=EVENTS)


async def _until_there(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(STARTS_WITHIN_S):
        while True:
            try:
                async with session.get(f"{url}/healthz"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


async def _tell(session: aiohttp.ClientSession, url: str, *, count: int) -> list[float]:
    began = time.monotonic()

    async def one(number: int) -> float:
        due = began + number / RATE_PER_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        body, header = _signed(f"evt_{time.monotonic_ns()}_{number}", f"cus_{number % 500}")
        sent = time.monotonic()
        async with session.post(
            f"{url}{STRIPE_WEBHOOK_PATH}", data=body, headers={"Stripe-Signature": header}
        ) as answer:
            assert answer.status == 200, await answer.text()
        return time.monotonic() - sent

    return await asyncio.gather(*(one(number) for number in range(count)))


def _signed(event_id: str, customer_id: str) -> tuple[bytes, str]:
    thing = {"id": "in_1", "object": "invoice", "customer": customer_id, "description": PADDING}
    event: dict[str, Any] = {
        "id": event_id,
        "object": "event",
        "type": "invoice.paid",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": thing},
    }
    body = json.dumps(event)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, SANDBOX_STRIPE_WEBHOOK_SECRET)


def _ms(latencies_s: list[float], share: float) -> float:
    return 1000 * percentile(latencies_s, share)


def main() -> list[Figure]:
    return asyncio.run(measure())
