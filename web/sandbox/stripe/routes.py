"""All calls of the API."""

from itertools import chain

from web.sandbox.stripe import catalog, checkout, customers, payments, webhooks

ROUTES = tuple(chain(customers.ROUTES, catalog.ROUTES, checkout.ROUTES, payments.ROUTES, webhooks.ROUTES))
