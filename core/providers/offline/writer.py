"""The offline engine behind PostWriter: deterministic, in a thread, streamed so that the preview can be watched."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from core import languages
from core.posts.manner import NO_MANNER, Manner, taboo_in
from core.posts.platforms import Draft, Platform
from core.providers.offline.composing import compose
from core.providers.offline.ranking import Ranked, rank
from core.providers.offline.reading import read
from core.providers.offline.rewriting import rewritten
from core.providers.offline.words import Vocabulary
from core.providers.text import (
    Ability,
    Brief,
    Change,
    Finished,
    Note,
    NoteCode,
    Partial,
    Usage,
    Writing,
    taboo_notes,
)
from core.sentences import sentence_spans

ENGINE = "offline draft"
_PACE_S = 0.06
_PACED_S = 2.5
"""However many variants were asked for, watching them appear takes no longer than this."""
_SURE = 0.6


class OfflineWriter:
    """Writes by choosing among the source's own sentences; can't translate, change the tone, or follow every wish.

    `pace_s` is the pause between two sentences of the preview; 0 gives everything at once.
    """

    engine = ENGINE
    offline = True
    abilities: frozenset[Ability] = frozenset()

    def __init__(self, *, pace_s: float = _PACE_S) -> None:
        self._pace_s = pace_s

    async def write(self, brief: Brief) -> AsyncGenerator[Writing, None]:
        finished = await asyncio.to_thread(_write, brief)
        async with aclosing(self._told(finished)) as told:
            async for writing in told:
                yield writing

    async def rewrite(self, change: Change) -> AsyncGenerator[Writing, None]:
        draft, notes = await asyncio.to_thread(rewritten, change)
        notes = (*notes, *taboo_notes(draft, change.manner))
        async with aclosing(self._told([Finished(change.platform, 1, draft, notes)])) as told:
            async for writing in told:
                yield writing

    async def _told(self, finished: list[Finished]) -> AsyncGenerator[Writing, None]:
        partials = [list(_partials(one.platform, one.number, one.draft)) for one in finished]
        pause_s = min(self._pace_s, _PACED_S / max(sum(map(len, partials)), 1))
        for one, grown in zip(finished, partials, strict=True):
            for partial in grown:
                yield partial
                await asyncio.sleep(pause_s)
            yield one
        yield Usage(model=ENGINE, cost_usd=0.0)


def _write(brief: Brief) -> list[Finished]:
    language, notes = _language(brief)
    ranked = understand(brief.source_text, language, brief.source_title, manner=brief.manner)
    return [
        Finished(platform, number, draft, (*notes, *taboo_notes(draft, brief.manner)))
        for platform in brief.platforms
        for number, draft in enumerate(_drafts(ranked, platform, brief), start=1)
    ]


def _drafts(ranked: Ranked, platform: Platform, brief: Brief) -> list[Draft]:
    return compose(ranked, platform, count=brief.variants, style=brief.style, url=brief.source_url, manner=brief.manner)


def understand(text: str, language: str, title: str = "", *, manner: Manner = NO_MANNER) -> Ranked:
    """Sentences with words that `manner` avoids are passed over where there are others."""
    reading = read(text, language, title, avoid=lambda sentence: bool(taboo_in(sentence, manner)))
    return rank(reading, Vocabulary(language))


def _language(brief: Brief) -> tuple[str, tuple[Note, ...]]:
    """The source's language, with a note when another was wanted."""
    wanted = languages.primary(brief.language)
    found = languages.detect(brief.source_text)
    if found.code in (wanted, languages.UNKNOWN):
        return wanted, ()
    if wanted == languages.UNKNOWN:
        return found.code, ()
    sure = found.confidence >= _SURE
    return found.code, (Note(NoteCode.KEPT_LANGUAGE, {"language": found.code, "wanted": wanted}),) if sure else ()


def _partials(platform: Platform, number: int, draft: Draft) -> Iterator[Partial]:
    for _, end in sentence_spans(draft.text):
        yield Partial(platform, number, draft.text[:end], draft.title)
