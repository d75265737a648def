"""What runs in a home, as rows for a person."""

from dataclasses import dataclass
from pathlib import Path

from core.embedded import running_services
from core.embedded.server import HOST
from core.readiness import ready_processes


@dataclass(frozen=True, slots=True)
class Row:
    """`address` never holds a password."""

    name: str
    state: str
    pid: int | None = None
    address: str = ""


def rows_of(home: Path) -> list[Row]:
    """Everything that serves from this home now, whoever started it."""
    servers = [Row(one.name, "ready", one.pid, f"{HOST}:{one.port}") for one in running_services(home)]
    return servers + [Row(one.name, "ready", one.process.pid, one.address or "") for one in ready_processes(home)]
