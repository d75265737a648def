"""What bots have answered to inline queries. Nothing of it is kept."""

from collections import OrderedDict
from dataclasses import dataclass

from web.sandbox.errors import not_found
from web.sandbox.model import Bot, Json

KEPT = 200
"""Answers of which a result can still be chosen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answered query. `contents`: what each result becomes as a message, by its id."""

    bot: Bot
    user_id: int
    query: str
    contents: dict[str, Json]


class InlineAnswers:
    """The last answers, of all bots."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Asked] = OrderedDict()

    def keep(self, query_id: str, answer: Asked) -> None:
        self._answers[query_id] = answer
        while len(self._answers) > KEPT:
            self._answers.popitem(last=False)

    def find(self, query_id: str) -> Asked:
        if (found := self._answers.get(query_id)) is None:
            raise not_found("answer to that query")
        return found
