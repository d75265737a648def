"""One piece of work with a model in several requests: a deadline for all of them, and what they took."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.errors import ProviderError
from core.providers.answers import CORRECTION, json_in, total
from core.providers.llm import ChatClient
from core.providers.prompts import Prompt
from core.providers.text import Usage

T = TypeVar("T")


@dataclass(slots=True)
class ModelCall:
    """`deadline_at` is on time.monotonic()'s clock."""

    client: ChatClient
    deadline_at: float
    usages: list[Usage] = field(default_factory=list)

    async def ask(self, prompt: Prompt, read: Callable[[Any], T | None]) -> tuple[T, str]:
        """What `read` makes of the answer, and the answer; one more try with a correction when that is None.

        Raises ProviderError.
        """
        for last in (False, True):
            answer = await self.client.complete(prompt, deadline_at=self.deadline_at)
            self.usages.append(answer.usage)
            found = read(json_in(answer.text, partial=not answer.complete))
            if found is not None:
                return found, answer.text
            reason = (
                "it isn't JSON of the wanted form" if answer.complete else "it broke off before its end; write less"
            )
            prompt = prompt.followed_by(answer.text, CORRECTION.format(reason=reason))
            if last:
                break
        raise ProviderError("text.unusable_answer", provider=self.client.provider, retryable=True)


async def ask_alone(
    client: ChatClient, prompt: Prompt, read: Callable[[Any], T | None], *, deadline_s: float
) -> tuple[T, Usage]:
    """Work of a single request: what `read` makes of its answer, and what it took. Raises ProviderError."""
    call = ModelCall(client, time.monotonic() + deadline_s)
    found, _ = await call.ask(prompt, read)
    return found, total(call.usages, client.models[0])
