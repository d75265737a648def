"""Numbers as words in the language of a text, where it is sure how they are read. Pure.

What is more than a number (times, dates, ranges, names like GPT-4, telephone numbers) stays: the voice knows best.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import regex
from babel import Locale, UnknownLocaleError
from babel.numbers import NumberFormatError, get_group_symbol, parse_decimal

from core.languages import primary

DIGITS_MOST = 15
_YEARS = range(1900, 2100)
_YEARS_APART = frozenset({"en", "de"})
"""Where a year of four digits is said otherwise than a number."""
_NAMES = {"pt-br": "pt_BR", "en-gb": "en_GB", "en-in": "en_IN", "fr-ch": "fr_CH", "fr-be": "fr_BE"}
"""Tags that num2words knows by another name than their language's."""
_FALSE_FRIENDS = frozenset({"fa"})
_SPACE = regex.compile(r"\s")
_NUMBER = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}_.,:/#+§@\\-])(?<![0-9)]\s)(?P<minus>[-\u2212](?=\d))?"
    r"(?P<number>[0-9]+(?:[.,'’\u00a0\u202f ][0-9]{3}(?![0-9]))*(?:[.,][0-9]+)?)"
    r"(?P<ordinal>(?:st|nd|rd|th)(?!\p{L}))?(?P<percent>\s?%)?"
    r"(?![\p{L}\p{M}\p{N}_:/°²³\\-]|[.,'’\s][0-9])"
)


Percent = str | Mapping[str, str]
"""What % is called: one word, or one for each of CLDR's plural forms that the language has. Empty: unknown."""


def numbers_said(text: str, language: str, *, percent: Percent = "") -> str:
    """`text` with its plain numbers in words; a % of which the word isn't known stays with its number."""
    return _NUMBER.sub(lambda match: _said(match, language, percent), text)


def _said(match: regex.Match[str], language: str, percent: Percent) -> str:
    written = match["number"]
    value = _parsed(written, language)
    if value is None or (match["percent"] and not percent):
        return str(match[0])
    if match["minus"]:
        value = -value
    words = _words(value, language, to=_kind(match, value, language))
    if words is None:
        return str(match[0])
    return f"{words} {_percent(value, language, percent)}" if match["percent"] else words


def _percent(value: Decimal, language: str, forms: Percent) -> str:
    if isinstance(forms, str):
        return forms
    return forms[Locale.parse(language, sep="-").plural_form(value)]


def _kind(match: regex.Match[str], value: Decimal, language: str) -> str:
    if match["ordinal"]:
        return "ordinal"
    is_year = len(match["number"]) == 4 and match["number"].isdecimal() and value in _YEARS
    plain = not match["percent"] and not match["minus"]
    return "year" if plain and is_year and primary(language) in _YEARS_APART else "cardinal"


def _parsed(written: str, language: str) -> Decimal | None:
    """As people write numbers in that language: 2.400 is many in German and few in English."""
    if len(written) > DIGITS_MOST or (written[0] == "0" and written[1:].isdecimal() and len(written) > 1):
        return None
    if written.isdecimal():
        return Decimal(written)
    try:
        locale = Locale.parse(language, sep="-")
        group = get_group_symbol(locale)
        plain = _SPACE.sub(group, written) if group.isspace() else written
        return parse_decimal(plain, locale=locale, strict=True)
    except (NumberFormatError, UnknownLocaleError, ValueError):
        return None


def _words(value: Decimal, language: str, *, to: str) -> str | None:
    """None where nobody knows the words."""
    from num2words import num2words

    if primary(language) in _FALSE_FRIENDS:
        return None
    exact: Any = int(value) if value == value.to_integral_value() else value
    try:
        said = num2words(exact, lang=_NAMES.get(language.lower(), primary(language)), to=to)
    except (NotImplementedError, OverflowError, ValueError, KeyError, IndexError, TypeError, InvalidOperation):
        return None
    return str(said)
