"""Words in the reader's language. The English msgids stand in the sources, their translations in core/locales.

The catalogues are gettext's `.po` files, read as they stand: there is nothing to compile, so nothing can be forgotten
or out of date, and reading one takes some milliseconds, once in a process. docs/TRANSLATING.md says how they are made.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Final

LOCALES: Final = Path(__file__).parent / "locales"
DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = ("en", "es", "pt", "de", "fr", "ru", "uk", "ar", "hi", "id")
"""The languages that users are offered: those whose catalogue is complete. English needs none."""

_FIELD: Final = re.compile(r'^(msgid_plural|msgid|msgstr(?:\[\d\])?) ((?:".*"\n)+)', re.MULTILINE)
_PLURAL_FORMS: Final = re.compile(r"^Plural-Forms: nplurals=(\d+); plural=(.+);$", re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPED: Final = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The translations into one language: for each msgid its forms, one or as many as the language has plurals."""

    messages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    plural_of: Callable[[int], int] = lambda n: int(n != 1)
    """Which of the forms a number takes."""

    def gettext(self, message: str) -> str:
        """The translation, or the msgid itself."""
        return self.messages.get(message, (message,))[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form that `n` takes; in English when there is no translation."""
        forms = self.messages.get(one)
        if forms is None:
            return one if n == 1 else many
        return forms[min(self.plural_of(n), len(forms) - 1)]


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language as users have it; an empty one for a language without."""
    path = LOCALES / f"{language}.po"
    return read_catalogue(path.read_text(encoding="utf-8")) if path.is_file() else Catalogue()


def supported_language(code: str | None) -> str:
    """The offered language nearest to a BCP-47 code."""
    wanted = (code or "").lower().replace("_", "-")
    for candidate in (wanted, wanted.partition("-")[0]):
        if candidate in LANGUAGES:
            return candidate
    return DEFAULT_LANGUAGE


def read_catalogue(po: str) -> Catalogue:
    """What a `.po` file says. Entries without a translation are left out.

    https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
    """
    messages: dict[str, tuple[str, ...]] = {}
    msgid = ""
    for name, quoted in _FIELD.findall(po):
        text = _unquoted(quoted)
        if name == "msgid":
            msgid = text
        elif name != "msgid_plural" and text:
            messages[msgid] = (*messages.get(msgid, ()), text)
    header = messages.pop("", ("",))[0]
    rule = _PLURAL_FORMS.search(header)
    return Catalogue(messages, c2py(rule[2])) if rule is not None else Catalogue(messages)


def _unquoted(lines: str) -> str:
    text = "".join(line[1:-1] for line in lines.splitlines())
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text
