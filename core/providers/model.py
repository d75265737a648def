"""The model behind PostWriter: prompts out, drafts in, each held to the platform's rules before it is believed."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from core.errors import ProviderError
from core.posts import counting
from core.posts.manner import Manner, taboo_in, without_emojis
from core.posts.mending import cut, mend
from core.posts.platforms import Draft, Platform, is_blank
from core.providers import prompts
from core.providers.answers import CORRECTION, json_in, list_field, text_field, total, unknown_figures
from core.providers.llm import ChatClient
from core.providers.prompts import Prompt
from core.providers.text import (
    Ability,
    Brief,
    Change,
    Finished,
    Note,
    NoteCode,
    Partial,
    RewriteKind,
    Style,
    Usage,
    Writing,
    taboo_notes,
)
from core.providers.wire import Answer, Growing
from core.sentences import TERMINATED

_PER_REQUEST = 3
"""Variants to a request: few enough to come quickly side by side, many enough not to send a long source ten times."""
_AT_ONCE = 4
_STEP_CHARACTERS = 24
"""A preview that grows by less isn't worth telling."""


@dataclass(slots=True)
class _Progress:
    """What one request has yielded so far, to be told once."""

    told: dict[int, int] = field(default_factory=dict)
    finished: dict[int, Draft] = field(default_factory=dict)
    lenient: bool = False
    """Words that the brand avoids are told of instead of asked away: this was the last try."""


