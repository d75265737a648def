from collections.abc import AsyncIterator, Iterator

import pytest
import telegram
from redis.asyncio import Redis

from tests.bench.redis_server import redis_server
from tests.core.storage.fixtures import bucket_settings, folder_settings, key, s3_url, storage
from tests.core.telegram.fake_telegram import TOKEN, FakeTelegram, fake_telegram, open_request
from tests.patience import PATIENCE_S

__all__ = ["bucket_settings", "folder_settings", "key", "s3_url", "storage"]


@pytest.fixture(scope="session")
def limiter_redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


async def begin_books(store: Redis, *, at_us: int = 1) -> None:
    """As if they were kept since then by the present run of Redis."""
    server = await store.info("server")
    await store.set("{test}:epoch", f"{at_us} {server['run_id']}")


@pytest.fixture
async def store(limiter_redis_url: str) -> AsyncIterator[Redis]:
    """A Redis with nothing in it but that the limiter's books are an old story."""
    client = Redis.from_url(limiter_redis_url)
    await client.flushall()
    await begin_books(client)
    yield client
    await client.aclose()


@pytest.fixture
async def api() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as fake:
        yield fake


@pytest.fixture
async def bot(api: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    """One that gives no answer up."""
    async with open_request(read_timeout_s=PATIENCE_S, connect_timeout_s=PATIENCE_S) as request:
        yield telegram.Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)


@pytest.fixture
async def hasty_bot(api: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    """One that waits for half a second."""
    async with open_request(read_timeout_s=0.5) as request:
        yield telegram.Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)
