"""The offline engine behind ScriptWriter: a conversation of the sources' own sentences; deterministic, in a thread."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from core import languages
from core.errors import InvalidInput
from core.podcasts.pace import TOLERANCE, Pace
from core.podcasts.script import Line, Script, Section, Speaker, with_section
from core.podcasts.script_checks import key_of, mended, mended_section
from core.podcasts.spoken import spoken
from core.posts.mending import cut
from core.posts.platforms import Draft, Platform
from core.providers.offline.exchanges import Director, Exchange, exchanges, joined_turns
from core.providers.offline.material import Material, Unit, gather
from core.providers.offline.rewriting import rewritten
from core.providers.offline.talk import Talk, is_known
from core.providers.offline.topics import Topics
from core.providers.offline.words import is_unspaced
from core.providers.scripts import (
    LineRewritten,
    LineWish,
    Outline,
    ScriptBrief,
    ScriptEvent,
    ScriptFinished,
    ScriptNoteCode,
    SectionWritten,
)
from core.providers.text import Ability, Change, NotAble, Note, Rewrite, RewriteKind, Usage
from core.sentences import split_sentences

ENGINE = "offline draft"
_SURE = 0.6
_NEAR = 0.1
"""The length asked for is met when it is missed by no more."""
_ROUNDS = 9
_SECTION_S = 75.0
_SECTIONS_MOST = 10
_TITLE_CHARACTERS = 60
_BREATHS = " ，、；,"


class OfflineScriptWriter:
    """Chooses, orders and connects sentences; invents nothing, so every claim names the sentence that it is."""

    engine = ENGINE
    offline = True

    async def write(self, brief: ScriptBrief) -> AsyncGenerator[ScriptEvent, None]:
        script, notes = await asyncio.to_thread(_script, brief)
        yield Outline(script.title, tuple(section.title for section in script.sections))
        for number, section in enumerate(script.sections, start=1):
            yield SectionWritten(number, len(script.sections), section)
        yield ScriptFinished(script, notes)
        yield Usage(model=ENGINE, cost_usd=0.0)

    async def rewrite_section(
        self, brief: ScriptBrief, script: Script, number: int, *, wish: str = ""
    ) -> AsyncGenerator[SectionWritten | ScriptFinished | Usage, None]:
        script.section(number)
        if wish:
            raise NotAble(ability=Ability.FREE_INSTRUCTIONS, engine=ENGINE)
        section, notes = await asyncio.to_thread(_section_anew, brief, script, number)
        yield SectionWritten(number, len(script.sections), section)
        yield ScriptFinished(with_section(script, number, section), notes)
        yield Usage(model=ENGINE, cost_usd=0.0)

    async def rewrite_line(self, wish: LineWish) -> AsyncGenerator[LineRewritten | Usage, None]:
        line = wish.script.line(wish.number)
        rewritten_line, notes = await asyncio.to_thread(_line_anew, line, wish)
        yield LineRewritten(rewritten_line, notes)
        yield Usage(model=ENGINE, cost_usd=0.0)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an episode is made from, whatever its length."""

    brief: ScriptBrief
    language: str
    pace: Pace
    material: Material
    title: str

    @property
    def is_titled(self) -> bool:
        """Whether the title is said: a mere beginning of the text needs a phrase around it, or nothing else to say."""
        if is_known(self.language) or len(self.material.units) < 2:
            return True
        return not self.material.units[0].text.startswith(self.title)

    def script(self, seconds: float) -> tuple[Script, int]:
        """An episode with about so many seconds of claims, and how many units it holds."""
        units = self.material.chosen(seconds, self.pace)
        parts = exchanges(units, self.pace, self.brief.format)
        director = self.director(said=[key_of(text) for unit in units for text in unit.texts])
        opening = director.opening(self.title, self.brief.host, self.brief.guest) if self.is_titled else []
        groups = _grouped(parts, self.pace)
        names = _headings(groups, self.material, self.title)
        sections = []
        for at, (group, name) in enumerate(zip(groups, names, strict=True)):
            is_last = at == len(groups) - 1
            lines = opening if at == 0 else []
            lines = [*lines, *director.section(group, first=at == 0, last=is_last and len(parts) > 2)]
            lines += director.closing(self.title) if is_last else []
            sections.append(Section(name, tuple(joined_turns(lines))))
        whole = Script(self.title, self.language, tuple(sections), self.brief.host, self.brief.guest)
        return _with_both(whole), len(units)

    def director(self, *, said: list[frozenset[str]], turn: int = 0) -> Director:
        seed = crc32(self.title.encode()) + turn
        topics = Topics(self.material)
        return Director(Talk(self.language, seed, said), topics, self.brief.format, turns=turn)