class ModelWriter:
    """Writes with a language model. Abort it by closing the generator: the connections close with it."""

    offline = False
    abilities = frozenset(Ability)

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    @property
    def engine(self) -> str:
        return self._client.models[0]

    async def write(self, brief: Brief) -> AsyncGenerator[Writing, None]:
        deadline_at = time.monotonic() + brief.deadline_s
        slots = asyncio.Semaphore(_AT_ONCE)
        batches = [
            self._batch(brief, platform, first, deadline_at, slots)
            for platform in brief.platforms
            for first in range(1, brief.variants + 1, _PER_REQUEST)
        ]
        seen: dict[Platform, set[str]] = {platform: set() for platform in brief.platforms}
        usages: list[Usage] = []
        errors: list[ProviderError] = []
        async with aclosing(_merged(batches, errors)) as writings:
            async for writing in writings:
                if isinstance(writing, Usage):
                    usages.append(writing)
                elif isinstance(writing, Partial) or _is_new(writing, seen):
                    yield writing
        yield total(usages, self.engine)
        if errors:
            raise errors[0]

    async def rewrite(self, change: Change) -> AsyncGenerator[Writing, None]:
        """An unknown style raises ValueError: the caller's fault, not the user's."""
        if change.rewrite.kind is RewriteKind.TONE:
            Style(change.rewrite.argument)
        deadline_at = time.monotonic() + change.deadline_s
        known = f"{change.source_text} {change.draft.title} {change.draft.text} {change.rewrite.argument}"

        def posts_of(answer: Any) -> list[Any]:
            return [answer] if isinstance(answer, dict) else []

        asked = _Asked(change.platform, 1, 1, prompts.rewriting(change), posts_of, known, change.manner)
        async with aclosing(self._answered(asked, deadline_at)) as writings:
            async for writing in writings:
                yield writing

    async def _batch(
        self, brief: Brief, platform: Platform, first: int, deadline_at: float, slots: asyncio.Semaphore
    ) -> AsyncGenerator[Writing, None]:
        angles = prompts.ANGLES[first - 1 : min(first - 1 + _PER_REQUEST, brief.variants)]
        known = f"{brief.source_text} {brief.source_title} {brief.source_url or ''}"
        asked = _Asked(
            platform, first, len(angles), prompts.posts(brief, platform, angles), _posts_in, known, brief.manner
        )
        async with slots, aclosing(self._answered(asked, deadline_at)) as writings:
            async for writing in writings:
                yield writing

    async def _answered(self, asked: "_Asked", deadline_at: float) -> AsyncGenerator[Writing, None]:
        """One request, and one more with a correction when its answer can't be used."""
        progress = _Progress()
        prompt = asked.prompt
        for last in (False, True):
            progress.lenient = last
            async with aclosing(self._client.stream(prompt, deadline_at=deadline_at)) as events:
                async for event in events:
                    if isinstance(event, Growing):
                        for writing in asked.grown(event.text, progress):
                            yield writing
                    else:
                        answer = event
            yield answer.usage
            for writing in asked.completed(answer, progress):
                yield writing
            if len(progress.finished) == asked.count:
                return
            prompt = asked.prompt.followed_by(answer.text, CORRECTION.format(reason=asked.reason(answer)))
            if last and not progress.finished:
                raise ProviderError("text.unusable_answer", provider=self._client.provider, retryable=True)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and how to find posts `first` to `first + count - 1` in its answer."""

    platform: Platform
    first: int
    count: int
    prompt: Prompt
    posts_of: Callable[[Any], list[Any]]
    known: str
    """All the text from which facts may come."""
    manner: Manner

    def grown(self, text: str, progress: _Progress) -> list[Writing]:
        """Previews of what is being written, and the posts that already have a successor."""
        posts = self.posts_of(json_in(text, partial=True))[: self.count]
        writings: list[Writing] = []
        for at, post in enumerate(posts):
            number = self.first + at
            body, title = text_field(post, "text"), text_field(post, "title")
            if number in progress.finished or not body:
                continue
            if at < len(posts) - 1:
                writings += self._finished(number, post, progress)
            elif abs(len(body) - progress.told.get(number, 0)) >= _STEP_CHARACTERS:
                progress.told[number] = len(body)
                writings.append(Partial(self.platform, number, body, title))
        return writings

    def completed(self, answer: Answer, progress: _Progress) -> list[Writing]:
        """The posts not yet told; a truncated answer gives its last one up to its last whole sentence."""
        posts = self.posts_of(json_in(answer.text, partial=False))
        if not posts:
            posts = [_trimmed(post) for post in self.posts_of(json_in(answer.text, partial=True))]
        writings: list[Writing] = []
        for number, post in enumerate(posts[: self.count], start=self.first):
            if number not in progress.finished:
                writings += self._finished(number, post, progress)
        return writings

    def reason(self, answer: Answer) -> str:
        posts = self.posts_of(json_in(answer.text, partial=True))
        found = len(posts)
        if not answer.complete:
            return "it broke off before its end; write less"
        words = taboo_in(
            " ".join(f"{text_field(post, 'title')} {text_field(post, 'text')}" for post in posts), self.manner
        )
        if words:
            return f"it has words that must not stand there: {', '.join(words)}"
        return f"it holds {found} of {self.count} posts" if found else "it isn't JSON of the wanted form"

    def _finished(self, number: int, post: Any, progress: _Progress) -> list[Writing]:
        draft = self._draft(post)
        if draft is None:
            return []
        avoided = taboo_notes(draft, self.manner)
        if avoided and not progress.lenient:
            return []
        progress.finished[number] = draft
        return [Finished(self.platform, number, draft, (*_doubts(draft, self.known), *avoided))]

    def _draft(self, post: Any) -> Draft | None:
        text = text_field(post, "text").strip()
        if self.manner.emojis_per_post == 0:
            text = without_emojis(text)
        if is_blank(text):
            return None
        tags = [tag for tag in _tags(post) if tag.casefold() not in text.casefold() and not taboo_in(tag, self.manner)]
        return mend(
            self.platform, Draft("\n\n".join([text, *([" ".join(tags)] if tags else [])]), text_field(post, "title"))
        )


async def _merged(
    sources: Sequence[AsyncGenerator[Writing, None]], errors: list[ProviderError]
) -> AsyncGenerator[Writing, None]:
    """All at once, in the order they speak. A source's ProviderError is kept for later: the others go on."""
    queue: asyncio.Queue[Writing | None] = asyncio.Queue()
    tasks = [asyncio.create_task(_drain(source, queue, errors)) for source in sources]
    try:
        open_sources = len(tasks)
        while open_sources:
            writing = await queue.get()
            if writing is None:
                open_sources -= 1
            else:
                yield writing
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _drain(
    source: AsyncGenerator[Writing, None], queue: asyncio.Queue[Writing | None], errors: list[ProviderError]
) -> None:
    try:
        async with aclosing(source):
            async for writing in source:
                await queue.put(writing)
    except ProviderError as error:
        errors.append(error)
    finally:
        queue.put_nowait(None)


def _is_new(writing: Finished, seen: dict[Platform, set[str]]) -> bool:
    if writing.draft.text in seen[writing.platform]:
        return False
    seen[writing.platform].add(writing.draft.text)
    return True


def _posts_in(answer: Any) -> list[Any]:
    return list_field(answer, "posts")


def _tags(post: Any) -> list[str]:
    """Hashtags as the model gave them, with or without their sign, spaces or doubles."""
    given = post.get("hashtags") if isinstance(post, dict) else None
    words = [str(tag).lstrip("#＃").replace(" ", "") for tag in given] if isinstance(given, list) else []
    distinct: dict[str, str] = {}
    for word in words:
        distinct.setdefault(word.casefold(), f"#{word}")
    return [tag for tag in distinct.values() if counting.HASHTAG.fullmatch(tag)]


def _trimmed(post: Any) -> Any:
    text = text_field(post, "text")
    if not isinstance(post, dict) or not text or TERMINATED.search(text):
        return post
    return post | {"text": cut(text, lambda part: len(part) < len(text))}


def _doubts(draft: Draft, known: str) -> tuple[Note, ...]:
    figures = unknown_figures(f"{draft.title} {draft.text}", known)
    return (Note(NoteCode.CHECK_FIGURES, {"figures": figures}),) if figures else ()
