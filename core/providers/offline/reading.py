"""Reading a source: markup off, sentences apart, what isn't prose left out. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from core.posts.mending import ELLIPSIS, cut
from core.providers.offline import cues
from core.providers.offline.words import word_count
from core.sentences import TERMINATED, split_sentences

_SENTENCE_WORDS = (3, 55)
_SENTENCE_CHARACTERS = 360
_PIECE_CHARACTERS = 200
_ENOUGH = 8
"""Sentences: with as many, a post and its variants need no pieces of long ones."""
_HEADING_WORDS = 14
_WRAP_CHARACTERS = 100
"""Editors wrap below this; a longer line anywhere shows that this text isn't wrapped."""
_FULL_LINE = 0.75
_MOST_SENTENCES = 1_500
"""Enough for the longest source; it bounds the work on one of very short lines."""

_FENCE = regex.compile(r"^(```|~~~)[^\n]*\n.*?(?:^\1\s*$|\Z)", regex.MULTILINE | regex.DOTALL)
_TAG = regex.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_IMAGE = regex.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = regex.compile(r"\[([^\]\n]+)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_EMPHASIS = regex.compile(
    r"(\*\*|__|~~|`)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])([*_])(?=[^\s*_])([^\n*_]+?)(?<=\S)\3(?![\w*])"
)
_MARK = regex.compile(r"^\s*(?:(?P<heading>\#{1,6}\s+)|>+\s*|(?:[-*+•·▪–—]|\(?\p{N}{1,2}[.)])\s+(?:\[[ xX]\]\s+)?)")
_RULE = regex.compile(r"^\s*(?:[-=*_~]\s*){3,}$|^\s*\|?(?:\s*:?-{2,}:?\s*\|)+")
_CODE = regex.compile(
    r"^(?:\s{4,}|\t)\S.*[;{}()=]|[{};]\s*$|^\s*(?:def|class|import|from|return|const|let|var|function|#include|SELECT)\b.*[(;:={]"
    r"|=>|->|::|\w\(\)|</?\w+>|^\s*[$>]\s\w"
)
_LETTERS = regex.compile(r"[\p{L}\p{M}]")
_URL = regex.compile(r"https?://\S+|www\.\S+")
_STARTS_LOWER = regex.compile(r"[\"'“«(]*\p{Ll}")
_PAIRS = (("(", ")"), ("[", "]"), ("«", "»"), ("「", "」"), ("『", "』"), ("（", "）"))
_SPACE = regex.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of the source's sentences with plain spaces. `block` numbers its paragraph."""

    text: str
    index: int
    block: int
    leans: bool = False
    """Whether it only makes sense right after the one before."""
    follows: bool = False
    """Whether the sentence of the index before stands right before it in the same paragraph."""
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    heading: bool = False
    listed: bool = False


def _nothing(_: str) -> bool:
    return False


def read(text: str, language: str, title: str = "", *, avoid: Callable[[str], bool] = _nothing) -> Reading:
    """The source's sentences in order; never none when there is anything to see.

    Those to avoid are left out as long as others are there.
    """
    blocks = _blocks(_without_markup(text))
    title, blocks = _take_title(_plain(title), blocks)
    sentences = _best_sentences(blocks, language, avoid)
    if avoid(title) or _is_sentence(title, sentences):
        title = ""
    return Reading(title, tuple(sentences) or _whole(text))


def _best_sentences(blocks: list[list[_Line]], language: str, avoid: Callable[[str], bool]) -> list[Sentence]:
    """Whole ones where there are enough: what is cut out of the middle of a long one says little by itself."""
    wanted: tuple[Callable[[str], bool], ...] = (lambda one: _is_prose(one) and not avoid(one), _is_prose, bool)
    for accept in wanted:
        whole = _sentences(blocks, language, accept, cutting=False)
        if len(whole) >= _ENOUGH:
            return whole
        if found := _sentences(blocks, language, accept, cutting=True):
            return found
    return []


def _is_sentence(title: str, sentences: Sequence[Sentence]) -> bool:
    """A title that was taken from the text says nothing that a sentence doesn't: it would stand there twice."""
    begins = title.removesuffix("…").rstrip()
    return any(sentence.text.startswith(begins) for sentence in sentences[:1]) if begins else True


def _without_markup(text: str) -> str:
    text = _FENCE.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    return _EMPHASIS.sub(lambda match: match[2] or match[4], _TAG.sub("", text))


