"""Private feeds as plain data, and the documents that podcast apps fetch: the feed, chapters, transcripts. Pure.

RSS 2.0 (https://www.rssboard.org/rss-specification) with Apple's tags (https://podcasters.apple.com/support/823) and
those of the podcast namespace (https://github.com/Podcastindex-org/podcast-namespace).
"""

import hashlib
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from lxml.builder import ElementMaker
from lxml.etree import tostring

from core.db import ReadSession
from core.storage import content_type_of

if TYPE_CHECKING:
    from lxml.etree import _Element

ITUNES: Final = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST: Final = "https://podcastindex.org/namespace/1.0"
ATOM: Final = "http://www.w3.org/2005/Atom"
NAMESPACES: Final = {"itunes": ITUNES, "podcast": PODCAST, "atom": ATOM}
GUIDS: Final = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""What the podcast namespace makes guids in. Of an address, as it says, ours would change with the token."""
TITLE_LIMIT: Final = 255
"""Apple cuts longer ones."""
DESCRIPTION_LIMIT: Final = 4000
"""https://podcasters.apple.com/support/823"""
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""
VERSION: Final = re.compile(r"-v[0-9]{1,9}$")
NOT_IN_CUES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " "})
CHAPTERS_TYPE: Final = "application/json+chapters"
TRANSCRIPT_TYPE: Final = "text/vtt"

DOCUMENT, CHAPTERS, TRANSCRIPT = "feed.xml", "chapters.json", "transcript.vtt"


@dataclass(frozen=True, slots=True)
class FeedChapter:
    title: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class FeedCue:
    """Who says what, and when."""

    speaker: str
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class FeedEpisode:
    """One audio file. `name` is made of letters, digits and dashes, unique in its feed, and never changes.

    When the audio is made again, `version` changes, and with it the address of everything that belongs to it; the guid
    stays, so that apps show one episode. Apps differ in what they make of it: some fetch the file anew when the
    enclosure's address changes (https://github.com/mlj/castget/issues/67), others keep for good the address that they
    saw first (https://github.com/atareao/u2vpodcast/issues/19). So every earlier address leads to the present file.
    """

    name: str
    title: str
    description: str
    published_at: datetime
    audio_key: str
    size_bytes: int
    duration_ms: int
    chapters: tuple[FeedChapter, ...] = ()
    cues: tuple[FeedCue, ...] = ()
    """Where the episode alone is asked for; of a whole feed only `has_transcript` is known."""
    has_transcript: bool = False
    language: str = ""
    """A tag; empty when it is the feed's."""
    picture_key: str | None = None
    """A square of at least 1400 px."""
    version: int = 0

    @property
    def file_name(self) -> str:
        """What its files are called in addresses, without their ending."""
        return f"{self.name}-v{self.version}" if self.version else self.name


@dataclass(frozen=True, slots=True)
class PrivateFeed:
    """What one person hears. `changed_at` is of the last change, the deletion of an episode and renames included."""

    id: UUID
    title: str
    description: str
    author: str
    language: str
    """A tag such as `en` or `pt-BR`."""
    link: str
    """A page about it, such as the bot's."""
    changed_at: datetime
    episodes: tuple[FeedEpisode, ...]
    picture_key: str | None = None


FeedLoader = Callable[[ReadSession, str, str], Awaitable[PrivateFeed | None]]
"""The feed behind `digest_of` its token, None when there is none; with one episode alone where its file is named."""


def new_token() -> str:
    """43 characters that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What feeds are looked up by, so that the time it takes tells nothing of the token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def feed_url(base_url: str, token: str) -> str:
    """The address for podcast apps. `base_url` is the web service's."""
    return f"{folder_url(base_url, token)}/{DOCUMENT}"


def folder_url(base_url: str, token: str) -> str:
    """Everything of a feed lies below this."""
    return f"{base_url}/feeds/{token}"


def episode_called(feed: PrivateFeed, file_name: str) -> FeedEpisode | None:
    """The episode behind an address, whichever version of its audio that was made for."""
    name = VERSION.sub("", file_name)
    return next((episode for episode in feed.episodes if episode.name == name), None)


