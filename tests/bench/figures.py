"""What a bench found out, and how it is shown: each figure beside a reference of the same run, and its goal."""

import operator
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

GOAL = re.compile(r"(<=|>=|<|=)? ?([\d.,]+)( x)?")
HOLDS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, "=": operator.eq, None: operator.eq}


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is `value` to `reference`, or None without one. `goal` is about the value ("<= 60 s"), or about the ratio
    (">= 1.8 x")."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    goal: str = ""

    @classmethod
    def beside(cls, name: str, value: float, unit: str, *, reference: float, goal: str = "") -> "Figure":
        return cls(name, value, unit, reference, value / reference if reference else None, goal)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None when it names no number, or there is nothing to compare."""
        goal = GOAL.match(self.goal)
        if goal is None:
            return None
        sign, number, times = goal.groups()
        measured = self.ratio if times else self.value
        return None if measured is None else bool(HOLDS[sign](measured, float(number.replace(",", ""))))


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print them as one table."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "value", "unit", "reference", "ratio", "goal", "met"):
        table.add_column(column, justify="left" if column in {"figure", "unit", "goal", "met"} else "right")
    for one in figures:
        reference = "" if one.reference is None else f"{one.reference:,.1f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        met = "" if one.met is None else "yes" if one.met else "NO"
        table.add_row(one.name, f"{one.value:,.1f}", one.unit, reference, ratio, one.goal, met)
    Console().print(table)


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile; `share` 0.99 for p99. 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else 0.0
