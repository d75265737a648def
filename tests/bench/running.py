"""The command line of the benches: some or all, one after the other, none for longer than it is given."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from rich.console import Console

from tests.bench.figures import Figure, show

Bench = Callable[[], list[Figure]]

MINUTES: Final = 15.0
"""For each. The longest, `deliveries` and `lateness`, take about eight on two cores."""


def run(benches: Mapping[str, Bench], arguments: Sequence[str] | None = None) -> int:
    """Print the figures of the benches named. 1 when one failed or was broken off; goals are for the reader."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="All figures, each beside its reference of the same run and its goal, or those of some benches.",
        epilog="\n".join(f"  {name:12}{_about(bench)}" for name, bench in benches.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a bench below; none: all of them")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long each may take (%(default)g)")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - benches.keys():
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(benches)}")
    return max([_run_one(name, benches[name], chosen.minutes) for name in chosen.names or benches])


def _about(bench: Bench) -> str:
    """The first sentence of its module."""
    return str(sys.modules[bench.__module__].__doc__).partition("\n\n")[0].replace("\n", " ")


def _run_one(name: str, bench: Bench, minutes: float) -> int:
    console, began = Console(), time.monotonic()
    try:
        with _broken_off_after(minutes):
            figures = bench()
    except TimeoutError:
        console.print(f"{name}: broken off after {minutes:g} minutes")
        return 1
    except Exception:
        console.print_exception(max_frames=5)
        console.print(f"{name}: failed")
        return 1
    show(f"{name}, {time.monotonic() - began:.0f} s", figures)
    return 0


@contextmanager
def _broken_off_after(minutes: float) -> Iterator[None]:
    """As Ctrl-C would do it, so that what was started is ended. Raises TimeoutError."""
    over = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal over
        over = True
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, 60 * minutes)
    try:
        yield
    except KeyboardInterrupt:
        if over:
            raise TimeoutError from None
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