def feed_document(feed: PrivateFeed, *, folder: str) -> bytes:
    """The RSS document, newest episode first; the same bytes for the same feed. `folder` is from `folder_url`."""
    make, itunes, podcast = ElementMaker(nsmap=NAMESPACES), _maker(ITUNES), _maker(PODCAST)
    newest_first = sorted(feed.episodes, key=lambda episode: (episode.published_at, episode.name), reverse=True)
    channel = make.channel(
        make.title(_words(feed.title, TITLE_LIMIT)),
        make.link(_words(feed.link)),
        make.description(_words(feed.description, DESCRIPTION_LIMIT) or _words(feed.title)),
        make.language(_words(feed.language)),
        make.lastBuildDate(_date(feed.changed_at)),
        make.generator("Postaify"),
        make.ttl("60"),
        _maker(ATOM).link(href=f"{folder}/{DOCUMENT}", rel="self", type="application/rss+xml"),
        itunes.author(_words(feed.author)),
        itunes.category(text="Education"),
        itunes.explicit("false"),
        itunes.type("episodic"),
        itunes.block("Yes"),
        podcast.guid(str(uuid5(GUIDS, str(feed.id)))),
        podcast.locked("yes"),
        *_picture(feed.picture_key, f"{folder}/cover"),
        *(_item(episode, feed, folder) for episode in newest_first),
    )
    document: bytes = tostring(make.rss(channel, version="2.0"), xml_declaration=True, encoding="UTF-8")
    return document


def chapters_document(episode: FeedEpisode) -> bytes:
    """https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md"""
    chapters = [{"startTime": chapter.start_ms / 1000, "title": chapter.title} for chapter in episode.chapters]
    return json.dumps({"version": "1.2.0", "chapters": chapters}, ensure_ascii=False).encode("utf-8", "replace")


def transcript_document(episode: FeedEpisode) -> bytes:
    """WebVTT with the speakers as voices. https://www.w3.org/TR/webvtt1/"""
    return "\n\n".join(["WEBVTT", *_cues(episode.cues)]).encode("utf-8", "replace") + b"\n"


def _item(episode: FeedEpisode, feed: PrivateFeed, folder: str) -> "_Element":
    make, itunes, podcast = ElementMaker(), _maker(ITUNES), _maker(PODCAST)
    place = f"{folder}/{episode.file_name}"
    audio_type = content_type_of(episode.audio_key)
    extras = []
    if episode.chapters:
        extras.append(podcast.chapters(url=f"{place}.{CHAPTERS}", type=CHAPTERS_TYPE))
    if episode.has_transcript:
        language = _words(episode.language or feed.language)
        extras.append(podcast.transcript(url=f"{place}.{TRANSCRIPT}", type=TRANSCRIPT_TYPE, language=language))
    return make.item(
        make.title(_words(episode.title, TITLE_LIMIT)),
        make.description(_words(episode.description, DESCRIPTION_LIMIT) or _words(episode.title)),
        make.guid(f"{feed.id}/{episode.name}", isPermaLink="false"),
        make.pubDate(_date(episode.published_at)),
        make.enclosure(url=f"{place}.{_ending(episode.audio_key)}", length=str(episode.size_bytes), type=audio_type),
        itunes.duration(str(round(episode.duration_ms / 1000))),
        itunes.episodeType("full"),
        itunes.explicit("false"),
        *_picture(episode.picture_key, place),
        *extras,
    )


def _picture(key: str | None, place: str) -> "list[_Element]":
    return [] if key is None else [_maker(ITUNES).image(href=f"{place}.{_ending(key)}")]


def _cues(cues: Iterable[FeedCue]) -> list[str]:
    return [
        f"{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n"
        f"<v {cue.speaker.translate(NOT_IN_CUES)}>{cue.text.translate(NOT_IN_CUES)}"
        for cue in cues
    ]


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _ending(key: str) -> str:
    return key.rpartition(".")[2]


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _words(text: str, limit: int | None = None) -> str:
    """What XML can hold of it."""
    return NOT_IN_XML.sub("", text).strip()[:limit]


def _maker(namespace: str) -> ElementMaker:
    return ElementMaker(namespace=namespace)
