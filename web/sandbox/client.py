"""The typed client of the sandbox: be a person, and control the server. For tests and `postaify demo`."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from web.sandbox.model import Json

WAIT_S = 120.0
"""Only who waits in vain waits so long; machines that have much else to do are slow."""
UPLOAD_FIELD = "file"


class SandboxRefusal(Exception):
    """The sandbox said no to its client. `code` is stable, the message is for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class SeenButton:
    """An inline button, and where it stands."""

    text: str
    row: int
    column: int
    values: Json

    @property
    def data(self) -> str | None:
        return self.values.get("callback_data")

    @property
    def url(self) -> str | None:
        return self.values.get("url")


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as a person sees it. `body` is the whole view message."""

    body: Json

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.body["chat"]["id"])

    @property
    def text(self) -> str:
        """The text, or the caption; empty when there is none."""
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.body.get("entities") or self.body.get("caption_entities") or [])

    @property
    def outgoing(self) -> bool:
        return bool(self.body["outgoing"])

    @property
    def deleted(self) -> bool:
        return bool(self.body["deleted"])

    @property
    def edited(self) -> bool:
        return "edit_date" in self.body

    @property
    def buttons(self) -> list[SeenButton]:
        """Inline buttons, in reading order."""
        rows = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return [
            SeenButton(button["text"], row, column, button)
            for row, buttons in enumerate(rows)
            for column, button in enumerate(buttons)
        ]

    def __str__(self) -> str:
        labels = "".join(f" [{button.text}]" for button in self.buttons)
        return f"{self.id} {'me' if self.outgoing else 'bot'}: {self.text!r}{labels}"

    def button(self, text: str) -> SeenButton:
        """The button whose label is the text, or else the first one that contains it. Raises LookupError."""
        exact = (button for button in self.buttons if button.text == text)
        partly = (button for button in self.buttons if text in button.text)
        if found := next(exact, None) or next(partly, None):
            return found
        labels = [button.text for button in self.buttons]
        raise LookupError(f"no button {text!r} among {labels} under {self.text[:200]!r}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered to a press."""

    text: str
    show_alert: bool
    url: str | None


Condition = Callable[[SeenMessage], bool]


