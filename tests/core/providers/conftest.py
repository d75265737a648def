import io
from collections.abc import AsyncIterator, Callable

import av
import httpx
import pytest
import redis.asyncio
from pydantic import SecretStr

from core.clock import FixedClock
from core.providers.llm import ChatClient
from tests.core.providers import fake_discovery_server, fake_model_server, fake_speech_server
from tests.core.providers.discoveries import MakeDiscovery
from tests.core.providers.fake_discovery_server import FakeDiscoveryServer
from tests.core.providers.fake_model_server import KEY, FakeModelServer
from tests.core.providers.fake_speech_server import FakeSpeechServer
from tests.core.providers.speakers import MakeSpeaker

MakeClient = Callable[..., ChatClient]


@pytest.fixture
async def model_server() -> AsyncIterator[FakeModelServer]:
    async with fake_model_server.running() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def make_client(model_server: FakeModelServer, http: httpx.AsyncClient) -> MakeClient:
    def make(*models: str, openrouter: bool = False, key: str = KEY) -> ChatClient:
        return ChatClient(
            http,
            base_url=model_server.url,
            models=models or ("first",),
            key=SecretStr(key),
            openrouter=openrouter,
            pause_s=0.01,
        )

    return make


@pytest.fixture(scope="session")
def mp3() -> bytes:
    """Six seconds of a tone, a plain MP3 without a header that tells its length."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3", options={"write_xing": "0"}) as container:
        stream = container.add_stream("mp3", rate=44_100, layout="mono")
        for second in range(6):
            frame = av.AudioFrame(format="s16p", layout="mono", samples=44_100)
            frame.sample_rate, frame.pts = 44_100, second * 44_100
            wave = b"".join(
                (8000 if at // 50 % 2 else -8000).to_bytes(2, "little", signed=True) for at in range(44_100)
            )
            frame.planes[0].update(wave + bytes(frame.planes[0].buffer_size - len(wave)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.fixture
async def server(mp3: bytes) -> AsyncIterator[FakeSpeechServer]:
    async with fake_speech_server.running(mp3) as running:
        yield running


@pytest.fixture(scope="session")
async def speech_http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def make(server: FakeSpeechServer, speech_http: httpx.AsyncClient) -> MakeSpeaker:
    return MakeSpeaker(speech_http, server.url)


@pytest.fixture
async def networks() -> AsyncIterator[FakeDiscoveryServer]:
    async with fake_discovery_server.running() as running:
        yield running


@pytest.fixture
def discover(
    networks: FakeDiscoveryServer, http: httpx.AsyncClient, redis_store: redis.asyncio.Redis, clock: FixedClock
) -> MakeDiscovery:
    return MakeDiscovery(http, networks.url, redis_store, clock, used=[])
