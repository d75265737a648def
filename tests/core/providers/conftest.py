from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from pydantic import SecretStr

from core.providers.llm import ChatClient
from tests.core.providers import fake_model_server
from tests.core.providers.fake_model_server import KEY, FakeModelServer

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
