"""Processes that are killed at any moment, counted: before and behind all that the network does, each piece of an
upload, and each commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.jobs.networks.played import Killed


@dataclass
class Fate:
    """Kills at the moments whose numbers are told, counted from 1 in all attempts together."""

    at: frozenset[int] = frozenset()
    passed: int = 0
    killed: int = 0

    def moment(self, _name: str = "") -> None:
        self.passed += 1
        if self.passed in self.at:
            self.killed += 1
            raise Killed


class MortalSession(Session):
    """Whose process may be gone right before a commit and right behind it."""


@contextmanager
def mortal_commits(fate: Fate) -> Iterator[None]:
    """Commits of MortalSession are moments of this fate."""

    def moment(_session: Session) -> None:
        fate.moment()

    for name in ("before_commit", "after_commit"):
        event.listen(MortalSession, name, moment)
    try:
        yield
    finally:
        for name in ("before_commit", "after_commit"):
            event.remove(MortalSession, name, moment)