@dataclass
class Person:
    """Somebody with an app: writes, presses, waits. `chat_id` left out is the private chat with the default bot."""

    client: "SandboxClient"
    user: Json

    @property
    def id(self) -> int:
        return int(self.user["id"])

    async def send_text(
        self, text: str, *, chat_id: int | None = None, reply_to: int | SeenMessage | None = None, **more: Any
    ) -> SeenMessage:
        """Write; of a text that Telegram splits, the last part."""
        body = {"user_id": self.id, "text": text, "reply_to_message_id": _id(reply_to), **more}
        answer = await self.client.request("POST", f"/client/chats/{chat_id or self.id}/messages", json=body)
        return SeenMessage(answer["messages"][-1])

    async def reply(self, message: SeenMessage, text: str) -> SeenMessage:
        return await self.send_text(text, chat_id=self._chat_of(message), reply_to=message)

    async def upload(
        self,
        *files: Path | tuple[str, bytes],
        chat_id: int | None = None,
        caption: str = "",
        kind: str = "auto",
        reply_to: int | SeenMessage | None = None,
    ) -> list[SeenMessage]:
        """Send files: paths, or names with bytes. Several become an album."""
        form = aiohttp.FormData({"user_id": str(self.id), "kind": kind, "caption": caption})
        if reply_to is not None:
            form.add_field("reply_to_message_id", str(_id(reply_to)))
        for file in files:
            name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file
            form.add_field(UPLOAD_FIELD, io.BytesIO(content), filename=name)
        answer = await self.client.request("POST", f"/client/chats/{chat_id or self.id}/messages", data=form)
        return [SeenMessage(body) for body in answer["messages"]]

    async def press(
        self, message: SeenMessage, button: str | SeenButton, *, timeout_s: float = WAIT_S
    ) -> Answer | None:
        """Press an inline button, by label, and wait for the bot's answer; None when it never answers."""
        found = message.button(button) if isinstance(button, str) else button
        return await self._press(message, {"button": {"row": found.row, "column": found.column}}, timeout_s)

    async def press_data(self, message: SeenMessage, data: str, *, timeout_s: float = WAIT_S) -> Answer | None:
        """Press a button that the message may no longer have."""
        return await self._press(message, {"callback_data": data}, timeout_s)

    async def _press(self, message: SeenMessage, what: Json, timeout_s: float) -> Answer | None:
        path = f"/client/chats/{self._chat_of(message)}/messages/{message.id}/press?wait=1&timeout_s={timeout_s}"
        answer = (await self.client.request("POST", path, json={"user_id": self.id, **what}))["answer"]
        return Answer(**answer) if answer else None

    async def edit(self, message: SeenMessage, text: str) -> SeenMessage:
        path = f"/client/chats/{self._chat_of(message)}/messages/{message.id}"
        return SeenMessage(await self.client.request("PATCH", path, json={"user_id": self.id, "text": text}))

    async def forward(self, *messages: SeenMessage, chat_id: int | None = None) -> list[SeenMessage]:
        """Into the chat with the bot, unless said otherwise."""
        ids = [message.id for message in messages]
        body = {"user_id": self.id, "from_chat_id": messages[0].chat_id, "message_ids": ids}
        answer = await self.client.request("POST", f"/client/chats/{chat_id or self.id}/forward", json=body)
        return [SeenMessage(each) for each in answer["messages"]]

    async def share_chat(self, request_id: int, shared_chat_id: int) -> SeenMessage:
        """Answer a `request_chat` button of the reply keyboard."""
        body = {"user_id": self.id, "request_id": request_id, "shared_chat_id": shared_chat_id}
        answer = await self.client.request("POST", f"/client/chats/{self.id}/share", json=body)
        return SeenMessage(answer["messages"][0])

    async def block(self) -> None:
        await self.client.request("POST", f"/client/chats/{self.id}/block", json={"user_id": self.id})

    async def unblock(self) -> None:
        await self.client.request("POST", f"/client/chats/{self.id}/unblock", json={"user_id": self.id})

    async def make_chat(self, type_: str, title: str, *, username: str | None = None) -> Json:
        """A channel, group or supergroup of one's own."""
        body = {"type": type_, "title": title, "owner_id": self.id, "username": username}
        return dict(await self.client.request("POST", "/client/chats", json=body))

    async def add_bot(
        self, chat_id: int, *, status: str = "administrator", rights: dict[str, bool] | None = None
    ) -> Json:
        """Let the default bot in (all rights, unless said otherwise), change its standing, or put it out."""
        body = {"bot": True, "status": status, "rights": rights, "by_user_id": self.id}
        return dict(await self.client.request("POST", f"/client/chats/{chat_id}/members", json=body))

    async def chats(self) -> list[Json]:
        return list(await self.client.request("GET", f"/client/users/{self.id}/chats"))

    async def commands(self, chat_id: int | None = None) -> list[Json]:
        return list(await self.client.request("GET", f"/client/chats/{chat_id or self.id}/commands?user_id={self.id}"))

    async def history(self, *, chat_id: int | None = None, limit: int = 100) -> list[SeenMessage]:
        """The last messages, oldest first."""
        path = f"/client/chats/{chat_id or self.id}/messages?user_id={self.id}&limit={limit}"
        answer = await self.client.request("GET", path)
        return [SeenMessage(body) for body in answer["messages"]]

    async def refresh(self, message: SeenMessage) -> SeenMessage:
        """The message as it is now, also when it was deleted."""
        path = f"/client/chats/{self._chat_of(message)}/messages/{message.id}?user_id={self.id}"
        return SeenMessage(await self.client.request("GET", path))

    async def wait_for_message(
        self, condition: Condition | str, *, chat_id: int | None = None, timeout_s: float = WAIT_S, after: int = 0
    ) -> SeenMessage:
        """The newest message from others that fits (a text: contains it), now or as soon as one comes or is edited so.

        Only messages with a higher id than `after` count. Raises TimeoutError that shows the chat as it was.
        """
        fits = _contains(condition) if isinstance(condition, str) else condition
        try:
            async with asyncio.timeout(timeout_s):
                return await self._find(fits, chat_id, after)
        except TimeoutError:
            raise TimeoutError(await self._told(chat_id, timeout_s)) from None

    async def _find(self, fits: Condition, chat_id: int | None, after: int) -> SeenMessage:
        async with self.client.events(self.id) as events:
            while True:
                history = await self.history(chat_id=chat_id)
                for message in reversed(history):
                    if message.id > after and not message.outgoing and fits(message):
                        return message
                await anext(events)

    async def _told(self, chat_id: int | None, timeout_s: float) -> str:
        history = await self.history(chat_id=chat_id, limit=8)
        lines = [
            f"  {'me ' if m.outgoing else 'bot'} {m.id}: {m.text!r} {[b.text for b in m.buttons]}" for m in history
        ]
        return "\n".join([f"no such message within {timeout_s} s; the chat's end:", *lines])

    async def wait_until_edited(
        self, message: SeenMessage, condition: Condition | str, *, timeout_s: float = WAIT_S
    ) -> SeenMessage:
        """The message as soon as it fits."""
        chat_id = self._chat_of(message)
        fits = _contains(condition) if isinstance(condition, str) else condition
        return await self.wait_for_message(
            lambda seen: seen.id == message.id and fits(seen), chat_id=chat_id, timeout_s=timeout_s
        )

    def _chat_of(self, message: SeenMessage) -> int:
        return message.chat_id


