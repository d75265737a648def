"""What a bench found out, and how it is shown: each figure beside a reference of the same run, and its goal."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is `value` to `reference`, or None without one. `goal` is for the reader: ">= 1.8 x"."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    goal: str = ""

    @classmethod
    def beside(cls, name: str, value: float, unit: str, *, reference: float, goal: str = "") -> "Figure":
        return cls(name, value, unit, reference, value / reference if reference else None, goal)


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print them as one table."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "value", "unit", "reference", "ratio", "goal"):
        table.add_column(column, justify="left" if column in {"figure", "unit", "goal"} else "right")
    for one in figures:
        reference = "" if one.reference is None else f"{one.reference:,.1f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        table.add_row(one.name, f"{one.value:,.1f}", one.unit, reference, ratio, one.goal)
    Console().print(table)


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile; `share` 0.99 for p99. 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else 0.0
