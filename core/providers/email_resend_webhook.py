"""What Resend tells of mails that it has taken on: whether it is Resend that speaks, and what it says.

Signed in Svix's way: `svix-signature: v1,<base64> ...` over "id.timestamp.body". The package for that brings an HTTP
client and models of its own for these few lines. https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import SecretStr

from core.errors import InvalidInput
from core.providers.email import SENTENCE_CHARACTERS
from core.providers.wire import object_of, text_of

ENGINE: Final = "resend"
TOLERANCE_S: Final = 300
"""In both directions."""
HEADER_LONGEST: Final = 1024
PREFIX: Final = "whsec_"
VERSION: Final = "v1"
PERMANENT: Final = "permanent"


class Fate(StrEnum):
    """What became of a mail, as far as somebody has to know."""

    BOUNCED = "email.bounced"
    """For good. What came back for now is tried again by Resend itself."""
    COMPLAINED = "email.complained"


@dataclass(frozen=True, slots=True)
class MailFate:
    """`remote_id` is what Resend answered when it took the mail on; `detail` the mail server's own words, if any."""

    fate: Fate
    remote_id: str
    detail: str


class WebhookRefused(InvalidInput):
    """Nobody who knows the secret has signed it, it was too long ago, or it says nothing. `reason` says which."""

    code = "emails.webhook_refused"


def check_signature(body: bytes, headers: Mapping[str, str], *, secret: SecretStr, now: datetime) -> None:
    """Raises WebhookRefused. All signatures are compared, in constant time."""
    message_id, sent_at, given = (headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature"))
    if not message_id or len(message_id) + len(given) > HEADER_LONGEST or not re.fullmatch(r"[0-9]{1,12}", sent_at):
        raise WebhookRefused(reason="malformed")
    key = base64.b64decode(secret.get_secret_value().removeprefix(PREFIX))
    signed = f"{message_id}.{sent_at}.".encode("utf-8", "replace") + body
    right = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    parts = [part.partition(",") for part in given.split(" ")]
    signatures = [signature.encode("utf-8", "replace") for version, _, signature in parts if version == VERSION]
    matches = [hmac.compare_digest(right, signature) for signature in signatures]
    if not any(matches):
        raise WebhookRefused(reason="forged")
    if abs(now.timestamp() - int(sent_at)) > TOLERANCE_S:
        raise WebhookRefused(reason="stale")


def fate_told(body: bytes) -> MailFate | None:
    """What is told of a mail; None when nobody has to do anything about it. Raises WebhookRefused for what is no event.

    https://resend.com/docs/dashboard/webhooks/event-types
    """
    try:
        event = json.loads(body)
        kind, data = event["type"], event["data"]
        found = _fate(kind, data)
        remote_id = data["email_id"] if found is not None else ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise WebhookRefused(reason="malformed") from exc
    if found is None:
        return None
    if not isinstance(remote_id, str) or not 0 < len(remote_id) <= HEADER_LONGEST:
        raise WebhookRefused(reason="malformed")
    words = " ".join(text_of(object_of(data.get("bounce")).get("message")).split())
    return MailFate(found, remote_id, words[:SENTENCE_CHARACTERS])


def _fate(kind: str, data: Mapping[str, Any]) -> Fate | None:
    if kind == Fate.COMPLAINED:
        return Fate.COMPLAINED
    if kind == Fate.BOUNCED and text_of(object_of(data.get("bounce")).get("type")).lower() == PERMANENT:
        return Fate.BOUNCED
    return None
