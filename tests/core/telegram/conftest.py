from collections.abc import AsyncIterator, Iterator

import pytest
import telegram
from redis.asyncio import Redis

from tests.bench.redis_server import redis_server
from tests.core.storage.fixtures import bucket_settings, folder_settings, key, s3_url, storage
from tests.core.telegram.fake_telegram import TOKEN, FakeTelegram, fake_telegram, open_request

__all__ = ["bucket_settings", "folder_settings", "key", "s3_url", "storage"]


@pytest.fixture(scope="session")
def limiter_redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
async def store(limiter_redis_url: str) -> AsyncIterator[Redis]:
    """A Redis with nothing in it but that the limiter's books are an old story."""
    client = Redis.from_url(limiter_redis_url)
    await client.flushall()
    await client.set("{test}:epoch", 1)
    yield client
    await client.aclose()


@pytest.fixture
async def api() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as fake:
        yield fake


@pytest.fixture
async def bot(api: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    async with open_request(read_timeout_s=0.5, connect_timeout_s=1, pool_timeout_s=0.3) as request:
        yield telegram.Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)
