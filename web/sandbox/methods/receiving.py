"""getUpdates and the webhook methods."""

import json

from web.sandbox.call import Call, method
from web.sandbox.errors import conflict
from web.sandbox.model import Bot, Json
from web.sandbox.state import World
from web.sandbox.updates import ACTIVE_WEBHOOK, KINDS

LONGEST_POLL_S = 50


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
