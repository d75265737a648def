"""What is read aloud of a text: no markup, no stage directions, signs as words where the voice would stumble. Pure."""

import html
import tomllib
from functools import lru_cache
from pathlib import Path

import regex

from core.languages import primary
from core.posts.counting import EMOJI, HASHTAG

_ROUNDS = 6

_STAGE = (
    r"laugh\w*|chuckl\w*|giggl\w*|sigh\w*|paus\w*|music|applause|clears?|cough\w*|whisper\w*|smil\w*|gasp\w*|nod\w*"
    r"|silence|beat|jingle|intro|outro|excited\w*|thoughtful\w*|sarcastic\w*|sound|sfx|inaudible|crosstalk|breath\w*"
    r"|risas?|ríe\w*|suspira\w*|pausa|música|aplausos|risos|ri|suspiro|lacht?|lachen|lachend|seufzt?|seufzend|musik|pause"
    r"|applaus|rires?|rit|soupir\w*|musique|applaudissements|смех|смеётся|смеется|вздыха\w*|вздох|пауза|музыка"
    r"|аплодисменты|сміх|сміється|зітха\w*|музика|оплески|ضحك|يضحك|تنهد|موسيقى|تصفيق|हँसते\w*|हंसी|संगीत|तालियाँ"
    r"|tertawa|tawa|menghela|jeda|musik|tepuk|笑|音乐|音楽|ため息"
)
_FENCE = regex.compile(r"```[^\n]*\n.*?(?:```|\Z)", regex.DOTALL)
_IMAGE = regex.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = regex.compile(r"\[([^\]\n]+)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_TAG = regex.compile(r"</?[A-Za-z!?][^<>\n]{0,300}>")
_BRACKETED = regex.compile(r"[\[【]([^\[\]【】\n]*)[\]】]")
_DIRECTION = regex.compile(
    rf"\(\s*(?:\w+\s+)?(?:{_STAGE})(?:\s+\w+){{0,3}}\s*\)|(?<!\*)\*\s*(?:{_STAGE})(?:\s+\w+){{0,3}}\s*\*(?!\*)",
    regex.IGNORECASE,
)
_STAGE_WORD = regex.compile(rf"(?<!\w)(?:{_STAGE})(?!\w)", regex.IGNORECASE)
_REFERENCE = regex.compile(r"[\d\s,;–-]*")
_ASIDE = regex.compile(r"\p{Ll}[\p{L}\p{M}]*")
_LABEL = regex.compile(
    r"^\s*(?:host|guest|speaker\s*\d|moderator|interviewer)\s*:\s*", regex.IGNORECASE | regex.MULTILINE
)
_MARK = regex.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•·▪]\s+)", regex.MULTILINE)
_EMPHASIS = regex.compile(
    r"(\*\*|__|~~|`)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])([*_])(?=[^\s*_])([^\n*_]+?)(?<=\S)\3(?![\w*])"
)
_LEFT_OVER = regex.compile(r"[*`~|<>{}\[\]\\^【】]+|(?<!\w)_+|_+(?!\w)")
_URL = regex.compile(
    r"(?:https?://|www\.)(?:[\w.-]+@)?(?P<host>[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*)"
    r"(?:[/?#:](?:[^\s»”\"<>]*[\p{L}\p{N}/=_-])?)?",
    regex.IGNORECASE,
)
_MAIL = regex.compile(r"(?P<name>[\w+-]+(?:\.[\w+-]+)*)@(?P<host>[\w-]+(?:\.[\w-]+)+)")
_MENTION = regex.compile(r"(?<![\w@])@(?=\w)")
_HUMP = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{Nd})|_")
_MONEY = regex.compile(
    r"(?P<sign>[$€£])\s?(?P<amount>\p{Nd}[\p{Nd}.,]*(?<![.,]))"
    r"(?P<scale>\s(?:million|billion|trillion|thousand|mill?ones|millones|milhões|bilhões|mil|millions?|milliards?|Mio\.?"
    r"|Mrd\.?|Millionen|Milliarden|миллион\w*|миллиард\w*|млн|млрд|тысяч\w*|мільйон\w*|мільярд\w*|juta|miliar|triliun)\b)?"
)
_AND = regex.compile(r"(?<=\s)&(?=\s)")
_ARROW = regex.compile(r"\s*(?:[→➜➔⇒]|->|=>)\s*")
_PICTOGRAPH = regex.compile(r"[\p{Extended_Pictographic}--[©®™‼⁉]]", regex.V1)
"""EMOJI leaves those out that are text unless a selector follows: a voice would read their names."""
_UNSAYABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u200b\u2060\ufeff\ufe0f]")
_ENTITY = regex.compile(r"&(?:[A-Za-z]\w{1,31}|#\d{1,7}|#[xX][\da-fA-F]{1,6});")
_SPACES = regex.compile(r"\s+")
_BEFORE_SIGN = regex.compile(r"\s+(?=[,.;…](?:\s|$))")
_AFTER_FULL_WIDTH = regex.compile(r"(?<=[。！？，、；])\s+(?=[\p{Han}\p{Hiragana}\p{Katakana}])")
_DOUBLED = regex.compile(r"([,;])(?:\s*[,;])+|(?<=[.!?])\s+[.,;](?=\s|$)")


