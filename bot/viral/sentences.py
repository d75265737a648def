"""What can go wrong with finding videos, in words."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.router import Router, Sentence
from bot.texts import Texts
from core.providers.discovery import DiscoveryErrorCode as Code
from core.viral.queries import LookupNotFound, SavedVideoNotFound, VideoNotFound
from core.viral.service import AlreadyLooking


def register(router: Router) -> None:
    for code in Code:
        router.error(code, _of_network(code))
    router.error(
        "viral.keyword_length",
        lambda t, params: t("A keyword has 1 to {most} characters. Please send a shorter one.", most=params["most"]),
    )
    router.error(
        "viral.note_length",
        lambda t, params: t(
            "A note has at most {most} characters; this one has {n}. Please send a shorter one.",
            most=params["most"],
            n=params["characters"],
        ),
    )
    router.error(
        AlreadyLooking.code, lambda t, _: t("I am looking for that already. The message above tells how far it is.")
    )
    router.error(LookupNotFound.code, lambda t, _: t("These results are no longer kept. Search again with /viral."))
    router.error(VideoNotFound.code, lambda t, _: t("This video is no longer kept. Search again with /viral."))
    router.error(SavedVideoNotFound.code, lambda t, _: t("That isn't among your saved videos any more. See /saved."))


def _of_network(code: Code) -> Sentence:
    return lambda t, _: network_problem({"code": code}, t)


def network_problem(problem: Mapping[str, Any], t: Texts) -> Markup:
    """Why a network couldn't be asked, and what to do."""
    match problem["code"]:
        case Code.OUT_OF_CREDITS:
            return t("The search service's allowance is used up. Whoever runs this bot can top it up; try again later.")
        case Code.RATE_LIMITED:
            return t("The network asks for a pause. Please try again in a few minutes.")
        case Code.TIMEOUT | Code.UNAVAILABLE | Code.GARBLED:
            return t("The network doesn't answer right now. Please try again in a few minutes.")
        case Code.NOT_SUPPORTED:
            return t("This network can't be searched here without an access key. Please choose another network.")
        case Code.KEY_REFUSED:
            return t("The search service refuses the access key. Whoever runs this bot has to look at it.")
        case Code.NOT_FOUND | Code.CLOSED:
            return t("That isn't there for everybody on the network. Please choose something else.")
        case Code.BAD_REQUEST:
            return t("The network can't search for that. Please try another keyword.")
        case "work.timed_out":
            return t("It took too long. Please try again in a few minutes.")
    return t("That didn't work. Please try again.")
