"""What the offline writer makes of long texts: rules kept, key phrases covered, variants apart, nothing invented.

The texts are in texts/ (public domain) and among the writer's own tests. Which phrases are key is worked out here, in
another way than the writer's; what it is compared with has as many characters to say it in.
"""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from statistics import fmean

import snowballstemmer
import stopwordsiso

from core.languages import detect, primary
from core.posts.platforms import Draft, Platform, problems
from core.providers.offline.composing import BULLET
from core.providers.offline.writer import OfflineWriter
from core.providers.text import Brief, Finished
from core.sentences import split_sentences
from tests.bench.figures import Figure

FOLDERS = (Path(__file__).parent / "texts", Path(__file__).parents[1] / "core/providers/sources/long")
VARIANTS = 3
KEY_PHRASES = 25
"""Of a text: what the measure looks for."""
LEAD = 3
LONG = (Platform.TELEGRAM, Platform.LINKEDIN)
"""Where a post has room to say what a text is about."""
DAMPING, ROUNDS = 0.85, 40
WORD = re.compile(r"[^\W\d_]{3,}")
URL = "https://example.com/article"


@dataclass(frozen=True, slots=True)
class Text:
    name: str
    title: str
    body: str
    language: str

    @property
    def sentences(self) -> list[str]:
        return split_sentences(self.body, primary(self.language))


@dataclass(frozen=True, slots=True)
class Written:
    text: Text
    platform: Platform
    drafts: tuple[Draft, ...]


def texts() -> list[Text]:
    """The first line is the title."""
    found = []
    for path in sorted(path for folder in FOLDERS for path in folder.glob("*.txt")):
        title, _, body = path.read_text("utf-8").strip().partition("\n")
        found.append(Text(path.stem, title.strip(), body.strip(), detect(body).code))
    return found


async def written(text: Text, *platforms: Platform) -> list[Written]:
    """The writer's drafts, as a user gets them."""
    brief = Brief(
        f"{text.title}\n\n{text.body}",
        platforms or tuple(Platform),
        text.language,
        variants=VARIANTS,
        source_title=text.title,
        source_url=URL,
    )
    async with aclosing(OfflineWriter(pace_s=0).write(brief)) as pieces:
        made = [piece async for piece in pieces if isinstance(piece, Finished)]
    return [
        Written(text, platform, tuple(one.draft for one in made if one.platform is platform))
        for platform in brief.platforms
    ]


def said_by(draft: Draft) -> str:
    """Its own words: without link and hashtags."""
    lines = (line.removeprefix(BULLET) for line in draft.text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith(("#", "https://")))


def coverage(summary: str, text: Text) -> float:
    """The share of the key phrases' weight that a summary mentions."""
    keys = key_phrases(text)
    there = set(stems(summary, text.language))
    return sum(weight for stem, weight in keys.items() if stem in there) / sum(keys.values())


@cache
def key_phrases(text: Text) -> dict[str, float]:
    """Words that come often and in many paragraphs, those of the title twice. What is said once is no key."""
    paragraphs = [set(stems(part, text.language)) for part in text.body.split("\n\n")]
    counts = Counter(stems(text.body, text.language))
    titled = set(stems(text.title, text.language))
    weights = {
        stem: count * math.log(1 + sum(stem in part for part in paragraphs)) * (2 if stem in titled else 1)
        for stem, count in counts.items()
        if count > 1
    }
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:KEY_PHRASES])


def stems(text: str, language: str) -> list[str]:
    stemmer, stopwords = _stemmer(primary(language)), _stopwords(primary(language))
    words = (word.lower() for word in WORD.findall(text))
    return [stemmer.stemWord(word) for word in words if word not in stopwords]


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    names = {"en": "english", "de": "german", "es": "spanish"}
    return snowballstemmer.stemmer(names[language])


@cache
def _stopwords(language: str) -> Set[str]:
    return frozenset(stopwordsiso.stopwords(language))


def lead(text: Text, characters: int) -> str:
    """Its beginning, in whole sentences of as many characters as there are; the first one in any case."""
    return " ".join(_within(text.sentences, characters))


