"""What can be counted of a brand's voice, and holding a draft to it. Pure; whose voice it is, core/brands knows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import cycle
from typing import Final

import regex

from core.posts import counting
from core.posts.mending import split_tags
from core.posts.platforms import Draft, Platform, is_blank, rules_of

GAP: Final = "\n\n"
ANY_ENDING: Final = "*"
"""At the end of a word to avoid: whatever begins like it."""
_UNSPACED: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_INSIDE: Final = r"[\p{L}\p{M}\p{N}_]"
_LIST_MARK: Final = "•"
_BLANKS = regex.compile(r"[ \t]{2,}")
_BESIDE_LINES = regex.compile(r" +(?=\n|\Z)|(?<=\n) +")


@dataclass(frozen=True, slots=True)
class Manner:
    """None and empty: as is usual on the platform. Figures are of one post."""

    characters: int | None = None
    emojis_per_post: int | None = None
    emojis: tuple[str, ...] = ()
    hashtags_per_post: int | None = None
    hashtags: tuple[str, ...] = ()
    taboo: tuple[str, ...] = ()
    """Words and phrases that never stand in a post; `cheap*` means all that begin like that."""
    signature: str = ""


NO_MANNER: Final = Manner()


def taboo_in(text: str, manner: Manner) -> list[str]:
    """The words to avoid that stand in a text, as they were listed; whole words, whatever their case."""
    folded = text.casefold()
    return [word for word in manner.taboo if _pattern(word).search(folded)]


@lru_cache(maxsize=1024)
def _pattern(word: str) -> "regex.Pattern[str]":
    """Where nothing parts words, the characters are enough."""
    bare = " ".join(word.removesuffix(ANY_ENDING).casefold().split())
    if not bare:
        return regex.compile(r"(?!)")
    sought = r"\s+".join(regex.escape(part) for part in bare.split())
    if regex.search(_UNSPACED, bare):
        return regex.compile(sought)
    ending = "" if word.endswith(ANY_ENDING) else rf"(?!{_INSIDE})"
    return regex.compile(rf"(?<!{_INSIDE}){sought}{ending}")


def allowed_hashtags(tags: Iterable[str], manner: Manner) -> list[str]:
    """The brand's own first, each once, without those that hold a word to avoid."""
    distinct = {tag.casefold(): tag for tag in (*tags, *manner.hashtags)}
    own = [tag.casefold() for tag in manner.hashtags]
    ordered = sorted(distinct, key=lambda tag: own.index(tag) if tag in own else len(own))
    return [distinct[tag] for tag in ordered if not taboo_in(distinct[tag], manner)]


def with_emojis(text: str, manner: Manner) -> str:
    """As many as the brand's posts have, at the heads of paragraphs; none where it uses none.

    What has as many already, and a brand of which nothing is known, leaves the text as it is.
    """
    if manner.emojis_per_post is None:
        return text
    if manner.emojis_per_post == 0:
        return without_emojis(text)
    missing = manner.emojis_per_post - len(counting.EMOJI.findall(text))
    signs, paragraphs = cycle(manner.emojis or ("",)), text.split(GAP)
    for at, paragraph in enumerate(paragraphs):
        words = not is_blank(counting.HASHTAG.sub("", paragraph)) and not paragraph.startswith(_LIST_MARK)
        if missing > 0 and manner.emojis and words:
            paragraphs[at] = f"{next(signs)} {paragraph}"
            missing -= 1
    return GAP.join(paragraphs)


def without_emojis(text: str) -> str:
    """No emojis, and no gaps where they stood."""
    if not counting.EMOJI.search(text):
        return text
    return _BESIDE_LINES.sub("", _BLANKS.sub(" ", counting.EMOJI.sub("", text))).strip()


def signed(platform: Platform, draft: Draft, signature: str) -> Draft:
    """With the signature under the text, before the hashtags that close it.

    The very same draft where there is no room for it, or it stands there already.
    """
    if not signature or signature in draft.text:
        return draft
    body, tags = split_tags(draft.text)
    text = GAP.join(part for part in (body, signature, " ".join(tags)) if part)
    rules = rules_of(platform)
    return replace(draft, text=text) if rules.count(text) <= rules.limit else draft


def unsigned(draft: Draft, signature: str) -> Draft:
    """Without the signature that `signed` has put there."""
    if not signature or signature not in draft.text:
        return draft
    before, _, behind = draft.text.rpartition(signature)
    return replace(draft, text=GAP.join(part for part in (before.strip(), behind.strip()) if part))


def reserved(platform: Platform, signature: str) -> int:
    """How much of the platform's limit the signature takes."""
    return rules_of(platform).count(f"{GAP}{signature}") if signature else 0