def _blocks(text: str) -> list[list[_Line]]:
    """Paragraphs as runs of lines; hard-wrapped lines are joined again."""
    raws = text.split("\n")
    width = max(len(raw) for raw in raws)
    blocks: list[list[_Line]] = [[]]
    for raw in raws:
        mark = _MARK.match(raw)
        content = _plain(raw[mark.end() :] if mark else raw)
        if not content or _RULE.match(raw) or _CODE.search(raw):
            blocks.append([])
        elif mark and mark["heading"]:
            blocks += [[_Line(content, heading=True)], []]
        elif mark:
            blocks[-1].append(_Line(content, listed=True))
        else:
            _append(blocks[-1], content, width)
    return [block for block in blocks if block]


def _append(block: list[_Line], content: str, width: int) -> None:
    last = block[-1] if block else None
    if last and _is_wrapped(last.text, content, width):
        block[-1] = _Line(f"{last.text} {content}", listed=last.listed)
    else:
        block.append(_Line(content))


def _is_wrapped(joined: str, following: str, width: int) -> bool:
    """Whether a line break is the editor's, not the author's: after a full line, or before a small letter."""
    if width <= _WRAP_CHARACTERS and len(joined) >= _FULL_LINE * width:
        return not TERMINATED.search(joined) or len(joined) > width
    return (
        len(joined) >= _WRAP_CHARACTERS // 3 and bool(_STARTS_LOWER.match(following)) and not TERMINATED.search(joined)
    )


def _take_title(title: str, blocks: list[list[_Line]]) -> tuple[str, list[list[_Line]]]:
    """Headings are no sentences; the first may serve as the title."""
    kept: list[list[_Line]] = []
    for number, block in enumerate(blocks):
        headings = [line for line in block if line.heading or _is_heading(line, block, number, len(blocks))]
        title = title or (headings[0].text if headings and number == 0 else "")
        body = [line for line in block if line not in headings]
        if body:
            kept.append(body)
    return title, kept or blocks


def _is_heading(line: _Line, block: list[_Line], number: int, blocks: int) -> bool:
    alone = len(block) == 1 or (number == 0 and line is block[0])
    short = word_count(line.text) <= _HEADING_WORDS
    return alone and short and blocks > 1 and not line.listed and not TERMINATED.search(line.text)


def _sentences(
    blocks: list[list[_Line]], language: str, accept: Callable[[str], bool], *, cutting: bool
) -> list[Sentence]:
    """`cutting`: what is too long is cut; else it is left out."""
    found: list[Sentence] = []
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        before = ""
        for text, listed in ((text, line.listed) for line in block for text in _pieces(line.text, language, cutting)):
            fits = cutting or len(text) <= _SENTENCE_CHARACTERS
            if fits and text.casefold() not in seen and accept(text) and len(found) < _MOST_SENTENCES:
                seen.add(text.casefold())
                goes_on = before.endswith(ELLIPSIS) or cues.QUESTION.search(before) is not None
                leans = goes_on or cues.leans_on_previous(text)
                follows = bool(before) and bool(found) and found[-1].text == before
                found.append(Sentence(text, len(found), number, leans=leans, follows=follows, listed=listed))
            before = text
    return found


def _pieces(line: str, language: str, cutting: bool) -> list[str]:
    sentences = split_sentences(line, language)
    return [piece for sentence in sentences for piece in _halved(sentence)] if cutting else sentences


def _halved(sentence: str) -> list[str]:
    """A sentence as it is; a run of words without an end, in readable pieces that show they are cut."""
    if len(sentence) <= _SENTENCE_CHARACTERS:
        return [sentence]
    pieces, rest = [], sentence
    while len(rest) > _PIECE_CHARACTERS:
        piece = cut(rest, lambda part: len(part) <= _PIECE_CHARACTERS)
        pieces.append(piece)
        rest = rest[len(piece.removesuffix(ELLIPSIS)) :].lstrip(" ,;:，、")
    return [*pieces, rest] if rest else pieces


def _is_prose(sentence: str) -> bool:
    words = word_count(sentence)
    bare = _URL.sub("", sentence)
    letters = len(_LETTERS.findall(bare))
    return (
        _SENTENCE_WORDS[0] <= words <= _SENTENCE_WORDS[1]
        and letters >= 0.55 * len(sentence)
        and not cues.BOILERPLATE.search(sentence)
        and not sentence.endswith(":")
        and _is_balanced(sentence)
    )


def _is_balanced(sentence: str) -> bool:
    paired = all(sentence.count(opening) == sentence.count(closing) for opening, closing in _PAIRS)
    return paired and sentence.count('"') % 2 == 0


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _whole(text: str) -> tuple[Sentence, ...]:
    plain = _plain(text)
    return (Sentence(plain, index=0, block=0),) if plain else ()
