"""The offline engine behind ScriptCritic: what can be told of a script by its words, and no more.

It scores nothing and writes nothing: how strong a hook is, and better words for it, take a language model.
"""

from collections.abc import Iterator

import regex

from core.providers.critique import Critique, Examined, Found, Judged, Part, Sign, Wanted, Written
from core.providers.offline import cues
from core.providers.text import Ability, NotAble, Usage
from core.scripts.measures import marked_sentences, words_in

_ENGINE = "offline"
_HOOK_WORDS_MOST = 15
"""What is said in six seconds."""
_WPM_LEAST, _WPM_MOST = 120, 190
"""Slower sounds like a lecture, faster is hard to follow: conversation takes 150, auctions 250."""
_SENTENCE_WORDS_MOST = 18
_SENTENCES_LEAST = 3
_RULED = frozenset({"en", "de", "es", "fr", "it", "pt", "nl", "ru", "uk", "pl", "tr", "id", "zh", "ja", "ar", "hi"})
"""Languages whose requests to viewers are known here."""

_REQUEST = regex.compile(
    r"""
    \b(?: subscribe | (?:like|comment|share|save|tag)\s+(?:this|below|if|and\s+(?:follow|subscribe|share)|us|me)\b
        | (?:follow|click|tap|download|join|buy|order|book|sign\s+up|check\s+out|dm|message)
          \s+(?:me|us|this|now|below|here|for|to|the|my|our|your|if|and)\b | link\s+in\s+(?:the\s+)?bio
        | (?:in|leave)\s+(?:the|a)\s+comments? | let\s+me\s+know | hit\s+the\s+bell | try\s+it\s+(?:out|today|yourself)
        | abonnier\w* | folg(?:t|e|en)?\s+(?:mir|uns) | kommentier\w* | (?:in|unter)\s+(?:die|den)\s+kommentare\w*
        | teil(?:t|e|en)?\s+(?:das|dieses) | speicher\w*\s+(?:dir|das) | jetzt\s+(?:kaufen|bestellen|anmelden)
        | suscr[ií]b\w* | s[ií]gu?e(?:me|nos|te) | comenta\w* | comp[aá]rte\w* | gu[aá]rda(?:lo|te) | d[eé]jame
        | enlace\s+en\s+la\s+bio | abonne[sz]?(?:-vous|-toi)? | commente[sz]? | partage[sz]? | enregistre[sz]?
        | lien\s+en\s+bio | iscrivit\w* | segui(?:mi|ci|temi) | commenta\w* | condividi\w* | salva\w*\s+(?:questo|il)
        | inscreva-se | siga(?:-me|-nos)? | segue-me | comente\w* | compartilhe\w* | salve\s+(?:este|esse)
        | abonneer\w* | volg\s+(?:mij|me|ons) | reageer | deel\s+(?:dit|deze)
        | подпис\w+ | подпиш\w+ | ставьте\s+лайк\w* | пиши(?:те)?\s+в\s+комментари\w+ | поделит\w+ | сохран\w+
        | підпи\w+ | став(?:те)?\s+лайк\w* | пиши?(?:іть)?\s+(?:в|у)\s+коментар\w+
        | zasubskrybuj\w* | subskryb\w+ | obserwuj\w* | skomentuj\w* | udost[eę]pni\w* | zapisz\s+(?:ten|to)
        | abone\s+ol\w* | takip\s+et\w* | yorum\w*\s+(?:yap|yaz)\w* | paylaş\w* | kaydet\w*
        | langganan | berlangganan | ikuti | komentar | bagikan | simpan
    )\b
    | 关注|订阅|点赞|评论区|收藏|转发|分享 | チャンネル登録|フォロー|コメント|いいね|シェア|保存して
    | اشترك|تابع|تابعون|علّق|شارك|احفظ | सब्सक्राइब|फ़ॉलो|फॉलो|कमेंट|शेयर\s+कर|सेव\s+कर
    """,
    regex.IGNORECASE | regex.VERBOSE,
)


class OfflineCritic:
    """Counts, and finds the signs that creators' handbooks name."""

    offline = True
    engine = _ENGINE

    async def critique(self, examined: Examined) -> tuple[Critique, Usage]:
        sentences = marked_sentences(examined.text, examined.language)
        judged = (
            Judged(Part.HOOK, found=tuple(_hook(sentences))),
            Judged(Part.STRUCTURE, found=tuple(_structure(sentences))),
            Judged(Part.PACING, found=tuple(_pacing(examined))),
            Judged(Part.CALL_TO_ACTION, found=(_request(examined),)),
        )
        return Critique(judged), Usage(_ENGINE)

    async def write(self, wanted: Wanted) -> tuple[Written, Usage]:
        raise NotAble(ability=str(Ability.FREE_INSTRUCTIONS), engine=_ENGINE)


def _hook(sentences: list[str]) -> Iterator[Found]:
    if not sentences:
        yield Found(Sign.UNMARKED)
        return
    opening = sentences[0]
    words = words_in(opening)
    if words > _HOOK_WORDS_MOST:
        yield Found(Sign.LONG_HOOK, {"words": words, "most": _HOOK_WORDS_MOST})
    else:
        yield Found(Sign.SHORT_HOOK, {"words": words})
    signs = {"question": cues.QUESTION, "number": cues.NUMBER, "viewer": cues.YOU, "contrast": cues.CONTRAST}
    kinds = [name for name, sign in signs.items() if sign.search(opening)]
    yield Found(Sign.STRIKING_HOOK, {"kinds": kinds}) if kinds else Found(Sign.PLAIN_HOOK)


def _structure(sentences: list[str]) -> Iterator[Found]:
    if len(sentences) < _SENTENCES_LEAST:
        yield Found(Sign.UNMARKED)
        return
    turns = sum(bool(cues.CONTRAST.search(each)) for each in sentences[1:])
    yield Found(Sign.TURNS, {"turns": turns}) if turns else Found(Sign.NO_TURNS)


def _pacing(examined: Examined) -> Iterator[Found]:
    measures = examined.measures
    if measures.timed:
        speed = round(measures.words_per_minute)
        sign = Sign.SLOW if speed < _WPM_LEAST else Sign.QUICK if speed > _WPM_MOST else Sign.STEADY
        yield Found(sign, {"words_per_minute": speed, "least": _WPM_LEAST, "most": _WPM_MOST})
    if measures.sentence_words is None:
        yield Found(Sign.UNMARKED)
    elif measures.sentence_words > _SENTENCE_WORDS_MOST:
        words = round(measures.sentence_words)
        yield Found(Sign.LONG_SENTENCES, {"words": words, "most": _SENTENCE_WORDS_MOST})
    else:
        yield Found(Sign.SHORT_SENTENCES, {"words": max(1, round(measures.sentence_words))})


def _request(examined: Examined) -> Found:
    """The last one counts: that is what viewers go away with."""
    *_, last = [None, *_REQUEST.finditer(examined.text)]
    if last is not None:
        return Found(Sign.ASKS, {"percent": round(100 * last.start() / len(examined.text))})
    if examined.language not in _RULED:
        return Found(Sign.LANGUAGE, {"language": examined.language})
    return Found(Sign.ASKS_NOTHING)
