"""The world's 34,000 cities above 15,000 people, for finding a time zone by name or by place.

cities.tsv is made by build_cities.py from GeoNames (CC BY 4.0). It is searched as bytes: 3 MB instead of 60 as objects.
"""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("cities.tsv")
_DEGREE_KM = 111.2
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class City:
    """`country` is the ISO 3166 code, `zone` the IANA name."""

    name: str
    country: str
    zone: str
    latitude: float
    longitude: float


def folded(name: str) -> str:
    """A name as it is compared: no case, accents, apostrophes or punctuation."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = (_folded_letter(letter) for letter in letters)
    return " ".join("".join(kept).split())


def named(name: str, *, limit: int = 20) -> list[City]:
    """Cities that bear this name in some language, largest first."""
    return _containing(f"|{folded(name)}|", limit)


def beginning(name: str, *, limit: int = 20) -> list[City]:
    """Cities of which some name begins so, largest first."""
    return _containing(f"|{folded(name)}", limit)


def alike(name: str, *, limit: int = 5) -> list[City]:
    """Cities whose own name differs by a slip or two, most alike first."""
    wanted = folded(name)
    scored = [(score, line) for line, other in _own_names(wanted[:1]) if (score := _likeness(wanted, other)) >= _ALIKE]
    scored.sort(key=lambda pair: -pair[0])
    return [_city(line) for _, line in scored[:limit]]


def in_country(country: str) -> list[City]:
    """All cities of a country, largest first."""
    return [_city(line) for line in _data().splitlines() if line.split(b"\t", 2)[1] == country.encode()]


def largest_by_zone() -> list[City]:
    """The largest city of each time zone, largest first."""
    firsts: dict[bytes, bytes] = {}
    for line in _data().splitlines():
        firsts.setdefault(line.split(b"\t", 3)[2], line)
    return [_city(line) for line in firsts.values()]


def nearest(latitude: float, longitude: float) -> City:
    """The closest city, on a locally flat earth: good to a few per cent where cities are near."""
    shrink = math.cos(math.radians(latitude))

    def distance_km(line: bytes) -> float:
        _, _, _, north, east, _ = line.split(b"\t")
        turn = abs(float(east) - longitude) % 360
        return math.hypot(float(north) - latitude, min(turn, 360 - turn) * shrink) * _DEGREE_KM

    return _city(min(_data().splitlines(), key=distance_km))


def preload() -> None:
    """Read the file now."""
    _data()


@cache
def _data() -> bytes:
    return FILE.read_bytes()


def _containing(needle: str, limit: int) -> list[City]:
    data, wanted = _data(), needle.encode()
    found: list[City] = []
    at = data.find(wanted)
    while at >= 0 and len(found) < limit:
        end = data.index(b"\n", at)
        found.append(_city(data[data.rfind(b"\n", 0, at) + 1 : end]))
        at = data.find(wanted, end)
    return found


def _own_names(initial: str) -> Iterator[tuple[bytes, str]]:
    mark = f"|{initial}".encode()
    for line in _data().splitlines():
        names = line.rpartition(b"\t")[2]
        if names.startswith(mark):
            yield line, names[1 : names.index(b"|", 1)].decode()


def _likeness(wanted: str, other: str) -> float:
    if abs(len(wanted) - len(other)) > 2:
        return 0.0
    return SequenceMatcher(None, wanted, other).ratio()


def _city(line: bytes) -> City:
    name, country, zone, latitude, longitude, _ = line.decode().split("\t")
    return City(name, country, zone, float(latitude), float(longitude))


def _folded_letter(letter: str) -> str:
    if letter in "'’ʼʻ`´" or unicodedata.category(letter) == "Mn":
        return ""
    return letter if letter.isalnum() or unicodedata.category(letter) == "Mc" else " "
