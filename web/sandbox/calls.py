"""Which Bot API calls came in, and how they were answered: for tests to read."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field

from web.sandbox.model import Json

KEPT_CALLS = 10_000


@dataclass(slots=True)
class RecordedCall:
    bot_id: int
    method: str
    params: dict[str, str]
    files: Json
    at: float
    n: int = 0
    answered: int = 0
    """The HTTP status; 0 while under way, or when the answer was dropped."""
    accepted: bool = False
    limit: str = ""
    """Which one had been reached, when it was refused with 429: overall, private, group or edits; or "fault"."""
    took_ms: float = 0.0
    result: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        return asdict(self)


class CallLog:
    """The last calls, numbered from 1."""

    def __init__(self) -> None:
        self._calls: deque[RecordedCall] = deque(maxlen=KEPT_CALLS)
        self.last = 0
        self.by_method: Counter[str] = Counter()

    def add(self, call: RecordedCall) -> None:
        self.last += 1
        call.n = self.last
        self.by_method[call.method] += 1
        self._calls.append(call)

    def since(self, n: int, *, method: str | None, chat_id: str | None, limit: int) -> list[RecordedCall]:
        found = [
            call
            for call in self._calls
            if call.n > n
            and (method is None or call.method.lower() == method.lower())
            and (chat_id is None or call.params.get("chat_id") == chat_id)
        ]
        return found[:limit]

    def clear(self) -> None:
        self._calls.clear()
        self.by_method.clear()
