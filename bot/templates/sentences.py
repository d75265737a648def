"""Errors about templates, as sentences: what happened and what to do."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from bot.router import Router
from bot.texts import Texts

SENTENCES: dict[str, Callable[[Texts, dict[str, Any]], Markup]] = {
    "templates.not_found": lambda t, _: t("That template isn't there any more, or it isn't yours."),
    "templates.empty": lambda t, _: t("There is no text in that. Please send the template's text, or /cancel."),
    "templates.full": lambda t, params: t(
        "There is room for {limit} templates. Please delete one first.", limit=params["limit"]
    ),
    "templates.bad_name": lambda t, params: t(
        "A name has 1 to {limit} characters. Please send another one, or /cancel.", limit=params["limit"]
    ),
    "templates.bad_value": lambda t, params: t(
        "For {name} I need text of at most {limit} characters. Please send it, or /cancel.",
        name=f"{{{params['name']}}}",
        limit=params["limit"],
    ),
    "templates.bad_link": lambda t, params: t(
        "That is no link. It begins with https:// and has no spaces. Please send it again, or /cancel."
    ),
    "templates.missing": lambda t, params: t(
        "The template was changed meanwhile and needs {name} now. Please press 📝 Use it again.",
        name=f"{{{params['name']}}}",
    ),
}


def register(router: Router) -> None:
    router.errors(SENTENCES)
