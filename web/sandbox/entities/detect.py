"""What Telegram finds in plain text by itself: links, e-mail addresses, mentions, hashtags, cashtags, commands."""

import re
from collections.abc import Iterator

from web.sandbox.entities.model import Entity, in_order, utf16_length

NAME = "[a-zA-Z0-9_]"
HASHTAG_LETTER = "[\\w\u200c\u00b7\u0d80-\u0dff]"
SHORT_NAMES = frozenset({"gif", "nft", "pic", "ufc", "vid"})

MENTION = re.compile(rf"(?<!\w)@({NAME}{{2,32}})(?!\w)")
COMMAND = re.compile(rf"(?<![\w/<>])/{NAME}{{1,64}}(?:@{NAME}{{3,32}})?(?![\w/<>@])")
HASHTAG = re.compile(rf"(?<!{HASHTAG_LETTER})#({HASHTAG_LETTER}{{1,256}})(?:@{NAME}{{3,32}})?(?!{HASHTAG_LETTER}*#)")
CASHTAG = re.compile(
    rf"(?<![\w\u200c\u00b7$])\$(?:1INCH|[A-Z]{{1,8}})(?:@{NAME}{{3,32}}(?!{NAME}))?(?!{HASHTAG_LETTER}|\$)"
)

PATH_END = ".:;,('?!`"
SPACES = "\\s\u2000-\u200b\u200e\u200f\u2016-\u206f"
TG_LINK = re.compile(rf"(?:tg|ton|tonsite)://[a-z0-9_-]{{1,253}}(?:[/?#][^{SPACES}<>«»\"]*)?", re.IGNORECASE)
DOMAIN = r"[A-Za-z0-9_\-~\u00c0-\u1fff\u2010-\u2015\u2070-\U0010ffff]"
LINK = re.compile(
    rf"(?P<scheme>(?:https?|ftp|tonsite)://)?(?P<user>[^{SPACES}/\[\]{{}}()'`<>\"@«»]+@)?"
    rf"(?P<host>{DOMAIN}+(?:\.{DOMAIN}+)+)(?P<port>:\d{{1,5}})?(?P<path>[/?#][^{SPACES}<>«»\"]*)?",
    re.IGNORECASE,
)
EMAIL = re.compile(
    r"(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}@(?:(?:[a-z0-9][a-z0-9_-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}",
    re.IGNORECASE,
)
IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}")
BRACKETS = {")": "(", "]": "[", "}": "{"}

COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc "
    "cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb "
    "gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke "
    "kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu "
    "mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw "
    "sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz "
    "ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
COMMON = (
    "com org net edu gov mil int info biz name pro mobi museum aero coop jobs travel cat asia tel xxx post "
    "academy agency app art band bar beer blog business cafe center chat church city cloud club codes coffee "
    "community company computer consulting cool courses dating deals design dev digital directory education email "
    "energy engineering estate events exchange expert family fans farm fashion film finance fish fit flights fund "
    "fun games gallery global gmbh gold golf group guide guru health help holdings host hosting house inc "
    "industries ink institute international kitchen land law legal life limited link live llc loan lol love ltd "
    "management market marketing media money moscow network news ninja one online page partners parts party photo "
    "photos pictures pizza plus press productions properties pub recipes red rent report rest restaurant review "
    "reviews rip rocks run sale school science services sexy shop shopping show site ski social software solar "
    "solutions space store stream studio style support surf systems tax team tech technology tips today tools top "
    "tours town toys trade training tube university vacations ventures vet video vip vision vodka vote voyage "
    "watch web wiki win wine work works world wtf xyz zone рф рус онлайн сайт москва дети укр бел қаз"
)
TLDS = frozenset(COUNTRIES.split()) | frozenset(COMMON.split())


def found_entities(text: str) -> list[Entity]:
    """What stands in the text, without crossings; the first and longest of what touches the same text."""
    ranges = sorted(
        {*_mentions(text), *_plain(text, COMMAND, "bot_command"), *_hashtags(text), *_plain(text, CASHTAG, "cashtag"),
         *_tg_links(text), *_links(text)},
        key=lambda found: (found[0], -found[1]),
    )  # fmt: skip
    entities: list[Entity] = []
    last_end = 0
    for start, end, kind in ranges:
        if start >= last_end:
            entities.append(Entity(kind, utf16_length(text[:start]), utf16_length(text[start:end])))
            last_end = end
    return in_order(entities)


Found = tuple[int, int, str]


def _plain(text: str, pattern: re.Pattern[str], kind: str) -> Iterator[Found]:
    for found in pattern.finditer(text):
        yield found.start(), found.end(), kind


def _mentions(text: str) -> Iterator[Found]:
    for found in MENTION.finditer(text):
        if len(found[1]) >= 4 or found[1].lower() in SHORT_NAMES:
            yield found.start(), found.end(), "mention"


def _hashtags(text: str) -> Iterator[Found]:
    for found in HASHTAG.finditer(text):
        if any(character.isalpha() for character in found[1]):
            yield found.start(), found.end(), "hashtag"


def _tg_links(text: str) -> Iterator[Found]:
    for found in TG_LINK.finditer(text):
        yield found.start(), found.start() + len(found[0].rstrip(PATH_END)), "url"


def _links(text: str) -> Iterator[Found]:
    if "." not in text:
        return
    at = 0
    while found := LINK.search(text, at):
        at = found.end()
        if EMAIL.fullmatch(address := found[0].rstrip(".")):
            yield found.start(), found.start() + len(address), "email"
        elif _stands_alone(text, found) and _is_address(found):
            end = found.start() + len(_trimmed(found))
            yield found.start(), end, "url"
            at = end


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    if before.endswith("://"):
        return False
    return not before or not (before[-1].isalnum() or before[-1] in "_/#@")


def _trimmed(found: re.Match[str]) -> str:
    """The link up to a closing bracket that nothing in its path opened, and without a sentence's punctuation."""
    path = found["path"] or ""
    depth = dict.fromkeys(BRACKETS.values(), 0)
    for place, character in enumerate(path):
        if character in depth:
            depth[character] += 1
        elif character in BRACKETS:
            depth[BRACKETS[character]] -= 1
            if depth[BRACKETS[character]] < 0:
                path = path[:place]
                break
    address = found[0][: len(found[0]) - len(found["path"] or "")]
    return address + path.rstrip(PATH_END)


def _is_address(found: re.Match[str]) -> bool:
    host = found["host"].rstrip(".")
    if IPV4.fullmatch(host):
        return True
    labels = host.split(".")
    if any(not label or len(label) >= 64 or label.endswith("-") for label in labels) or "_" in labels[-2]:
        return False
    tld = labels[-1].lower()
    if tld.startswith("xn--"):
        return len(tld) > 5
    known = found["scheme"] is not None or tld in TLDS
    return len(tld) > 1 and known and not tld.isdecimal() and "_" not in tld and "-" not in tld
