"""The model behind EpisodeAnswerer. Where it finds an answer it names the lines that say it; those are checked here."""

from typing import Any

from core.providers import answer_prompts as prompts
from core.providers.answering import ANSWER_CHARACTERS, Asked, EpisodeAnswer, Quoted
from core.providers.answers import list_field, text_field, unknown_figures
from core.providers.llm import ChatClient
from core.providers.model_call import ask_alone
from core.providers.text import Usage

_QUOTED_MOST = 4


class ModelAnswerer:
    """Answers with a language model, in the language of the question."""

    offline = False

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    @property
    def engine(self) -> str:
        return self._client.models[0]

    async def answer(self, asked: Asked) -> tuple[EpisodeAnswer, Usage]:
        return await ask_alone(
            self._client, prompts.answer(asked), lambda answer: _read(answer, asked), deadline_s=asked.deadline_s
        )


def _read(answer: Any, asked: Asked) -> EpisodeAnswer | None:
    """None for what isn't of the wanted form. An answer that rests on nothing isn't believed."""
    if not isinstance(answer, dict) or not isinstance(answer.get("found"), bool):
        return None
    text = " ".join(text_field(answer, "answer").split())
    quoted = (*_lines(answer, asked), *_sources(answer, asked))[:_QUOTED_MOST]
    if not answer["found"] or not text or not quoted:
        return EpisodeAnswer()
    return EpisodeAnswer(text[:ANSWER_CHARACTERS], quoted, tuple(_doubted(text, asked)))


def _lines(answer: Any, asked: Asked) -> list[Quoted]:
    numbers = [number for number in list_field(answer, "lines") if isinstance(number, int)]
    spoken = [asked.spoken[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(asked.spoken)]
    return [Quoted(one.text, one) for one in spoken]


def _sources(answer: Any, asked: Asked) -> list[Quoted]:
    numbers = [number for number in list_field(answer, "sources") if isinstance(number, int)]
    return [Quoted("", source=number - 1) for number in dict.fromkeys(numbers) if 1 <= number <= len(asked.sources)]


def _doubted(text: str, asked: Asked) -> list[str]:
    known = [asked.question, *(one.text for one in asked.spoken), *(source.text for source in asked.sources)]
    return unknown_figures(text, " ".join(known))
