"""Who writes down what is said: what is asked, what comes back, and what each failure means."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.transcribers import build_transcriber
from core.providers.transcription import Recording
from core.providers.transcription import TranscriptionErrorCode as Code
from core.providers.transcription_calls import OpenAITranscriber
from core.settings import Settings
from tests.core.providers import fake_transcription_server
from tests.core.providers.fake_transcription_server import KEY, MODEL, FakeTranscriptionServer

SOUND = Recording(b"ID3" + bytes(2_000))


@pytest.fixture
async def server() -> AsyncIterator[FakeTranscriptionServer]:
    async with fake_transcription_server.running() as running:
        yield running


def client(
    server: FakeTranscriptionServer, http: httpx.AsyncClient, *, key: str = KEY, model: str = MODEL, try_s: float = 30
) -> OpenAITranscriber:
    return OpenAITranscriber(
        http, base_url=server.url, model=model, file_bytes=25_000_000, key=SecretStr(key), pause_s=0.01, try_s=try_s
    )


async def test_words_come_back(server: FakeTranscriptionServer, http: httpx.AsyncClient) -> None:
    server.texts.append("  Bread needs time.\n")
    server.texts.popleft()
    assert await client(server, http).transcribe(SOUND) == "Bread needs time."
    assert server.heard_bytes == [len(SOUND.content)]


async def test_a_server_that_gives_plain_text_is_understood(
    server: FakeTranscriptionServer, http: httpx.AsyncClient
) -> None:
    server.next_answers.append(web.Response(text="Bread needs time.\n"))
    assert await client(server, http).transcribe(SOUND) == "Bread needs time."


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "server_error"), (429, "rate_limit_exceeded"), (503, "overloaded"), (408, "timeout")],
)
async def test_what_may_pass_is_tried_again(
    server: FakeTranscriptionServer, http: httpx.AsyncClient, status: int, code: str
) -> None:
    server.fail(status, code)
    assert await client(server, http).transcribe(SOUND) == "What was said, in so many words."


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (429, "insufficient_quota", Code.NO_CREDIT),
        (402, "payment_required", Code.NO_CREDIT),
        (403, "forbidden", Code.KEY_REFUSED),
        (404, "not_found", Code.NOT_FOUND),
        (413, "content_too_large", Code.TOO_BIG),
        (400, "invalid_file", Code.REFUSED),
        (422, "unprocessable", Code.REFUSED),
    ],
)
async def test_what_will_not_pass_is_told_at_once(
    server: FakeTranscriptionServer, http: httpx.AsyncClient, status: int, code: str, meaning: Code
) -> None:
    server.fail(status, code)
    with pytest.raises(ProviderError) as failure:
        await client(server, http).transcribe(SOUND)
    assert (failure.value.error_code, failure.value.retryable) == (meaning, False)
    assert server.heard_bytes == []


async def test_a_wrong_key_is_never_repeated(server: FakeTranscriptionServer, http: httpx.AsyncClient) -> None:
    with pytest.raises(ProviderError) as failure:
        await client(server, http, key="sk-wrong").transcribe(SOUND)
    assert failure.value.error_code == Code.KEY_REFUSED
    assert KEY not in str(failure.value)


async def test_another_model_is_not_found(server: FakeTranscriptionServer, http: httpx.AsyncClient) -> None:
    with pytest.raises(ProviderError) as failure:
        await client(server, http, model="whisper-9").transcribe(SOUND)
    assert failure.value.error_code == Code.NOT_FOUND


@pytest.mark.parametrize("body", ['{"text": 5}', "{}", "<html>", '["words"]', '{"error": "broken"}'])
async def test_an_answer_without_words_is_an_error(
    server: FakeTranscriptionServer, http: httpx.AsyncClient, body: str
) -> None:
    for _ in range(4):
        server.next_answers.append(web.Response(text=body, content_type="application/json"))
    with pytest.raises(ProviderError) as failure:
        await client(server, http).transcribe(SOUND)
    assert failure.value.error_code in (Code.GARBLED, Code.UNAVAILABLE)
    assert failure.value.retryable


async def test_a_silent_server_is_given_up(server: FakeTranscriptionServer, http: httpx.AsyncClient) -> None:
    server.go_on.clear()
    with pytest.raises(ProviderError) as failure:
        await client(server, http, try_s=0.05).transcribe(SOUND)
    assert failure.value.error_code == Code.TIMEOUT


def test_without_a_server_nobody_listens(settings: Settings, http: httpx.AsyncClient) -> None:
    assert build_transcriber(settings, http) is None
    wanted = {"transcription_base_url": "http://127.0.0.1:9/v1", "transcription_model": MODEL}
    made = build_transcriber(settings.model_copy(update=wanted), http)
    assert made is not None
    assert (made.name, made.file_bytes) == (f"127.0.0.1/{MODEL}", 25_000_000)
