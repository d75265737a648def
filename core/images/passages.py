"""What of a text could stand on a card: its own sentences, as they are. Pure; some hundredths of a second."""

from collections.abc import Sequence
from typing import Final

import regex

from core.providers.images import PROMPT_CHARACTERS, ImageEngine
from core.providers.offline.writer import understand
from core.sentences import split_sentences

MATERIAL_CHARACTERS: Final = 50_000
CARD_CHARACTERS: Final = 240
"""A text of at most so many is a card as a whole; of a longer one, a sentence is."""
PASSAGE_LEAST, PASSAGE_MOST = 15, 320
PASSAGES: Final = 6
SCENE_CHARACTERS: Final = 600

_LINK = regex.compile(r"https?://\S+")
_HASHTAG = regex.compile(r"(?<!\w)#\w+")
_SPACES = regex.compile(r"[ \t]{2,}")


def words_of(material: str) -> str:
    """Without what only a post has: links and hashtags."""
    bare = _HASHTAG.sub("", _LINK.sub("", material))
    lines = (_SPACES.sub(" ", line).strip() for line in bare.splitlines())
    return "\n".join(line for line in lines if line)


def suggested(material: str, language: str, engine: ImageEngine) -> str:
    """What to begin with: for a card all of a short text or the best sentence of a longer one, for a model what the
    text begins with."""
    words = words_of(material)
    if engine is not ImageEngine.TYPESET:
        return _scene(words, language)
    if len(words) <= CARD_CHARACTERS:
        return words
    found = passages(material, language)
    return found[0] if found else words


def _scene(words: str, language: str) -> str:
    scene = ""
    for sentence in split_sentences(words, language):
        if scene and len(scene) + len(sentence) > SCENE_CHARACTERS:
            break
        scene = f"{scene} {sentence}".strip()
    return scene[:PROMPT_CHARACTERS]


def passages(material: str, language: str) -> Sequence[str]:
    """Its sentences that could stand for themselves, what says most first."""
    ranked = understand(words_of(material)[:MATERIAL_CHARACTERS], language)
    weighed = zip(ranked.weights, ranked.reading.sentences, strict=True)
    by_weight = sorted(weighed, key=lambda each: -each[0])
    texts = dict.fromkeys(sentence.text.strip() for _, sentence in by_weight)
    return [text for text in texts if PASSAGE_LEAST <= len(text) <= PASSAGE_MOST][:PASSAGES]
