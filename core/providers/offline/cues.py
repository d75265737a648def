"""Small signs by which a sentence's role is told, in the languages the product ships in. Pure data."""

from functools import lru_cache
from pathlib import Path

import regex

Pattern = regex.Pattern[str]


_EARLY_WORDS = 6
_WORDS = regex.compile(r"[\p{L}\p{M}]+")

_DANGLING_UNSPACED = regex.compile(
    r"^(?:他|她|它|这|那|但|然而|因此|所以|而且|并且|此外|不过|彼|これ|それ|あれ|この|その|しかし|だから|また|そして|さらに|ただし)"
)
_FIRST_WORD = regex.compile(r"^[\"'«“‘„(\[¿¡\s-]*([\p{L}\p{M}]+)")

_SAID_BY = regex.compile(r"^[\"“„«'‘].+[\"”“»'’](?P<speaker>[^\"”“»]{3,60})$")

BOILERPLATE = regex.compile(
    r"""
    \b(?: cookies? \s+ (?:policy|settings|to|on) | (?:accept|use\s+of|uses?) \s+ cookies | privacy \s+ policy
        | terms \s+ (?:of \s+ (?:use|service)|and \s+ conditions) | all \s+ rights \s+ reserved
        | subscribe \s+ (?:to|now|for|today) | sign \s+ (?:up|in) \s+ (?:for|to|now|here) | log \s* in
        | (?:our|the|free|weekly|daily) \s+ newsletter | click \s+ (?:here|the|on|below) | read \s+ (?:more|also|next)
        | share \s+ (?:this|on|via) | follow \s+ us | related \s+ (?:articles|posts|stories) | skip \s+ to \s+ content
        | leave \s+ a \s+ (?:comment|reply) | min(?:ute)?s? \s+ read | powered \s+ by
        | alle \s+ rechte \s+ vorbehalten | datenschutz(?:erklärung)? | newsletter \s+ (?:abonnieren|anmelden)
        | jetzt \s+ abonnieren | mehr \s+ lesen | lesen \s+ sie \s+ auch
        | todos \s+ los \s+ derechos \s+ reservados | suscríbe(?:te|ase) | política \s+ de \s+ (?:privacidad|cookies)
        | leer \s+ más | todos \s+ os \s+ direitos \s+ reservados | inscreva-se | assine | leia \s+ (?:mais|também)
        | tous \s+ droits \s+ réservés | abonnez-vous | politique \s+ de \s+ confidentialité
        | lire \s+ (?:aussi|la \s+ suite)
        | все \s+ права \s+ защищены | подпис(?:аться|ывайтесь) | читайте \s+ также | всі \s+ права \s+ захищені
        | читайте \s+ також | hak \s+ cipta | baca \s+ juga | berlangganan
    )\b | ^\W*(?:advertisement|sponsored|anzeige|publicidad|реклама)\W*$
    | ^\s*(?:©|\(c\)\s|photo:|image:|foto:|fuente:|source:|quelle:|tags?:|via\s*@)
    | جميع \s+ الحقوق | اقرأ \s+ أيضا | 版权所有 | ©
    """,
    regex.IGNORECASE | regex.VERBOSE,
)

CONTRAST = regex.compile(
    r"\b(?:but|yet|not|never|nobody|nothing|instead|despite|although|unlike|without|only|aber|nicht|nie|kein\w*|trotz|obwohl"
    r"|statt|ohne|nur|pero|no|nunca|nadie|nada|sin|sino|aunque|mas|não|ninguém|sem|embora|mais|jamais|rien|sans|malgré"
    r"|но|не|никогда|никто|без|але|ніколи|ніхто|لا|لم|لن|بدون|नहीं|कभी|लेकिन|tidak|bukan|tanpa|tetapi)\b|不|没|未|ない",
    regex.IGNORECASE,
)
STRIKING = regex.compile(
    r"\b(?:first|most|best|worst|largest|biggest|smallest|fastest|record|secret|mistake\w*|surpris\w+|every|why|how"
    r"|erste\w*|meist\w*|beste\w*|größte\w*|rekord\w*|fehler|überrasch\w+|warum|wie|primer\w*|mejor\w*|peor|mayor|récord"
    r"|error\w*|por qué|cómo|primeir\w+|melhor\w*|maior\w*|recorde|erro\w*|por que|como|premi\w+|meilleur\w*|pire"
    r"|erreur\w*|pourquoi|comment|перв\w+|лучш\w+|сам\w+|рекорд\w*|ошибк\w+|почему|как|перш\w+|найкращ\w+|найбільш\w+"
    r"|чому|أول|أفضل|أكبر|لماذا|كيف|सबसे|पहल\w+|क्यों|कैसे|pertama|terbaik|terbesar|paling|mengapa|bagaimana)\b|最|第一|为什么",
    regex.IGNORECASE,
)
NUMBER = regex.compile(r"(?<![\p{L}\p{N}#])[$€£¥₹]?\p{Nd}[\p{Nd}.,]*\s?%?")

YOU = regex.compile(
    r"\b(?:you\w*|we|our|i|my|du|dein\w*|dir|wir|tú|tu|tus|te|usted|nosotros|você|nós|vous|votre|nous|ты|вы|ваш\w*|мы"
    r"|ти|ви|ми|أنت|نحن|आप\w*|तुम\w*|हम|kamu|anda|kita|kami)\b|你|您|我们|あなた",
    regex.IGNORECASE,
)
QUESTION = regex.compile(r"[?？؟]\s*[\"'»”’)」』]*$")
QUOTED = regex.compile(r"[“„«「『\"][^”“»」』\"]{12,}[”“»」』\"]")


def leans_on_previous(sentence: str) -> bool:
    """Whether it opens with a word that points back, has one in its first words, or after a quotation.

    Out of the company of the sentence before, such a one puzzles the reader; next to another, it says something false.
    """
    first = _FIRST_WORD.match(sentence)
    said_by = _SAID_BY.match(sentence)
    pronouns = word_list("pronouns")
    return (
        bool(first and first[1].lower() in word_list("dangling"))
        or any(word in pronouns for word in _WORDS.findall(said_by["speaker"] if said_by else ""))
        or any(word in pronouns for word in _WORDS.findall(sentence)[1:_EARLY_WORDS])
        or bool(_DANGLING_UNSPACED.match(sentence))
    )


def is_measure(word: str) -> bool:
    """Units and spans of time: frequent, and worthless as hashtags."""
    return word.casefold() in word_list("measures")


@lru_cache
def word_list(name: str) -> frozenset[str]:
    """A list in lists/, all its languages together."""
    return frozenset((Path(__file__).parent / "lists" / f"{name}.txt").read_text("utf-8").split())
