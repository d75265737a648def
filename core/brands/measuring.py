"""What can be counted of how somebody writes: a style card out of their posts. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

import regex

from core import languages
from core.brands.style import ENTRY_CHARACTERS, LISTED_MOST, StyleCard
from core.posts import counting
from core.posts.mending import split_tags
from core.providers.offline.words import word_count
from core.sentences import split_sentences

EXAMPLES_SHOWN: Final = 3
"""Openings, closings, and further lines that stand on the card."""
_PARAGRAPH = regex.compile(r"\n\s*\n")
_LINK = regex.compile(r"https?://\S+|www\.\S+", regex.IGNORECASE)
_BARE_LINE = regex.compile(r"[\s\p{P}\p{S}]*")
_SIGNED_SHARE: Final = 0.6
"""A last line that so many of the posts share is a signature."""
_SENTENCE_WORDS: Final = (4, 40)
"""Of a line that shows how somebody sounds."""


def learned_card(posts: Sequence[str], known: StyleCard) -> StyleCard:
    """The card of somebody who wrote these posts. What people have said about it stays: tone and words to avoid."""
    signature = common_ending(posts)
    bodies = [_body(post, signature) for post in posts]
    sentences = [split_sentences(body, _language(body)) for body in bodies]
    return replace(
        known,
        characters=_typical(len(post.strip()) for post in posts),
        sentence_words=_typical(word_count(one) for each in sentences for one in each if word_count(one)),
        paragraphs=_typical(len(_PARAGRAPH.split(body)) for body in bodies),
        emojis_per_post=_typical(len(counting.EMOJI.findall(body)) for body in bodies),
        emojis=_frequent(counting.EMOJI.findall(body) for body in bodies),
        hashtags_per_post=_typical(len(counting.hashtags(post)) for post in posts),
        hashtags=_frequent(counting.hashtags(post) for post in posts),
        openings=_examples(each[0] for each in sentences if each),
        closings=_examples(each[-1] for each in sentences if len(each) > 1),
        samples=_samples(sentences),
        posts=len(posts),
        engine="",
    )


def common_ending(posts: Sequence[str]) -> str:
    """The line with which most of the posts end, before their hashtags; empty when there is none."""
    endings = Counter(line for post in posts if (line := _last_line(post)))
    if not endings:
        return ""
    line, times = endings.most_common(1)[0]
    return line if times >= 2 and times >= _SIGNED_SHARE * len(posts) else ""


def _last_line(post: str) -> str:
    body, _ = split_tags(post.strip())
    lines = body.splitlines()
    return lines[-1].strip() if len(lines) > 1 else ""


def _body(post: str, signature: str) -> str:
    """The post without what closes it: hashtags and signature."""
    body, _ = split_tags(post.strip())
    return body.removesuffix(signature).strip() if signature else body


def _typical(figures: Iterable[int]) -> int | None:
    found = list(figures)
    return round(median(found)) if found else None


def _frequent(found: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The ones that most posts have, then the ones that come most often."""
    in_posts, times, spelling = Counter[str](), Counter[str](), dict[str, str]()
    for each in found:
        in_posts.update({sign.casefold() for sign in each})
        times.update(sign.casefold() for sign in each)
        for sign in each:
            spelling.setdefault(sign.casefold(), sign)
    best = sorted(times, key=lambda sign: (-in_posts[sign], -times[sign]))
    return tuple(spelling[sign] for sign in best[:LISTED_MOST])


def _examples(lines: Iterable[str]) -> tuple[str, ...]:
    distinct = {" ".join(line.split())[:ENTRY_CHARACTERS]: None for line in lines}
    return tuple(line for line in distinct if not _BARE_LINE.fullmatch(line))[:EXAMPLES_SHOWN]


def _samples(posts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """From the middle of each post the sentence whose length is nearest to a typical one."""
    least, most = _SENTENCE_WORDS
    inner = [
        [one for one in sentences[1:-1] if least <= word_count(one) <= most and not _LINK.search(one)]
        for sentences in posts
    ]
    usual = _typical(word_count(one) for each in inner for one in each) or 0
    return _examples(min(each, key=lambda one: abs(word_count(one) - usual)) for each in inner if each)


def _language(text: str) -> str:
    return languages.detect(text).code
