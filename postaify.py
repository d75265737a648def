"""The front door: every process and every chore is started here, and here they are wired together."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.addresses import addressed, attached
from core.embedded import EmbeddedServices, EmbeddedUnavailable, running_services
from core.home import HomeInUse, HomeNotOurs, HomeUnusable, make_home, private_folder, temporary_home
from core.ports import NoFreePort
from core.processes import age_s, load, spare_memory
from core.settings import ALONE, Settings, SettingsInvalid
from core.supervisor import Child, ChildFailed, Row, StopRequested, Supervisor, rows_of

if TYPE_CHECKING:
    from core.doctor import Finding

READY_WITHIN_S = 30.0
SERVERS = {"postgres", "redis"}

TO_ASK_FOR_THE_SCHEMA = ("asyncpg", "core.schema")
PRELOADED = (
    *TO_ASK_FOR_THE_SCHEMA,
    "anyio._backends._asyncio",
    "core.tables",
    "bot.main",
    "jobs.scheduler",
    "jobs.worker",
    "web.main",
    "web.sandbox.main",
)
"""Loaded once, before the processes are forked. The libraries among them would be loaded by others at first use."""

app = typer.Typer(
    help="Postaify, from the command line.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def run_bot(settings: Settings) -> None:
    from bot.main import run

    run(settings)


def run_worker(settings: Settings, *, kind: str, queues: Sequence[str] = ()) -> None:
    from jobs.worker import Kind, run

    run(settings, kind=Kind(kind), queues=queues)


def run_scheduler(settings: Settings) -> None:
    from jobs.scheduler import run

    run(settings)


def run_web(settings: Settings) -> None:
    from web.main import run

    run(settings)


def run_sandbox(settings: Settings) -> None:
    from web.sandbox.main import run

    run(settings)


def run_migrate(settings: Settings) -> None:
    from core.schema import is_newest

    if not asyncio.run(is_newest(settings)):
        from core.migrate import upgrade

        upgrade(settings)


def children_of(settings: Settings) -> list[Child]:
    """Every process of `postaify up`, in the order of the start: what the first answer needs comes first.

    Those of a higher stage are stopped first.
    """
    children = [
        Child("bot", partial(run_bot, settings), stage=3),
        Child("web", partial(run_web, settings), stage=1),
        Child("scheduler", partial(run_scheduler, settings), stage=2),
        Child("worker-light", partial(run_worker, settings, kind="light"), stage=3),
        Child("worker-heavy", partial(run_worker, settings, kind="heavy"), stage=3),
    ]
    return [Child("sandbox", partial(run_sandbox, settings)), *children] if settings.in_sandbox else children


@app.command()
def up() -> None:
    """Start everything on this machine, and keep it running until Ctrl-C."""
    with explained():
        settings = Settings.load()
        try:
            _up(settings)
        except HomeInUse:
            _show("Postaify runs here already", rows_of(settings.home))
            _invite(settings, rows_of(settings.home))
            raise typer.Exit(1) from None
        except StopRequested:
            with suppress(OSError):
                console.print("Stopped.")


def _up(settings: Settings) -> None:
    with _everything(settings) as (settings, supervisor):
        ready = supervisor.wait_ready(READY_WITHIN_S)
        servers = [row for row in rows_of(settings.home) if row.name in SERVERS]
        title = f"Postaify is up after {age_s():.1f} s" if ready else "Not everything came up"
        _show(title, servers + supervisor.rows())
        _invite(settings, supervisor.rows())
        console.print(f"Logs are in {settings.home / 'logs'}. Ctrl-C stops everything.", soft_wrap=True)
        supervisor.watch()


@contextmanager
def _everything(settings: Settings) -> Iterator[tuple[Settings, Supervisor]]:
    """All processes, started, with the settings that they have. Leaving it stops them.

    Most of a start is the loading of modules by this process, and there is no way around it: whatever is forked
    afterwards has them at once and shares their memory. So the rest happens meanwhile, on other cores: the servers
    come up, and a child migrates as soon as it has what it needs to ask for the schema. Alembic is loaded only by that
    child, and only when something is missing. Without servers of our own, all is the same.
    """
    home = make_home(settings.home)
    services = _embedded(settings)
    with Supervisor(home, services=services, say=partial(_say, private_folder(home, "logs") / "up.log")) as supervisor:
        if services is not None:
            services.launch()
        load(TO_ASK_FOR_THE_SCHEMA)
        if services is not None:
            services.wait_ready()
        settings = addressed(attached(settings))
        with supervisor.meanwhile(Child("migrate", partial(run_migrate, settings))):
            preload()
        supervisor.start(children_of(settings))
        yield settings, supervisor


@app.command()
def demo() -> None:
    """Play the main story in the terminal, with everything in a temporary home. Exit code 1 when a step fails."""
    with explained():
        try:
            with temporary_home() as home:
                _demo(Settings.load(**ALONE, POSTAIFY_HOME=home))
        except StopRequested:
            raise typer.Exit(130) from None


def _demo(settings: Settings) -> None:
    from web.sandbox.demo import DemoFailed, play

    console.print("[dim]Starting PostgreSQL, Redis, the bot, its workers and a local Telegram …[/]")
    with _everything(settings) as (settings, supervisor):
        if not supervisor.wait_ready(READY_WITHIN_S):
            _fail("Not everything came up:", *(f"  {row.name} {row.state}" for row in supervisor.rows()))
        console.print(f"[dim]Everything is up after {age_s():.1f} s.[/]")
        try:
            asyncio.run(play(settings.telegram_api_url or "", console))
        except DemoFailed as exc:
            _fail(str(exc), *_complaints(settings.home))
    console.print(f"\n[bold green]That was the whole story, in {age_s():.0f} s.[/] Now yours: [bold]make up[/]")


def _complaints(home: Path) -> list[str]:
    """The last errors in the logs of a home that is about to be removed."""
    logs = sorted((home / "logs").glob("*.log"))
    lines = [f"  {log.stem}: {line}" for log in logs for line in log.read_text().splitlines() if "[error" in line]
    return lines[-5:]


def preload() -> None:
    """Import what the processes need, and make once what each of them would make for itself."""
    load(PRELOADED)
    from bot.app import build_router
    from core.http import tls
    from core.tables import Base

    build_router()  # imports the handlers
    tls()
    Base.registry.configure()


@app.command()
def bot() -> None:
    """Only the bot."""
    _run_alone(run_bot)


@app.command()
def worker(
    queues: Annotated[str, typer.Option(help="Which queues, separated by commas. Left out: all of the kind.")] = "",
    kind: Annotated[
        Literal["light", "heavy"], typer.Option(help="light: deliveries, texts, requests. heavy: audio and video.")
    ] = "light",
) -> None:
    """Only one worker."""
    from core.queue import HEAVY_QUEUES, LIGHT_QUEUES

    wanted = [name.strip() for name in queues.split(",") if name.strip()]
    possible = HEAVY_QUEUES if kind == "heavy" else LIGHT_QUEUES
    if strange := set(wanted).difference(possible):
        _fail(f"A {kind} worker has no queue {', '.join(sorted(strange))}. It has: {', '.join(possible)}.")
    _run_alone(partial(run_worker, kind=kind, queues=wanted))


@app.command()
def scheduler() -> None:
    """Only the scheduler. Several may run."""
    _run_alone(run_scheduler)


@app.command()
def web() -> None:
    """Only the web service."""
    _run_alone(run_web)


@app.command()
def sandbox() -> None:
    """Only the local sandbox that plays Telegram."""
    with explained():
        run_sandbox(Settings.load())


@app.command()
def migrate(
    new: Annotated[str, typer.Option(help="Draft a new revision with this message from the models.")] = "",
) -> None:
    """Bring the database to the newest schema."""
    with explained(), _with_services(Settings.load()) as settings:
        run_migrate(settings)
        if new:
            from core.migrate import draft_revision

            asyncio.run(draft_revision(settings, new))


@app.command()
def status() -> None:
    """What runs in this home. Exit code 1 when nothing does."""
    with explained():
        rows = rows_of(Settings.load().home)
    if not rows:
        _fail("Nothing runs here.")
    _show("Running", rows)


@app.command()
def billing(chore: Literal["sync", "resync"]) -> None:
    """At Stripe: sync products, prices and webhook with the plans, or resync everybody who ever paid."""
    from jobs.stripe_chores import do

    with explained(), _with_services(Settings.load()) as settings:
        raise typer.Exit(0 if do(settings, chore, console) else 1)


@app.command()
def keys(chore: Literal["rotate"]) -> None:
    """Of encryption: rotate encrypts all stored tokens anew with the first of ENCRYPTION_KEYS."""
    from jobs.keys import rotate

    with explained(), _with_services(Settings.load()) as settings:
        raise typer.Exit(0 if rotate(settings, console) else 1)


@app.command()
def doctor() -> None:
    """Check everything that Postaify needs, and say what to do. Exit code 1 when something fails."""
    with explained():
        settings = Settings.load()
        try:
            with _with_services(settings) as served:
                all_well = asyncio.run(_examine(served))
        except EmbeddedUnavailable as exc:
            from core.doctor import Finding

            all_well = False
            _tell(Finding("servers", str(exc), "or set DATABASE_URL and REDIS_URL to servers of your own"))
            asyncio.run(_examine(settings))
    raise typer.Exit(0 if all_well else 1)


async def _examine(settings: Settings) -> bool:
    from core.doctor import examine

    findings = [_tell(finding) async for finding in examine(settings)]
    return all(finding.ok for finding in findings)


def _tell(finding: "Finding") -> "Finding":
    mark = "[green]ok  [/]" if finding.ok else "[red]FAIL[/]"
    advice = "" if finding.ok else f" -> {finding.advice}"
    console.print(f"{mark} {finding.name:14} {escape(finding.seen + advice)}", soft_wrap=True)
    return finding


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a person can mend into a few lines and an exit code."""
    try:
        yield
    except SettingsInvalid as exc:
        _fail("The configuration isn't right (.env or environment):", *(f"  {problem}" for problem in exc.problems))
    except (HomeInUse, HomeNotOurs, HomeUnusable, EmbeddedUnavailable, ChildFailed, NoFreePort) as exc:
        _fail(str(exc))


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        errors.print(line, markup=False, soft_wrap=True)
    raise typer.Exit(1)


