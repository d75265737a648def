"""What a user's instruction asks for, as far as it can be done without understanding language. Pure.

Common wishes in the languages the product ships in; a wish that isn't recognised is reported, never guessed.
"""

from dataclasses import dataclass
from enum import StrEnum

import regex


class Act(StrEnum):
    SHORTER = "shorter"
    LONGER = "longer"
    HOOK_FIRST = "hook_first"
    NO_EMOJIS = "no_emojis"
    NO_HASHTAGS = "no_hashtags"
    ADD_HASHTAGS = "add_hashtags"
    NO_LINKS = "no_links"
    REPLACE = "replace"
    REMOVE = "remove"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Wish:
    """One act with its words: `old` and `new` for REPLACE, `old` for REMOVE, `new` for ADD."""

    act: Act
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    understood: tuple[Wish, ...]
    unknown: tuple[str, ...]


_NO = (
    r"(?:no|without(?: any)?|remove|delete|drop|skip|sin|quita(?:r)?(?: los| las)?|elimina(?:r)?(?: los"
    r"| las)?|sem|remov\w+(?: os| as)?"
    r"|tira\w*(?: os| as)?|keine?|ohne|entfern\w*(?: die| alle)?|sans|pas d['’e]|enl[eè]v\w+(?: les)?"
    r"|retir\w+(?: les)?|без|убери(?:те)?"
    r"|удали(?:те)?|прибери|видали|بدون|احذف|बिना|हटाओ|हटाएं|tanpa|hapus|不要|去掉|删除)"
)
_WITH = (
    r"(?:add(?: some| more)?|with|more|añad\w+|agreg\w+|con|adicion\w+|com|füg\w*|mit|mehr|ajout\w+|avec"
    r"|добав\w+|с|додай\w*|з|أضف|مع"
    r"|जोड़\w*|tambah\w*|dengan|加上|添加)"
)
_ALL = r"(?:the|all|any|all the|los|las|os|as|die|alle|les|des|все|всі)?"
_EMOJIS = (
    r"(?:emojis?|emoticons?|smileys?|emoticonos?|эмодзи|смайл\w*|емодзі|смайлик\w*|إيموجي|الرموز التعبيرية|इमोजी|表情)"
)
_HASHTAGS = r"(?:hash ?tags?|#|etiquetas?|хештег\w*|хэштег\w*|هاشتاغ\w*|الهاشتاغ\w*|وسوم|हैशटैग|tagar|标签|话题)"
_LINKS = r"(?:links?|urls?|enlaces?|ссыл\w+|посилан\w+|روابط|الروابط|लिंक|tautan|链接)"
_ASIDE = (
    r"(?:please|pls|make (?:it|this)|can you|could you|a (?:bit|little)|much|bitte|por favor|s'il (?:te"
    r"|vous) pla[iî]t|пожалуйста|будь ласка|tolong)"
)

_SHORTER = (
    r"short(?:er|en)(?: it| this)?|cut it(?: down)?|less text|more concise|concise|más corto|acórtalo"
    r"|acortar|mais curto|encurt\w+|kürzer"
    r"|kürzen|kürze\w*|plus court|raccourci\w*|короче|сократи(?:те)?|коротше|скороти|أقصر|اختصر\w*"
    r"|छोटा(?: करो| करें)?|lebih pendek"
    r"|persingkat|短一点|缩短|更短"
)

_LONGER = (
    r"long(?:er)?|lengthen(?: it)?|expand(?: it)?|more detail(?:s|ed)?|add (?:more )?details?|más largo"
    r"|alarg\w+|mais longo|along\w+"
    r"|länger|ausführlicher|plus long|développe\w*|длиннее|подробнее|довше|детальніше|أطول|लंबा(?: करो"
    r"| करें)?|lebih panjang|长一点|更长"
)

_HOOK_FIRST = (
    r"(?:put the )?hook(?: first| at the (?:start|top|beginning))?|start with (?:a|the) hook|(?:stronger"
    r"|better) (?:hook|opening|start)"
    r"|gancho(?: primero| primeiro)?|mejor (?:inicio|gancho)|melhor gancho|aufhänger(?: zuerst)?"
    r"|accroche(?: d'abord)?"
    r"|начни с крючка|крючок в начало|hook dulu"
)

