"""What can be wrong with what a user sends, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.router import Router
from bot.texts import Texts

Params = Mapping[str, Any]


def register_sentences(router: Router) -> None:
    for code, sentence in SENTENCES.items():
        router.error(code, sentence)


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
    return t(
        "I can't read {extension} files yet. Send a .txt or .md file, or paste the text.",
        extension=params["extension"] or t("such"),
    )


def _link_is_file(t: Texts, params: Params) -> Markup:
    return t("That link leads to a file ({type}), not to a page. Please paste its text.", type=params["type"])


def _not_found(t: Texts, params: Params) -> Markup:
    return t("There is no such page ({status}). Please check the link.", status=params.get("status", 404))


def _refused(t: Texts, params: Params) -> Markup:
    return t(
        "That site doesn't let me read the page ({status}). Please paste its text.", status=params.get("status", "")
    )


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    "source.too_short": _too_short,
    "source.too_long": _too_long,
    "source.empty_file": lambda t, _: t("That file is empty. Please send one with text in it."),
    "source.binary_file": lambda t, _: t("That file isn't text, whatever its name says. Please send a text file."),
    "source.file_too_big": _too_big,
    "source.unsupported_file": _unsupported,
    "source.link_is_file": _link_is_file,
    "source.page_without_text": lambda t, _: t("I found no article on that page. Please paste its text."),
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
