"""Who takes cards, by configuration."""

from collections.abc import Sequence

import httpx
from pydantic import SecretStr

from core.providers.payments.account import StripeAccount
from core.providers.payments.contract import Payments
from core.providers.payments.sdk import API_BASE
from core.settings import SANDBOX_STRIPE_KEY, SANDBOX_STRIPE_WEBHOOK_SECRET, Settings

SANDBOX_PATH = "/stripe"


def build_payments(settings: Settings, http: httpx.AsyncClient) -> Payments | None:
    """The account of STRIPE_SECRET_KEY, else the sandbox's where it runs; None when nobody takes cards."""
    if "stripe" not in settings.billing_rails:
        return None
    if settings.stripe_secret_key is not None:
        return StripeAccount(http, key=settings.stripe_secret_key, base_url=settings.stripe_api_base or API_BASE)
    if settings.sandbox_url is None:
        return None
    return StripeAccount(http, key=SecretStr(SANDBOX_STRIPE_KEY), base_url=f"{settings.sandbox_url}{SANDBOX_PATH}")


def webhook_secrets(settings: Settings) -> Sequence[SecretStr]:
    """What webhooks may be signed with; none when nobody takes cards."""
    if settings.stripe_in_sandbox and not settings.stripe_webhook_secrets:
        return (SecretStr(SANDBOX_STRIPE_WEBHOOK_SECRET),)
    return settings.stripe_webhook_secrets