_SIMPLE: tuple[tuple[Act, str], ...] = (
    (Act.NO_EMOJIS, rf"{_NO} {_ALL} ?{_EMOJIS}|{_EMOJIS} (?:हटाओ|हटाएं|weg|raus)"),
    (Act.NO_HASHTAGS, rf"{_NO} {_ALL} ?{_HASHTAGS}|{_HASHTAGS} (?:हटाओ|हटाएं|weg|raus)"),
    (Act.NO_LINKS, rf"{_NO} {_ALL} ?{_LINKS}|{_LINKS} (?:हटाओ|हटाएं|weg|raus)"),
    (Act.ADD_HASHTAGS, rf"{_WITH} {_ALL} ?{_HASHTAGS}(?: hinzu)?"),
    (Act.SHORTER, _SHORTER),
    (Act.LONGER, _LONGER),
    (Act.HOOK_FIRST, _HOOK_FIRST),
)
_SIMPLE_ACTS = tuple((act, regex.compile(rf"(?:{pattern})", regex.IGNORECASE)) for act, pattern in _SIMPLE)

_QUOTE = "\"'“”„«»‘’`「」"
_REPLACE = regex.compile(
    r"(?:replace|change|swap|reemplaza\w*|cambia\w*|sustituye|substitu\w+|troca\w*|ersetze?n?|remplace\w*"
    r"|замени\w*|заміни\w*"
    r"|استبدل|ganti\w*)\s+(?P<old>.+?)\s+(?:with|by|to|for|por|con|durch|mit|par|на|ب|dengan|menjadi)\s+(?P<new>.+)",
    regex.IGNORECASE,
)
_QUOTED_REMOVE = regex.compile(rf"{_NO}\s+[{_QUOTE}](?P<old>.+?)[{_QUOTE}]", regex.IGNORECASE)
_QUOTED_ADD = regex.compile(rf"(?:{_WITH}|append|put)\s+[{_QUOTE}](?P<new>.+?)[{_QUOTE}].*", regex.IGNORECASE)
_PART = regex.compile(
    r"\s*(?:[,;\n،、，；]|(?<!\d)\.(?=\s|$)|(?<=\s)(?:and|then|und|y|e|et|и|та|і|و|और|dan|并)(?=\s))\s*",
    regex.IGNORECASE,
)
_QUOTED = regex.compile(r"[“«„「\"](?:[^“”«»„「」\"\n]+)[”»“」\"]|(?<!\w)'[^'\n]+'(?!\w)")
_ASIDES = regex.compile(rf"(?<!\w)(?:{_ASIDE})(?!\w)", regex.IGNORECASE)


def understand(instruction: str) -> Wishes:
    """The wishes in their order, and the parts that mean nothing here."""
    understood: list[Wish] = []
    unknown: list[str] = []
    for part in _parts(instruction):
        wish = _wish(part)
        if wish is None:
            unknown.append(part)
        else:
            understood.append(wish)
    return Wishes(tuple(understood), tuple(unknown))


def _parts(instruction: str) -> list[str]:
    """Split at commas and "and", but never inside a quotation."""
    kept = [match[0] for match in _QUOTED.finditer(instruction)]
    hidden = _QUOTED.sub("\ue000", instruction)
    parts = []
    for part in _PART.split(hidden):
        while "\ue000" in part and kept:
            part = part.replace("\ue000", kept.pop(0), 1)
        if part.strip(" .!"):
            parts.append(part.strip(" .!"))
    return parts


def _wish(part: str) -> Wish | None:
    bare = " ".join(_ASIDES.sub(" ", part).split())
    for act, pattern in _SIMPLE_ACTS:
        if pattern.fullmatch(bare):
            return Wish(act)
    if match := _REPLACE.fullmatch(bare):
        return Wish(Act.REPLACE, old=_unquoted(match["old"]), new=_unquoted(match["new"]))
    if match := _QUOTED_REMOVE.fullmatch(bare):
        return Wish(Act.REMOVE, old=match["old"])
    if match := _QUOTED_ADD.fullmatch(bare):
        return Wish(Act.ADD, new=match["new"])
    return None


def _unquoted(words: str) -> str:
    return words.strip().strip(_QUOTE).strip()
