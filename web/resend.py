"""Resend's webhooks: mail that came back, and mail that was marked as spam. Nothing is written there any more."""

from typing import Final

import structlog
from aiohttp import web

from core.emails.addresses import note_refused
from core.emails.models import EmailStatus
from core.emails.service import record_fate
from core.errors import NotFound
from core.providers.email_resend_webhook import ENGINE, Fate, MailFate, WebhookRefused, check_signature, fate_told
from core.settings import RESEND_WEBHOOK_PATH
from core.tx import Tx
from web.context import DEPS

log = structlog.get_logger()

routes = web.RouteTableDef()
STATUSES: Final = {Fate.BOUNCED: EmailStatus.BOUNCED, Fate.COMPLAINED: EmailStatus.COMPLAINED}


class NobodyListens(NotFound):
    """There is no secret by which Resend could be known."""

    code = "emails.no_webhook"


@routes.post(RESEND_WEBHOOK_PATH)
async def receive(request: web.Request) -> web.Response:
    """200 once it is noted, however often it comes. What isn't Resend's gets 400 and leaves nothing."""
    deps = request.app[DEPS]
    secret = deps.settings.resend_webhook_secret
    if secret is None:
        raise NobodyListens
    body = await _body(request)
    try:
        check_signature(body, request.headers, secret=secret, now=deps.clock.now())
        told = fate_told(body)
    except WebhookRefused as refusal:
        log.warning("resend.webhook_refused", reason=refusal.params.get("reason"), bytes=len(body))
        raise
    if told is not None:
        async with deps.tx() as tx:
            noted = await _note(tx, told)
        log.info("resend.fate_told", fate=told.fate, noted=noted)
    return web.json_response({"received": True})


async def _note(tx: Tx, told: MailFate) -> bool:
    """False for what is known already, and for mail that others send by the same account."""
    email = await record_fate(tx, engine=ENGINE, remote_id=told.remote_id, status=STATUSES[told.fate])
    if email is None or email.address is None:
        return False
    problem = {"code": told.fate, "params": {"detail": told.detail} if told.detail else {}}
    await note_refused(tx, owner_id=email.owner_id, address=email.address, problem=problem)
    return True


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as exc:
        raise WebhookRefused(reason="too_big") from exc