def _script(brief: ScriptBrief) -> tuple[Script, tuple[Note, ...]]:
    plan, notes = _plan(brief)
    if not plan.material.by_worth:
        raise InvalidInput("script.nothing_to_say")
    script = mended(_fitted(plan))
    if brief.focus and not plan.material.speaks_of(brief.focus):
        notes += (Note(ScriptNoteCode.FOCUS_NOT_FOUND, {"focus": brief.focus}),)
    seconds = script.seconds(plan.pace)
    if seconds < brief.seconds * (1 - _NEAR):
        notes += (Note(ScriptNoteCode.SHORTER, {"seconds": round(seconds), "wanted": round(brief.seconds)}),)
    elif seconds > brief.seconds * (1 + TOLERANCE):
        notes += (Note(ScriptNoteCode.LONGER, {"seconds": round(seconds), "wanted": round(brief.seconds)}),)
    return script, notes


def _plan(brief: ScriptBrief, said: Iterable[frozenset[str]] = ()) -> tuple[_Plan, tuple[Note, ...]]:
    language, notes = _language(brief)
    pace = brief.pace_in(language)
    material = gather(brief.sources, language, seconds=brief.seconds, pace=pace, focus=brief.focus, said=said)
    return _Plan(brief, language, pace, material, _title(brief, material)), notes


def _fitted(plan: _Plan) -> Script:
    """The script nearest to the length asked for: what is said around the claims is only known once it is said."""
    wanted = plan.brief.seconds
    claims_s = wanted * 0.8
    tried: list[tuple[float, int, Script]] = []
    for turn in range(_ROUNDS):
        script, units = plan.script(claims_s)
        off = wanted - script.seconds(plan.pace)
        tried.append((abs(off), turn, script))
        if abs(off) < wanted * 0.02 or (off > 0 and units == len(plan.material.by_worth)):
            break
        claims_s = max(claims_s + 0.85 * off, 1.0)
    return min(tried)[2]


def _grouped(parts: Sequence[Exchange], pace: Pace) -> list[list[Exchange]]:
    """Sections of about the same length; between two paragraphs or sources where one is near."""
    seconds = [sum(pace.seconds(unit.text) for unit in part) for part in parts]
    count = min(max(round(sum(seconds) / _SECTION_S), min(2, len(parts))), _SECTIONS_MOST, len(parts))
    groups: list[list[Exchange]] = [[]]
    share = sum(seconds) / count if count else 0.0
    room = share
    for at, part in enumerate(parts):
        is_break = at > 0 and part[0].leans_on is None and not part[0].asks
        new_place = at > 0 and (part[0].source, part[0].block) != (parts[at - 1][-1].source, parts[at - 1][-1].block)
        due = room <= 0 or (new_place and room < 0.25 * share)
        if groups[-1] and is_break and due and len(groups) < count:
            groups.append([])
            room += share
        groups[-1].append(part)
        room -= seconds[at]
    return groups


def _headings(groups: Sequence[Sequence[Exchange]], material: Material, title: str) -> list[str]:
    topics = Topics(material)
    names: list[str] = []
    for group in groups:
        units = [unit for part in group for unit in part]
        topic = topics.topic_of(units)
        name = topic.heading if topic else (units[0].text if units else title)
        names.append(_heading(name))
    return names


def _heading(text: str) -> str:
    """The text, or its beginning; where no spaces part words, up to where a breath is taken."""
    heading = cut(text, lambda part: len(part) <= _TITLE_CHARACTERS)
    breath = max(heading.rfind(mark) for mark in _BREATHS)
    return heading[:breath] if heading != text and is_unspaced(text) and breath > 0 else heading


def _with_both(script: Script) -> Script:
    """A script so short that one of the two says nothing: the last line is the other's."""
    lines = script.lines
    if len({line.speaker for line in lines}) == 2:
        return script
    last = script.sections[-1]
    other = Speaker.GUEST if lines[-1].speaker is Speaker.HOST else Speaker.HOST
    if len(lines) > 1:
        return with_section(
            script,
            len(script.sections),
            replace(last, lines=(*last.lines[:-1], replace(last.lines[-1], speaker=other))),
        )
    texts = split_sentences(lines[0].text, script.language)
    parted = (replace(lines[0], text=" ".join(texts[:-1]) or texts[0]), Line(other, texts[-1], lines[0].claims))
    return with_section(script, 1, replace(last, lines=parted))


def _title(brief: ScriptBrief, material: Material) -> str:
    """The user's, the source's, the weightiest topic, or how the text begins; as it can be said in a sentence."""
    topic = Topics(material).topic_of(material.by_worth[:12])
    begins = _heading("".join(unit.texts[0] for unit in material.units[:1]))
    names = (brief.title, material.title, topic.heading if topic else "", begins)
    plain = (spoken(name, material.language).rstrip(" .!。।…:") for name in names)
    return next(filter(None, plain), "Podcast")


