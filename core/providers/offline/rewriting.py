"""Changing a draft without a model: sentences go, come from the source, or change places; words are swapped. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import regex

from core import languages
from core.posts import counting
from core.posts.manner import taboo_in
from core.posts.mending import mend
from core.posts.platforms import Draft
from core.providers.offline.choosing import Chooser, shortened
from core.providers.offline.composing import BULLET, SHAPES
from core.providers.offline.instructions import Act, Wish, understand
from core.providers.offline.phrases import hashtags
from core.providers.offline.ranking import Ranked, rank
from core.providers.offline.reading import Reading, Sentence, read
from core.providers.offline.words import Vocabulary
from core.providers.text import (
    Ability,
    Change,
    InstructionNotUnderstood,
    NotAble,
    Note,
    NoteCode,
    RewriteKind,
    Style,
)
from core.sentences import TERMINATED, sentence_spans

_ENGINE = "offline draft"
_SHORTER = 0.6
_ADDED_SENTENCES = 3
_HASHTAGS = 3
_KNOWN = 0.75
"""A sentence that shares this many of its words with the draft says nothing new."""

_CLOSING = regex.compile(
    r"(?:(?:\A|\s+)(?:[#＃][\p{L}\p{M}\p{N}_\u200c\u200d]+|https?://\S+)(?=\s|\Z))+\s*\Z", regex.IGNORECASE
)
_ANY_LINK = regex.compile(r"https?://\S+|www\.\S+", regex.IGNORECASE)
_SPACES = regex.compile(r"[ \t]+")
_SPACE_BEFORE = regex.compile(r" +(?=[,.;!?…\n]|\Z)|(?<=\n) +")
_BLANKS = regex.compile(r"\n{3,}")

Outcome = tuple[str, Note]


@dataclass(frozen=True, slots=True)
class _Work:
    """A draft taken apart: running text, and the links and hashtags that close it."""

    change: Change
    language: str
    text: str
    closing: str


def rewritten(change: Change) -> tuple[Draft, tuple[Note, ...]]:
    """The changed draft and what was done. Raises NotAble and InstructionNotUnderstood."""
    kind = change.rewrite.kind
    if kind in (RewriteKind.TONE, RewriteKind.TRANSLATE):
        raise NotAble(ability=str(Ability(kind.value)), engine=_ENGINE)
    if kind is RewriteKind.OWN_WORDS:
        raise NotAble(ability=str(Ability.FREE_INSTRUCTIONS), engine=_ENGINE)
    if kind is RewriteKind.INSTRUCTION:
        return _followed(change)
    act = {RewriteKind.SHORTER: _shorter, RewriteKind.LONGER: _longer, RewriteKind.HOOK_FIRST: _hook_first}
    text, note = act.get(kind, _spoken)(_taken_apart(change, change.draft.text))
    return _as_draft(change, text), (note,)


def _followed(change: Change) -> tuple[Draft, tuple[Note, ...]]:
    wishes = understand(change.rewrite.argument)
    if not wishes.understood:
        raise InstructionNotUnderstood(instruction=change.rewrite.argument, engine=_ENGINE)
    text, notes = change.draft.text, []
    for wish in wishes.understood:
        text, note = _ACTS[wish.act](_taken_apart(change, text), wish)
        notes.append(note)
    notes += [Note(NoteCode.NOT_DONE, {"text": part}) for part in wishes.unknown]
    return _as_draft(change, text), tuple(notes)


def _as_draft(change: Change, text: str) -> Draft:
    """Never empty: an act that would leave nothing leaves the draft."""
    return mend(change.platform, replace(change.draft, text=_tidy(text) or change.draft.text))


def _taken_apart(change: Change, text: str) -> _Work:
    closing = _CLOSING.search(text)
    found = languages.detect(text).code
    language = found if found != languages.UNKNOWN else languages.primary(change.language)
    if closing is None or closing.start() == 0:
        return _Work(change, language, text, "")
    return _Work(change, language, text[: closing.start()].rstrip(), closing[0].strip())


def _whole(work: _Work, text: str, closing: str | None = None) -> str:
    return "\n\n".join(part for part in (text, work.closing if closing is None else closing) if part)


def _note(code: NoteCode, **params: Any) -> Note:
    return Note(code, params)


def _unchanged(work: _Work) -> Outcome:
    return _whole(work, work.text), _note(NoteCode.UNCHANGED)


def _shorter(work: _Work, _: Wish | None = None) -> Outcome:
    """Drop the sentences that say least until about 60 % is left."""
    spans = sentence_spans(work.text, work.language)
    if len(spans) < 2:
        return _unchanged(work)
    sentences = tuple(Sentence(work.text[start:end], at, 0, follows=at > 0) for at, (start, end) in enumerate(spans))
    ranked = rank(Reading("", sentences), Vocabulary(work.language))
    keep = max(1, min(len(spans) - 1, round(len(spans) * _SHORTER)))
    kept = {sentence.index for sentence in shortened(ranked, sentences, keep)}
    gone = [span for at, span in enumerate(spans) if at not in kept]
    return _whole(work, _without(work.text, gone)), _note(NoteCode.SHORTENED)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        before = text[:start].removesuffix(BULLET)
        text = before + text[end:].lstrip(" ")
    return text


def _longer(work: _Work, _: Wish | None = None) -> Outcome:
    """Add the source's weightiest sentences that aren't there yet, in the source's order."""
    ranked = _source(work)
    said = _plain(work.text)
    fresh = (
        [one for one in ranked.reading.sentences if _plain(one.text) not in said and not one.leans] if ranked else []
    )
    if not ranked or not fresh:
        return _unchanged(work)
    best = sorted(fresh, key=lambda one: -ranked.weights[one.index])[:_ADDED_SENTENCES]
    added = "\n\n".join(one.text for one in sorted(best, key=lambda one: one.index))
    return _whole(work, f"{work.text}\n\n{added}"), _note(NoteCode.LENGTHENED)


