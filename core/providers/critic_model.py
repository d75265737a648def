"""The model behind ScriptCritic. What it quotes is checked to stand there; what it leaves out is asked for again."""

from typing import Any

from core.providers import critic_prompts as prompts
from core.providers.answers import list_field, text_field, unknown_figures
from core.providers.critique import (
    REWRITTEN_CHARACTERS,
    SCORE_MOST,
    WRITTEN_CHARACTERS,
    Critique,
    Examined,
    Judged,
    Part,
    Wanted,
    Written,
)
from core.providers.llm import ChatClient
from core.providers.model_call import ask_alone
from core.providers.text import Usage

_REASON_CHARACTERS = 400
_LISTED_CHARACTERS = 200
_QUOTE_CHARACTERS = 200
_OUTLINE_MOST, _SUGGESTIONS_MOST = 8, 4


class ModelCritic:
    """Judges with a language model, in the language of the reader."""

    offline = False

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    @property
    def engine(self) -> str:
        return self._client.models[0]

    async def critique(self, examined: Examined) -> tuple[Critique, Usage]:
        return await ask_alone(
            self._client,
            prompts.critique(examined),
            lambda answer: _read(answer, examined),
            deadline_s=examined.deadline_s,
        )

    async def write(self, wanted: Wanted) -> tuple[Written, Usage]:
        return await ask_alone(
            self._client, prompts.writing(wanted), lambda answer: _written(answer, wanted), deadline_s=wanted.deadline_s
        )


def _read(answer: Any, examined: Examined) -> Critique | None:
    """None for what isn't of the wanted form: all four parts with a score and a reason."""
    if not isinstance(answer, dict):
        return None
    judged = [_judged(part, answer.get(part), examined.text) for part in Part]
    rewrite = text_field(answer, "rewrite").strip()[:WRITTEN_CHARACTERS]
    if any(each is None for each in judged) or not rewrite:
        return None
    return Critique(
        judged=tuple(each for each in judged if each is not None),
        outline=_texts(answer, "outline")[:_OUTLINE_MOST],
        suggestions=_texts(answer, "suggestions")[:_SUGGESTIONS_MOST],
        rewrite=rewrite,
        opening_only=len(examined.text) > REWRITTEN_CHARACTERS,
        figures=tuple(unknown_figures(rewrite, examined.text)),
    )


def _judged(part: Part, told: Any, script: str) -> Judged | None:
    score = told.get("score") if isinstance(told, dict) else None
    reason = _one_line(text_field(told, "reason"))[:_REASON_CHARACTERS]
    if isinstance(score, bool) or not isinstance(score, int | float) or not reason:
        return None
    quote = _one_line(text_field(told, "quote"))[:_QUOTE_CHARACTERS]
    stands = quote.casefold() in _one_line(script).casefold()
    return Judged(part, min(SCORE_MOST, max(0, round(score))), reason, quote if stands else "")


def _written(answer: Any, wanted: Wanted) -> Written | None:
    text = text_field(answer, "script").strip()[:WRITTEN_CHARACTERS]
    return Written(text, tuple(unknown_figures(text, wanted.topic))) if text else None


def _texts(answer: Any, name: str) -> tuple[str, ...]:
    told = (_one_line(each)[:_LISTED_CHARACTERS] for each in list_field(answer, name) if isinstance(each, str))
    return tuple(each for each in told if each)


def _one_line(text: str) -> str:
    return " ".join(text.split())
