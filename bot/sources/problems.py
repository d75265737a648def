"""What can be wrong with what a user sends, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.hearing import SENTENCES as HEARING
from bot.texts import Texts
from bot.viral.sentences import network_problem
from core.providers.discovery import DiscoveryErrorCode

Params = Mapping[str, Any]


def _too_short(t: Texts, params: Params) -> Markup:
    return t.plural(
        "That is only {n} character. Send at least {limit}, so that there is something to write about.",
        "Those are only {n} characters. Send at least {limit}, so that there is something to write about.",
        int(params["length"]),
        limit=params["limit"],
    )


def _too_long(t: Texts, params: Params) -> Markup:
    return t(
        "That is too long: I read up to {limit} characters at once. Please send the part that matters.",
        limit=params["limit"],
    )


def _too_big(t: Texts, params: Params) -> Markup:
    return t(
        "That file is too big: I read text files of up to {limit} MB. Please send a part of it.",
        limit=int(params["limit_bytes"]) // (1024 * 1024),
    )


def _unsupported(t: Texts, params: Params) -> Markup:
    if not params["extension"]:
        return t("I can't read files of that kind. Send a PDF, a .docx or a .txt file, or paste the text.")
    return t(
        "I can't read {extension} files. Send a PDF, a .docx or a .txt file, or paste the text.",
        extension=params["extension"],
    )


def _file_too_big(t: Texts, params: Params) -> Markup:
    if params.get("limit_bytes"):
        return t("That file is too large: it may have up to {size} MB.", size=int(params["limit_bytes"]) // 1_000_000)
    return t("Telegram gives me files of up to 20 MB only. Send this one by the browser.")


def _no_words(t: Texts, params: Params) -> Markup:
    return t("There are no words in that file. Send another one, or type what it is about.")


def source_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """Why the words of a source aren't there (`{"code", "params"}`), and what to do."""
    code, params = str(error["code"]), error.get("params", {})
    if code in (DiscoveryErrorCode.NOT_FOUND, DiscoveryErrorCode.CLOSED):
        return t("That video isn't there for everybody: it is private, or gone. Type or paste the words.")
    if code in set(DiscoveryErrorCode):
        return network_problem(error, t)
    sentence = SENTENCES.get(code) or STORED.get(code)
    return sentence(t, params) if sentence is not None else t("Something went wrong on my side. Please try again.")


def _link_is_file(t: Texts, params: Params) -> Markup:
    return t(
        "That link leads to a file ({type}), not to a page. Send me the file, or paste its text.", type=params["type"]
    )


def _not_found(t: Texts, params: Params) -> Markup:
    return t("There is no such page ({status}). Please check the link.", status=params.get("status", 404))


def _refused(t: Texts, params: Params) -> Markup:
    return t(
        "That site doesn't let me read the page ({status}). Please paste its text.", status=params.get("status", "")
    )


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    **HEARING,
    "source.too_short": _too_short,
    "source.too_long": _too_long,
    "source.empty_file": lambda t, _: t("That file is empty. Please send one with text in it."),
    "source.binary_file": lambda t, _: t("That file isn't text, whatever its name says. Please send a text file."),
    "source.file_too_big": _too_big,
    "source.unsupported_file": _unsupported,
    "source.link_is_file": _link_is_file,
    "source.page_without_text": lambda t, _: t("I found no article on that page. Please paste its text."),
    "source.encrypted": lambda t, _: t("That file has a password. Save it without one, and send it again."),
    "source.scanned": lambda t, _: t(
        "That PDF is scanned: its pages are pictures, with no words that I could read. Make its text recognisable with "
        "a scanner app (OCR), or type what matters."
    ),
    "source.no_words": _no_words,
    "source.broken_file": lambda t, _: t("That file is broken: it can't be opened. Save it anew, and send it again."),
    "source.not_a_document": lambda t, _: t(
        "That is no Word document, whatever its name says. Send a PDF, a .docx or a .txt file, or paste the text."
    ),
    "source.old_word": lambda t, _: t(
        "That is a document of the old kind (.doc). Save it as .docx or PDF, and send it again."
    ),
    "source.too_big_inside": lambda t, _: t(
        "There is too much in that file for me. Save the part that matters on its own, and send that."
    ),
    "source.nothing_said": lambda t, _: t("I heard no words in it. Type what it is about, if you like."),
    "source.nothing_to_read": lambda t, _: t("There is nothing in it that I could read."),
    "source.no_transcript": lambda t, _: t(
        "Nobody tells me what is said in that video: it has no transcript, or none can be had here. Type or paste the "
        "words."
    ),
    "source.title_length": lambda t, params: t(
        "A title has between 1 and {most} characters. Send a shorter one.", most=params["most"]
    ),
    "source.nothing_picked": lambda t, _: t("Nothing is chosen any more. Choose at least two sources in the list."),
    "source.picked_most": lambda t, params: t("You can use up to {n} sources together.", n=params["most"]),
    "sources.not_found": lambda t, _: t("That source isn't there any more, or it isn't yours."),
    "link.not_found": _not_found,
    "link.refused": _refused,
    "link.private_address": lambda t, _: t("I only read pages on the public internet, and that address isn't."),
    "link.timeout": lambda t, _: t("That page took too long to answer. Please try again, or paste its text."),
    "link.too_big": lambda t, _: t("That page is too big for me (over 5 MB). Please paste the part that matters."),
    "link.invalid": lambda t, _: t("That link isn't complete. Please check it."),
    "link.has_password": lambda t, _: t("That link has a password in it, so I leave it alone."),
    "link.port_refused": lambda t, _: t("I only read pages on the usual ports. Please paste the text."),
    "link.bad_certificate": lambda t, _: t("That site's certificate isn't valid, so I don't read it."),
    "link.too_many_redirects": lambda t, _: t("That link leads in circles. Please paste the text."),
    "link.site_failed": lambda t, _: t("That site has a problem right now. Please try later, or paste the text."),
    "link.broken_reply": lambda t, _: t("That site's answer made no sense. Please paste the text."),
    "link.not_http": lambda t, _: t(
        "I can only read links that begin with http:// or https://. Please paste the text."
    ),
    "link.unreachable": lambda t, _: t("I can't reach that page. Please check the link, or paste the text."),
}

STORED: dict[str, Callable[[Texts, Params], Markup]] = {
    "telegram.file_too_big": _file_too_big,
    "telegram.file_gone": lambda t, _: t("Telegram doesn't give me that file any more. Send it once more."),
    "telegram.not_reached": lambda t, _: t("Telegram didn't answer when I fetched that file. Please try again."),
    "work.cancelled": lambda t, _: t("Stopped. Its words weren't read."),
    "work.timed_out": lambda t, _: t("It took too long. Please try again, or send it in parts."),
    "work.attempts_exhausted": lambda t, _: t("It didn't work several times in a row. Please try again later."),
}
"""On the card only: where something else failed, other features have other words for these."""
