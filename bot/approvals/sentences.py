"""Errors about approvals, as sentences: what happened and what to do."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.approvals import screens
from bot.router import Router
from bot.texts import Texts
from core import ids

SENTENCES: dict[str, Callable[[Texts, dict[str, Any]], Markup]] = {
    "approvals.not_found": lambda t, _: t("That isn't asked about any more, or it isn't yours."),
    "approvals.waiting": lambda t, _: t("This post waits until others agree to it. Nothing was sent."),
    "approvals.not_named": lambda t, params: t(
        "You weren't asked about this one, so nothing was counted. Asked were: {names}.",
        names=", ".join(params["names"]) or "–",
    ),
    "approvals.not_asked": lambda t, _: t("Nobody is asked about this any more, so nothing was counted."),
    "approvals.changed_since": lambda t, _: t(
        "The post was changed after you saw it, so nothing was counted. Please look at it again."
    ),
    "approvals.out": lambda t, _: t("This post is out or on its way, so nothing was counted."),
    "approvals.recurring": lambda t, _: t(
        "A post that recurs can't wait for others. Stop the repetition, ask them, and repeat it then."
    ),
    "approvals.nobody": lambda t, _: t("Nobody is ticked. Tick those whom you want to ask, or name people first."),
    "approvals.no_group": lambda t, _: t("That is a channel, and people can't answer there. Choose a group."),
    "approvals.too_few": lambda t, _: t("So many aren't asked. Please take one of the buttons."),
    "approvals.already_asked": lambda t, _: t("They were asked already. Press 👥 Ask others to choose anew."),
    "approvals.reminded": lambda t, params: t.plural(
        "They were reminded a moment ago. You can do that again in {n} minute.",
        "They were reminded a moment ago. You can do that again in {n} minutes.",
        params["minutes"],
    ),
    "approvals.comment_too_long": lambda t, params: t(
        "That is too long to pass on: {length} of {limit} characters. Please shorten it.",
        length=params["length"],
        limit=params["limit"],
    ),
    "approvals.person_not_found": lambda t, _: t("That person isn't on your list any more."),
    "approvals.people_full": lambda t, params: t(
        "The list has room for {limit} people. Somebody has to be removed first.", limit=params["limit"]
    ),
    "approvals.invite_over": lambda t, _: t("This link doesn't work any more. Please ask for a new one."),
    "approvals.own_invite": lambda t, _: t("That is your own link: send it to those who should approve your posts."),
}


def register(router: Router) -> None:
    router.errors(SENTENCES)
    router.error_screen(
        "approvals.waiting",
        lambda context, params: screens.not_yet(ids.PostId(UUID(params["post_id"])), context.texts),
    )
