"""Making a draft fit its platform: nothing refused, no word cut in two. Pure."""

from bisect import bisect_left
from collections.abc import Callable

import regex

from core.posts import counting
from core.posts.platforms import Draft, Platform, Rules, is_blank, problems, rules_of
from core.sentences import TERMINATED, sentence_spans

ELLIPSIS = "…"
_SENTENCE_SHARE = 0.5
"""A cut goes back to the end of a sentence when at least this share of the room stays used."""
_TAGS_SHARE = 0.4
"""The closing hashtags keep at most this share of the room."""

_STAND_INS = str.maketrans({"<": "‹", ">": "›"})
_UNSENDABLE = regex.compile(r"[\0\ud800-\udfff]")
_CLOSING_TAGS = regex.compile(r"(?:\A|(?<=\s))(?:[#＃][\p{L}\p{M}\p{N}_\u200c\u200d]+\s*)+\Z")
_LINK = regex.compile(r"https?://[^\s\u3000-\u303f\uff00-\uff60]+", regex.IGNORECASE)
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー、。，！？；：」』）】"
_WORD_END = regex.compile(
    rf"(?<=\S)(?=\s|\Z) | (?<=[{_UNSPACED}])(?=\S)(?![\p{{Pe}}\p{{Pf}}\p{{M}}\p{{Lm}}、。，．！？；：…ー\u200d\ufe0f])",
    regex.VERBOSE,
)
_DANGLING = regex.compile(r"[\s,;:、，；：\-–—(\[{«“‘「『（/&+#@]+\Z")


def mend(platform: Platform, draft: Draft, *, caption: bool = False) -> Draft:
    """The draft as the platform takes it; unchanged when it already does, so mending twice is mending once.

    Forbidden characters are replaced, surplus hashtags and mentions dropped, a text that is too long ends after a
    paragraph, a sentence or else a word (with an ellipsis). A word, emoji or link is cut only when it alone is too
    long. YouTube gets a missing title from its text. Only an empty draft stays as it is.
    """
    rules = rules_of(platform, caption=caption)
    if is_blank(draft.text) or not problems(platform, draft, caption=caption):
        return draft
    text = _clean(draft.text, rules)
    text = _without_surplus(text, counting.MENTION, rules.mentions)
    text = _without_surplus(text, counting.HASHTAG, rules.hashtags)
    return Draft(_shortened(text, rules), _title(_clean(draft.title, rules), text, rules))


def cut(text: str, fits: Callable[[str], bool]) -> str:
    """The longest good beginning of `text` that `fits`: whole paragraphs, else sentences, else words and an ellipsis.

    `fits` must hold for the empty text, and for any beginning of a text for which it holds.
    """
    text = text.strip()
    if fits(text):
        return text
    words = _longest(text, word_ends(text), lambda part: fits(_with_ellipsis(part)))
    sentences = _longest(text, [end for _, end in sentence_spans(text)], fits)
    if len(sentences) >= _SENTENCE_SHARE * len(words) and TERMINATED.search(sentences):
        return sentences
    if words:
        return _with_ellipsis(words)
    if sentences:
        return sentences
    return _with_ellipsis(_cut_word(text, lambda part: fits(_with_ellipsis(part))))


def split_tags(text: str) -> tuple[str, list[str]]:
    """The text and the hashtags that close it; a text of hashtags only is all text."""
    closing = _CLOSING_TAGS.search(text)
    if closing is None or closing.start() == 0:
        return text, []
    return text[: closing.start()].rstrip(), closing[0].split()


def _cut_word(text: str, fits: Callable[[str], bool]) -> str:
    """The last resort: between graphemes, or between code points where a single grapheme is too much."""
    graphemes = [match.end() for match in counting.GRAPHEME.finditer(text)]
    return _longest(text, graphemes, fits) or _longest(text, list(range(1, len(text) + 1)), fits)


def _shortened(text: str, rules: Rules) -> str:
    if rules.count(text) <= rules.limit:
        return text
    body, tags = split_tags(text)
    tags = _tags_within(tags, rules)
    ending = "\n\n" + " ".join(tags) if tags else ""
    return cut(body, lambda part: rules.count(part + ending) <= rules.limit) + ending


def _tags_within(tags: list[str], rules: Rules) -> list[str]:
    while tags and rules.count(" ".join(tags)) > rules.limit * _TAGS_SHARE:
        tags = tags[:-1]
    return tags


def _longest(text: str, ends: list[int], fits: Callable[[str], bool]) -> str:
    """The longest `text[:end]` that fits. Gallops from the front, so that the cost follows the limit, not the text."""
    high = 1
    while high < len(ends) and fits(text[: ends[high - 1]]):
        high *= 2
    found = bisect_left(ends, True, lo=high // 2, hi=min(high, len(ends)), key=lambda end: not fits(text[:end]))
    while found and not fits(text[: ends[found - 1]]):
        found -= 1
    return text[: ends[found - 1]] if found else ""


def word_ends(text: str) -> list[int]:
    """Where a text may be cut: behind words, also where no spaces part them, and never within a link."""
    inside = [match.span() for match in _LINK.finditer(text)]
    ends, link = [], 0
    for match in _WORD_END.finditer(text):
        end = match.start()
        while link < len(inside) and inside[link][1] < end:
            link += 1
        if link == len(inside) or not inside[link][0] < end < inside[link][1]:
            ends.append(end)
    return ends


def _with_ellipsis(part: str) -> str:
    bare = _DANGLING.sub("", part) or part
    return bare if not bare or TERMINATED.search(bare) else bare + ELLIPSIS


def _title(title: str, text: str, rules: Rules) -> str:
    if not rules.title_limit:
        return title
    wanted = " ".join((_first_line(text) if is_blank(title) else title).split())
    return cut(wanted, lambda part: counting.utf16_length(part) <= rules.title_limit)


def _first_line(text: str) -> str:
    """The first sentence in which there is something to see."""
    return next(text[start:end] for start, end in sentence_spans(text) if not is_blank(text[start:end]))


def _clean(text: str, rules: Rules) -> str:
    allowed = _UNSENDABLE.sub("", text)
    for character in rules.forbidden:
        allowed = allowed.replace(character, character.translate(_STAND_INS) if character in "<>" else "")
    return allowed.strip()


def _without_surplus(text: str, sign: regex.Pattern[str], limit: int | None) -> str:
    """Keep the first `limit`. Later ones go when they close the text, and lose their sign within a sentence."""
    if limit is None or len(found := list(sign.finditer(text))) <= limit:
        return text
    closing = _CLOSING_TAGS.search(text)
    closing_start = closing.start() if closing else len(text)
    for match in reversed(found[limit:]):
        kept = "" if match.start() >= closing_start else match[0][1:]
        text = text[: match.start()] + kept + text[match.end() :].removeprefix("" if kept else " ")
    return text.strip()
