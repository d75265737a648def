"""The sandbox's Stripe: its API under /stripe/v1, its pages, signed webhooks, controls for tests. No money moves."""

from core.settings import SANDBOX_STRIPE_KEY, SANDBOX_STRIPE_WEBHOOK_SECRET

API_VERSION = "2026-10-28.endive"
"""What the installed SDK pins; requests for another one are refused."""
SANDBOX_SECRET_KEY = SANDBOX_STRIPE_KEY
SANDBOX_WEBHOOK_SECRET = SANDBOX_STRIPE_WEBHOOK_SECRET
PREFIX = "/stripe"