def spoken(text: str, language: str) -> str:
    """`text` as one paragraph to be read aloud in `language` (a BCP-47 tag); empty when nothing can be said of it.

    Tags, markdown, emojis and stage directions go; links become their site's name, hashtags and amounts words. What is
    spoken already stays as it is.
    """
    for _ in range(_ROUNDS):
        plainer = _plainer(text, _words(primary(language)))
        if plainer == text:
            break
        text = plainer
    return text if any(character.isalnum() for character in text) else ""


def _plainer(text: str, words: dict[str, str]) -> str:
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", _FENCE.sub(" ", text)))
    text = _DIRECTION.sub(" ", _TAG.sub(" ", text))
    text = _BRACKETED.sub(_unbracketed, text)
    text = _MARK.sub("", _LABEL.sub("", text))
    text = _EMPHASIS.sub(lambda match: match[2] or match[4], text)
    text = _URL.sub(lambda match: _site(match["host"], words), text)
    text = _MAIL.sub(lambda match: _address(match, words), text)
    text = HASHTAG.sub(
        lambda match: _HUMP.sub(" ", match[0][1:]), _MENTION.sub("", _PICTOGRAPH.sub(" ", EMOJI.sub(" ", text)))
    )
    text = _MONEY.sub(lambda match: _amount(match, words), text)
    text = _AND.sub(words.get("and", "&"), _ARROW.sub(", ", text))
    text = _LEFT_OVER.sub(" ", _UNSAYABLE.sub(" ", text))
    text = _DOUBLED.sub(lambda match: match[1] or "", _BEFORE_SIGN.sub("", _SPACES.sub(" ", text)))
    text = _AFTER_FULL_WIDTH.sub("", text)
    return text.strip()


def _unbracketed(match: regex.Match[str]) -> str:
    """A reference or a stage direction goes; an editor's addition is read."""
    inner = match[1].strip()
    goes = _REFERENCE.fullmatch(inner) or _STAGE_WORD.search(inner) or _ASIDE.fullmatch(inner)
    return " " if goes else inner


def _site(host: str, words: dict[str, str]) -> str:
    name = host.lower().removeprefix("www.")
    return name.replace(".", f" {words['dot']} ") if "dot" in words else name


def _address(match: regex.Match[str], words: dict[str, str]) -> str:
    if "at" not in words:
        return str(match[0])
    return f"{match['name']} {words['at']} {_site(match['host'], words)}"


def _amount(match: regex.Match[str], words: dict[str, str]) -> str:
    name = words.get(match["sign"])
    return f"{match['amount']}{match['scale'] or ''} {name}" if name else str(match[0])


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "spoken.toml").read_text("utf-8"))


def _words(language: str) -> dict[str, str]:
    return _tables().get(language, {})
