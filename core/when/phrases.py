"""Natural language to an instant: "next fri 18:30", "завтра в 9". Ten languages by our own grammar, the rest by
dateparser, which is loaded only for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from core.errors import InvalidInput
from core.when import foreign, formats, lexer
from core.when.grammar import understand
from core.when.instants import Habits, Instant, instant_of
from core.when.said import NotUnderstood, Recurring
from core.when.times import at_local, to_local
from core.when.zones import zone_of_abbreviation

FARTHEST = timedelta(days=366)
PHRASE_LIMIT = 200
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class When:
    """An instant and how it was arrived at, for the echo.

    `assumed` holds "time" and "day" when they weren't said; `moved_to_tomorrow`: the time of day has passed today;
    `skipped`: the time that was said, when the spring change skips it; `other_utc`: what it may have meant instead
    (3/4, next Friday, "at 9").
    """

    at_utc: datetime
    local: datetime
    assumed: frozenset[str] = frozenset()
    moved_to_tomorrow: bool = False
    skipped: time | None = None
    other_utc: datetime | None = None

    @property
    def was_ambiguous(self) -> bool:
        return self.other_utc is not None


def parse_when(text: str, *, now: datetime, zone: str, language: str) -> When:
    """What instant a phrase means to a person in a zone who speaks a language; English always works too.

    A time of day alone is the next such time; a day alone gets 09:00. Seconds are kept only for "in 10 minutes".
    Raises InvalidInput when.not_understood, when.recurring, when.in_past (at), when.too_far (at, limit_days).
    """
    phrase = lexer.folded(text)
    if not phrase or len(phrase) > PHRASE_LIMIT:
        raise InvalidInput("when.not_understood")
    phrase, spoken_zone = without_zone(phrase)
    try:
        found = _instant(phrase, text, now=now, zone=spoken_zone or zone, language=language)
        at = found.at.astimezone(UTC).replace(microsecond=0)
    except OverflowError as exc:  # at the ends of the calendar: the year 1, the year 9999
        raise InvalidInput("when.not_understood") from exc
    if at < now.replace(microsecond=0):
        raise InvalidInput("when.in_past", at=at.isoformat())
    if at > now + FARTHEST:
        raise InvalidInput("when.too_far", at=at.isoformat(), limit_days=FARTHEST.days)
    guessed = {"time": found.time_assumed, "day": found.day_assumed}
    return When(
        at_utc=at,
        local=to_local(at, zone),
        assumed=frozenset(what for what, was_guessed in guessed.items() if was_guessed),
        moved_to_tomorrow=found.moved_to_tomorrow,
        skipped=found.skipped,
        other_utc=found.other,
    )


def preload() -> None:
    """Load what phrases need: vocabularies, and dateparser with English (0.2 s, 20 MB)."""
    lexer.preload()
    foreign.preload()


def _instant(phrase: str, text: str, *, now: datetime, zone: str, language: str) -> Instant:
    if exact := _iso(text, zone):
        return Instant(exact)
    spoken = spoken_language(language)
    for each in languages_to_try(spoken):
        vocabulary = lexer.vocabulary(each)
        habits = habits_of(vocabulary, language=language, zone=zone)
        try:
            said = understand(lexer.tokens(phrase, each), vocabulary)
            return instant_of(said, now=now, zone=zone, habits=habits)
        except NotUnderstood:
            continue
        except Recurring as exc:
            raise InvalidInput("when.recurring") from exc
    if _begins_with_every(phrase, spoken):
        raise InvalidInput("when.recurring")
    found = foreign.instant_of(text, now=now, zone=zone, language=language)
    if found is None:
        raise InvalidInput("when.not_understood")
    return found


def _begins_with_every(phrase: str, language: str) -> bool:
    """A repetition is recognised by its first word, even when it goes on in words that aren't known."""
    own = (each for each in (language, ENGLISH) if each in lexer.languages())
    return any(token.get("every") for each in own for token in lexer.tokens(phrase, each)[:1])


def spoken_language(tag: str) -> str:
    """pt-BR -> pt"""
    return tag.replace("_", "-").split("-")[0].lower()


def habits_of(vocabulary: lexer.Vocabulary, *, language: str, zone: str) -> Habits:
    """How dates are written and meant by who speaks a language in a zone, in words of a vocabulary."""
    return Habits(
        day_comes_first=formats.day_comes_first(language, zone),
        has_12_hour_clock=formats.has_12_hour_clock(language, zone),
        next_is_nearest=vocabulary.next_is_nearest,
    )


def languages_to_try(language: str) -> Iterator[str]:
    """One's own, then English, then the others: people write in more than one."""
    known = lexer.languages()
    yield from (each for each in dict.fromkeys((language, ENGLISH, *sorted(known))) if each in known)


def _iso(text: str, zone: str) -> datetime | None:
    """2026-12-01T09:00, with or without an offset."""
    try:
        read = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        return None
    if len(text.strip()) <= len("2026-12-01"):
        return None  # a day alone has no time yet
    return read if read.tzinfo else at_local(read.date(), read.time(), zone)


def without_zone(phrase: str) -> tuple[str, str | None]:
    """9am cet -> 9am, Europe/Berlin"""
    rest, _, last = phrase.rpartition(" ")
    zone = zone_of_abbreviation(last) if rest and len(last) >= 3 else None
    return (rest, zone) if zone else (phrase, None)
