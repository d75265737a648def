"""What can go wrong with queues, as sentences."""

from typing import Any

from markupsafe import Markup

from bot.queues.screens import quiet_examples, slot_examples
from bot.router import Router
from bot.screens import lines
from bot.texts import Texts


def register(router: Router) -> None:
    router.error("queues.slots_not_understood", _slots_not_understood)
    router.error("queues.quiet_not_understood", _quiet_not_understood)
    router.error("queues.too_many_slots", _too_many_slots)
    router.error(
        "queues.no_slots",
        lambda t, _: t("That queue has no slots. Set some under /queue, or choose a time for the post."),
    )
    router.error(
        "queues.full",
        lambda t, _: t(
            "All slots of the coming year are taken. Add slots under /queue, or choose a time for the post."
        ),
    )
    router.error(
        "queues.target_changed",
        lambda t, _: t("It goes somewhere else now. Please press Add to queue once more."),
    )
    router.error(
        "queues.not_queued", lambda t, _: t("That post is in no queue any more. /queue shows what waits there.")
    )


def _slots_not_understood(t: Texts, _: dict[str, Any]) -> Markup:
    return lines([t("I don't understand those times."), slot_examples(t)])


def _quiet_not_understood(t: Texts, _: dict[str, Any]) -> Markup:
    return lines([t("I don't understand those hours."), quiet_examples(t)])


def _too_many_slots(t: Texts, params: dict[str, Any]) -> Markup:
    return t("A queue can have {limit} slots a week. Please remove some first.", limit=params["limit"])
