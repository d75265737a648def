"""The `.po` files as they are written: sorted, a line a text, no dates, so that a change shows what it changes."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from core.translations import LOCALES, read_catalogue
from tests.texts.extracting import Message

Translations = Mapping[str, tuple[str, ...]]
"""msgid -> its forms."""

_RULES: Final = {
    "ar": (6, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5"),
    "de": (2, "n!=1"),
    "es": (2, "n!=1"),
    "fr": (2, "n>1"),
    "hi": (2, "n>1"),
    "id": (1, "0"),
    "pt": (2, "n>1"),
    "ru": (3, "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"),
    "uk": (3, "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"),
}
"""https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html, for whole numbers; what only
millions take in Spanish, French and Portuguese is left out."""

TRANSLATED: Final = tuple(_RULES)


@dataclass(frozen=True, slots=True)
class Examples:
    """Numbers that take each form of a language, for whoever translates."""

    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.numbers))


def forms_of(language: str) -> int:
    """How many plural forms it has."""
    return _RULES[language][0]


def examples_of(language: str) -> list[Examples]:
    """For each form in its order, the first numbers that take it."""
    plural_of = read_catalogue(_header(language)).plural_of
    return [Examples(tuple(n for n in range(1_000) if plural_of(n) == form)[:5]) for form in range(forms_of(language))]


def stored(language: str) -> dict[str, tuple[str, ...]]:
    """What is translated so far."""
    path = LOCALES / f"{language}.po"
    return read_catalogue(path.read_text(encoding="utf-8")).messages if path.exists() else {}


@contextmanager
def changing(language: str, texts: Mapping[str, Message]) -> Iterator[dict[str, tuple[str, ...]]]:
    """The translations, to be changed in place and written at the end; nobody else writes them meanwhile."""
    with (LOCALES / f"{language}.po").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        translations = stored(language)
        yield translations
        text = written(language, translations, texts)
        file.seek(0)
        file.truncate()
        file.write(text)


def written(language: str, translations: Translations, texts: Mapping[str, Message]) -> str:
    """The whole `.po` file."""
    entries = (_entry(msgid, translations[msgid], texts.get(msgid)) for msgid in sorted(translations))
    return "\n".join([_header(language), *entries])


def _header(language: str) -> str:
    forms, rule = _RULES[language]
    lines = (
        f"Language: {language}\n",
        "MIME-Version: 1.0\n",
        "Content-Type: text/plain; charset=UTF-8\n",
        "Content-Transfer-Encoding: 8bit\n",
        f"Plural-Forms: nplurals={forms}; plural=({rule});\n",
    )
    return "\n".join(['msgid ""', 'msgstr ""', *map(_quoted, lines), ""])


def _entry(msgid: str, forms: tuple[str, ...], text: Message | None) -> str:
    if text is None or text.plural is None:
        return f"msgid {_quoted(msgid)}\nmsgstr {_quoted(forms[0])}\n"
    lines = [f"msgid {_quoted(msgid)}", f"msgid_plural {_quoted(text.plural)}"]
    return "\n".join([*lines, *(f"msgstr[{place}] {_quoted(form)}" for place, form in enumerate(forms)), ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
