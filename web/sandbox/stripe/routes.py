"""All calls of the API."""

from itertools import chain

from web.sandbox.stripe import (
    billing,
    catalog,
    checkout,
    clocks,
    customers,
    payments,
    portal,
    portal_configurations,
    reversals,
    schedules,
    subscribing,
    webhooks,
)

ROUTES = tuple(
    chain.from_iterable(
        part.ROUTES
        for part in (
            billing,
            catalog,
            checkout,
            clocks,
            customers,
            payments,
            portal,
            portal_configurations,
            reversals,
            schedules,
            subscribing,
            webhooks,
        )
    )
)
