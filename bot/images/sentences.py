"""What can go wrong with pictures, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.posts.problems import problem_sentence
from bot.texts import Texts
from core.images.queries import ImageNotFound
from core.images.service import AlreadyMaking, NotMade
from core.providers.images import ImageErrorCode

Params = Mapping[str, Any]


def image_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error (`{"code", "params"}`) in words."""
    code = str(error["code"])
    if code == "work.timed_out":
        return t(
            "This took too long, so I stopped waiting. Nothing was charged. If you try again, I take up the same "
            "picture where I can."
        )
    return SENTENCES[code](t, error.get("params", {})) if code in SENTENCES else problem_sentence(error, t)


def _too_long(t: Texts, params: Params) -> Markup:
    return t(
        "All of that has no room on a card in letters that can be read ({characters} characters). "
        "Choose a sentence of it, or send me shorter words.",
        characters=params.get("characters", "?"),
    )


def _prompt_too_long(t: Texts, params: Params) -> Markup:
    return t(
        "That is too long for a picture: {characters} characters, and at most {most} are read. Please send less.",
        characters=params["characters"],
        most=params["most"],
    )


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    "images.no_prompt": lambda t, _: t("I need words for that: tell me what the picture is to be of, or /cancel."),
    "images.prompt_too_long": _prompt_too_long,
    AlreadyMaking.code: lambda t, _: t("I am at it already, or it is done. See the messages below."),
    NotMade.code: lambda t, _: t("There is no picture yet. Press Make it first."),
    ImageNotFound.code: lambda t, _: t("This picture isn't there any more. See /image."),
    "images.no_passages": lambda t, _: t("There is no other sentence in that text. Please send the words yourself."),
    "images.file_gone": lambda t, _: t("The picture's file isn't there any more. Please make it anew."),
    "images.not_taken": lambda t, _: t("Telegram didn't take the picture. Please make it anew."),
    ImageErrorCode.RATE_LIMITED: lambda t, _: t(
        "The image service has too much to do right now. Nothing was charged. Please try again in a minute."
    ),
    ImageErrorCode.UNAVAILABLE: lambda t, _: t(
        "The image service doesn't answer right now. Nothing was charged. Please try again in a minute."
    ),
    ImageErrorCode.TIMEOUT: lambda t, _: t(
        "The image service took too long. Nothing was charged. If you try again, I take up the same picture "
        "where I can."
    ),
    ImageErrorCode.UNREADABLE: lambda t, _: t(
        "What the image service sent is no picture that I could read. Nothing was charged. Please try again."
    ),
    ImageErrorCode.REFUSED: lambda t, _: t(
        "The image service's safety check refused this picture. Nothing was charged. Say it in other words, "
        "or make a quote card of it."
    ),
    ImageErrorCode.KEY_REFUSED: lambda t, _: t(
        "The image service refuses our key. We have to mend that; please tell us."
    ),
    ImageErrorCode.NO_CREDIT: lambda t, _: t(
        "The image service's credit is used up. We have to mend that; please tell us."
    ),
    ImageErrorCode.MODEL_UNKNOWN: lambda t, _: t(
        "The image service doesn't know the model that is set up here. Try another quality, and please tell us."
    ),
    ImageErrorCode.BAD_REQUEST: lambda t, _: t(
        "The image service can't make that as it is asked for. Try another shape or quality, or other words."
    ),
    ImageErrorCode.NOT_THERE: lambda t, _: t("That way of making pictures isn't set up here any more. Choose another."),
    ImageErrorCode.NOTHING_TO_SET: lambda t, _: t(
        "There are no letters in that which my fonts have. Please send other words for the card."
    ),
    ImageErrorCode.TOO_LONG: _too_long,
}
