"""What can go wrong with a time, as sentences."""

from typing import Any

from markupsafe import Markup

from bot.channels.labels import state_sentence
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
    router.error("posts.nothing_to_confirm", lambda t, _: t("There is nothing to confirm: that post has gone on."))
    router.error(
        "posts.look_first",
        lambda t, _: t("It may have gone out already. Look first, and press It is there or Send again."),
    )
    router.error("channels.not_ready", _not_ready)
    router.error(
        "posts.nothing_to_reschedule", lambda t, _: t("There is no time to go back to. Please choose a new one.")
    )


def being_sent(t: Texts, params: dict[str, Any]) -> Markup:
    """Params: status."""
    if params.get("status") in (PostStatus.PUBLISHED, PostStatus.PARTIALLY_PUBLISHED):
        return t("It is out already. Duplicate it to post it again.")
    if params.get("status") == PostStatus.RECURRING:
        return t("It repeats by itself. Stop that first, or duplicate it to post it at another time.")
    return t("It is on its way at this very moment.")


def _not_ready(t: Texts, params: dict[str, Any]) -> Markup:
    """Params: title, state."""
    return t(
        "I can't post to {title} now: {state}. Mend that there and press Check again under /channels, "
        "or choose another place.",
        title=params["title"],
        state=state_sentence(params["state"], t),
    )


def _recurring(t: Texts, _: dict[str, Any]) -> Markup:
    return lines([t("That would repeat, and a post goes out once. Please name one date."), examples(t)])
