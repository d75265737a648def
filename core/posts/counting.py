"""How platforms count (weighted, UTF-16, bytes), and what they take for a link, a hashtag, a mention."""

import unicodedata
from functools import lru_cache
from pathlib import Path

import regex

TWITTER_LINK_LENGTH = 23
"""Every link becomes a t.co address of this length (twitter-text configuration, version 3)."""

_ACCENTED = r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u02bb\u0300-\u036f\u1e00-\u1eff"
_PATH = rf"[a-z0-9\u0400-\u04ff!*';:=+,.$/%\#\[\]\-\u2013_~@|&{_ACCENTED}]"
_PATH_END = rf"[+\-a-z0-9\u0400-\u04ff=_\#/{_ACCENTED}]"
_IN_PARENTHESES = rf"\((?:{_PATH}+|{_PATH}*\({_PATH}+\){_PATH}*)\)"
_ANY_LABEL = r"[\p{L}\p{M}\p{Nd}](?:[\p{L}\p{M}\p{Nd}_-]*[\p{L}\p{M}\p{Nd}])?"
_PLAIN_LABEL = rf"[a-z0-9{_ACCENTED}](?:[a-z0-9_\-{_ACCENTED}]*[a-z0-9{_ACCENTED}])?"
_QUERY = r"\? [a-z0-9!?*'@();:&=+$/%\#\[\]\-_.,~|]* [a-z0-9_&=\#/\-]"
_PATH_AND_QUERY = rf"""
    / (?: (?:{_PATH}|{_IN_PARENTHESES})* (?:{_PATH_END}|{_IN_PARENTHESES}) )?
    (?: {_QUERY} )?
"""
_TWITTER_LINK = regex.compile(
    rf"""
    (?<![a-z0-9@＠$\#＃]) https?:// (?P<domain>(?:{_ANY_LABEL}\.)+ (?: [a-z]{{2,}} | xn--[a-z0-9-]+ | [^\W\d_a-z]+ ))
        (?![0-9a-z@+\-]) (?: :[0-9]+ )? (?: {_PATH_AND_QUERY} | {_QUERY} )?
    | (?<![a-z0-9@＠$\#＃\-_./]) (?P<domain>(?:{_PLAIN_LABEL}\.)+ (?: [a-z]{{2,}} | xn--[a-z0-9-]+ ))
        (?![0-9a-z@+\-]) (?: (?: :[0-9]+ )? {_PATH_AND_QUERY} )?
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
"""twitter-text's URL grammar, but for the list of top-level domains, which is looked up afterwards."""

_HEAVY = regex.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""What weighs 2; the four ranges in it weigh 1 (twitter-text configuration, version 3)."""

_PICTURE = r"(?: \p{Emoji_Presentation} | \p{Extended_Pictographic} (?=[\ufe0f\u200d\p{Emoji_Modifier}]) )"
EMOJI = regex.compile(
    rf"""
    [\U0001f1e6-\U0001f1ff]{{2}}
    | [0-9\#*]\ufe0f?\u20e3
    | {_PICTURE} \ufe0f? \p{{Emoji_Modifier}}? [\U000e0020-\U000e007f]*
      (?: \u200d \p{{Extended_Pictographic}} \ufe0f? \p{{Emoji_Modifier}}? )*
    """,
    regex.VERBOSE,
)
"""One emoji as people see it: flags, keycaps, skin tones and joined families included."""

HASHTAG = regex.compile(r"(?<![\p{L}\p{M}\p{N}_&/#＃])[#＃][\p{L}\p{M}\p{N}_\u200c\u200d]+")
MENTION = regex.compile(r"(?<![\p{L}\p{M}\p{N}_/@＠.])[@＠][A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?")
_ASTRAL = regex.compile(r"[\U00010000-\U0010ffff]")
GRAPHEME = regex.compile(r"\X")


def twitter_length(text: str) -> int:
    """Weighted length as X counts: links 23, emojis 2, most of Latin, Cyrillic, Arabic... 1, CJK 2 (limit 280)."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    length, position = 0, 0
    for start, end in twitter_links(normal):
        length += _plain_weight(normal[position:start]) + TWITTER_LINK_LENGTH
        position = end
    return length + _plain_weight(normal[position:])


def twitter_links(text: str) -> list[tuple[int, int]]:
    """Where X sees links, (start, end) in code points. A bare domain is one when it ends in a top-level domain."""
    if "." not in text:
        return []
    ends = ((match.start(), _link_end(match)) for match in _TWITTER_LINK.finditer(text))
    return [(start, end) for start, end in ends if end]


def _link_end(match: regex.Match[str]) -> int:
    """Where the link ends: at a known ending, maybe labels earlier ("example.com" of "example.com.foo"); 0 for none."""
    domain = str(match["domain"])
    labels = domain.split(".")
    if not _has_valid_labels(domain):
        return 0
    if _is_top_level(labels[-1]):
        return match.end()
    while len(labels) > 2:
        labels.pop()
        if _is_top_level(labels[-1]):
            return match.start("domain") + len(".".join(labels))
    return 0


def utf16_length(text: str) -> int:
    """UTF-16 code units, as Telegram and most web editors count."""
    return len(text) + len(_ASTRAL.findall(text))


def utf8_length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def hashtags(text: str) -> list[str]:
    """The hashtags in order, with their sign."""
    return [match[0] for match in HASHTAG.finditer(text)]


def mentions(text: str) -> list[str]:
    return [match[0] for match in MENTION.finditer(text)]


def _plain_weight(text: str) -> int:
    rest, emojis = EMOJI.subn("", text)
    return 2 * emojis + len(rest) + len(_HEAVY.findall(rest))


def _has_valid_labels(domain: str) -> bool:
    """DNS: 63 bytes a label once encoded; longer ones are no links to X either."""
    try:
        return bool(domain.encode("idna"))
    except UnicodeError:
        return False


def _is_top_level(label: str) -> bool:
    lowered = label.lower()
    return lowered in _top_level_domains() or lowered.startswith("xn--") or not lowered.isascii()


@lru_cache(maxsize=1)
def _top_level_domains() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "top_level_domains.txt").read_text("ascii").split())
