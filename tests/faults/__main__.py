"""`make faults`: random scenarios until `SCENARIOS` or `MINUTES` are used up. Exit code 1 when something was wrong.

`python -m tests.faults --seed 17` plays one scenario again.
"""

import argparse
import asyncio
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from tests.faults.chats import Chats, make_chats
from tests.faults.home import FaultyHome, faulty_home
from tests.faults.limits import GROUP_PER_MIN, OVERALL_PER_S, PRIVATE_BURST, Asked
from tests.faults.plan import Kind, Plan, plan_of
from tests.faults.scenario import play
from tests.faults.verdict import Verdict

console = Console(highlight=False)


async def run(plans: Sequence[Plan], *, minutes: float, verbose: bool) -> list[Verdict]:
    """One after another in one home, until the time is over."""
    give_up_at = time.monotonic() + 60 * minutes
    verdicts = []
    async with faulty_home() as home:
        async with home.deps() as deps:
            chats = await make_chats(home.sandbox, deps)
        for plan in plans:
            if time.monotonic() > give_up_at:
                break
            verdicts.append(await _played(home, chats, plan))
        if verbose:
            console.print(home.log, markup=False)
    return verdicts


async def _played(home: FaultyHome, chats: Chats, plan: Plan) -> Verdict:
    verdict = await play(home, chats, plan)
    what = ", ".join(map(str, plan.faults))
    asked = verdict.asked
    refused = f"429 {asked.refused.total()} of ours, {asked.bunched} bunched, {asked.injected} injected"
    counts = f"private twice {verdict.private_duplicates}, unconfirmed {verdict.unconfirmed}, {refused}"
    console.print(f"{plan.seed}: {plan.deliveries} in {verdict.took_s:.0f} s; {what}; {counts}", soft_wrap=True)
    for wrong in verdict.wrong + verdict.too_fast:
        console.print(f"    [red]{wrong}[/]")
    return verdict


def show(verdicts: Sequence[Verdict]) -> None:
    """The run as a table."""
    kinds = Counter(kind for verdict in verdicts for kind in verdict.plan.kinds)
    table = Table(title="faults", title_justify="left", show_header=False)
    for name, value in {
        "scenarios": len(verdicts),
        "kinds of fault": ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()),
        "deliveries": sum(verdict.deliveries for verdict in verdicts),
        "  by a queue or a series": sum(verdict.planned for verdict in verdicts),
        "with a broadcast beside": sum(verdict.broadcasts for verdict in verdicts),
        "lost": sum(verdict.lost for verdict in verdicts),
        "channel or group twice": sum(verdict.doubled for verdict in verdicts),
        "private twice": sum(verdict.private_duplicates for verdict in verdicts),
        "unconfirmed": sum(verdict.unconfirmed for verdict in verdicts),
        "  of these not there": sum(verdict.unconfirmed_absent for verdict in verdicts),
        "sent after judged": sum(verdict.late_sends for verdict in verdicts),
        **_asked([verdict.asked for verdict in verdicts]),
        "scenarios gone wrong": sum(bool(verdict.wrong + verdict.too_fast) for verdict in verdicts),
    }.items():
        table.add_row(name, str(value))
    console.print(table)


def _asked(scenarios: Sequence[Asked]) -> dict[str, object]:
    """Beside Telegram's limits; what a standing machine let arrive together is among it."""

    def most(values: Iterable[float], limit: int) -> str:
        return f"{max(values, default=0):g} (limit {limit})"

    ours = sum((asked.refused for asked in scenarios), Counter[str]())
    return {
        "most in any second": most((asked.per_second for asked in scenarios), OVERALL_PER_S),
        "most at once in a private chat": most(
            (round(asked.per_private_burst, 1) for asked in scenarios), PRIVATE_BURST
        ),
        "most in a group in any minute": most((asked.per_group_minute for asked in scenarios), GROUP_PER_MIN),
        "refused with 429, ours": f"{ours.total()} (goal 0) {dict(ours) or ''}",
        "  as the machine stood still": sum(asked.bunched for asked in scenarios),
        "  as a scenario wanted it": sum(asked.injected for asked in scenarios),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--first", type=int, default=secrets.randbelow(1_000_000), help="the first scenario's seed")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), action="append", default=[])
    parser.add_argument("--deliveries", type=int, default=0)
    parser.add_argument("--planned", type=int, help="so many posts in queues, and so many that recur")
    parser.add_argument("--verbose", action="store_true", help="print the logs at the end")
    chosen = parser.parse_args()
    seeds = [chosen.seed] if chosen.seed is not None else range(chosen.first, chosen.first + chosen.scenarios)
    plans = [plan_of(seed, *chosen.kind, deliveries=chosen.deliveries, planned=chosen.planned) for seed in seeds]
    verdicts = asyncio.run(run(plans, minutes=chosen.minutes, verbose=chosen.verbose))
    show(verdicts)
    return int(any(verdict.wrong + verdict.too_fast for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
