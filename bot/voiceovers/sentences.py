"""What can go wrong with voiceovers, as sentences: what happened and what to do."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.podcasts import sentences as podcasts
from bot.router import Router, Sentence
from bot.texts import Texts

SENTENCES: Mapping[str, Sentence] = {
    "voiceovers.not_found": lambda t, _: t("That voiceover isn't there any more, or it isn't yours."),
    "voiceovers.not_now": lambda t, _: t("That isn't possible right now: it is being made, or done already."),
    "voiceovers.too_long": lambda t, params: t(
        "That is too long to be read in one go: {characters} of at most {most} characters. Shorten it, or make a "
        "podcast of it.",
        characters=params["characters"],
        most=params["most"],
    ),
    "voiceovers.nothing_to_say": lambda t, _: t("There is nothing in it that can be read aloud. Please send words."),
    "speech.setting": lambda t, _: t("This voice doesn't have that setting. Open the settings anew."),
}
MAKING: Mapping[str, Sentence] = {
    "work.attempts_exhausted": lambda t, _: t(
        "Trouble on our side cut this off in the middle again and again, so I stopped. Nothing that was made is lost."
    ),
    "work.timed_out": lambda t, _: t("It took too long, so I stopped. What was read already is kept."),
    "speech.too_long": lambda t, _: t("A part of it is too long for that voice. Choose another voice."),
    "speech.nothing_to_say": lambda t, _: t("There is nothing in it that can be read aloud. Please send words."),
    "speech.refused": lambda t, _: t("The speech service doesn't want to say this. Change the text, or the voice."),
    "podcasts.segment_broken": lambda t, _: t("A recording came back broken, again and again. Please try once more."),
}
"""Said otherwise of voiceovers than of podcasts."""


def register(router: Router) -> None:
    router.errors(SENTENCES)


def voiceover_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error (`{"code", "params"}`) in words."""
    sentence = MAKING.get(str(error["code"])) or SENTENCES.get(str(error["code"]))
    return sentence(t, dict(error.get("params", {}))) if sentence is not None else podcasts.podcast_problem(error, t)
