"""Words: the English msgid stands in the screen, gettext finds its translation, and parameters are escaped."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from core.languages import is_right_to_left
from core.translations import DEFAULT_LANGUAGE, LANGUAGES, catalogue, supported_language

_APART = re.compile(r"(?<![\w/@#\"'=<}])(?<!<code>)(?<!<pre>)(?:[/@#](?:\{\w+\}|[A-Za-z_]+)|\{\w+\})(?![\w\"'])")
_NO_LETTERS = re.compile("\u2068([^\\w\u2068\u2069]*(?:\\d[^\\w\u2068\u2069]*)*)\u2069")

__all__ = ["LANGUAGES", "Texts", "locale_of", "msgid", "supported_language"]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in one language. `t("Ready: {title}", title=title)` gives HTML for Telegram; `title` can't break it."""

    language: str

    def __call__(self, message: str, /, **params: Any) -> Markup:
        return _fill(catalogue(self.language).gettext(message), params, self.language)

    def plural(self, one: str, many: str, n: int, /, **params: Any) -> Markup:
        """The form that `n` takes in the language; `{n}` stands for the number."""
        return _fill(catalogue(self.language).ngettext(one, many, n), {"n": n, **params}, self.language)

    @property
    def locale(self) -> Locale:
        """For Babel: dates, numbers, names of languages."""
        return locale_of(self.language)


def msgid(message: str) -> str:
    """Marks a text that is translated elsewhere than where it is written."""
    return message


@lru_cache
def locale_of(language: str) -> Locale:
    """Babel's locale of a BCP-47 code; English for what Babel doesn't know."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(DEFAULT_LANGUAGE)


def _fill(message: str, params: dict[str, Any], language: str) -> Markup:
    shown = {name: _shown(value, language) for name, value in params.items()}
    if not is_right_to_left(language):
        return Markup(message.format(**shown))  # noqa: S704 - msgids are ours
    return Markup(_NO_LETTERS.sub(r"\1", _set_apart(message).format(**shown)))  # noqa: S704 - likewise


@lru_cache(maxsize=4_096)
def _set_apart(message: str) -> str:
    """What is filled in and commands stand for themselves: a Latin name doesn't turn the Arabic sentence around it.

    Left alone is what becomes part of a word, a link or something to copy; numbers keep their order by themselves.
    https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    return _APART.sub("\u2068\\g<0>\u2069", message)


def _shown(value: Any, language: str) -> Markup:
    """Safe in HTML; big numbers as the language writes them."""
    if isinstance(value, int) and value >= 1000:
        return escape(format_decimal(value, locale=locale_of(language)))
    return escape(value)
