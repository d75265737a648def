"""IANA time zones: the choice offered as buttons, the zone a person names or stands in, and how a zone is shown."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from core.when import cities
from core.when.formats import city_of, locale_of
from core.when.times import zone_info

CITY_ZONES = (
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Kyiv",
    "Africa/Cairo",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
"""Offered as buttons, west to east: most people live in the time of one of them."""

_ABBREVIATIONS = {
    **dict.fromkeys(("pst", "pdt", "pt"), "America/Los_Angeles"),
    **dict.fromkeys(("mst", "mdt"), "America/Denver"),
    **dict.fromkeys(("cst", "cdt"), "America/Chicago"),
    **dict.fromkeys(("est", "edt", "et"), "America/New_York"),
    **dict.fromkeys(("brt",), "America/Sao_Paulo"),
    **dict.fromkeys(("gmt", "utc", "z"), "UTC"),
    **dict.fromkeys(("bst",), "Europe/London"),
    **dict.fromkeys(("cet", "cest", "mez", "mesz"), "Europe/Berlin"),
    **dict.fromkeys(("eet", "eest"), "Europe/Kyiv"),
    **dict.fromkeys(("msk", "мск"), "Europe/Moscow"),
    **dict.fromkeys(("ist",), "Asia/Kolkata"),
    **dict.fromkeys(("wib",), "Asia/Jakarta"),
    **dict.fromkeys(("sgt",), "Asia/Singapore"),
    **dict.fromkeys(("jst",), "Asia/Tokyo"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    "dc": "America/New_York",
}
_SHORT_COUNTRIES = {"us": "US", "usa": "US", "uk": "GB", "uae": "AE", "сша": "US"}
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*([+\-−–])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_FIXED = re.compile(r"(?:Etc/)?(?:GMT|UTC|UCT|Zulu|Universal|Greenwich)(?:[+-]\d+)?")


@dataclass(frozen=True, slots=True)
class ZoneMatch:
    """A zone that fits, and the place it was found by ("" when the zone itself was named). `country` may be ""."""

    zone: str
    place: str
    country: str


def find_zone(typed: str, *, now: datetime, language: str = "en", limit: int = 6) -> list[ZoneMatch]:
    """What a person may mean, likeliest first, each zone once; empty when nothing fits.

    Understands offsets ("UTC+3"), IANA names, abbreviations, cities by any of their names in many languages and with
    small slips, and countries in `language` or English. `now` decides which places share an offset of half an hour.
    """
    typed = " ".join(typed.split())[:100]
    if not cities.folded(typed):
        return []
    if offset := _OFFSET.fullmatch(typed):
        return _with_offset(_signed(offset), now)[:limit]
    for search in (_iana, _abbreviated, _by_city, _by_country(language), _by_first_part, _by_beginning, _by_likeness):
        found = list(search(typed))
        if found:
            return _each_zone_once(found)[:limit]
    return []


def zone_of_location(latitude: float, longitude: float) -> ZoneMatch:
    """The zone of the nearest city. Raises ValueError outside -90..90 and -180..180."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("not a place on earth")
    return _match(cities.nearest(latitude, longitude))


def describe_zone(zone: str, *, now: datetime) -> str:
    """The zone with its offset now: "Europe/Berlin (UTC+1)"; for a bare offset, only that."""
    shown = offset_name(zone, now=now)
    return shown if _FIXED.fullmatch(zone) else f"{zone} ({shown})"


def offset_name(zone: str, *, now: datetime) -> str:
    """ "UTC", "UTC+1", "UTC-3:30": what the zone's clocks are ahead of UTC at that instant."""
    offset = _offset_at(zone, now)
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def city_name(zone: str, language: str) -> str:
    """The best-known city of a zone in a language: "Берлин" for Europe/Berlin. A bare offset stays as it is."""
    return zone if _FIXED.fullmatch(zone) else city_of(zone, language)


