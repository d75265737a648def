"""What can go wrong with a time, as sentences."""

from typing import Any

from markupsafe import Markup

from bot.deliveries.choosing_screens import examples
from bot.router import Router
from bot.screens import lines
from bot.texts import Texts
from core.posts.models import PostStatus


def register(router: Router) -> None:
    router.error("when.in_past", lambda t, _: t("That time has passed. Please choose a later one."))
    router.error("when.too_far", lambda t, _: t("I plan up to a year ahead. Please choose an earlier time."))
    router.error("when.recurring", _recurring)
    router.error("when.not_understood", lambda t, _: lines([t("I don't understand that time."), examples(t)]))
    router.error("posts.being_sent", being_sent)
    router.error(
        "posts.nothing_to_reschedule", lambda t, _: t("There is no time to go back to. Please choose a new one.")
    )


def being_sent(t: Texts, params: dict[str, Any]) -> Markup:
    """Params: status."""
    if params.get("status") in (PostStatus.PUBLISHED, PostStatus.PARTIALLY_PUBLISHED):
        return t("It is out already. Duplicate it to post it again.")
    return t("It is on its way at this very moment.")


def _recurring(t: Texts, _: dict[str, Any]) -> Markup:
    return lines([t("That would repeat, and a post goes out once. Please name one date."), examples(t)])
