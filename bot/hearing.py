"""Why something that was said couldn't be written down, as sentences: for all features that let people speak."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

from bot.texts import Texts
from core.providers.transcription import NOT_SET_UP
from core.providers.transcription import TranscriptionErrorCode as Code

Params = Mapping[str, Any]


def _refused(t: Texts, params: Params) -> Markup:
    return t("The transcription service doesn't take that recording. Save it as an MP3, or type what is said.")


SENTENCES: Final[dict[str, Callable[[Texts, Params], Markup]]] = {
    NOT_SET_UP: lambda t, _: t("I can't listen here: no transcription service is set up. Type what is said."),
    Code.UNAVAILABLE: lambda t, _: t("The transcription service doesn't answer right now. Try again in a few minutes."),
    Code.TIMEOUT: lambda t, _: t("The transcription service took too long. Try again in a few minutes."),
    Code.RATE_LIMITED: lambda t, _: t("The transcription service asks for a pause. Try again in a few minutes."),
    Code.GARBLED: lambda t, _: t("The transcription service's answer made no sense. Please try again."),
    Code.NO_CREDIT: lambda t, _: t(
        "The transcription service's credit is used up. Whoever runs this bot can top it up; until then, type it."
    ),
    Code.KEY_REFUSED: lambda t, _: t(
        "The transcription service refuses the access key. Whoever runs this bot has to look at it; until then, type "
        "it."
    ),
    Code.NOT_FOUND: lambda t, _: t(
        "The transcription service isn't where it should be. Whoever runs this bot has to look at it; until then, type "
        "it."
    ),
    Code.TOO_BIG: _refused,
    Code.REFUSED: _refused,
    "source.no_sound": lambda t, _: t("There is no sound in it, so nothing is said. Type what it is about."),
    "source.broken_recording": lambda t, _: t(
        "That recording can't be played: its file is broken. Save it anew, or type what is said."
    ),
    "source.recording_too_long": lambda t, params: t(
        "That recording is too long: I listen to up to {n} hours. Send it in parts.", n=params["hours"]
    ),
    "source.not_cut": lambda t, _: t("That recording couldn't be cut into pieces. Please try again."),
    "source.listening_too_long": lambda t, _: t("Preparing that recording took too long. Send it in parts."),
    "source.no_ffmpeg": lambda t, _: t("Recordings can't be prepared here at the moment. Try again later."),
}
