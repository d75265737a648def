"""Who says which unit, and with what words around it, in each format. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from core.podcasts.pace import Pace
from core.podcasts.script import LINE_CHARACTERS, Format, Line, Speaker
from core.providers.offline import cues
from core.providers.offline.material import Unit
from core.providers.offline.talk import Talk
from core.providers.offline.topics import Topics

_ANSWER_S = 13.0
"""After about this long the other one speaks: a listener's ear wants the change."""
_ANSWER_MOST_S = 22.0
_SHORT_S = 3.5
"""A sentence this short is no answer of its own."""
_ROOM = LINE_CHARACTERS - 80
_REACTS = (False, True, True, False, True)
_OPENS = (True, False, False, True, False, False, False)
"""Which of a row of turns begin with a reaction, or an answer's first words. Uneven, as people are."""

_WORDS = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_HEADLINE = 1.0
"""A topic that weighs less is no headline."""

Exchange = tuple[Unit, ...]


def exchanges(units: Sequence[Unit], pace: Pace, style: Format) -> list[Exchange]:
    """Units that are said in one go: what belongs together, up to the length of an answer."""
    most_s = _ANSWER_S if style is Format.CONVERSATION else _ANSWER_S * 0.7
    groups: list[list[Unit]] = []
    for unit in units:
        if groups and _joins(groups[-1], unit, pace, most_s):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return [tuple(group) for group in groups]


def _joins(group: list[Unit], unit: Unit, pace: Pace, most_s: float) -> bool:
    text = " ".join(one.text for one in group)
    if unit.asks or len(text) + len(unit.text) > _ROOM or pace.seconds(f"{text} {unit.text}") > _ANSWER_MOST_S:
        return False
    related = unit.block == group[-1].block and unit.source == group[-1].source
    return related and (pace.seconds(text) < most_s * 0.6 or pace.seconds(unit.text) < _SHORT_S)


@dataclass(slots=True)
class Director:
    """Turns exchanges into lines for one episode; remembers what was said, so a director serves one script."""

    talk: Talk
    topics: Topics
    style: Format
    turns: int = 0
    verdict: str = ""
    """What the host will say of the passage just read."""

    def opening(self, title: str, host: str, guest: str) -> list[Line]:
        names = self.talk.names(host, guest)
        lines = [_host(" ".join(filter(None, (self.talk.opening(self.style, title), names))))]
        hello = "" if self.style is Format.BRIEF else self.talk.take("hello")
        return [*lines, _guest(hello)] if hello else lines

    def section(self, parts: Sequence[Exchange], *, first: bool, last: bool) -> list[Line]:
        """The lines of one section; a `last` one ends with what to remember."""
        lines: list[Line] = []
        for at, part in enumerate(parts):
            is_close = last and at == len(parts) - 1 and part[0].leans_on is None and not part[0].asks
            lines += self._exchange(part, is_turn=at == 0 and not first, is_close=is_close)
            self.turns += 1
        return lines

    def closing(self, title: str) -> list[Line]:
        text = _joined(self._reaction(), self.talk.take("close", title=title))
        return [_host(text)] if text else []

    def _exchange(self, part: Exchange, *, is_turn: bool, is_close: bool) -> Iterator[Line]:
        match self.style:
            case _ if not self.talk.knows:
                yield from self._plain(part)
            case Format.BRIEF:
                yield from self._item(part)
            case Format.DEBATE:
                yield from self._argument(part, is_close=is_close)
            case Format.CRITIQUE:
                yield from self._review(part, is_turn=is_turn, is_close=is_close)
            case _:
                yield from self._answer(part, is_turn=is_turn, is_close=is_close)

    def _answer(self, part: Exchange, *, is_turn: bool, is_close: bool) -> Iterator[Line]:
        """The host asks, the guest answers from the source."""
        asked, part = self._asked(part, is_turn=is_turn, is_close=is_close, ordinary="ask")
        if not asked:
            yield _claim(Speaker.HOST if self.turns % 2 else Speaker.GUEST, part)
            return
        yield asked
        begins = asked.text.endswith("?") and not asked.claims and not is_close and _at(_OPENS, self.turns)
        yield _claim(Speaker.GUEST, part, before=self.talk.take("answer") if begins else "")

    def _asked(self, part: Exchange, *, is_turn: bool, is_close: bool, ordinary: str) -> tuple[Line | None, Exchange]:
        """The host's line, and what is left to say of `part`: a question of the source's is the host's."""
        reaction = self._reaction(may_react=not is_close)
        unit = part[0]
        if unit.asks:
            question = Line(Speaker.HOST, _joined(reaction, unit.texts[0]), unit.claims[:1])
            return question, (_without_first(unit), *part[1:])
        text = self._question(part, is_turn=is_turn, is_close=is_close, ordinary=ordinary)
        if not text and reaction:
            return _host(reaction), part
        return (_host(_joined(reaction, text)) if text else None), part

    def _reaction(self, *, may_react: bool = False) -> str:
        verdict, self.verdict = self.verdict, ""
        if verdict or not (may_react and self.turns and _at(_REACTS, self.turns)):
            return verdict
        return self.talk.take("react")

    def _question(self, part: Exchange, *, is_turn: bool, is_close: bool, ordinary: str) -> str:
        if is_close:
            return self.talk.take("last") or self.talk.take("next")
        if part[0].leans_on is not None:
            return self.talk.take("next")
        if part[0].sentences[0].listed and sum(unit.sentences[0].listed for unit in part) > 1:
            listed = self.talk.take("listed")
            if listed:
                return listed
        topic = self.topics.topic_of(part)
        if topic is None:
            return self.talk.take("next") if self.turns else ""
        kinds = ["turn"] if is_turn else []
        kinds += [] if topic.is_name else _kinds(part, self.turns)
        kinds += [ordinary, "ask", "turn"]
        wordings = (self.talk.take(kind, phrase=topic.surface) for kind in kinds)
        return next(filter(None, wordings), "") or self.talk.take("next")

    def _item(self, part: Exchange) -> Iterator[Line]:
        """Two newsreaders in turn; a headline where there is a new topic."""
        speaker = Speaker.GUEST if self.turns % 2 == 0 else Speaker.HOST
        if part[0].asks:
            yield _asking(_other(speaker), part[0])
            yield _claim(speaker, (_without_first(part[0]), *part[1:]))
            return
        topic = self.topics.topic_of(part) if part[0].leans_on is None and self.turns % 3 != 1 else None
        headline = self.talk.take("item", phrase=topic.surface) if topic and topic.weight >= _HEADLINE else ""
        yield _claim(speaker, part, before=headline)

    def _argument(self, part: Exchange, *, is_close: bool) -> Iterator[Line]:
        """Both argue, from the same source; what limits or denies is said against the other."""
        speaker = Speaker.HOST if self.turns % 2 == 0 else Speaker.GUEST
        if part[0].asks:
            yield _asking(_other(speaker), part[0])
            yield _claim(speaker, (_without_first(part[0]), *part[1:]))
            return
        if is_close:
            question = self.talk.take("last")
            yield from [Line(_other(speaker), question)] if question else []
            yield _claim(speaker, part)
            return
        follows = part[0].leans_on is not None
        kinds = ("con", "pro") if self.turns and _objects(part, speaker) else ("pro", "con" if self.turns else "pro")
        openers = (self.talk.take(kind) for kind in (*kinds, "share"))
        yield _claim(speaker, part, before=self.talk.take("next") if follows else next(filter(None, openers), ""))

    def _review(self, part: Exchange, *, is_turn: bool, is_close: bool) -> Iterator[Line]:
        """The host has a passage tested, the guest reads it, the host says what carries it."""
        asked, part = self._asked(part, is_turn=is_turn, is_close=is_close, ordinary="judge")
        if asked:
            yield asked
        yield _claim(Speaker.GUEST, part)
        text = " ".join(unit.text for unit in part)
        kind = "quoted" if cues.QUOTED.search(text) else _evidence(text)
        self.verdict = "" if is_close or not kind else self.talk.take(kind)

    def _plain(self, part: Exchange) -> Iterator[Line]:
        yield _claim(Speaker.GUEST if self.turns % 2 == 0 else Speaker.HOST, part)


