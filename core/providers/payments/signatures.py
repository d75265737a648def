"""Whether a webhook is Stripe's: `Stripe-Signature: t=<unix>,v1=<hex>[,v1=...]` over "t.body", with any of our secrets.

Stripe's own check takes one secret and the machine's clock, and loads all of the SDK.
https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from core.errors import InvalidInput

TOLERANCE_S: Final = 300
HEADER_LONGEST: Final = 1024


class SignatureRefused(InvalidInput):
    """Nobody who knows a secret has signed this body, or it was too long ago. `reason` says which."""

    code = "payments.signature_refused"


def check_signature(body: bytes, header: str, *, secrets: Sequence[SecretStr], now: datetime) -> None:
    """Raises SignatureRefused. All signatures are compared with all secrets, in constant time."""
    if len(header) > HEADER_LONGEST:
        raise SignatureRefused(reason="malformed")
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not re.fullmatch(r"\d{1,12}", times[0], re.ASCII) or not given:
        raise SignatureRefused(reason="malformed")
    signed = times[0].encode() + b"." + body
    right = [hmac.new(secret.get_secret_value().encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    sent = [theirs.encode("utf-8", "replace") for theirs in given]
    matches = [hmac.compare_digest(ours.encode(), theirs) for ours in right for theirs in sent]
    if not any(matches):
        raise SignatureRefused(reason="forged")
    if now.timestamp() - int(times[0]) > TOLERANCE_S:
        raise SignatureRefused(reason="stale")