def zone_of_abbreviation(typed: str) -> str | None:
    """The zone that "CET" or "pst" most often stands for."""
    return _ABBREVIATIONS.get(typed.casefold().strip(". "))


def is_zone(name: str) -> bool:
    """Whether it is an IANA name that this machine knows, spelt exactly."""
    return name in _zones_by_lower_name().values()


def preload() -> None:
    """Load what `find_zone` needs: in a parent process before it forks."""
    cities.preload()
    _zones_by_lower_name()


def _iana(typed: str) -> Iterator[ZoneMatch]:
    known = _zones_by_lower_name()
    zone = known.get(typed.lower().replace(" ", "_"))
    if zone and ("/" in zone or zone == "UTC"):
        yield ZoneMatch(zone, "", "")


def _abbreviated(typed: str) -> Iterator[ZoneMatch]:
    if zone := zone_of_abbreviation(typed):
        yield ZoneMatch(zone, "", "")
    elif country := _SHORT_COUNTRIES.get(typed.casefold()):
        yield from map(_match, cities.in_country(country))


def _by_city(typed: str) -> Iterator[ZoneMatch]:
    yield from map(_match, cities.named(typed))
    wanted = cities.folded(typed)
    for name, zone in _zones_by_lower_name().items():
        if name.rpartition("/")[2].replace("_", " ") == wanted and "/" in zone and not _FIXED.fullmatch(zone):
            yield ZoneMatch(zone, zone.rpartition("/")[2].replace("_", " "), "")


def _by_country(language: str) -> Callable[[str], Iterator[ZoneMatch]]:
    def search(typed: str) -> Iterator[ZoneMatch]:
        wanted = cities.folded(typed)
        for tag in dict.fromkeys((language, "en")):
            if country := _countries(tag).get(wanted):
                yield from map(_match, cities.in_country(country))
                return

    return search


def _by_first_part(typed: str) -> Iterator[ZoneMatch]:
    """ "Lyon, France" """
    first, comma, rest = typed.partition(",")
    if comma:
        in_named_country = _countries("en").get(cities.folded(rest))
        found = [city for city in cities.named(first) if in_named_country in (None, city.country)]
        yield from map(_match, found)


def _by_beginning(typed: str) -> Iterator[ZoneMatch]:
    if len(typed) >= 3:
        yield from map(_match, cities.beginning(typed))


def _by_likeness(typed: str) -> Iterator[ZoneMatch]:
    if len(typed) >= 4:
        yield from map(_match, cities.alike(typed))


def _with_offset(wanted: timedelta, now: datetime) -> list[ZoneMatch]:
    hours, rest = divmod(wanted, timedelta(hours=1))
    if not wanted:
        return [ZoneMatch("UTC", "", "")]
    fixed = f"Etc/GMT{-hours:+d}"  # POSIX signs: west is positive
    if not rest and fixed.lower() in _zones_by_lower_name():
        return [ZoneMatch(fixed, "", "")]
    return [_match(city) for city in cities.largest_by_zone() if _offset_at(city.zone, now) == wanted]


def _signed(offset: re.Match[str]) -> timedelta:
    size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return size if offset[1] == "+" else -size


def _offset_at(zone: str, now: datetime) -> timedelta:
    return now.astimezone(zone_info(zone)).utcoffset() or timedelta(0)


def _match(city: cities.City) -> ZoneMatch:
    return ZoneMatch(city.zone, city.name, city.country)


def _each_zone_once(found: Iterable[ZoneMatch]) -> list[ZoneMatch]:
    known = _zones_by_lower_name()
    firsts: dict[str, ZoneMatch] = {}
    for match in found:
        if match.zone.lower() in known:
            firsts.setdefault(match.zone, match)
    return list(firsts.values())


@cache
def _zones_by_lower_name() -> dict[str, str]:
    return {zone.lower(): zone for zone in available_timezones()}


@cache
def _countries(language: str) -> dict[str, str]:
    return {cities.folded(name): code for code, name in locale_of(language).territories.items() if code.isalpha()}
