"""Stands for api.resend.com: refuses what Resend refuses, with its statuses, names and words.

Source: resend.com/docs/api-reference/emails/send-email and /errors.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "re_123456789_made_up"
DOMAIN = "mail.example.com"
FIELDS = {
    "from",
    "to",
    "subject",
    "html",
    "text",
    "cc",
    "bcc",
    "reply_to",
    "headers",
    "attachments",
    "tags",
    "scheduled_at",
}
ADDRESS = re.compile(r"[^\s@<>]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)
NAMED = re.compile(r"(?:[^<>\r\n]+ )?<([^<>]+)>")


class Refused(Exception):
    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(name)
        self.status, self.name, self.message = status, name, message


@dataclass(slots=True)
class FakeResendServer:
    """`next_answers`: what is answered instead, in this order, before anything is looked at."""

    url: str = ""
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    next_answers: list[web.Response] = field(default_factory=list)
    domain_status: str = "verified"
    silent: bool = False
    """Takes a mail on and never says so."""
    _by_key: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)

    def fail(self, status: int, name: str, message: str = "made up", **headers: str) -> None:
        self.next_answers.append(_refusal(Refused(status, name, message), headers))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.next_answers:
            return self.next_answers.pop(0)
        try:
            email_id = self._taken_on(request, await request.json())
        except Refused as refused:
            return _refusal(refused, {})
        if self.silent:
            await asyncio.sleep(3600)
        return web.json_response({"id": email_id})

    async def domains(self, request: web.Request) -> web.StreamResponse:
        if self.next_answers:
            return self.next_answers.pop(0)
        try:
            _check_caller(request)
        except Refused as refused:
            return _refusal(refused, {})
        return web.json_response({"data": [{"id": "d", "name": DOMAIN, "status": self.domain_status}]})

    def _taken_on(self, request: web.Request, body: Any) -> str:
        _check_caller(request)
        _check_body(body)
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= 256:
            raise Refused(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        if key in self._by_key:
            known, email_id = self._by_key[key]
            if known != body:
                raise Refused(409, "invalid_idempotent_request", "Same idempotency key used with a different payload.")
            return email_id
        email_id = f"id-{len(self.sent) + 1}"
        self.sent[email_id] = body
        if key is not None:
            self._by_key[key] = body, email_id
        return email_id


def _check_caller(request: web.Request) -> None:
    if not request.headers.get("User-Agent"):
        raise Refused(403, "error", "error code: 1010")
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise Refused(401, "missing_api_key", "Missing API key in the authorization header.")
    if key != KEY:
        raise Refused(403, "invalid_api_key", "API key is invalid.")
    if request.method == "POST" and request.content_type != "application/json":
        raise Refused(422, "validation_error", "The content type must be application/json.")


def _check_body(body: Any) -> None:
    if not isinstance(body, dict) or set(body) - FIELDS:
        raise Refused(422, "validation_error", "There are unknown fields.")
    for name in ("from", "to", "subject"):
        if not body.get(name):
            raise Refused(422, "missing_required_field", f"Missing `{name}` field.")
    if not body.get("html") and not body.get("text"):
        raise Refused(422, "missing_required_field", "Missing `html` or `text` field.")
    _check_addresses("from", [body["from"]])
    if _bare(body["from"]).rpartition("@")[2] != DOMAIN:
        raise Refused(403, "validation_error", "The domain is not verified.")
    to = body["to"] if isinstance(body["to"], list) else [body["to"]]
    if len(to) > 50:
        raise Refused(422, "validation_error", "The `to` field has more than 50 addresses.")
    _check_addresses("to", to)
    if "reply_to" in body:
        _check_addresses("reply_to", [body["reply_to"]])
    headers = body.get("headers", {})
    for value in (body["subject"], *headers, *headers.values()):
        if not isinstance(value, str) or "\n" in value or "\r" in value:
            raise Refused(422, "validation_error", "The `headers` or the `subject` hold a line break.")


def _check_addresses(name: str, found: list[Any]) -> None:
    for address in found:
        if not isinstance(address, str) or not ADDRESS.fullmatch(_bare(address)):
            raise Refused(422, "validation_error", f"Invalid `{name}` field. It needs to be `email@example.com`.")


def _bare(address: str) -> str:
    named = NAMED.fullmatch(address)
    return named[1] if named else address


def _refusal(refused: Refused, headers: dict[str, str]) -> web.Response:
    body = {"statusCode": refused.status, "name": refused.name, "message": refused.message}
    return web.json_response(body, status=refused.status, headers={n.replace("_", "-"): v for n, v in headers.items()})


@asynccontextmanager
async def running() -> AsyncIterator[FakeResendServer]:
    server = FakeResendServer()
    app = web.Application()
    app.router.add_post("/emails", server.answer)
    app.router.add_get("/domains", server.domains)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
