"""Which language a text is in, and what languages are called."""

from dataclasses import dataclass

import regex
from babel import Locale, UnknownLocaleError

from core.language_model import LanguageModel

UNKNOWN = "und"
"""BCP 47's code for a language that isn't known."""

DETECTABLE = frozenset(
    """
    af ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky
    lo lt lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi yo zh zu
    """.split()  # noqa: SIM905  one code per line would be a page
)
"""The widely written ones: telling fewer apart makes short texts surer and the model smaller in memory."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "ur", "yi", "ckb", "sd", "ug"})

_SAMPLE_CHARACTERS = 4_000
_SURE = 0.4
_SHORT_LETTERS = 40
_SURE_OF_SHORT = 0.6
_SURE_AGAINST_EXPECTATION = 0.97
"""Below these shares the best guess is too often a neighbour or noise: "ok", "12 €", a name, four words. Tried with
stretches of 2 to 12 words in English, German, Spanish and Indonesian: from six words on it is right."""
_EXPECTED_SHARE = 0.3
"""A short text is in the expected language when that is at least this likely, in proportion to the likeliest."""
_LETTER = regex.compile(r"\p{L}")
_MODEL = LanguageModel(DETECTABLE)
_NOT_PROSE = regex.compile(r"https?://\S+|[@#]\w+|[\p{N}\p{S}]+")


@dataclass(frozen=True, slots=True)
class Language:
    """A BCP 47 code ("und" when unknown) and how sure that is, 0 to 1."""

    code: str
    confidence: float


def detect(text: str, *, expected: str = "") -> Language:
    """The language most of the text's beginning is in; `expected` is its sender's, and decides what is too short.

    The first call loads the model, which takes about a second.
    """
    sample = _NOT_PROSE.sub(" ", text[:_SAMPLE_CHARACTERS])
    letters = len(_LETTER.findall(sample))
    if not letters:
        return Language(UNKNOWN, 0.0)
    ranking = _MODEL.rank(sample)
    code, confidence = ranking[0]
    if letters < _SHORT_LETTERS:
        if dict(ranking).get(primary(expected), 0.0) >= _EXPECTED_SHARE * confidence:
            return Language(primary(expected), confidence)
        sure = confidence >= (_SURE_AGAINST_EXPECTATION if expected else _SURE_OF_SHORT)
        return Language(code if sure else UNKNOWN, confidence)
    return Language(code if confidence >= _SURE else UNKNOWN, confidence)


def primary(tag: str) -> str:
    """The language alone of a BCP 47 tag: "pt" of "pt-BR"."""
    return tag.replace("_", "-").split("-")[0].lower()


def name(tag: str, *, shown_in: str = "en") -> str:
    """What speakers of `shown_in` call the language ("Deutsch" for "de" in "de"); the tag itself when unnamed."""
    try:
        return Locale.parse(tag, sep=_separator(tag)).get_display_name(_locale(shown_in)) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def is_right_to_left(tag: str) -> bool:
    return primary(tag) in RIGHT_TO_LEFT


def _separator(tag: str) -> str:
    return "_" if "_" in tag else "-"


def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag, sep=_separator(tag))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
