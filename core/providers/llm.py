"""A chat client for OpenRouter and any OpenAI-compatible server: streaming, retries, fallbacks, errors as codes.

What is asked and how answers are read stands elsewhere (core/providers/prompts.py, core/providers/model.py).
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import httpx
import pydantic_core
import structlog
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.prompts import Prompt
from core.providers.wire import (
    CODES,
    RETRYABLE,
    Answer,
    Growing,
    Reply,
    limited,
    lines_of,
    object_of,
    retry_after_s,
    status_of,
    text_of,
)

OPENROUTER_URL = "https://openrouter.ai/api/v1"
OPENROUTER_MODEL = "openrouter/auto"
"""OpenRouter's own router picks a model when none is named."""

_CONNECT_S = 10.0
_TRIES = 3
_ANSWER_BYTES = 2_000_000
_ERROR_BYTES = 64_000
_MESSAGE_CHARACTERS = 200
_OPTIONAL = ("response_format", "stream_options", "temperature", "max_tokens", "provider")
"""What a server may refuse by name; without it the request still makes sense."""


log = structlog.get_logger(__name__)


class ChatClient:
    """Asks the first of `models`; the others stand in when it fails. The key never reaches a log or an exception."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        models: tuple[str, ...],
        key: SecretStr | None = None,
        openrouter: bool = False,
        pause_s: float = 0.5,
    ) -> None:
        self._http = http
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._key = key
        self._openrouter = openrouter
        self._pause_s = pause_s
        self._refused: set[str] = set()
        self.models = models
        self.provider = "openrouter" if openrouter else httpx.URL(base_url).host

    async def stream(self, prompt: Prompt, *, deadline_at: float) -> AsyncGenerator[Growing | Answer, None]:
        """Growing while it comes, one Answer at the end. `deadline_at` is on time.monotonic()'s clock.

        Closing the generator closes the connection. Raises ProviderError.
        """
        # OpenRouter falls back by itself; elsewhere it is our loop
        orders = [self.models] if self._openrouter else [(model,) for model in self.models]
        for number, models in enumerate(orders, start=1):
            try:
                async with aclosing(self._persistently(prompt, models, deadline_at)) as growing:
                    async for event in growing:
                        yield event
                return
            except ProviderError as error:
                if number == len(orders) or not _another_model_may_help(error):
                    raise
                log.warning("llm.fell_back", provider=self.provider, model=models[0], code=error.error_code)

    async def complete(self, prompt: Prompt, *, deadline_at: float) -> Answer:
        """The answer alone."""
        async with aclosing(self.stream(prompt, deadline_at=deadline_at)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise self._error("text.unusable_answer", retryable=True)

    async def _persistently(
        self, prompt: Prompt, models: tuple[str, ...], deadline_at: float
    ) -> AsyncGenerator[Growing | Answer, None]:
        """Again after what may pass, as long as the deadline allows; at once without a parameter that was refused."""
        tries = 0
        while True:
            try:
                async with aclosing(self._once(prompt, models, deadline_at)) as growing:
                    async for event in growing:
                        yield event
                return
            except ProviderError as error:
                if self._drops_parameter(error):
                    continue
                tries += 1
                wait_s = error.retry_after_s or self._pause_s * 2**tries * random.uniform(0.5, 1.0)
                if not error.retryable or tries >= _TRIES or time.monotonic() + wait_s >= deadline_at:
                    raise
                log.info("llm.retried", provider=self.provider, code=error.error_code, wait_s=round(wait_s, 2))
                await asyncio.sleep(wait_s)

    async def _once(
        self, prompt: Prompt, models: tuple[str, ...], deadline_at: float
    ) -> AsyncGenerator[Growing | Answer, None]:
        reply = Reply()
        async with self._response(self._body(prompt, models), deadline_at) as response:
            chunks = limited(response.aiter_bytes(), _ANSWER_BYTES, self._too_big)
            if "text/event-stream" not in response.headers.get("content-type", ""):
                body = b"".join([chunk async for chunk in self._timely(chunks, deadline_at)])
                self._take(reply, self._parsed(body), "message")
                reply.ended = True
            else:
                async with aclosing(self._events(chunks, deadline_at)) as events:
                    async for event in events:
                        if event is None:
                            reply.ended = True
                            break
                        if self._take(reply, event, "delta"):
                            yield Growing(reply.text)
        if not reply.text.strip():
            raise self._error("text.unusable_answer", retryable=True, reason="empty")
        yield reply.answer(models[0])

    @asynccontextmanager
    async def _response(self, body: dict[str, Any], deadline_at: float) -> AsyncIterator[httpx.Response]:
        headers = {"Accept": "text/event-stream, application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        if self._openrouter:
            headers["X-OpenRouter-Title"] = "Postaify"
        request = self._http.build_request(
            "POST", self._url, json=body, headers=headers, timeout=httpx.Timeout(None, connect=_CONNECT_S)
        )
        with self._translated():
            async with self._until(deadline_at):
                response = await self._http.send(request, stream=True)
            try:
                if response.status_code >= 400:
                    raise await self._refusal(response, deadline_at)
                yield response
            finally:
                await response.aclose()

    def _body(self, prompt: Prompt, models: tuple[str, ...]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": models[0],
            "messages": list(prompt.messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": prompt.temperature,
            "max_tokens": prompt.max_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": prompt.schema_name, "strict": True, "schema": prompt.schema},
            },
        }
        if self._openrouter:
            body["provider"] = {"require_parameters": True}  # else a provider may ignore the schema
            if len(models) > 1:
                body["models"] = list(models)
        return {name: value for name, value in body.items() if name not in self._refused}

    async def _events(
        self, chunks: AsyncGenerator[bytes, None], deadline_at: float
    ) -> AsyncGenerator[dict[str, Any] | None, None]:
        """Server-sent events as JSON objects, None for [DONE]. Comments and keep-alives are skipped."""
        async with aclosing(self._timely(chunks, deadline_at)) as timely, aclosing(lines_of(timely)) as lines:
            async for line in lines:
                name, _, value = line.partition(b":")
                if name.strip() != b"data" or not value.strip():
                    continue
                yield None if value.strip() == b"[DONE]" else self._parsed(value)

    async def _timely(self, chunks: AsyncGenerator[bytes, None], deadline_at: float) -> AsyncGenerator[bytes, None]:
        """The chunks, each awaited no longer than the deadline; nothing is awaited while the consumer works."""
        async with aclosing(chunks):
            while True:
                async with self._until(deadline_at):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                yield chunk

    def _parsed(self, raw: bytes) -> dict[str, Any]:
        try:
            parsed = pydantic_core.from_json(raw)
        except ValueError as exc:
            raise self._error("text.unusable_answer", retryable=True, reason="not_json") from exc
        if not isinstance(parsed, dict):
            raise self._error("text.unusable_answer", retryable=True, reason="not_an_object")
        return parsed

    def _take(self, reply: Reply, data: dict[str, Any], part: str) -> bool:
        """Add a chunk (its "delta") or a whole completion (its "message"); True when the text grew."""
        if data.get("error") is not None or "detail" in data:
            raise self._failure(200, data)
        reply.model = text_of(data.get("model")) or reply.model
        reply.usage = object_of(data.get("usage")) or reply.usage
        choices = data.get("choices")
        choice = object_of(choices[0]) if isinstance(choices, list) and choices else {}
        said = object_of(choice.get(part))
        reply.finish = text_of(choice.get("finish_reason")) or reply.finish
        if text_of(said.get("refusal")) or reply.finish == "content_filter":
            raise self._error("text.refused", retryable=False)
        if reply.finish == "error":
            raise self._error("text.unavailable", retryable=True)
        added = text_of(said.get("content"))
        reply.text += added
        return bool(added)

    async def _refusal(self, response: httpx.Response, deadline_at: float) -> ProviderError:
        chunks = limited(response.aiter_bytes(), _ERROR_BYTES, None)
        raw = b"".join([chunk async for chunk in self._timely(chunks, deadline_at)])
        try:
            body = object_of(pydantic_core.from_json(raw))
        except ValueError:
            body = {}
        error = self._failure(response.status_code, body)
        error.retry_after_s = retry_after_s(response.headers.get("retry-after"))
        return error

    def _failure(self, status: int, body: dict[str, Any]) -> ProviderError:
        """An error in any of the known shapes; inside a 200 its own code tells what it is."""
        told = body.get("error", body.get("detail"))
        details = told if isinstance(told, dict) else {"message": told}
        metadata = object_of(details.get("metadata"))
        if status == 200:
            status = status_of(details.get("code"), text_of(metadata.get("error_type")))
        code = CODES.get(status, "text.bad_request" if status < 500 else "text.unavailable")
        if status == 403 and not metadata:
            code = "text.key_refused"  # a 403 that gives no moderation reasons is about the key
        error = self._error(code, retryable=status in RETRYABLE or status >= 500, status=status)
        if status not in (401, 403):
            error.params["message"] = self._without_key(text_of(details.get("message")))[:_MESSAGE_CHARACTERS]
        return error

    def _drops_parameter(self, error: ProviderError) -> bool:
        """Remember an optional parameter that this server doesn't take."""
        message = error.params.get("message", "").lower()
        if error.params.get("status") not in (400, 404, 422):
            return False
        named = [name for name in _OPTIONAL if name in message]
        if "json_schema" in message:
            named.append("response_format")
        if self._openrouter and "no endpoints found" in message:
            named.append("provider")
        fresh = set(named) - self._refused
        self._refused |= fresh
        return bool(fresh)

    def _without_key(self, text: str) -> str:
        key = self._key.get_secret_value() if self._key else ""
        return text.replace(key, "***") if key else text

    def _error(self, code: str, *, retryable: bool, **params: Any) -> ProviderError:
        return ProviderError(code, provider=self.provider, retryable=retryable, **params)

    def _too_big(self) -> ProviderError:
        return self._error("text.unusable_answer", retryable=False, reason="too_big")

    def _until(self, deadline_at: float) -> asyncio.Timeout:
        remaining_s = max(deadline_at - time.monotonic(), 0.0)
        return asyncio.timeout(remaining_s)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, httpx.TimeoutException) as exc:
            raise self._error("text.timeout", retryable=True) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise self._error("text.unavailable", retryable=True, reason=type(exc).__name__) from exc


def _another_model_may_help(error: ProviderError) -> bool:
    return (
        error.error_code not in ("text.key_refused", "text.no_credit") and error.params.get("reason") != "ConnectError"
    )
