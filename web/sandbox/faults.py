"""Misbehaviour on demand: what tests ask for, and which call it strikes."""

import itertools
from dataclasses import asdict, dataclass

from web.sandbox.model import Json

KINDS = ("delay", "drop_answer", "error", "hang", "rate_limit")


@dataclass(slots=True)
class Fault:
    """Strikes the next `times` calls of a method, once `after` of them have passed."""

    kind: str
    method: str = "*"
    chat_id: str | None = None
    times: int = 1
    after: int = 0
    delay_s: float = 0.0
    error_code: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 1
    id: int = 0

    def matches(self, method: str, chat_id: str | None) -> bool:
        return self.method.lower() in {"*", method.lower()} and self.chat_id in {None, chat_id}

    def to_json(self) -> Json:
        return asdict(self)


class Faults:
    """The faults that wait for their call, oldest first."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> int:
        fault.id = next(self._ids)
        self._faults[fault.id] = fault
        return fault.id

    def waiting(self) -> list[Fault]:
        return list(self._faults.values())

    def remove(self, fault_id: int) -> None:
        self._faults.pop(fault_id, None)

    def clear(self) -> None:
        self._faults.clear()

    def strike(self, method: str, chat_id: str | None) -> Fault | None:
        """The fault for this call, if any; a fault is used up after `times` calls."""
        for fault in self.waiting():
            if not fault.matches(method, chat_id):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.remove(fault.id)
            return fault
        return None
