"""A long text as a thread for X: numbered parts, each within what X takes. Pure.

Parts end after a paragraph, else a sentence, else a word; never within a word or a link.
"""

from bisect import bisect_left
from typing import Final

from core.errors import InvalidInput
from core.posts.counting import GRAPHEME, twitter_length
from core.posts.mending import word_ends
from core.posts.platforms import RULES, Platform, is_blank
from core.sentences import sentence_spans

PARTS_MAX: Final = 50
"""More is no thread that anybody reads."""
GAP: Final = "\n\n"
_GOOD_SHARE: Final = 0.5
"""A part goes back to the end of a paragraph or sentence when at least this share of its room stays used."""
_LIMIT: Final = RULES[Platform.TWITTER].limit


class TooLongForThread(InvalidInput):
    """Params: limit (parts)."""

    code = "threads.too_long"


def thread_of(text: str) -> list[str]:
    """The parts with their numbers; a text that fits into one post is one part without a number.

    Raises InvalidInput ("post.empty"), TooLongForThread.
    """
    text = text.strip()
    if is_blank(text):
        raise InvalidInput("post.empty")
    if twitter_length(text) <= _LIMIT:
        return [text]
    guess = "9/9"
    while True:
        bodies = _cut(text, room=_LIMIT - twitter_length(GAP + guess))
        total = len(bodies)
        if total > PARTS_MAX:
            raise TooLongForThread(limit=PARTS_MAX)
        if len(f"{total}/{total}") <= len(guess):
            return [f"{body}{GAP}{number}/{total}" for number, body in enumerate(bodies, 1)]
        guess = "99/99"


def _cut(text: str, *, room: int) -> list[str]:
    bodies: list[str] = []
    rest = text
    while rest and len(bodies) <= PARTS_MAX:
        end = _end_of_part(rest, room)
        bodies.append(rest[:end].strip())
        rest = rest[end:].strip()
    return bodies


def _end_of_part(text: str, room: int) -> int:
    """Where the first part ends. The text is looked at as far only as a part may reach."""
    near = text[: _LIMIT * 4]  # a link of any length counts as 23, so that a part can be longer than its count
    near = near if len(near) == len(text) else text[: _reach(text, len(near))]
    if twitter_length(near) <= room:
        return len(near)
    words = word_ends(near)
    last_word = _last_fitting(near, words, room)
    if not last_word:
        return _last_fitting(near, [match.end() for match in GRAPHEME.finditer(near)], room) or 1
    for ends in (_paragraph_ends(near), [end for _, end in sentence_spans(near)]):
        end = _last_fitting(near, [each for each in ends if each <= last_word], room)
        if twitter_length(near[:end]) >= _GOOD_SHARE * room:
            return end
    return last_word


def _reach(text: str, least: int) -> int:
    """Up to the end of the word at `least`: a link isn't cut by looking."""
    at = least
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _last_fitting(text: str, ends: list[int], room: int) -> int:
    """The last of the ends (in order) up to which the text fits; 0 for none."""
    found = bisect_left(ends, True, key=lambda end: twitter_length(text[:end].strip()) > room)
    while found and twitter_length(text[: ends[found - 1]].strip()) > room:
        found -= 1
    return ends[found - 1] if found else 0


def _paragraph_ends(text: str) -> list[int]:
    ends, at = [], text.find("\n")
    while at >= 0:
        ends.append(at)
        at = text.find("\n", at + 1)
    return ends
