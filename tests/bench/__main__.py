"""`make bench`: all figures, each beside its reference of the same run. `python -m tests.bench updates` runs one."""

import sys

from tests.bench import deliveries, episode, lateness, leases, limiter, planning, startup, transport, updates, viral
from tests.bench.figures import show

BENCHES = {
    "transport": transport.main,
    "limiter": limiter.main,
    "updates": updates.main,
    "deliveries": deliveries.main,
    "leases": leases.main,
    "lateness": lateness.main,
    "planning": planning.main,
    "startup": startup.main,
    "episode": episode.main,
    "viral": viral.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        show(name, BENCHES[name]())
