"""A strict OpenAI-compatible chat server on a free port: documented shapes, and every fault a real one has shown."""

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

KEY = "sk-secret-of-the-test"

_FIELDS = {
    "model",
    "models",
    "messages",
    "stream",
    "stream_options",
    "temperature",
    "max_tokens",
    "response_format",
    "provider",
}

Fault = Callable[["FakeModelServer", web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class FakeModelServer:
    """`faults` are used up, one a request; then it answers well. `requests` holds the bodies."""

    url: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client goes away before the answer's end."""
    text: str = "Bread rises slowly. That is its secret, says number {number}."
    hashtags: tuple[str, ...] = ("#Bread", "Slow Food")
    sections: Iterator[int] = field(default_factory=count)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return error(401, "No auth credentials found")
        body = await request.json()
        wrong = _wrong(body)
        if wrong:
            return error(400, wrong)
        self.requests.append(body)
        fault = self.faults.popleft() if self.faults else streamed()
        try:
            return await fault(self, request, body)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.set()
            raise

    def answer(self, body: dict[str, Any]) -> str:
        """What a good model answers to this request."""
        name = body["response_format"]["json_schema"]["name"]
        if name == "draft":
            return json.dumps(self._draft(body, 1))
        if name in ("outline", "section", "line"):
            return json.dumps(_script_answer(name, body["messages"], self.sections), ensure_ascii=False)
        if name == "answer":
            return json.dumps(_episode_answer(body["messages"][1]["content"]), ensure_ascii=False)
        if name in ("critique", "spoken"):
            return json.dumps(_critic_answer(name, body["messages"][1]["content"]), ensure_ascii=False)
        asked = re.search(r"Write (\d+) post", body["messages"][1]["content"])
        assert asked is not None
        first = re.search(r"^1\. (.*)$", body["messages"][1]["content"], re.MULTILINE)
        offset = (len(first[1]) if first else 0) * 100
        posts = [self._draft(body, offset + number) for number in range(int(asked[1]))]
        return json.dumps(
            {"posts": [{"angle": "slow", **post, "hashtags": list(self.hashtags)} for post in posts]},
            ensure_ascii=False,
        )

    def _draft(self, body: dict[str, Any], number: int) -> dict[str, str]:
        schema = body["response_format"]["json_schema"]["schema"]
        fields = schema["properties"].get("posts", {"items": schema})["items"]["properties"]
        title = {"title": f"Slow bread {number}"} if "title" in fields else {}
        return {**title, "text": self.text.format(number=number)}


def _episode_answer(task: str) -> dict[str, Any]:
    """From the first line that holds the longest word of the question; not found when none does."""
    question = re.search(r"BEGIN QUESTION \w+ ===\n(.*)\n=== END QUESTION", task, re.DOTALL)
    assert question is not None
    word = max(re.findall(r"\w+", question[1]), key=len)
    line = re.search(rf"^(\d+)\. \w+: (.*\b{word}\b.*)$", task, re.MULTILINE)
    if line is None:
        return {"found": False, "answer": "", "lines": [], "sources": []}
    return {"found": True, "answer": f"They say: {line[2]}", "lines": [int(line[1])], "sources": [1]}


def _critic_answer(name: str, task: str) -> dict[str, Any]:
    """A new script, or a critique that quotes the script's first words."""
    if name == "spoken":
        return {"script": "Your bread is flat. Here is why: it needs time. Try it tonight."}
    script = re.search(r"BEGIN SCRIPT \w+ ===\n(.*)\n=== END SCRIPT", task, re.DOTALL)
    assert script is not None
    judged = {"score": 6, "reason": "It says what it is about.", "quote": " ".join(script[1].split()[:4])}
    parts = ("hook", "structure", "pacing", "call_to_action")
    return {
        **dict.fromkeys(parts, judged),
        "outline": ["problem", "answer"],
        "suggestions": ["Ask for one thing."],
        "rewrite": "Stop kneading. Wait 4711 minutes instead.",
    }


def _script_answer(name: str, messages: list[dict[str, str]], sections: Iterator[int]) -> dict[str, Any]:
    """A podcast's outline, a section of about the words asked for in which no sentence comes again, or one line."""
    task = messages[1]["content"]
    if name == "line":
        return {"text": "The oven is the heart of the house.", "source": 1}
    if name == "outline":
        asked = re.search(r"Plan (\d+) sections", task)
        assert asked is not None
        points = ["why it rises", "what it costs"]
        numbers = range(1, int(asked[1]) + 1)
        return {
            "title": "Slow bread",
            "sections": [{"title": f"Part {number}", "points": points, "share": 20} for number in numbers],
        }
    asked = re.search(r"Write section \d+ of \d+: (\d+) words", task)
    assert asked is not None
    return {"lines": spoken_lines(int(asked[1]), next(sections))}


def spoken_lines(words: int, salt: int) -> list[dict[str, Any]]:
    """Lines of about `words` words in all; another `salt` gives others."""
    lines: list[dict[str, Any]] = []
    for number in range(max(words // 16, 2)):
        alphabet = "abcdefghijklmnopqrst"
        name = alphabet[salt % 20] + alphabet[number % 20] + alphabet[number // 20 % 20]
        made = [f"{name}{word}" for word in ("orin", "elda", "umbra", "istle", "aven", "otter", "ymph")]
        text = "The {} {} bakes {} bread and {} {} sells it with {} {} flour.".format(*made)
        lines.append({"speaker": "guest" if number % 2 else "host", "text": text, "source": number % 2})
    return lines


def error(status: int, message: str, *, headers: dict[str, str] | None = None, **metadata: Any) -> web.Response:
    body = {"error": {"code": status, "message": message, "metadata": metadata}}
    return web.json_response(body, status=status, headers=headers)


def _wrong(body: dict[str, Any]) -> str:
    unknown = set(body) - _FIELDS
    if unknown:
        return f"Unrecognized request arguments: {sorted(unknown)}"
    if not body.get("messages") or any(set(message) != {"role", "content"} for message in body["messages"]):
        return "messages: malformed"
    described = body.get("response_format", {}).get("json_schema")
    if described is None:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", described["name"]) or described["strict"] is not True:
        return "json_schema: malformed"
    return _loose(described["schema"])


def _loose(schema: dict[str, Any]) -> str:
    """Strict mode: every object lists all its properties as required and admits no others."""
    if schema["type"] == "object":
        if schema["required"] != list(schema["properties"]) or schema["additionalProperties"] is not False:
            return "schema: not strict"
        return next(filter(None, map(_loose, schema["properties"].values())), "")
    return _loose(schema["items"]) if schema["type"] == "array" else ""


def streamed(
    content: str | None = None,
    *,
    done: bool = True,
    finish: str | None = "stop",
    usage: bool = True,
    cut_after: int | None = None,
    then_hang: bool = False,
    error_after: dict[str, Any] | None = None,
) -> Fault:
    """A stream as OpenRouter sends it, comments and null contents included; `cut_after` chunks the line drops."""

    async def respond(server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        text = server.answer(body) if content is None else content
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        await response.write(b": OPENROUTER PROCESSING\n\n")
        await _send(response, body, {"role": "assistant", "content": None})
        for number, at in enumerate(range(0, len(text), 40)):
            if number == cut_after:
                if then_hang:
                    await asyncio.sleep(30)
                assert request.transport is not None
                request.transport.abort()
                return response
            await _send(response, body, {"content": text[at : at + 40]})
        if error_after is not None:
            await _send(response, body, {"content": ""}, finish="error", extra={"error": error_after})
            return response
        if finish is not None:
            await _send(response, body, {"content": ""}, finish=finish)
        if usage:
            extra = {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "cost": 0.001}}
            await _send(response, body, {}, extra=extra)
        if done:
            await response.write(b"data: [DONE]\n\n")
        return response

    return respond


async def _send(
    response: web.StreamResponse,
    body: dict[str, Any],
    delta: dict[str, Any],
    *,
    finish: str | None = None,
    extra: dict[str, Any] | None = None,
) -> None:
    chunk = {
        "id": "gen-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": body["model"] + "-served",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **(extra or {}),
    }
    await response.write(f"data: {json.dumps(chunk)}\r\n\r\n".encode())
    await asyncio.sleep(0)


def whole(content: str | None = None, *, choices: bool = True, status: int = 200, **extra: Any) -> Fault:
    """An answer in one piece, from a server that doesn't stream."""

    async def respond(server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        text = server.answer(body) if content is None else content
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return web.json_response(
            {"id": "1", "model": "m", "choices": [choice] if choices else [], **extra}, status=status
        )

    return respond


def refused(status: int, message: str = "no", *, headers: dict[str, str] | None = None, **metadata: Any) -> Fault:
    async def respond(server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        return error(status, message, headers=headers, **metadata)

    return respond


def page(text: str, *, status: int = 200, content_type: str = "text/html") -> Fault:
    async def respond(server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        return web.Response(text=text, status=status, content_type=content_type)

    return respond


def silent() -> Fault:
    async def respond(server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("the client waited past every deadline")

    return respond


def endless() -> Fault:
    """A stream that would never end."""

    async def respond(server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while True:
            await _send(response, body, {"content": "x" * 50_000})

    return respond


@asynccontextmanager
async def running() -> AsyncIterator[FakeModelServer]:
    server = FakeModelServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.chat)
    # handler_cancellation: a client that goes away must be noticed
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
