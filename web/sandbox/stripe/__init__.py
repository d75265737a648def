"""The sandbox's Stripe: its API under /stripe/v1, its pages, signed webhooks, controls for tests. No money moves."""

API_VERSION = "2026-10-28.endive"
"""What the installed SDK pins; requests for another one are refused."""
SANDBOX_SECRET_KEY = "sk_test_sandbox_postaify"  # noqa: S105 - it opens nothing but the local sandbox
SANDBOX_WEBHOOK_SECRET = "whsec_sandbox_postaify"  # noqa: S105 - likewise
PREFIX = "/stripe"