def _run_alone(run: Callable[[Settings], None]) -> None:
    with explained():
        settings = attached(Settings.load())
        if settings.database_url is None or settings.redis_url is None:
            _fail(
                "There is no database to work with: set DATABASE_URL and REDIS_URL, "
                f"or start `postaify up` in another terminal (home: {settings.home})."
            )
        run(settings)


@contextmanager
def _with_services(settings: Settings) -> Iterator[Settings]:
    """The settings with running services: the home's, if `up` runs there, else started for this one chore."""
    services = None if running_services(settings.home) else _embedded(settings)
    try:
        if services is not None:
            services.start()
        yield attached(settings)
    finally:
        if services is not None:
            services.stop()


def _embedded(settings: Settings) -> EmbeddedServices | None:
    postgres, redis = settings.database_url is None, settings.redis_url is None
    return EmbeddedServices(settings.home, postgres=postgres, redis=redis) if postgres or redis else None


def _say(log: Path, line: str) -> None:
    """To the terminal, which may be closed already, and to the log."""
    with suppress(OSError):
        console.print(line, markup=False, soft_wrap=True)
    with log.open("a") as file:
        file.write(f"{line}\n")


def _show(title: str, rows: Sequence[Row]) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("process", "state", "pid", "address"):
        table.add_column(column, overflow="fold")
    for row in rows:
        style = "green" if row.state == "ready" else "red"
        table.add_row(row.name, f"[{style}]{row.state}[/]", str(row.pid or ""), row.address)
    console.print(table)


def _invite(settings: Settings, rows: Sequence[Row]) -> None:
    chat_page = next((row.address for row in rows if row.name == "sandbox"), None)
    if chat_page:
        console.print(f"\nOpen [bold]{chat_page}[/] and press Start: a local sandbox plays Telegram.", soft_wrap=True)
    elif not settings.in_sandbox:
        console.print("\nThe bot is on Telegram: write to it there.", soft_wrap=True)


def main() -> None:
    spare_memory()
    app()


if __name__ == "__main__":
    main()
