"""Addresses in markup: which are links, which name a user or a custom emoji."""

import re
from urllib.parse import parse_qs, urlsplit

from web.sandbox.entities.model import Entity, FormatError

TG = re.compile(r"(tg|ton|tonsite):(?://)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
BAD_EMOJI = "Invalid custom emoji identifier specified"


def linked(url: str, offset: int, length: int) -> Entity | None:
    """The entity of a link: to a user, to a page, or none when the address is no good."""
    if (user_id := user_of(url)) is not None:
        return Entity("text_mention", offset, length, {"user": {"id": user_id}})
    checked = checked_link(url)
    return Entity("text_link", offset, length, {"url": checked}) if checked else None


def user_of(url: str) -> int | None:
    query = _tg_query(url, "user")
    value = parse_qs(query).get("id", [""])[0] if query else ""
    return int(value) if value.isdecimal() and int(value) > 0 else None


def emoji_of(url: str) -> str:
    """The id in tg://emoji?id=... Raises FormatError for any other address."""
    query = _tg_query(url, "emoji")
    if query is None:
        raise FormatError("Invalid tg://emoji or tg://time URL specified")
    return emoji_id(parse_qs(query).get("id", [""])[0])


def emoji_id(text: str) -> str:
    if not text.isdecimal() or int(text) == 0:
        raise FormatError(BAD_EMOJI)
    return text


def _tg_query(url: str, host: str) -> str | None:
    found = TG.fullmatch(url)
    if not found or found[1].lower() != "tg" or found[2].lower() != host:
        return None
    rest = found[3].removeprefix("/")
    return rest[1:].partition("#")[0] if rest.startswith("?") else None


def checked_link(url: str) -> str:
    """The address as Telegram keeps it; empty when it takes it for no address."""
    if found := TG.fullmatch(url):
        host, rest = found[2].lower(), found[3]
        if not re.fullmatch(r"[a-z0-9_.-]+", host):
            return ""
        rest = rest[1:] if rest.startswith("/?") else rest or "/"
        return f"{found[1].lower()}://{host}{rest}"
    return _checked_http(url.strip())


def _checked_http(url: str) -> str:
    full = url if re.match(r"[a-z][a-z0-9+.-]*://", url, re.IGNORECASE) else f"http://{url}"
    try:
        parts = urlsplit(full)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not _is_host(host):
        return ""
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    if parts.username is not None:
        netloc = f"{parts.netloc.rpartition('@')[0]}@{netloc}"
    start = len(parts.scheme) + 3 + len(parts.netloc)
    rest = full[start:]
    return f"{parts.scheme.lower()}://{netloc}{rest if rest.startswith('/') else '/' + rest}"


def _is_host(host: str) -> bool:
    return ("." in host or ":" in host) and not re.search(r"[\s<>\"{}|\\^`]", host)