def joined_turns(lines: Sequence[Line]) -> list[Line]:
    """What one person says in two lines in a row is one line, where there is room."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and last.speaker is line.speaker and len(last.text) + len(line.text) < LINE_CHARACTERS:
            joined[-1] = Line(line.speaker, _joined(last.text, line.text), last.claims + line.claims)
        else:
            joined.append(line)
    return joined


def _kinds(part: Exchange, turn: int) -> list[str]:
    """The questions that fit what is answered."""
    kinds = []
    if cues.CONTRAST.search(part[0].texts[0]) and turn % 2:
        kinds.append("contrast")
    if _counts(part) and turn % 3 != 2:
        kinds.append("figure")
    return kinds


def _counts(part: Exchange) -> bool:
    return _has_figure(part[0].texts[0])


def _has_figure(text: str) -> bool:
    """More than a year."""
    return any(len(match[0].strip(" .,")) != 4 for match in cues.NUMBER.finditer(text))


def _evidence(text: str) -> str:
    """What is sure: there is a figure, or none; nothing where a number may stand in words."""
    if _has_figure(text):
        return "figure_yes"
    if cues.NUMBER.search(text) or any(word in cues.word_list("numerals") for word in _WORDS.findall(text.lower())):
        return ""
    return "figure_no"


def _without_first(unit: Unit) -> Unit:
    return Unit(unit.number, unit.source, unit.block, unit.sentences[1:], unit.texts[1:], unit.leans_on)


def _claim(speaker: Speaker, part: Exchange, *, before: str = "") -> Line:
    claims = tuple(claim for unit in part for claim in unit.claims)
    return Line(speaker, _joined(before, *(unit.text for unit in part)), claims)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _host(text: str) -> Line:
    return Line(Speaker.HOST, text)


def _guest(text: str) -> Line:
    return Line(Speaker.GUEST, text)


def _asking(speaker: Speaker, unit: Unit) -> Line:
    """A question of the source's own."""
    return Line(speaker, unit.texts[0], unit.claims[:1])


def _objects(part: Exchange, speaker: Speaker) -> bool:
    return bool(cues.CONTRAST.search(part[0].text)) or (speaker is Speaker.GUEST and len(part) > 1)


def _other(speaker: Speaker) -> Speaker:
    return Speaker.GUEST if speaker is Speaker.HOST else Speaker.HOST


def _at(row: Sequence[bool], turn: int) -> bool:
    return row[turn % len(row)]
