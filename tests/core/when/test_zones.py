"""Zones found by what people type and where they are."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.when import cities
from core.when.times import zone_info
from core.when.zones import (
    CITY_ZONES,
    city_name,
    describe_zone,
    find_zone,
    is_zone,
    offset_name,
    zone_of_location,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Kyiv", "Europe/Kyiv"),
        ("Киев", "Europe/Kyiv"),
        ("київ", "Europe/Kyiv"),
        ("New York", "America/New_York"),
        ("  new   york ", "America/New_York"),
        ("ny", "America/New_York"),
        ("LA", "America/Los_Angeles"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("मुंबई", "Asia/Kolkata"),
        ("القاهرة", "Africa/Cairo"),
        ("Питер", "Europe/Moscow"),
        ("München", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("Berln", "Europe/Berlin"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("Birmingham, United States", "America/Chicago"),
        ("Amsterd", "Europe/Amsterdam"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("america/argentina/buenos aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
        ("gmt", "UTC"),
        ("UTC+0", "UTC"),
        ("UTC+3", "Etc/GMT-3"),
        ("+03:00", "Etc/GMT-3"),
        ("GMT -5", "Etc/GMT+5"),
        ("UTC−5", "Etc/GMT+5"),
        ("utc+5:30", "Asia/Kolkata"),
        ("CET", "Europe/Berlin"),
        ("мск", "Europe/Moscow"),
        ("Germany", "Europe/Berlin"),
        ("usa", "America/New_York"),
        ("Japan", "Asia/Tokyo"),
        ("Singapore", "Asia/Singapore"),
    ],
)
def test_what_people_type_finds_their_zone(typed: str, zone: str) -> None:
    assert find_zone(typed, now=NOW)[0].zone == zone


@pytest.mark.parametrize(("typed", "language"), [("Deutschland", "de"), ("Германия", "ru"), ("Alemanha", "pt-BR")])
def test_countries_are_known_in_ones_own_language(typed: str, language: str) -> None:
    assert [match.zone for match in find_zone(typed, now=NOW, language=language)] == ["Europe/Berlin"]


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "qqqqqqq", "UTC+25", "+99:00", "🙂", "x" * 5000])
def test_nonsense_finds_nothing(typed: str) -> None:
    assert find_zone(typed, now=NOW) == []


def test_a_name_of_several_places_offers_each_zone_once_the_largest_first() -> None:
    found = find_zone("Birmingham", now=NOW)
    assert [match.zone for match in found] == ["Europe/London", "America/Chicago", "America/Detroit"]
    assert (found[0].place, found[0].country) == ("Birmingham", "GB")


def test_a_country_of_many_zones_offers_the_largest_ones() -> None:
    assert [match.place for match in find_zone("Russia", now=NOW, limit=2)] == ["Moscow", "Novosibirsk"]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_whatever_is_typed_only_real_zones_come_back(typed: str) -> None:
    assert all(is_zone(match.zone) for match in find_zone(typed, now=NOW))


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (52.52, 13.40, "Europe/Berlin"),
        (40.71, -74.00, "America/New_York"),
        (-33.87, 151.21, "Australia/Sydney"),
        (55.76, 37.62, "Europe/Moscow"),
        (27.7, 85.3, "Asia/Kathmandu"),
        (-18.14, 178.44, "Pacific/Fiji"),
        (64.15, -21.94, "Atlantic/Reykjavik"),
        (90, 0, "Europe/Oslo"),
    ],
)
def test_a_place_has_the_zone_of_the_nearest_city(latitude: float, longitude: float, zone: str) -> None:
    found = zone_of_location(latitude, longitude)
    assert offset_name(found.zone, now=NOW) == offset_name(zone, now=NOW)


def test_across_the_date_line_the_nearest_is_near() -> None:
    assert abs(cities.nearest(-17.0, -179.9).longitude) > 170


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (float("nan"), 0)])
def test_a_place_not_on_earth_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="not a place"):
        zone_of_location(latitude, longitude)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Berlin", "Europe/Berlin (UTC+1)"),
        ("America/New_York", "America/New_York (UTC-5)"),
        ("America/St_Johns", "America/St_Johns (UTC-3:30)"),
        ("Asia/Kathmandu", "Asia/Kathmandu (UTC+5:45)"),
        ("Europe/London", "Europe/London (UTC)"),
        ("Etc/GMT-3", "UTC+3"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_described_with_its_offset_now(zone: str, shown: str) -> None:
    assert describe_zone(zone, now=NOW) == shown


def test_the_offset_is_that_of_the_season() -> None:
    assert offset_name("Europe/Berlin", now=datetime(2026, 7, 1, tzinfo=UTC)) == "UTC+2"


def test_the_offered_cities_are_zones_from_west_to_east() -> None:
    offsets = [NOW.astimezone(zone_info(zone)).utcoffset() or timedelta(0) for zone in CITY_ZONES]
    assert offsets == sorted(offsets)
    assert 12 <= len(CITY_ZONES) <= 16
    assert all(map(is_zone, CITY_ZONES))


def test_cities_are_called_as_the_language_does() -> None:
    assert [city_name(zone, "ru") for zone in ("Europe/Berlin", "Europe/Kyiv")] == ["Берлин", "Киев"]
    assert city_name("America/New_York", "ar") == "نيويورك"
    assert city_name("UTC", "de") == "UTC"


def test_every_zone_of_the_city_file_exists() -> None:
    assert {city.zone for city in cities.largest_by_zone()} <= available_timezones()


def test_searching_takes_no_noticeable_time() -> None:
    cities.preload()
    started = time.process_time()
    for typed in ("Kyiv", "zzzzzz", "Germany", "+5:30"):
        find_zone(typed, now=NOW)
    assert time.process_time() - started < 5