def lead_of(text: Text, sentences: int) -> str:
    return " ".join(text.sentences[:sentences])


def textrank(text: Text, characters: int) -> str:
    """Mihalcea and Tarau, 2004: PageRank over sentences, by the words that two share for their lengths."""
    lines = [set(stems(sentence, text.language)) for sentence in text.sentences]
    likeness = [[_alike(one, other) if one is not other else 0.0 for other in lines] for one in lines]
    given = [sum(row) or 1.0 for row in likeness]
    scores = [1.0] * len(lines)
    for _ in range(ROUNDS):
        scores = [
            1 - DAMPING + DAMPING * sum(likeness[at][to] / given[at] * scores[at] for at in range(len(lines)))
            for to in range(len(lines))
        ]
    best = sorted(range(len(lines)), key=lambda at: (-scores[at], at))
    return " ".join(_within((text.sentences[at] for at in best), characters))


def _alike(one: Set[str], other: Set[str]) -> float:
    size = math.log(len(one) or 1) + math.log(len(other) or 1)
    return len(one & other) / size if size > 0 else 0.0


def _within(sentences: Iterable[str], characters: int) -> Iterator[str]:
    room = characters
    for number, sentence in enumerate(sentences):
        if number and len(sentence) > room:
            return
        yield sentence
        room -= len(sentence) + 1


def is_faithful(draft: Draft, text: Text) -> bool:
    """Whether it says nothing but whole sentences of the text, or the beginning of one behind which "…" stands."""
    known = {squeezed(sentence) for sentence in (text.title, *text.sentences)}
    rest = squeezed(said_by(draft))
    while rest:
        taken = max((sentence for sentence in known if rest.startswith(sentence)), key=len, default="")
        if not taken:
            begun, ellipsis, _ = rest.partition("…")
            if not ellipsis or not any(sentence.startswith(begun) for sentence in known):
                return False
            taken = begun + ellipsis
        rest = rest.removeprefix(taken)
    return True


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def distinctness(drafts: Sequence[Draft], language: str) -> float:
    """The share of sentences that two variants don't share, of all pairs; 1.0 for a single one."""
    sets = [set(split_sentences(said_by(draft), primary(language))) for draft in drafts]
    pairs = [1 - len(one & other) / len(one | other) for one, other in combinations(sets, 2)]
    return fmean(pairs) if pairs else 1.0


async def measure() -> list[Figure]:
    corpus = texts()
    everything = [one for text in corpus for one in await written(text)]
    drafts = [(one.platform, draft, one.text) for one in everything for draft in one.drafts]
    first = [(one.text, said_by(one.drafts[0])) for one in everything if one.platform in LONG]
    ours = fmean(coverage(said, text) for text, said in first)
    of_lead = fmean(coverage(lead(text, len(said)), text) for text, said in first)
    of_three = fmean(coverage(lead_of(text, LEAD), text) for text, _ in first)
    ranked = fmean(coverage(textrank(text, len(said)), text) for text, said in first)
    kept = fmean(not problems(platform, draft) for platform, draft, _ in drafts)
    faithful = fmean(is_faithful(draft, text) for _, draft, text in drafts)
    apart = [distinctness(one.drafts, one.text.language) for one in everything]
    return [
        Figure("texts", len(corpus), ""),
        Figure("drafts, on all platforms", len(drafts), ""),
        Figure("within all rules of their platform", 100 * kept, "%", goal="= 100 %"),
        Figure("nothing but sentences of the text", 100 * faithful, "%", goal="= 100 %"),
        Figure.beside("key phrases covered; lead-3", 100 * ours, "%", reference=100 * of_three, goal=">= 1.05 x"),
        Figure.beside("the same; the beginning, as long", 100 * ours, "%", reference=100 * of_lead, goal=">= 1.05 x"),
        Figure.beside("the same; TextRank, as long", 100 * ours, "%", reference=100 * ranked, goal=">= 1.05 x"),
        Figure("sentences that two variants don't share", 100 * fmean(apart), "%", goal=">= 60 %"),
        Figure("the same, the two most alike", 100 * min(apart), "%"),
    ]


def main() -> list[Figure]:
    return asyncio.run(measure())
