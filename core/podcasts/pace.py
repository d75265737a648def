"""How long a text takes to say. Pure.

Words are a poor measure: of two English texts, espeak says 198 words a minute of one and 123 of the other, but 14.4 and
15.6 letters a second. So letters, figures and pauses are counted, and words only serve to tell people and models.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from core.languages import primary

SHORT_MINUTES = 5
LONG_MINUTES = 15
TOLERANCE = 0.15
"""An episode this much longer or shorter than asked still has the length that was asked for."""

_FIGURE_S = 0.4
"""Measured with espeak: "2,400", "24 to 48" and "11%" take 0.28 to 0.6 s a digit; a sign such as % as much."""
_BETWEEN_LINES_S = 0.32
_BETWEEN_SECTIONS_S = 0.58
"""core/podcasts/joining.py puts 320 ms between two speakers and 900 ms between two chapters."""

_LETTER = regex.compile(r"[\p{L}\p{M}]")
_FIGURE = regex.compile(r"[\p{Nd}%€$£¥₹°]")
_STOP = regex.compile(r"[.!?…。！？।॥؟۔:;](?=[\"'»”’)」』]*\s+\S)|[。！？](?=\S)")
_BREATH = regex.compile(r"[,،、，–—](?=\s|\p{L})")

_LETTERS_A_SECOND = {
    "en": 15.0, "es": 14.7, "pt": 13.8, "de": 15.9, "fr": 19.0, "it": 14.9, "ru": 15.8, "uk": 12.0, "ar": 8.8,
    "hi": 11.4, "id": 13.5, "tr": 12.5, "pl": 12.0, "ja": 2.3, "zh": 3.7, "be": 12.2, "bg": 13.2, "bn": 10.6,
    "el": 14.8, "fa": 9.5, "gu": 11.2, "he": 11.0, "hu": 12.6, "is": 12.2, "kn": 11.6, "ko": 5.2, "nl": 14.1,
    "ro": 13.0, "sl": 12.0, "sw": 10.8, "ta": 14.2, "cs": 12.7, "da": 15.0, "lt": 12.0, "th": 9.0, "ur": 11.1,
}  # fmt: skip
"""Measured with espeak at this product's rate (its WORDS_PER_MINUTE) over plain prose, pauses taken off."""
_OTHERS = 13.5
_NATURAL = {"fr": 15.5, "ja": 7.0, "zh": 4.5, "uk": 14.0, "ar": 11.0, "pl": 14.0, "tr": 14.5, "fa": 12.0, "ko": 6.0}
"""Where espeak is far from people: what these do, as an estimate."""
_LETTERS_A_WORD = {
    "en": 4.7, "es": 4.7, "pt": 4.6, "de": 5.6, "fr": 4.6, "it": 5.0, "ru": 5.6, "uk": 5.4, "ar": 4.5, "hi": 3.7,
    "id": 5.7, "tr": 6.1, "pl": 5.6, "ja": 2.0, "zh": 2.0, "bn": 5.4, "fa": 4.0, "kn": 8.3, "ko": 3.1, "ta": 8.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pace:
    """How a voice speaks: letters a second between pauses, seconds of a pause after a sentence and after a comma."""

    letters_per_s: float
    letters_per_word: float = 5.0
    sentence_pause_s: float = 0.42
    comma_pause_s: float = 0.12

    @property
    def words_per_minute(self) -> float:
        """Of ordinary prose, its pauses included; for people and prompts."""
        sentence = 14 * self.letters_per_word
        return 14 * 60 / (sentence / self.letters_per_s + self.sentence_pause_s + self.comma_pause_s)

    def seconds(self, text: str) -> float:
        """How long `text` takes, without silence before and after it."""
        return (
            len(_LETTER.findall(text)) / self.letters_per_s
            + _FIGURE_S * len(_FIGURE.findall(text))
            + self.sentence_pause_s * len(_STOP.findall(text))
            + self.comma_pause_s * len(_BREATH.findall(text))
        )

    def words(self, seconds: float) -> int:
        return round(self.words_per_minute * seconds / 60)

    def seconds_of_lines(self, texts: Iterable[str]) -> float:
        """One line after the other, with the pause between two."""
        return sum(self.seconds(text) + _BETWEEN_LINES_S for text in texts)

    def seconds_of_sections(self, sections: Iterable[Iterable[str]]) -> float:
        return sum(self.seconds_of_lines(lines) + _BETWEEN_SECTIONS_S for lines in sections)


def pace_of(language: str, *, natural: bool = False, speed: float = 1.0) -> Pace:
    """For a BCP-47 tag. `natural`: a voice that speaks as people do, not espeak. `speed` is the speech setting."""
    code = primary(language)
    rate = _LETTERS_A_SECOND.get(code, _OTHERS)
    if natural:
        rate = _NATURAL.get(code, rate)
    return Pace(rate * speed, _LETTERS_A_WORD.get(code, 5.0), 0.42 / speed, 0.12 / speed)
