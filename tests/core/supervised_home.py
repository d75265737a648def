"""A supervisor in a process of its own, with children made for tests. Arguments: a home, and the children's names.

Told apart by name: `steady*` serves, `crashing*` dies after it served, `stubborn*` ignores SIGTERM, `parent*` has a
child in its session, `late*` never gets ready, `failing*` logs an error. `+services` runs PostgreSQL and Redis too.
Nobody is waited for in vain but who is stubborn or late.
"""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from core.embedded import EmbeddedServices
from core.home import HomeInUse
from core.readiness import announce
from core.settings import Settings
from core.supervisor import Child, StopRequested, Supervisor
from tests.patience import PATIENCE_S

STUBBORN_S = 2.0


def live(home: Path, name: str) -> None:
    if name.startswith("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if name.startswith("parent"):
        subprocess.Popen(["sleep", "300"])
    if name.startswith("failing"):
        say("2026-11-21T12:00:00Z [error    ] something.broke   shown=yes")
    if not name.startswith("late"):
        announce(Settings(POSTAIFY_HOME=home), name, f"here:{os.getpid()}")
    if name.startswith("crashing"):
        time.sleep(0.1)
        say("the reason")
        raise SystemExit(3)
    if name.startswith("hopeless"):
        raise SystemExit("what to do")
    signal.pause()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(home: Path, *names: str) -> int:
    services = EmbeddedServices(home) if "+services" in names else None
    children = [
        Child(name, partial(live, home, name), stage=number) for number, name in enumerate(names) if name[0] != "+"
    ]
    try:
        stop_s = STUBBORN_S if "stubborn" in names else PATIENCE_S
        with Supervisor(home, services=services, say=say, stop_children_s=stop_s) as supervisor:
            if services is not None:
                services.start()
            with supervisor.meanwhile(Child("once", partial(say, "once"))):
                pass
            supervisor.start(children)
            say("ready" if supervisor.wait_ready(1.0 if "late" in names else PATIENCE_S) else "not ready")
            supervisor.watch()
    except StopRequested:
        say("stopped")
    except HomeInUse as exc:
        say(str(exc))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
