"""What a variable of the environment may hold: how it is read, and what is said when it can't be."""

import base64
import binascii
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from core.smtp_server import Encryption, SmtpServer

LIBPQ_OPTIONS = {"sslmode": "ssl", "channel_binding": ""}
"""Options that libpq knows and asyncpg calls otherwise, or (empty) negotiates by itself."""

LINK_SECRET_SHORTEST = 32
ENCRYPTION_KEY_BYTES = 32
RESEND_SECRET_BYTES_LEAST = 16
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
S3_REGION_AUTO = "auto"
"""R2's only region, and what other S3 servers don't mind. https://developers.cloudflare.com/r2/api/s3/api/"""


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _web_address(value: Any) -> Any:
    if isinstance(value, str) and not value.startswith(("http://", "https://")):
        raise ValueError("should start with http:// or https://")
    return value.rstrip("/") if isinstance(value, str) else value


def _postgres_address(value: SecretStr) -> SecretStr:
    """As SQLAlchemy wants it, from the forms that hosting companies show."""
    scheme, _, rest = value.get_secret_value().strip().partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("should look like postgresql://user:password@host:5432/database")
    place, _, query = rest.partition("?")
    options = [(LIBPQ_OPTIONS.get(name, name), setting) for name, setting in parse_qsl(query)]
    query = urlencode([(name, setting) for name, setting in options if name])
    return SecretStr(f"postgresql+asyncpg://{place}{'?' if query else ''}{query}")


def _redis_address(value: SecretStr) -> SecretStr:
    address = value.get_secret_value().strip()
    if not address.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("should look like redis://:password@host:6379/0")
    return SecretStr(address)


def _bot_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value().strip()
    if not re.fullmatch(r"\d+:[\w-]{20,}", token):
        raise ValueError("should look like 123456789:AAE..., as @BotFather gave it")
    return SecretStr(token)


def _resend_secret(value: SecretStr) -> SecretStr:
    """Behind the prefix stands the key, in base64."""
    prefix, _, key = value.get_secret_value().strip().partition("_")
    try:
        good = prefix == "whsec" and len(base64.b64decode(key, validate=True)) >= RESEND_SECRET_BYTES_LEAST
    except binascii.Error:
        good = False
    if not good:
        raise ValueError("should be whsec_ and what follows it, as Resend shows it for a webhook")
    return SecretStr(f"{prefix}_{key}")


def _stripe_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value().strip()
    if not re.fullmatch(r"[sr]k_(test|live)_\w{8,}", key):
        raise ValueError("should start with sk_test_, sk_live_, rk_test_ or rk_live_, as Stripe's dashboard shows it")
    return SecretStr(key)


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("whsec_"):
        raise ValueError("each should start with whsec_, as Stripe shows it for an endpoint")
    return value


def _pairs(value: Any) -> Any:
    """`a=1,b=2` as a dict."""
    if not isinstance(value, str):
        return value
    parts = [part.partition("=") for part in _split(value)]
    if not all(name and price for name, _, price in parts):
        raise ValueError("should look like starter=price_1ABC,pro=price_1DEF")
    return {name.strip(): price.strip() for name, _, price in parts}


def _long_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < LINK_SECRET_SHORTEST:
        raise ValueError(f"should have at least {LINK_SECRET_SHORTEST} characters that nobody can guess")
    return value


def _encryption_keys(value: Any) -> Any:
    """`id:base64key,...` as a dict in that order. What is wrong is told without the key."""
    if not isinstance(value, str):
        return value
    keys: dict[str, str] = {}
    for number, part in enumerate(_split(value), start=1):
        name, _, key = part.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name) or not _is_encryption_key(key):
            raise ValueError(f"key {number} should look like 2026a:<what `openssl rand -base64 32` prints>")
        if name in keys:
            raise ValueError(f"two keys are called {name}")
        keys[name] = key
    return keys


def _is_encryption_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == ENCRYPTION_KEY_BYTES
    except binascii.Error:
        return False


def _smtp_address(value: SecretStr) -> SecretStr:
    """Raises ValueError, also for a password that would go over the network as it is."""
    server = SmtpServer.at(value.get_secret_value().strip())
    if server.encryption is Encryption.NONE and server.password and server.host not in LOCAL_HOSTS:
        raise ValueError("a password needs TLS on the way to another machine: leave ?tls=none out")
    return SecretStr(value.get_secret_value().strip())


def _mailbox(value: Any) -> Any:
    """`post@example.com`, or with a name: `Postaify <post@example.com>`."""
    if not isinstance(value, str):
        return value
    value, (_, address) = value.strip(), parseaddr(value)
    whole = value == address or value.endswith(f"<{address}>")
    if not whole or not value.isprintable() or not re.fullmatch(r"[^\s@<>,;]+@[\w.-]+", address, re.ASCII):
        raise ValueError("should look like post@example.com, or Postaify <post@example.com>")
    return value


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


CommaSeparated = Annotated[list[str], NoDecode, BeforeValidator(_split)]
CommaSeparatedIds = Annotated[list[int], NoDecode, BeforeValidator(_split)]
WebAddress = Annotated[str, BeforeValidator(_web_address)]
PostgresAddress = Annotated[SecretStr, AfterValidator(_postgres_address)]
RedisAddress = Annotated[SecretStr, AfterValidator(_redis_address)]
BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
ResendSecret = Annotated[SecretStr, AfterValidator(_resend_secret)]
StripeKey = Annotated[SecretStr, AfterValidator(_stripe_key)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
WebhookSecrets = Annotated[list[WebhookSecret], NoDecode, BeforeValidator(_split)]
Prices = Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)]
EncryptionKeys = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_encryption_keys)]
LinkSecret = Annotated[SecretStr, AfterValidator(_long_secret)]
SmtpAddress = Annotated[SecretStr, AfterValidator(_smtp_address)]
Mailbox = Annotated[str, BeforeValidator(_mailbox)]
Home = Annotated[Path, AfterValidator(Path.expanduser)]
SpeechProvider = Annotated[Literal["espeak", "elevenlabs", "unreal", "openai"], BeforeValidator(_lower)]
ImageProvider = Annotated[Literal["typeset", "fal", "openai"], BeforeValidator(_lower)]
BillingRails = Annotated[list[Literal["stripe", "stars"]], NoDecode, BeforeValidator(_split)]
PlanEnders = Annotated[list[Literal["refund", "dispute"]], NoDecode, BeforeValidator(_split)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
