"""Resend over its HTTP API. Source: resend.com/docs/api-reference/emails/send-email and /errors."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.email import EmailErrorCode, Mail, bare, email_error
from core.providers.wire import object_of, retry_after_s, text_of

TIMEOUT_S: Final = 30.0
QUOTA_PAUSE_S: Final = 3600.0
"""Daily and monthly quotas don't come back within seconds."""
ONLY_SENDS: Final = "restricted_api_key"
CONCURRENT: Final = "concurrent_idempotent_requests"
_CODES: Final[Mapping[str, EmailErrorCode]] = {
    "missing_api_key": EmailErrorCode.KEY_REFUSED,
    "invalid_api_key": EmailErrorCode.KEY_REFUSED,
    ONLY_SENDS: EmailErrorCode.KEY_REFUSED,
    "rate_limit_exceeded": EmailErrorCode.RATE_LIMITED,
    "daily_quota_exceeded": EmailErrorCode.RATE_LIMITED,
    "monthly_quota_exceeded": EmailErrorCode.RATE_LIMITED,
    CONCURRENT: EmailErrorCode.UNKNOWN,
}


class Resend:
    """Sends through api.resend.com, or whatever speaks its language."""

    engine = "resend"

    def __init__(self, http: httpx.AsyncClient, *, base_url: str, key: SecretStr, timeout_s: float = TIMEOUT_S) -> None:
        self._http = http
        self._url = f"{base_url}/emails"
        self._key = key
        self._timeout_s = timeout_s

    async def send(self, mail: Mail) -> str:
        headers = {"Authorization": f"Bearer {self._key.get_secret_value()}", "Idempotency-Key": mail.key}
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.post(self._url, json=_body(mail), headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
            raise email_error(EmailErrorCode.UNAVAILABLE, provider=self.engine, detail=type(exc).__name__) from exc
        except (TimeoutError, httpx.HTTPError) as exc:
            raise email_error(EmailErrorCode.UNKNOWN, provider=self.engine, detail=type(exc).__name__) from exc
        answer = _object_in(response)
        if not response.is_success:
            raise self._refusal(response, answer)
        return text_of(answer.get("id"))

    async def check(self, sender: str) -> str:
        """A key that may only send can't list domains, which is no trouble."""
        headers = {"Authorization": f"Bearer {self._key.get_secret_value()}"}
        try:
            response = await self._http.get(f"{self._url.removesuffix('/emails')}/domains", headers=headers)
        except httpx.HTTPError as exc:
            raise email_error(EmailErrorCode.UNAVAILABLE, provider=self.engine, detail=type(exc).__name__) from exc
        answer = _object_in(response)
        if answer.get("name") == ONLY_SENDS:
            return f"Resend, from {sender} (the key may only send, so nothing more can be seen)"
        if not response.is_success:
            raise self._refusal(response, answer)
        domain = bare(sender).rpartition("@")[2].lower()
        found = [object_of(each) for each in answer.get("data") or []]
        if domain not in {each.get("name") for each in found if each.get("status") == "verified"}:
            raise email_error(EmailErrorCode.KEY_REFUSED, provider=self.engine, detail=f"{domain} isn't verified there")
        return f"Resend, from {sender}"

    def _refusal(self, response: httpx.Response, answer: Mapping[str, Any]) -> ProviderError:
        name, message = text_of(answer.get("name")), text_of(answer.get("message"))
        asked_s = retry_after_s(response.headers.get("retry-after"))
        if name.endswith("_quota_exceeded"):
            asked_s = max(asked_s or 0.0, QUOTA_PAUSE_S)
        code = _CODES.get(name) or _by_status(response.status_code, message)
        return email_error(code, provider=self.engine, detail=message, retry_after_s=asked_s)


def _by_status(status: int, message: str) -> EmailErrorCode:
    """Behind a 5xx the mail may have been taken on. Only of `to` is it the address's fault."""
    if status == 429:
        return EmailErrorCode.RATE_LIMITED
    if status == 503:
        return EmailErrorCode.UNAVAILABLE
    if status >= 500 or status == 408:
        return EmailErrorCode.UNKNOWN
    if status in {401, 403}:
        return EmailErrorCode.KEY_REFUSED
    return EmailErrorCode.ADDRESS_REFUSED if "`to`" in message else EmailErrorCode.REFUSED


def _body(mail: Mail) -> dict[str, Any]:
    body: dict[str, Any] = {
        "from": mail.sender,
        "to": [mail.to],
        "subject": mail.subject,
        "html": mail.html,
        "text": mail.text,
        "headers": {"Message-ID": mail.message_id, **mail.headers},
    }
    return body | ({"reply_to": mail.reply_to} if mail.reply_to else {})


def _object_in(response: httpx.Response) -> dict[str, Any]:
    try:
        return object_of(response.json())
    except ValueError:
        return {}
