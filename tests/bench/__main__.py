"""`make bench`: all figures, each beside its reference of the same run and its goal. `python -m tests.bench updates`
runs one, `--help` lists them."""

import sys

from tests.bench import (
    cards,
    deliveries,
    digests,
    entitlements,
    episode,
    images,
    lateness,
    leaks,
    leases,
    limiter,
    making,
    planning,
    polls,
    startup,
    transcode,
    transport,
    updates,
    uploads,
    viral,
    webhooks,
    writing,
)
from tests.bench.running import run

BENCHES = {
    "transport": transport.main,
    "limiter": limiter.main,
    "updates": updates.main,
    "deliveries": deliveries.main,
    "leases": leases.main,
    "lateness": lateness.main,
    "planning": planning.main,
    "polls": polls.main,
    "startup": startup.main,
    "episode": episode.main,
    "making": making.main,
    "viral": viral.main,
    "digests": digests.main,
    "entitlements": entitlements.main,
    "webhooks": webhooks.main,
    "uploads": uploads.main,
    "transcode": transcode.main,
    "writing": writing.main,
    "cards": cards.main,
    "leaks": leaks.main,
    "images": images.main,
}

if __name__ == "__main__":
    sys.exit(run(BENCHES))
