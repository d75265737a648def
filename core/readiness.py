"""How a process says that it serves, and how others read it: one small file per process, in the home's run folder.

A note counts only while its process lives, so that nothing has to be cleaned up after a kill.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from core.home import private_folder, write_private
from core.processes import ProcessIdentity
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Readiness:
    """`name` serves, at `address` if it listens."""

    name: str
    address: str | None
    process: ProcessIdentity


def announce(settings: Settings, name: str, address: str | None = None) -> None:
    """Call once, when this process really answers or takes work."""
    note = Readiness(name=name, address=address, process=ProcessIdentity.of(os.getpid()))
    write_private(_note(settings.home, note.process.pid), json.dumps(asdict(note)))


def readiness_of(home: Path, pid: int) -> Readiness | None:
    """What the living process `pid` announced. None before that."""
    try:
        note = json.loads(_note(home, pid).read_text())
    except FileNotFoundError:
        return None
    readiness = Readiness(note["name"], note["address"], ProcessIdentity(**note["process"]))
    return readiness if readiness.process.running() else None


def ready_processes(home: Path) -> list[Readiness]:
    """All that serve from this home now, by name. Throws away the notes of the dead."""
    ready = []
    for path in private_folder(home, "run").glob("ready-*.json"):
        readiness = readiness_of(home, int(path.stem.removeprefix("ready-")))
        if readiness is None:
            path.unlink(missing_ok=True)
        else:
            ready.append(readiness)
    return sorted(ready, key=lambda one: one.name)


def _note(home: Path, pid: int) -> Path:
    return private_folder(home, "run") / f"ready-{pid}.json"
