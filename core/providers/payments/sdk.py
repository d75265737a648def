"""Stripe's SDK over the HTTP client that all providers share, and its failures in our words.

The SDK is loaded at the first call, beside the event loop: it takes a third of a second, and few processes need it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.payments.contract import PROVIDER, PaymentErrorCode, payment_error

if TYPE_CHECKING:
    import stripe

TIMEOUT_S: Final = 30.0
RETRIES: Final = 2
API_BASE: Final = "https://api.stripe.com"
WORDS: Final = 200
"""Characters of Stripe's own words about a failure."""

T = TypeVar("T")


class Sdk:
    """One account's client. `call` is the only way to it."""

    def __init__(self, http: httpx.AsyncClient, *, key: SecretStr, base_url: str = API_BASE) -> None:
        self._http = http
        self._key = key
        self._base_url = base_url
        self._loading = asyncio.Lock()
        self._client: stripe.StripeClient | None = None

    async def call(self, ask: "Callable[[stripe.StripeClient], Awaitable[T]]") -> T:
        """What `ask` gets of the client. Raises ProviderError with a PaymentErrorCode."""
        client = await self._loaded()
        import stripe

        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await ask(client)
        except TimeoutError as exc:
            raise payment_error(PaymentErrorCode.UNAVAILABLE, reason="timeout") from exc
        except stripe.StripeError as exc:
            raise self._translated(exc) from exc

    async def _loaded(self) -> "stripe.StripeClient":
        async with self._loading:
            if self._client is None:
                self._client = await asyncio.to_thread(_client, self._http, self._key, self._base_url)
        return self._client

    def _translated(self, exc: "stripe.StripeError") -> ProviderError:
        """The key never stands in what is told: Stripe repeats parts of it."""
        import stripe

        code = _meaning(exc, stripe)
        words = (exc.user_message or "").replace(self._key.get_secret_value(), "***")[:WORDS]
        params: dict[str, Any] = {"status": exc.http_status, "reason": exc.code or type(exc).__name__}
        if code not in {PaymentErrorCode.KEY_REFUSED, PaymentErrorCode.UNAVAILABLE}:
            params["message"] = words
        if isinstance(exc, stripe.RateLimitError):
            return ProviderError(code, provider=PROVIDER, retryable=True, retry_after_s=1.0, **params)
        return payment_error(code, **params)


def _meaning(exc: "stripe.StripeError", stripe: Any) -> PaymentErrorCode:
    if isinstance(exc, stripe.CardError):
        return PaymentErrorCode.DECLINED
    if isinstance(exc, stripe.AuthenticationError | stripe.PermissionError):
        return PaymentErrorCode.KEY_REFUSED
    if isinstance(exc, stripe.RateLimitError):
        return PaymentErrorCode.RATE_LIMITED
    if isinstance(exc, stripe.APIConnectionError) or (exc.http_status or 500) >= 500:
        return PaymentErrorCode.UNAVAILABLE
    if exc.http_status == 409 or exc.code == "lock_timeout":
        return PaymentErrorCode.BUSY
    if exc.code == "resource_missing":
        return PaymentErrorCode.NOT_THERE
    return PaymentErrorCode.BAD_REQUEST


def _client(http: httpx.AsyncClient, key: SecretStr, base_url: str) -> "stripe.StripeClient":
    import stripe

    logging.getLogger("stripe").setLevel(logging.WARNING)  # it writes addresses and bodies
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key.get_secret_value(),
        base_addresses={"api": base_url},
        max_network_retries=RETRIES,
        http_client=_transport(http),
    )


def _transport(http: httpx.AsyncClient) -> "stripe.HTTPClient":
    import stripe

    class SharedHttp(stripe.HTTPClient):
        """The SDK's requests over a client of ours, which knows about proxies, time limits and this machine."""

        name = "httpx"

        async def request_async(
            self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
        ) -> tuple[bytes, int, Mapping[str, str]]:
            try:
                response = await http.request(method, url, headers=dict(headers), content=post_data, timeout=TIMEOUT_S)
            except httpx.HTTPError as exc:
                raise stripe.APIConnectionError(type(exc).__name__, should_retry=True) from exc  # type: ignore[no-untyped-call]
            return response.content, response.status_code, response.headers

        def sleep_async(self, secs: float) -> Awaitable[None]:
            return asyncio.sleep(secs)

    return SharedHttp()
