"""What a translation must keep: placeholders, tags, commands, the emoji in front, the white space at both ends."""

import string
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

import regex

from tests.texts.catalogues import forms_of
from tests.texts.extracting import Message

_TAG: Final = regex.compile(r"</?[a-z][^>]*>")
_COMMAND: Final = regex.compile(r"(?<![\w/<.}])/[a-z_]+|https?://[^\s<>\"]+")
_EMOJI: Final = regex.compile(r"(?:[\p{Extended_Pictographic}\p{Emoji_Presentation}✓‹›•▸►←→…]\p{M}*[\uFE0F\u200D]*)+")
_ENTITY: Final = regex.compile(r"&(?!(?:amp|lt|gt|quot|#\d+);)")
_COUNT: Final = "n"


def problems(message: Message, forms: object, language: str) -> list[str]:
    """Why these forms can't stand for the text; empty when they can."""
    if not isinstance(forms, list | tuple) or not all(isinstance(form, str) and form.strip() for form in forms):
        return ["forms must be texts that aren't empty"]
    wanted = forms_of(language) if message.plural is not None else 1
    if len(forms) != wanted:
        return [f"{len(forms)} forms, {wanted} wanted"]
    found = (each for form in forms for each in _problems(message, form))
    return list(dict.fromkeys(found))


def _problems(message: Message, form: str) -> Iterator[str]:
    original = message.plural or message.msgid
    yield from _placeholder_problems(message, original, form)
    for what, expression in (("tags", _TAG), ("commands and links", _COMMAND)):
        wanted, got = Counter(expression.findall(original)), Counter(expression.findall(form))
        if wanted != got:
            yield f"{what}: {_listed(got)}, wanted {_listed(wanted)}"
    if not _nested(form):
        yield "a tag isn't closed, or in the wrong order"
    if _ENTITY.search(form) and not _ENTITY.search(original):
        yield "& must be written as &amp;"
    if "<" in _TAG.sub("", form) and "<" not in _TAG.sub("", original):
        yield "< must be written as &lt;"
    if _emoji(original) != _emoji(form):
        yield f"begins with {_emoji(form)!r}, wanted {_emoji(original)!r}"
    if _ends(original) != _ends(form):
        yield "other white space at the beginning or the end"
    if message.limit is not None and len(form) > message.limit:
        yield f"{len(form)} characters, {message.limit} fit"


def _placeholder_problems(message: Message, original: str, form: str) -> Iterator[str]:
    try:
        wanted, got = _placeholders(original), _placeholders(form)
    except ValueError as error:
        yield f"braces: {error}"
        return
    if message.plural is not None and got.get(_COUNT, 0) == 0:
        wanted.pop(_COUNT, None)  # "one post", "ein Beitrag": a form may say the number in words
    if set(wanted) != set(got):
        yield f"placeholders: {_listed(got)}, wanted {_listed(wanted)}"


def _placeholders(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _emoji(text: str) -> str:
    """The signs in front, behind tags."""
    found = _EMOJI.match(_TAG.sub("", text).lstrip())
    return found[0] if found is not None else ""


def _ends(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _listed(counted: Counter[str]) -> str:
    return " ".join(sorted(counted.elements())) or "none"


class _Nesting(HTMLParser):
    """Sees whether tags are closed in the opposite order of their opening."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.opened: list[str] = []
        self.broken = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.broken |= not self.opened or self.opened.pop() != tag


def _nested(text: str) -> bool:
    nesting = _Nesting()
    nesting.feed(text)
    nesting.close()
    return not nesting.broken and not nesting.opened