def _hook_first(work: _Work, _: Wish | None = None) -> Outcome:
    """Open with the sentence that opens best: the draft's own, or the source's when the draft has only one."""
    spans = sentence_spans(work.text, work.language)
    sentences = tuple(Sentence(work.text[start:end], at, 0) for at, (start, end) in enumerate(spans))
    ranked = rank(Reading("", sentences), Vocabulary(work.language))
    openings = Chooser(ranked, Style.WITTY).hooks(len(sentences), bool)
    best = next((one for one in openings if one.index > 0 and TERMINATED.search(one.text)), None)
    if best is not None:
        rest = _without(work.text, [spans[best.index]])
        return _whole(work, f"{best.text}\n\n{rest.lstrip()}"), _note(NoteCode.HOOK_MOVED)
    source = _source(work)
    fresh = (
        [one for one in Chooser(source, Style.WITTY).hooks(3, bool) if _plain(one.text) not in _plain(work.text)]
        if source
        else []
    )
    if not fresh:
        return _unchanged(work)
    return _whole(work, f"{fresh[0].text}\n\n{work.text}"), _note(NoteCode.HOOK_MOVED)


def _spoken(work: _Work, _: Wish | None = None) -> Outcome:
    """Text for a voice: no hashtags, links, emojis or bullets; every line ends as a sentence does."""
    bare = counting.HASHTAG.sub(lambda match: match[0][1:], _ANY_LINK.sub("", counting.EMOJI.sub("", work.text)))
    lines = [_SPACES.sub(" ", line.removeprefix(BULLET)).strip() for line in _tidy(bare).split("\n")]
    ended = [line if not line or TERMINATED.search(line) else line.rstrip(",;:") + "." for line in lines]
    return "\n".join(ended), _note(NoteCode.UNCHANGED) if "\n".join(ended) == work.text else _note(NoteCode.SPOKEN)


def _no_emojis(work: _Work, _: Wish) -> Outcome:
    return _removed(work, counting.EMOJI, NoteCode.EMOJIS_REMOVED)


def _no_links(work: _Work, _: Wish) -> Outcome:
    return _removed(work, _ANY_LINK, NoteCode.LINKS_REMOVED)


