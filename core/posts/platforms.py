"""What each platform accepts: limits, how it counts, what it forbids. Pure; see core/posts/mending.py for the cure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import regex

from core.posts import counting

_VISIBLE = regex.compile(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]")


class Platform(StrEnum):
    TWITTER = "twitter"
    LINKEDIN = "linkedin"
    INSTAGRAM = "instagram"
    TELEGRAM = "telegram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"


WANT_MEDIA = frozenset({Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE})
"""These publish no text by itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as its author wrote it, hashtags and all. Only YouTube has a title."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one platform. `count` gives a text's length in the unit of `limit`; None means no limit."""

    limit: int
    count: Callable[[str], int]
    hashtags: int | None = None
    mentions: int | None = None
    title_limit: int = 0
    forbidden: str = ""


TELEGRAM_CAPTION_LIMIT = 1024

RULES: dict[Platform, Rules] = {
    Platform.TWITTER: Rules(280, counting.twitter_length, forbidden="\ufffe\ufeff\uffff"),
    Platform.LINKEDIN: Rules(3000, counting.utf16_length),
    # Meta's content publishing guide: 2,200 characters, 30 hashtags, 20 @ tags
    Platform.INSTAGRAM: Rules(2200, counting.utf16_length, hashtags=30, mentions=20),
    Platform.TELEGRAM: Rules(4096, counting.utf16_length),
    # TikTok's content posting API: 2,200 UTF-16 units
    Platform.TIKTOK: Rules(2200, counting.utf16_length),
    # YouTube's videos resource: a title of 100 characters, a description of 5,000 bytes, neither with angle brackets
    Platform.YOUTUBE: Rules(5000, counting.utf8_length, title_limit=100, forbidden="<>"),
}


class ProblemCode(StrEnum):
    EMPTY = "post.empty"
    TOO_LONG = "post.too_long"
    TITLE_MISSING = "post.title_missing"
    TITLE_TOO_LONG = "post.title_too_long"
    TOO_MANY_HASHTAGS = "post.too_many_hashtags"
    TOO_MANY_MENTIONS = "post.too_many_mentions"
    FORBIDDEN_CHARACTERS = "post.forbidden_characters"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a platform would refuse a draft. Params: length and limit, or count and limit, or characters."""

    code: ProblemCode
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """A text's length as the platform counts it, beside the limit; `hashtag_limit` is None where there is none."""

    length: int
    limit: int
    hashtags: int
    hashtag_limit: int | None
    mentions: int

    @property
    def left(self) -> int:
        """What may still be added; negative when too long."""
        return self.limit - self.length


def rules_of(platform: Platform, *, caption: bool = False) -> Rules:
    """The platform's rules; `caption` gives those of a text under a picture or video in Telegram."""
    rules = RULES[platform]
    if caption and platform is Platform.TELEGRAM:
        return Rules(TELEGRAM_CAPTION_LIMIT, rules.count)
    return rules


def measure(platform: Platform, text: str, *, caption: bool = False) -> Measure:
    rules = rules_of(platform, caption=caption)
    return Measure(
        length=rules.count(text),
        limit=rules.limit,
        hashtags=len(counting.hashtags(text)),
        hashtag_limit=rules.hashtags,
        mentions=len(counting.mentions(text)),
    )


def is_blank(text: str) -> bool:
    """Whether nothing in it can be seen: white space and invisible signs only."""
    return _VISIBLE.search(text) is None


def problems(platform: Platform, draft: Draft, *, caption: bool = False) -> list[Problem]:
    """Everything for which the platform would refuse the draft; empty when it may go out."""
    rules = rules_of(platform, caption=caption)
    return [*_text_problems(rules, draft.text), *_title_problems(rules, draft.title), *_characters(rules, draft)]


def _text_problems(rules: Rules, text: str) -> list[Problem]:
    if is_blank(text):
        return [Problem(ProblemCode.EMPTY, {})]
    counted = (
        (ProblemCode.TOO_LONG, "length", rules.count(text), rules.limit),
        (ProblemCode.TOO_MANY_HASHTAGS, "count", len(counting.hashtags(text)), rules.hashtags),
        (ProblemCode.TOO_MANY_MENTIONS, "count", len(counting.mentions(text)), rules.mentions),
    )
    return [
        Problem(code, {name: value, "limit": limit})
        for code, name, value, limit in counted
        if limit is not None and value > limit
    ]


def _title_problems(rules: Rules, title: str) -> list[Problem]:
    if not rules.title_limit:
        return []
    if is_blank(title):
        return [Problem(ProblemCode.TITLE_MISSING, {})]
    length = counting.utf16_length(title)
    if length > rules.title_limit:
        return [Problem(ProblemCode.TITLE_TOO_LONG, {"length": length, "limit": rules.title_limit})]
    return []


def _characters(rules: Rules, draft: Draft) -> list[Problem]:
    """NUL and half of a surrogate pair can't be stored or sent anywhere."""
    found = sorted(
        character
        for character in set(draft.text + draft.title)
        if character in rules.forbidden or character == "\0" or "\ud800" <= character <= "\udfff"
    )
    return [Problem(ProblemCode.FORBIDDEN_CHARACTERS, {"characters": found})] if found else []
