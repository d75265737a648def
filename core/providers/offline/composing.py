"""Posts in the shape of their platform, out of chosen sentences, hashtags and the source's link. Pure."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from itertools import product
from math import ceil

from core.posts.manner import NO_MANNER, Manner, allowed_hashtags, reserved, with_emojis
from core.posts.mending import mend
from core.posts.platforms import RULES, Draft, Platform, rules_of
from core.providers.offline.choosing import Choice, Chooser
from core.providers.offline.phrases import hashtags
from core.providers.offline.ranking import Ranked
from core.providers.offline.reading import Sentence
from core.providers.offline.words import is_unspaced
from core.providers.text import Style
from core.sentences import TERMINATED

BULLET = "• "
_SPARE = 1.15
"""A post may be this much longer than a typical one of its brand."""
_SENTENCE_CHARACTERS = 70
"""Of a short sentence: a body is never kept from a brand's length by its number of sentences."""
_LEAST_ROOM = 80
"""A signature that leaves less for the text isn't reckoned with."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a platform's post is built: sentences after the opening, room in its own count, sentences to a paragraph."""

    body: int
    room: int
    paragraph: int
    tags: int
    link: bool
    headline: bool = False


SHAPES: dict[Platform, Shape] = {
    Platform.TWITTER: Shape(body=2, room=280, paragraph=3, tags=2, link=True),
    Platform.LINKEDIN: Shape(body=7, room=1300, paragraph=2, tags=3, link=True),
    Platform.INSTAGRAM: Shape(body=5, room=900, paragraph=1, tags=8, link=False),
    Platform.TELEGRAM: Shape(body=7, room=1400, paragraph=3, tags=2, link=True, headline=True),
    Platform.TIKTOK: Shape(body=1, room=300, paragraph=3, tags=4, link=False),
    Platform.YOUTUBE: Shape(body=6, room=1500, paragraph=3, tags=3, link=True),
}


def compose(
    ranked: Ranked,
    platform: Platform,
    *,
    count: int,
    style: Style,
    url: str | None = None,
    manner: Manner = NO_MANNER,
) -> list[Draft]:
    """Up to `count` different drafts, fewer when the source hasn't that much to choose from; always at least one."""
    drafts: list[Draft] = []
    used: set[int] = set()
    for plan in _plans(ranked, platform, count, style, url or "", manner):
        choice = plan.choice(used)
        draft = mend(platform, plan.draft(choice, headline=not drafts))
        if draft.text not in {other.text for other in drafts}:
            drafts.append(draft)
            used.update(sentence.index for sentence in choice.sentences)
        if len(drafts) == count:
            break
    return drafts


def shape_for(platform: Platform, manner: Manner) -> Shape:
    """The platform's, of the length and with the hashtags that the brand's posts have, and room for its signature."""
    shape, limit = SHAPES[platform], rules_of(platform).limit
    if manner.hashtags_per_post is not None:
        shape = replace(shape, tags=manner.hashtags_per_post)
    signature, left = reserved(platform, manner.signature), shape.room
    if manner.characters is not None:
        left = min(limit, round(manner.characters * _SPARE)) - signature
        shape = replace(shape, room=left + signature, body=max(1, manner.characters // _SENTENCE_CHARACTERS))
    left = min(left, limit - signature)
    return replace(shape, room=left) if left >= _LEAST_ROOM else shape


def _plans(ranked: Ranked, platform: Platform, count: int, style: Style, url: str, manner: Manner) -> Iterator["_Plan"]:
    """Ways to build a post, the best first: each opening in full, then with less body, then with other hashtags."""
    shape = shape_for(platform, manner)
    chooser = Chooser(ranked, style)
    url = url if shape.link else ""
    bare = _Plan(ranked, chooser, platform, shape, style, url, manner, hook=ranked.reading.sentences[0])
    openings = chooser.hooks(count, bare.has_room)
    most = min(shape.body, _share(len(ranked.reading.sentences), count))
    for tags, body in product(_lowered(shape.tags), _lowered(most)):
        for hook in openings:
            yield replace(bare, hook=hook, body=body).with_tags(tags)


def _share(sentences: int, count: int) -> int:
    """One draft may use all of a source; several leave each other something to say."""
    return sentences if count == 1 else ceil(sentences / 2)


def _lowered(most: int) -> list[int]:
    return sorted({most, most // 2, min(1, most), 0}, reverse=True)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One post to be: everything but the sentences of its body."""

    ranked: Ranked
    chooser: Chooser
    platform: Platform
    shape: Shape
    style: Style
    url: str
    manner: Manner
    hook: Sentence
    body: int = 0
    tags: tuple[str, ...] = ()

    def with_tags(self, count: int) -> "_Plan":
        """As many hashtags, up to `count`, as leave room for the opening."""
        own = self.manner.hashtags_per_post is not None
        found = hashtags(self.ranked.phrases, count)
        tags = tuple(allowed_hashtags(found, self.manner if own else replace(self.manner, hashtags=()))[:count])
        while tags and not replace(self, tags=tags).has_room(self.hook.text):
            tags = tags[:-1]
        return replace(self, tags=tags)

    def has_room(self, body: str) -> bool:
        return RULES[self.platform].count(self._whole(body)) <= self.shape.room

    def choice(self, used: Set[int]) -> Choice:
        return self.chooser.choose(
            self.hook,
            most=self.body,
            used=used,
            fits=lambda choice: self.has_room(_body(choice, self.shape, self.style)),
        )

    def draft(self, choice: Choice, *, headline: bool) -> Draft:
        title = self.ranked.reading.title
        body = _body(choice, self.shape, self.style)
        if self.shape.headline and headline and title and self.has_room(f"{title}\n\n{body}"):
            body = f"{title}\n\n{body}"
        named = _title(title, self.hook, headline=headline) if RULES[self.platform].title_limit else ""
        return Draft(self._whole(body), named)

    def _whole(self, body: str) -> str:
        return "\n\n".join(part for part in (with_emojis(body, self.manner), self.url, " ".join(self.tags)) if part)


def _title(title: str, hook: Sentence, *, headline: bool) -> str:
    """The source's own for the first variant; else the opening, which is verbatim too."""
    return title if title and headline else hook.text.removesuffix(".")


def _body(choice: Choice, shape: Shape, style: Style) -> str:
    """The opening stands alone, except in short professional posts; the rest follows in paragraphs."""
    if style is Style.PROFESSIONAL and shape.body <= 2:
        return _joined(choice.sentences)
    size = shape.paragraph if style is Style.PROFESSIONAL else 1
    groups: list[list[Sentence]] = []
    for sentence in choice.body:
        if groups and _belongs(sentence, groups[-1], size):
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return "\n\n".join([choice.hook.text, *(_paragraph(group) for group in groups)])


def _belongs(sentence: Sentence, group: list[Sentence], size: int) -> bool:
    if sentence.listed or group[-1].listed:
        return sentence.listed and group[-1].listed
    return len(group) < size or sentence.leans


def _paragraph(group: list[Sentence]) -> str:
    if group[0].listed and len(group) > 1:
        return "\n".join(BULLET + sentence.text for sentence in group)
    return _joined(group)


def _joined(sentences: Iterable[Sentence]) -> str:
    joined = ""
    for text in (sentence.text for sentence in sentences):
        joined += (_gap(joined) if joined else "") + text
    return joined


def _gap(before: str) -> str:
    """What parts a sentence from the next: a line where it has no full stop, nothing in scripts without spaces."""
    if not TERMINATED.search(before):
        return "\n"
    return "" if is_unspaced(before) else " "