def _contains(text: str) -> Condition:
    return lambda message: text in message.text


def _id(message: int | SeenMessage | None) -> int | None:
    return message.id if isinstance(message, SeenMessage) else message


class SandboxClient:
    """One connection to a sandbox. Use it as a context manager."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=10))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use the client as a context manager")
        return self._session

    async def request(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of an answer. Raises SandboxRefusal."""
        async with self.session.request(method, self.base_url + path, **more) as response:
            if response.content_type != "application/json":
                raise SandboxRefusal(response.status, "unexpected", (await response.text())[:200])
            body = await response.json()
            if response.status >= 400:
                raise SandboxRefusal(response.status, body["error"]["code"], body["error"]["message"])
            return body

    async def me(self) -> Person:
        """The default person."""
        return Person(self, (await self.request("GET", "/client/me"))["user"])

    async def new_person(
        self, first_name: str = "Ann", *, username: str | None = None, language_code: str | None = "en"
    ) -> Person:
        body = {"first_name": first_name, "username": username, "language_code": language_code}
        return Person(self, await self.request("POST", "/client/users", json=body))

    @asynccontextmanager
    async def events(self, user_id: int, *, after: int | None = None) -> AsyncIterator[AsyncIterator[Json]]:
        """The live events of a person, from now on (or from an event on)."""
        start = "" if after is None else f"&after={after}"
        async with self.session.get(f"{self.base_url}/client/events?user_id={user_id}{start}") as response:
            if response.status != 200:
                raise SandboxRefusal(response.status, "unexpected", (await response.text())[:200])
            await response.content.readline()
            yield _parsed(response)

    async def download(self, path: str) -> bytes:
        """A file, by the path that `file_urls` names."""
        async with self.session.get(self.base_url + path) as response:
            response.raise_for_status()
            return await response.read()

    async def bot_call(self, token: str, method: str, **params: Any) -> Any:
        """A raw Bot API call: the whole envelope, whatever its status."""
        async with self.session.post(f"{self.base_url}/bot{token}/{method}", json=params) as response:
            return await response.json()

    async def add_fault(self, kind: str, method: str = "*", **more: Any) -> int:
        """See README.md for `times`, `after`, `delay_s`, `error_code`, `description`, `retry_after`, `chat_id`."""
        return int((await self.request("POST", "/control/faults", json={"kind": kind, "method": method, **more}))["id"])

    async def clear_faults(self) -> None:
        await self.request("DELETE", "/control/faults")

    async def add_discovery_fault(self, kind: str, path: str = "*", **more: Any) -> int:
        """Of a made-up network's path, such as "/v1/tiktok/search/keyword". See README.md for the kinds."""
        body = {"kind": kind, "path": path, **more}
        return int((await self.request("POST", "/control/discovery/faults", json=body))["id"])

    async def discovery(self, **values: int | str) -> Json:
        """Credits, seed and calls of the made-up networks, after setting those that are given (credits, seed)."""
        if values:
            await self.request("POST", "/control/discovery", json=values)
        return dict(await self.request("GET", "/control/discovery"))

    async def calls(self, method: str | None = None, *, chat_id: int | None = None, since: int = 0) -> list[Json]:
        """Recorded Bot API calls, oldest first."""
        asked = {"method": method, "chat_id": chat_id, "since": since, "limit": 10_000}
        params = {name: str(value) for name, value in asked.items() if value is not None}
        return list((await self.request("GET", "/control/calls", params=params))["calls"])

    async def stats(self) -> Json:
        return dict(await self.request("GET", "/control/stats"))

    async def set_limits(self, **limits: float | bool) -> Json:
        """`enabled`, `overall_per_s`, `private_per_s`, `private_burst`, `group_per_min`."""
        return dict(await self.request("POST", "/control/limits", json=limits))

    async def set_latency(self, ms: int) -> None:
        await self.request("POST", "/control/latency", json={"ms": ms})

    async def add_bot(self, token: str, *, username: str, first_name: str) -> Json:
        body = {"token": token, "username": username, "first_name": first_name}
        return dict(await self.request("POST", "/control/bots", json=body))

    async def expire_queries(self) -> None:
        await self.request("POST", "/control/expire_queries", json={})

    async def advance(self, seconds: int) -> None:
        await self.request("POST", "/control/advance", json={"seconds": seconds})

    async def deactivate(self, user_id: int) -> None:
        await self.request("POST", f"/control/users/{user_id}/deactivate", json={})

    async def reset(self) -> None:
        await self.request("POST", "/control/reset", json={})


async def _parsed(response: aiohttp.ClientResponse) -> AsyncIterator[Json]:
    async for line in response.content:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])