def _language(brief: ScriptBrief) -> tuple[str, tuple[Note, ...]]:
    """The sources' language, with a note when another was wanted."""
    wanted = languages.primary(brief.language)
    found = languages.detect(" ".join(source.text for source in brief.sources), expected=brief.language)
    code = wanted if found.code in (wanted, languages.UNKNOWN) else found.code
    notes: tuple[Note, ...] = ()
    if code != wanted and wanted != languages.UNKNOWN and found.confidence >= _SURE:
        notes += (Note(ScriptNoteCode.KEPT_LANGUAGE, {"language": code, "wanted": wanted}),)
    if not is_known(code):
        notes += (Note(ScriptNoteCode.FORMAT_IN_OTHER_WORDS, {"language": code}),)
    return code, notes


def _section_anew(brief: ScriptBrief, script: Script, number: int) -> tuple[Section, tuple[Note, ...]]:
    """Other sentences where there are some, else the same with other questions."""
    old = script.section(number)
    said = [_key for at, section in enumerate(script.sections, start=1) if at != number for _key in _keys(section)]
    plan, notes = _plan(brief, said)
    pace = plan.pace
    wanted = pace.seconds_of_lines(line.text for line in old.lines)
    old_keys = set(_keys(old))
    fresh = [unit for unit in plan.material.by_worth if not any(key_of(text) in old_keys for text in unit.texts)]
    has_new = sum(pace.seconds(unit.text) for unit in fresh) >= wanted * 0.5
    if has_new:
        material = replace(plan.material, by_worth=tuple(fresh))
    else:
        material = replace(plan.material, by_worth=tuple(_as_before(plan.material, old_keys)))
        notes += (Note(ScriptNoteCode.NO_NEW_MATERIAL, {}),)
    plan = replace(plan, material=material, title=script.title)
    is_first, is_last = number == 1, number == len(script.sections)
    section = mended_section(_refitted(plan, wanted, said, first=is_first, last=is_last), script, instead_of=number)
    return _kept_when_empty(section, old), notes


def _refitted(plan: _Plan, wanted: float, said: list[frozenset[str]], *, first: bool, last: bool) -> Section:
    claims_s, best, best_off = wanted * 0.8, Section("", ()), wanted
    for _ in range(_ROUNDS):
        units = plan.material.chosen(claims_s, plan.pace)
        parts = exchanges(units, plan.pace, plan.brief.format)
        taken = [*said, *(key_of(text) for unit in units for text in unit.texts)]
        director = plan.director(said=taken, turn=1 + len(said) % 5)
        lines = director.opening(plan.title, plan.brief.host, plan.brief.guest) if first and plan.is_titled else []
        lines += director.section(parts, first=first, last=last and len(parts) > 1)
        lines += director.closing(plan.title) if last else []
        off = wanted - plan.pace.seconds_of_lines(line.text for line in lines)
        if not best.lines or abs(off) < abs(best_off):
            name = _headings([parts], plan.material, plan.title)[0] if parts else plan.title
            best, best_off = Section(name, tuple(joined_turns(lines))), off
        if abs(off) < wanted * 0.05 or (off > 0 and len(units) == len(plan.material.by_worth)):
            break
        claims_s = max(claims_s + 0.85 * off, 1.0)
    return best


def _as_before(material: Material, old_keys: set[frozenset[str]]) -> list[Unit]:
    """What the section said, first; then the rest."""
    return sorted(material.by_worth, key=lambda unit: not any(key_of(text) in old_keys for text in unit.texts))


def _kept_when_empty(section: Section, old: Section) -> Section:
    return section if section.lines else old


def _keys(section: Section) -> list[frozenset[str]]:
    return [key_of(sentence) for line in section.lines for sentence in split_sentences(line.text)]


def _line_anew(line: Line, wish: LineWish) -> tuple[Line | None, tuple[Note, ...]]:
    """What the offline writer can do with a post, it can with a line. Its claims hold where the sentence is left."""
    source = "\n\n".join(source.text for source in wish.sources)
    change = Change(
        Platform.TELEGRAM,
        Draft(line.text),
        Rewrite(RewriteKind.INSTRUCTION, wish.instruction),
        wish.script.language,
        source_text=source,
    )
    draft, notes = rewritten(change)
    text = spoken(draft.text, wish.script.language)
    if not text:
        return None, notes
    kept = tuple(claim for claim in line.claims if spoken(claim.sentence, wish.script.language) in text)
    return Line(line.speaker, text, kept), notes
