"""getUpdates and the webhook methods."""

import json
import re
from urllib.parse import urlsplit

from web.sandbox.answers import Described
from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request, conflict
from web.sandbox.fetching import is_loopback
from web.sandbox.model import Bot, Json, Webhook
from web.sandbox.state import World
from web.sandbox.updates import ACTIVE_WEBHOOK, KINDS

LONGEST_POLL_S = 50
SECRET = re.compile(r"[A-Za-z0-9_-]*")
SECRET_LIMIT = 256
ENDED_BY_WEBHOOK = "terminated by setWebhook request"


@method("getUpdates")
async def get_updates(call: Call) -> list[Json]:
    if call.bot.webhook:
        raise conflict(ACTIVE_WEBHOOK)
    remember_allowed_updates(call)
    found = await call.world.queues[call.bot.id].poll(
        offset=call.integer("offset"),
        limit=call.integer("limit", 100, low=1, high=100),
        timeout_s=call.integer("timeout", 0, low=0, high=LONGEST_POLL_S),
    )
    return [update.to_json() for update in found]


def remember_allowed_updates(call: Call) -> None:
    """The list holds until another comes; an empty one stands for the default. Unknown names are passed over."""
    if not call.text("allowed_updates"):
        return
    try:
        kinds = json.loads(call.text("allowed_updates"))
    except ValueError:
        return
    if isinstance(kinds, list):
        _allow(call.world, call.bot, [kind for kind in kinds if kind in KINDS])


def _allow(world: World, bot: Bot, kinds: list[str]) -> None:
    if (bot.allowed_updates or []) != kinds:
        bot.allowed_updates = kinds or None
        world.save_bot(bot)


@method("setWebhook")
async def set_webhook(call: Call) -> Described:
    url = call.text("url")
    if not url:
        return await _drop_webhook(call)
    _check_webhook(call, url)
    webhook = Webhook(
        url,
        secret_token=call.text("secret_token"),
        ip_address=call.text("ip_address"),
        max_connections=call.integer("max_connections", 40, low=1, high=100),
    )
    _drop_pending(call)
    remember_allowed_updates(call)
    old = call.bot.webhook
    if old and (old.url, old.secret_token, old.max_connections) == (url, webhook.secret_token, webhook.max_connections):
        return Described(True, "Webhook is already set")
    call.world.queues[call.bot.id].end_poll(conflict(ENDED_BY_WEBHOOK))
    await _change_webhook(call, webhook)
    return Described(True, "Webhook was set")


def _check_webhook(call: Call, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    secret = call.text("secret_token")
    if len(secret) > SECRET_LIMIT:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if not is_loopback(url):
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        raise bad_request("bad webhook: Failed to resolve host: Name or service not known")


@method("deleteWebhook")
async def delete_webhook(call: Call) -> Described:
    return await _drop_webhook(call)


async def _drop_webhook(call: Call) -> Described:
    _drop_pending(call)
    if call.bot.webhook is None:
        return Described(True, "Webhook is already deleted")
    await _change_webhook(call, None)
    return Described(True, "Webhook was deleted")


def _drop_pending(call: Call) -> None:
    if call.flag("drop_pending_updates"):
        call.world.queues[call.bot.id].clear()


async def _change_webhook(call: Call, webhook: Webhook | None) -> None:
    call.bot.webhook = webhook
    call.world.save_bot(call.bot)
    await call.world.on_webhook(call.bot)


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> Json:
    webhook = call.bot.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(call.world.queues[call.bot.id]),
    }
    if webhook:
        info |= {"max_connections": webhook.max_connections, "ip_address": webhook.ip_address or "127.0.0.1"}
        if webhook.last_error_date:
            info |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error_message}
    if call.bot.allowed_updates:
        info["allowed_updates"] = call.bot.allowed_updates
    return info
