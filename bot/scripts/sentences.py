"""What can go wrong with scripts, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.posts.problems import problem_sentence
from bot.router import Router
from bot.texts import Texts
from bot.viral.sentences import network_problem
from core.scripts.queries import ScriptNotFound
from core.scripts.service import NO_TRANSCRIPT, AlreadyWorking

Params = Mapping[str, Any]


def register(router: Router) -> None:
    router.errors(SENTENCES)


def script_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error (`{"code", "params"}`) in words."""
    code = str(error["code"])
    if code in SENTENCES:
        return SENTENCES[code](t, error.get("params", {}))
    return network_problem(error, t) if code.startswith("discovery.") else problem_sentence(error, t)


def _topic_length(t: Texts, params: Params) -> Markup:
    return t(
        "Please say in {least} to {most} characters what the script is to be about.",
        least=params["least"],
        most=params["most"],
    )


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    "scripts.too_short": lambda t, params: t(
        "That is too short to tell anything: a script has at least {least} words. Please send more of it.",
        least=params["least"],
    ),
    "scripts.too_long": lambda t, params: t(
        "That is too long: {characters} characters, and {most} are about twenty minutes of speech. "
        "Please send a part of it.",
        characters=params["characters"],
        most=params["most"],
    ),
    "scripts.topic_length": _topic_length,
    "scripts.no_rewrite": lambda t, _: t("There is no rewrite of this script. Analyse it once more to get one."),
    "scripts.there_again": lambda t, _: t("This video's script is among your scripts again already. See /script."),
    NO_TRANSCRIPT: lambda t, _: t(
        "Nobody has written down what is said in this video, or nothing is said in it. "
        "If you have its words, send them to /script."
    ),
    AlreadyWorking.code: lambda t, _: t("I am at it already. The message above tells how far it is."),
    ScriptNotFound.code: lambda t, _: t("This script isn't there any more. See /script."),
    "viral.creator_not_found": lambda t, _: t("This creator is no longer known. Search again with /viral."),
}