def _removed(work: _Work, sign: regex.Pattern[str], code: NoteCode) -> Outcome:
    whole = _whole(work, work.text)
    bare = sign.sub("", whole)
    return (bare, _note(code)) if bare != whole else _unchanged(work)


def _no_hashtags(work: _Work, _: Wish) -> Outcome:
    """Those at the end go; those within a sentence lose their sign."""
    closing = counting.HASHTAG.sub("", work.closing)
    text = counting.HASHTAG.sub(lambda match: match[0][1:], work.text)
    if (text, closing) == (work.text, work.closing):
        return _unchanged(work)
    return _whole(work, text, _SPACES.sub(" ", closing).strip()), _note(NoteCode.HASHTAGS_REMOVED)


def _add_hashtags(work: _Work, _: Wish) -> Outcome:
    source = work.change.source_text or work.text
    phrases = rank(read(source, work.language), Vocabulary(work.language)).phrases
    there = {tag.casefold() for tag in counting.hashtags(_whole(work, work.text))}
    wanted = max(SHAPES[work.change.platform].tags, _HASHTAGS) + len(there)
    added = [tag for tag in hashtags(phrases, wanted) if tag.casefold() not in there]
    if not added:
        return _unchanged(work)
    closing = " ".join([work.closing, *added]).strip() if work.closing else " ".join(added)
    return _whole(work, work.text, closing), _note(NoteCode.HASHTAGS_ADDED, hashtags=added)


def _replace(work: _Work, wish: Wish) -> Outcome:
    words = _as_words(wish.old)
    whole = _whole(work, work.text)
    if not words or not words.search(whole):
        return whole, _note(NoteCode.NOT_DONE, text=wish.old)
    return words.sub(lambda _: wish.new, whole), _note(NoteCode.REPLACED, old=wish.old, new=wish.new)


def _remove(work: _Work, wish: Wish) -> Outcome:
    words = _as_words(wish.old)
    whole = _whole(work, work.text)
    if not words or not words.search(whole):
        return whole, _note(NoteCode.NOT_DONE, text=wish.old)
    return words.sub("", whole), _note(NoteCode.REMOVED, text=wish.old)


def _add(work: _Work, wish: Wish) -> Outcome:
    return _whole(work, f"{work.text}\n\n{wish.new}"), _note(NoteCode.ADDED, text=wish.new)


def _is_new(sentence: str, said: str) -> bool:
    """Neither there word for word nor nearly so."""
    words = set(_plain(sentence).split())
    return len(words & set(said.split())) < _KNOWN * len(words)


def _as_words(text: str) -> regex.Pattern[str] | None:
    """Whole words, whatever their case; None for nothing."""
    if not text:
        return None
    start = r"(?<![\p{L}\p{N}])" if text[0].isalnum() and text[0].isascii() else ""
    end = r"(?![\p{L}\p{N}])" if text[-1].isalnum() and text[-1].isascii() else ""
    return regex.compile(start + regex.escape(text) + end, regex.IGNORECASE)


def _source(work: _Work) -> Ranked | None:
    if not work.change.source_text.strip():
        return None
    manner = work.change.manner
    reading = read(work.change.source_text, work.language, avoid=lambda sentence: bool(taboo_in(sentence, manner)))
    return rank(reading, Vocabulary(work.language))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _tidy(text: str) -> str:
    return _BLANKS.sub("\n\n", _SPACE_BEFORE.sub("", _SPACES.sub(" ", text))).strip()


_ACTS: dict[Act, Callable[[_Work, Wish], Outcome]] = {
    Act.SHORTER: _shorter,
    Act.LONGER: _longer,
    Act.HOOK_FIRST: _hook_first,
    Act.NO_EMOJIS: _no_emojis,
    Act.NO_HASHTAGS: _no_hashtags,
    Act.ADD_HASHTAGS: _add_hashtags,
    Act.NO_LINKS: _no_links,
    Act.REPLACE: _replace,
    Act.REMOVE: _remove,
    Act.ADD: _add,
}
