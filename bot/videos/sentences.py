"""What can be wrong with a video, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.texts import Texts

MEGABYTE = 1_000_000
Params = Mapping[str, Any]


def _too_long(t: Texts, params: Params) -> Markup:
    minutes, seconds = divmod(int(params["duration_s"]), 60)
    return t(
        "That video is too long: {minutes}:{seconds}, and it may have up to {most} minutes. Cut it, and send it again.",
        minutes=minutes,
        seconds=f"{seconds:02}",
        most=int(params["most_s"]) // 60,
    )


def _too_low(t: Texts, params: Params) -> Markup:
    return t(
        "That video is too small: {width}×{height} pixels, and it has to be at least {least} high. Send the original: "
        "apps often make videos smaller when they pass them on.",
        width=params["width"],
        height=params["height"],
        least=params["least"],
    )


def _too_big(t: Texts, params: Params) -> Markup:
    if not params.get("limit_bytes"):
        return t("Telegram gives me files of up to 20 MB only. /videos has a page in the browser for larger ones.")
    return t(
        "That file is too large: it may have up to {size} MB. Make it shorter or smaller.",
        size=int(params["limit_bytes"]) // MEGABYTE,
    )


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    "videos.not_found": lambda t, _: t("That video isn't there any more, or it isn't yours."),
    "videos.not_ready": lambda t, _: t("That video isn't ready yet. Wait until it was looked at."),
    "videos.name_length": lambda t, params: t(
        "A name has between 1 and {most} characters. Send a shorter one.", most=params["most"]
    ),
    "videos.empty": lambda t, _: t("That file is empty. Send it once more."),
    "videos.not_a_video": lambda t, _: t(
        "That file is no video, whatever its name says. Send an MP4, a MOV or an AVI."
    ),
    "videos.audio_only": lambda t, _: t("There is only sound in that file, and no picture. Send one with both."),
    "videos.nothing_in_it": lambda t, _: t(
        "There is nothing to be seen in that video. Export it again, and send that."
    ),
    "videos.truncated": lambda t, _: t(
        "The end of that video is missing: it was cut off when it was saved or copied. Send the whole file."
    ),
    "videos.broken": lambda t, _: t(
        "That video can't be played: its file is broken. Export it again as an MP4, and send that."
    ),
    "videos.codec": lambda t, params: t(
        "I can't read the format inside of that video ({codec}). Export it as an MP4 with H.264, and send that.",
        codec=params["codec"],
    ),
    "videos.too_large_inside": lambda t, _: t(
        "The pictures of that video are too large for me: 8K at most. Export it smaller, and send that."
    ),
    "videos.too_long": _too_long,
    "videos.too_low": _too_low,
    "telegram.file_too_big": _too_big,
    "telegram.file_gone": lambda t, _: t("Telegram doesn't give me that file any more. Send it once more."),
    "telegram.not_reached": lambda t, _: t("Telegram didn't answer when I fetched that file. Send it once more."),
    "videos.too_many_uploads": lambda t, params: t(
        "You have {n} upload pages open already. Use one of them, or cancel one.", n=params["limit"]
    ),
    "videos.upload_not_found": lambda t, _: t("That upload isn't there any more, or it isn't yours."),
    "videos.upload_ended": lambda t, _: t("That link was used already. /videos gives you another."),
    "videos.upload_expired": lambda t, _: t("That link has expired. /videos gives you another."),
    "videos.no_encoder": lambda t, _: t("Videos can't be converted here at the moment. Try again later."),
    "videos.not_encoded": lambda t, _: t(
        "Converting that video failed. Export it again as an MP4 with H.264, and send that."
    ),
    "videos.encoding_too_long": lambda t, _: t(
        "Converting that video took too long. Export it as an MP4 with H.264 in 1080p, and send that."
    ),
}


def video_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error in words."""
    sentence = SENTENCES.get(error["code"])
    if sentence is None:
        return t("Something went wrong on my side.")
    return sentence(t, error["params"])
