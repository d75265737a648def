"""Links: finding the one a message is about, and reading the article behind it."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import InvalidInput
from core.http import Fetch, Fetched, LinkFailed
from core.sources import markdown
from core.sources.files import decode
from core.sources.reading import MIN_CHARACTERS, Reading, SourceKind, clean_text, read_text

if TYPE_CHECKING:
    from lxml.etree import _Element

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
MARKDOWN_TYPES = frozenset({"text/markdown", "text/x-markdown"})
READABLE_TYPES = PAGE_TYPES | MARKDOWN_TYPES | {"text/plain"}
EXTRACTION_TIMEOUT_S = 20.0
WORDS_AROUND_A_LINK = 6

_LINK = re.compile(r"https?://[^\s<>\"`]+", re.IGNORECASE)
_OTHER_LINK = re.compile(r"(?!https?:)(?P<scheme>[a-z][a-z0-9+.-]{1,30})://\S+", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,24}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_FILE_NAME = re.compile(r"[^/]+\.(?:txt|md|pdf|docx?|csv|xlsx?|zip|mp[34]|jpe?g|png)", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}


def find_link(text: str) -> str | None:
    """The link a message is about: the only one in it, with at most six words around. Else None.

    A message that is nothing but a bare address (`example.com/post`) counts, and gets https. Raises InvalidInput
    link.not_http (scheme) for one that is nothing but a link of another kind.
    """
    text = text.strip()
    other = _OTHER_LINK.fullmatch(text)
    if other is not None:
        raise InvalidInput("link.not_http", scheme=other["scheme"].lower())
    found = {_trimmed(link) for link in _LINK.findall(text)}
    if len(found) == 1:
        return found.pop() if len(_LINK.sub(" ", text).split()) <= WORDS_AROUND_A_LINK else None
    if not found and _BARE_LINK.fullmatch(text) and not _FILE_NAME.fullmatch(text):
        return f"https://{text}"
    return None


def has_words_around(text: str) -> bool:
    """Whether a text says something beside its links."""
    return bool(_LINK.sub(" ", text).split()) and not _BARE_LINK.fullmatch(text.strip())


async def read_link(url: str, fetch: Fetch) -> Reading:
    """The article behind a link, or the text file it leads to.

    Raises InvalidInput source.link_is_file (type), source.page_without_text, and what `read_text` raises;
    LinkFailed when the page can't be had.
    """
    try:
        page = await fetch(url, types=READABLE_TYPES)
    except LinkFailed as exc:
        if exc.error_code != "link.unsupported_type":
            raise
        raise InvalidInput("source.link_is_file", type=exc.params["type"]) from exc
    text, title = await _content(page)
    if len(clean_text(text)) < MIN_CHARACTERS:
        raise InvalidInput("source.page_without_text")
    return await asyncio.to_thread(read_text, text, kind=SourceKind.LINK, title=title, url=page.url_final)


async def _content(page: Fetched) -> tuple[str, str | None]:
    if not page.body.strip():
        return "", None
    if page.content_type in PAGE_TYPES or (not page.content_type and _looks_like_html(page.body)):
        article = await _article(page)
        return article.text, article.title
    try:
        text = decode(page.body, charset=page.charset)
    except InvalidInput as exc:
        raise InvalidInput("source.link_is_file", type=page.content_type) from exc
    if page.content_type in MARKDOWN_TYPES or _extension(page.url_final) in (".md", ".markdown"):
        return markdown.plain(text), markdown.heading(text)
    return text, None


@dataclass(frozen=True, slots=True)
class _Article:
    text: str
    title: str | None


async def _article(page: Fetched) -> _Article:
    """In a thread, for it takes the processor 10 ms to some seconds. A page that takes longer counts as unreadable."""
    try:
        async with asyncio.timeout(EXTRACTION_TIMEOUT_S):
            return await asyncio.to_thread(_extracted, page)
    except TimeoutError as exc:
        raise InvalidInput("source.page_without_text") from exc


def _extracted(page: Fetched) -> _Article:
    import trafilatura  # heavy, and needed only here

    found = trafilatura.bare_extraction(
        _as_text(page), url=page.url_final, include_comments=False, with_metadata=True, include_formatting=True
    )
    if not isinstance(found, trafilatura.settings.Document) or found.body is None:
        return _Article("", None)
    text = "\n\n".join(filter(None, map(_block, found.body)))
    return _Article(text, found.title)


def _as_text(page: Fetched) -> str | bytes:
    """Bytes, unless the server named the charset: then trafilatura needn't guess."""
    try:
        return page.body.decode(page.charset) if page.charset else page.body
    except (UnicodeDecodeError, LookupError):
        return page.body


def _block(element: "_Element") -> str:
    match element.tag:
        case "list":
            return "\n".join(f"- {item}" for child in element if (item := _flat(child)))
        case "table":
            return "\n".join(" | ".join(filter(None, map(_flat, row))) for row in element)
        case "code":
            return "".join(map(str, element.itertext())).strip()
        case _:
            return _flat(element)


def _flat(element: "_Element") -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _trimmed(link: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays when its opening one is inside."""
    while link and (
        link[-1] in ".,;:!?'’”»…*_~" or link.count(link[-1]) > link.count(_CLOSING.get(link[-1], link[-1]))
    ):
        link = link[:-1]
    return link


def _extension(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower()


def _looks_like_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"
