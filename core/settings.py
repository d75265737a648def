"""What the environment decides. Read once at an entry point, checked as a whole, then passed on inside Deps."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.setting_values import (
    LOCAL_HOSTS,
    S3_REGION_AUTO,
    BillingRails,
    BotToken,
    CommaSeparated,
    CommaSeparatedIds,
    EncryptionKeys,
    Home,
    ImageProvider,
    LinkSecret,
    LogLevel,
    Mailbox,
    PlanEnders,
    PostgresAddress,
    Prices,
    RedisAddress,
    ResendSecret,
    SmtpAddress,
    SpeechProvider,
    StripeKey,
    WebAddress,
    WebhookSecrets,
)

SANDBOX_TOKEN = "4242:SANDBOX-fake-token-for-your-machine"  # noqa: S105 - it opens nothing but the local sandbox
"""The sandbox's own bot. Well formed, and worth nothing at Telegram."""
SANDBOX_STRIPE_KEY = "sk_test_sandbox_postaify"
SANDBOX_STRIPE_WEBHOOK_SECRET = "whsec_sandbox_postaify"  # noqa: S105 - likewise
"""Of the sandbox's Stripe, whose webhooks are signed with this one."""
STRIPE_WEBHOOK_PATH = "/stripe/webhook"
RESEND_WEBHOOK_PATH = "/email/resend"
ALONE: dict[str, object] = {
    "POSTAIFY_ENV": "development",
    "DATABASE_URL": None,
    "REDIS_URL": None,
    "TELEGRAM_BOT_TOKEN": None,
    "TELEGRAM_API_URL": None,
    "OPENROUTER_API_KEY": None,
    "LLM_BASE_URL": None,
    "FAL_KEY": None,
    "IMAGES_BASE_URL": None,
    "SCRAPECREATORS_API_KEY": None,
    "SCRAPECREATORS_API_URL": None,
    "YOUTUBE_API_KEY": None,
    "STRIPE_SECRET_KEY": None,
    "STRIPE_API_BASE": None,
    "TIKTOK_CLIENT_KEY": None,
    "TIKTOK_CLIENT_SECRET": None,
    "INSTAGRAM_CLIENT_ID": None,
    "INSTAGRAM_CLIENT_SECRET": None,
    "GOOGLE_CLIENT_ID": None,
    "GOOGLE_CLIENT_SECRET": None,
    "WEB_PORT": 0,
    "WEB_PUBLIC_URL": None,
    "SANDBOX_PORT": 0,
}
"""Nothing of this machine's configuration that others would notice: the demo is a rehearsal."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsInvalid(Exception):
    """Everything that is wrong with the configuration, one line each. Never holds a secret's value."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Settings(BaseSettings):
    """Every variable that Postaify reads; `.env.example` documents each for the person who runs it."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Environment = Field(default=Environment.DEVELOPMENT, alias="POSTAIFY_ENV")
    home: Home = Field(default=Path(".postaify"), alias="POSTAIFY_HOME")
    log_level: LogLevel = Field(default="INFO", alias="LOG_LEVEL")
    log_json: bool = Field(default=False, alias="LOG_JSON")

    database_url: PostgresAddress | None = Field(default=None, alias="DATABASE_URL")
    redis_url: RedisAddress | None = Field(default=None, alias="REDIS_URL")
    database_pool_size: int = Field(default=5, alias="DATABASE_POOL_SIZE", ge=1, le=200)

    telegram_bot_token: BotToken | None = Field(default=None, alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: WebAddress | None = Field(default=None, alias="TELEGRAM_API_URL")
    telegram_rate_per_s: float = Field(default=29.0, alias="TELEGRAM_RATE_PER_S", ge=0)
    """Sends per second over all chats; 0 lifts the limit (benches only)."""
    admin_ids: CommaSeparatedIds = Field(default=[], alias="ADMIN_IDS")

    web_host: str = Field(default="127.0.0.1", alias="WEB_HOST")
    web_port: int = Field(default=8080, alias="WEB_PORT", ge=0, le=65535)
    web_public_url: WebAddress | None = Field(default=None, alias="WEB_PUBLIC_URL")
    sandbox_port: int = Field(default=8081, alias="SANDBOX_PORT", ge=0, le=65535)
    allow_private_urls: bool = Field(default=False, alias="ALLOW_PRIVATE_URLS")

    link_secret: LinkSecret | None = Field(default=None, alias="LINK_SECRET")
    encryption_keys: EncryptionKeys = Field(default={}, alias="ENCRYPTION_KEYS")
    """By their ids: the first encrypts, all of them decrypt."""
    s3_bucket: str | None = Field(default=None, alias="S3_BUCKET")
    s3_endpoint_url: WebAddress | None = Field(default=None, alias="S3_ENDPOINT_URL")
    s3_region: str = Field(default=S3_REGION_AUTO, alias="S3_REGION")
    s3_access_key_id: str | None = Field(default=None, alias="S3_ACCESS_KEY_ID")
    s3_secret_access_key: SecretStr | None = Field(default=None, alias="S3_SECRET_ACCESS_KEY")

    openrouter_api_key: SecretStr | None = Field(default=None, alias="OPENROUTER_API_KEY")
    llm_base_url: WebAddress | None = Field(default=None, alias="LLM_BASE_URL")
    llm_api_key: SecretStr | None = Field(default=None, alias="LLM_API_KEY")
    llm_model: str | None = Field(default=None, alias="LLM_MODEL")
    llm_fallback_models: CommaSeparated = Field(default=[], alias="LLM_FALLBACK_MODELS")

    speech_provider: SpeechProvider | None = Field(default=None, alias="SPEECH_PROVIDER")
    podcast_file_mb: float = Field(default=50, alias="PODCAST_FILE_MB", ge=0.1, le=2000)
    elevenlabs_api_key: SecretStr | None = Field(default=None, alias="ELEVENLABS_API_KEY")
    elevenlabs_base_url: WebAddress = Field(default="https://api.elevenlabs.io", alias="ELEVENLABS_BASE_URL")
    elevenlabs_model: str = Field(default="eleven_multilingual_v2", alias="ELEVENLABS_MODEL")
    elevenlabs_concurrency: int = Field(default=2, alias="ELEVENLABS_CONCURRENCY", ge=1, le=100)
    unrealspeech_api_key: SecretStr | None = Field(default=None, alias="UNREALSPEECH_API_KEY")
    unrealspeech_base_url: WebAddress = Field(default="https://api.v8.unrealspeech.com", alias="UNREALSPEECH_BASE_URL")
    speech_base_url: WebAddress | None = Field(default=None, alias="SPEECH_BASE_URL")
    speech_api_key: SecretStr | None = Field(default=None, alias="SPEECH_API_KEY")
    speech_model: str | None = Field(default=None, alias="SPEECH_MODEL")
    speech_voices: CommaSeparated = Field(default=[], alias="SPEECH_VOICES")
    transcription_base_url: WebAddress | None = Field(default=None, alias="TRANSCRIPTION_BASE_URL")
    transcription_api_key: SecretStr | None = Field(default=None, alias="TRANSCRIPTION_API_KEY")
    transcription_model: str | None = Field(default=None, alias="TRANSCRIPTION_MODEL")
    transcription_file_mb: float = Field(default=25, alias="TRANSCRIPTION_FILE_MB", ge=1, le=2000)

    image_provider: ImageProvider | None = Field(default=None, alias="IMAGE_PROVIDER")
    fal_key: SecretStr | None = Field(default=None, alias="FAL_KEY")
    fal_queue_url: WebAddress = Field(default="https://queue.fal.run", alias="FAL_QUEUE_URL")
    fal_model_fast: str = Field(default="fal-ai/flux/schnell", alias="FAL_MODEL_FAST")
    fal_model_better: str = Field(default="fal-ai/flux/dev", alias="FAL_MODEL_BETTER")
    fal_model_best: str = Field(default="fal-ai/flux-pro/v1.1", alias="FAL_MODEL_BEST")
    images_base_url: WebAddress | None = Field(default=None, alias="IMAGES_BASE_URL")
    images_api_key: SecretStr | None = Field(default=None, alias="IMAGES_API_KEY")
    images_model: str | None = Field(default=None, alias="IMAGES_MODEL")

    scrapecreators_api_key: SecretStr | None = Field(default=None, alias="SCRAPECREATORS_API_KEY")
    scrapecreators_api_url: WebAddress | None = Field(default=None, alias="SCRAPECREATORS_API_URL")
    youtube_api_key: SecretStr | None = Field(default=None, alias="YOUTUBE_API_KEY")

    stripe_secret_key: StripeKey | None = Field(default=None, alias="STRIPE_SECRET_KEY")
    stripe_webhook_secrets: WebhookSecrets = Field(default=[], alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: WebAddress | None = Field(default=None, alias="STRIPE_API_BASE")
    stripe_prices: Prices = Field(default={}, alias="STRIPE_PRICES")

    billing_rails: BillingRails = Field(default=["stripe", "stars"], alias="BILLING_RAILS")
    """How people can pay; Stripe only once it has a key."""
    plan_ends_on: PlanEnders = Field(default=["refund", "dispute"], alias="PLAN_ENDS_ON")
    """What ends the plan that a payment was for, when the payment goes back."""

    tiktok_client_key: str | None = Field(default=None, alias="TIKTOK_CLIENT_KEY")
    tiktok_client_secret: SecretStr | None = Field(default=None, alias="TIKTOK_CLIENT_SECRET")
    tiktok_auth_url: WebAddress = Field(default="https://www.tiktok.com", alias="TIKTOK_AUTH_URL")
    tiktok_api_url: WebAddress = Field(default="https://open.tiktokapis.com", alias="TIKTOK_API_URL")
    tiktok_audited: bool = Field(default=False, alias="TIKTOK_AUDITED")
    """Whether TikTok lets this app post for everybody to see; without its audit it fills inboxes."""
    instagram_client_id: str | None = Field(default=None, alias="INSTAGRAM_CLIENT_ID")
    instagram_client_secret: SecretStr | None = Field(default=None, alias="INSTAGRAM_CLIENT_SECRET")
    instagram_auth_url: WebAddress = Field(default="https://www.instagram.com", alias="INSTAGRAM_AUTH_URL")
    instagram_token_url: WebAddress = Field(default="https://api.instagram.com", alias="INSTAGRAM_TOKEN_URL")
    instagram_api_url: WebAddress = Field(default="https://graph.instagram.com", alias="INSTAGRAM_API_URL")
    google_client_id: str | None = Field(default=None, alias="GOOGLE_CLIENT_ID")
    google_client_secret: SecretStr | None = Field(default=None, alias="GOOGLE_CLIENT_SECRET")
    google_auth_url: WebAddress = Field(default="https://accounts.google.com", alias="GOOGLE_AUTH_URL")
    google_token_url: WebAddress = Field(default="https://oauth2.googleapis.com", alias="GOOGLE_TOKEN_URL")
    google_api_url: WebAddress = Field(default="https://www.googleapis.com", alias="GOOGLE_API_URL")

    email_from: Mailbox | None = Field(default=None, alias="EMAIL_FROM")
    email_reply_to: Mailbox | None = Field(default=None, alias="EMAIL_REPLY_TO")
    resend_api_key: SecretStr | None = Field(default=None, alias="RESEND_API_KEY")
    resend_webhook_secret: ResendSecret | None = Field(default=None, alias="RESEND_WEBHOOK_SECRET")
    """Without it nobody listens to what becomes of mails."""
    resend_api_url: WebAddress = Field(default="https://api.resend.com", alias="RESEND_API_URL")
    smtp_url: SmtpAddress | None = Field(default=None, alias="SMTP_URL")

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the environment and `.env`. Raises SettingsInvalid with all problems at once."""
        try:
            return cls(**overrides)
        except ValidationError as exc:
            raise SettingsInvalid(_problems(exc) + cls._problems_beyond(exc, overrides)) from None

    @classmethod
    def _problems_beyond(cls, exc: ValidationError, overrides: dict[str, Any]) -> list[str]:
        """What is wrong with the rest. Rules over several variables only run once each of them is readable."""
        defaults = {field.alias: field.get_default() for field in cls.model_fields.values()}
        unreadable = {str(error["loc"][0]) for error in exc.errors() if error["loc"]}
        if not unreadable:
            return []
        try:
            cls(**overrides | {name: defaults[name] for name in unreadable})
        except ValidationError as beyond:
            return [problem for problem in _problems(beyond) if problem.partition(":")[0] not in unreadable]
        return []

    @property
    def in_sandbox(self) -> bool:
        """Whether the local sandbox plays Telegram."""
        return self.telegram_bot_token is None

    @property
    def sandbox_url(self) -> str | None:
        """Where the local sandbox answers; None while it doesn't run."""
        if not self.in_sandbox:
            return None
        return self.telegram_api_url or f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def stripe_webhook_url(self) -> str | None:
        """Where Stripe tells us what happened; None while nobody knows where the web service is."""
        return f"{self.web_public_url}{STRIPE_WEBHOOK_PATH}" if self.web_public_url else None

    @property
    def stripe_in_sandbox(self) -> bool:
        """Whether the local sandbox plays Stripe."""
        return self.stripe_secret_key is None and self.in_sandbox

    @property
    def networks_with_own_app(self) -> tuple[str, ...]:
        """Where videos are published by an app of whoever runs this; the sandbox's aren't among them."""
        apps = {
            "tiktok": self.tiktok_client_key,
            "instagram": self.instagram_client_id,
            "youtube": self.google_client_id,
        }
        return tuple(network for network, app in apps.items() if app)

    @property
    def text_model_configured(self) -> bool:
        return self.openrouter_api_key is not None or self.llm_base_url is not None

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        problems = []
        if self.llm_base_url and not self.llm_model:
            problems.append("LLM_MODEL: name the model that LLM_BASE_URL serves")
        if self.s3_bucket:
            problems += self._missing_for_s3()
        problems += self._missing_for_speech()
        problems += self._missing_for_images()
        problems += self._missing_for_email()
        problems += self._missing_for_networks()
        if self.scrapecreators_api_url and not self.scrapecreators_api_key:
            problems.append("SCRAPECREATORS_API_KEY: missing; SCRAPECREATORS_API_URL needs a key")
        if self.stripe_api_base and not self.stripe_secret_key:
            problems.append("STRIPE_SECRET_KEY: missing; STRIPE_API_BASE needs a key")
        if self.environment is Environment.PRODUCTION:
            problems += self._missing_in_production()
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _missing_for_s3(self) -> list[str]:
        required = {
            "S3_ACCESS_KEY_ID": (self.s3_access_key_id, "S3_BUCKET needs a key"),
            "S3_SECRET_ACCESS_KEY": (self.s3_secret_access_key, "S3_BUCKET needs a key"),
            "S3_REGION": (
                self.s3_endpoint_url or self.s3_region != S3_REGION_AUTO,
                "without S3_ENDPOINT_URL the bucket is Amazon's, which has no region of that name",
            ),
        }
        return [f"{name}: missing; {why}" for name, (value, why) in required.items() if not value]

    def _missing_for_speech(self) -> list[str]:
        problems = []
        if self.speech_base_url and not self.speech_model:
            problems.append("SPEECH_MODEL: name the model that SPEECH_BASE_URL serves")
        if self.transcription_base_url and not self.transcription_model:
            problems.append("TRANSCRIPTION_MODEL: name the model that TRANSCRIPTION_BASE_URL serves")
        needed = {
            "elevenlabs": ("ELEVENLABS_API_KEY", self.elevenlabs_api_key),
            "unreal": ("UNREALSPEECH_API_KEY", self.unrealspeech_api_key),
            "openai": ("SPEECH_BASE_URL", self.speech_base_url),
        }
        name, value = needed.get(self.speech_provider or "", ("", True))
        if not value:
            problems.append(f"SPEECH_PROVIDER: {self.speech_provider} needs {name}")
        return problems

    def _missing_for_images(self) -> list[str]:
        problems = []
        if self.images_base_url and not self.images_model:
            problems.append("IMAGES_MODEL: name the model that IMAGES_BASE_URL serves")
        needed = {"fal": ("FAL_KEY", self.fal_key), "openai": ("IMAGES_BASE_URL", self.images_base_url)}
        name, value = needed.get(self.image_provider or "", ("", True))
        if not value:
            problems.append(f"IMAGE_PROVIDER: {self.image_provider} needs {name}")
        return problems

    def _missing_for_email(self) -> list[str]:
        sends = self.resend_api_key is not None or self.smtp_url is not None
        problems = []
        if sends and not self.email_from:
            problems.append("EMAIL_FROM: missing; RESEND_API_KEY and SMTP_URL need to know whom mail is from")
        if self.resend_api_key and self.smtp_url:
            problems.append("SMTP_URL: mail goes either this way or by RESEND_API_KEY; leave one of them out")
        if self.environment is Environment.PRODUCTION and not sends and (self.email_from or self.email_reply_to):
            problems.append("RESEND_API_KEY: missing, and so is SMTP_URL; without either, production sends no mail")
        return problems

    def _missing_for_networks(self) -> list[str]:
        """A network's app is known by two of them; half of it would be the sandbox's."""
        pairs = (
            ("TIKTOK_CLIENT_KEY", self.tiktok_client_key, "TIKTOK_CLIENT_SECRET", self.tiktok_client_secret),
            ("INSTAGRAM_CLIENT_ID", self.instagram_client_id, "INSTAGRAM_CLIENT_SECRET", self.instagram_client_secret),
            ("GOOGLE_CLIENT_ID", self.google_client_id, "GOOGLE_CLIENT_SECRET", self.google_client_secret),
        )
        return [
            f"{secret_name if key else name}: missing; {name} and {secret_name} belong together"
            for name, key, secret_name, secret in pairs
            if bool(key) != bool(secret)
        ]

    def _networks_played_here(self) -> list[str]:
        addresses = {
            "TIKTOK_AUTH_URL": self.tiktok_auth_url,
            "TIKTOK_API_URL": self.tiktok_api_url,
            "INSTAGRAM_AUTH_URL": self.instagram_auth_url,
            "INSTAGRAM_TOKEN_URL": self.instagram_token_url,
            "INSTAGRAM_API_URL": self.instagram_api_url,
            "GOOGLE_AUTH_URL": self.google_auth_url,
            "GOOGLE_TOKEN_URL": self.google_token_url,
            "GOOGLE_API_URL": self.google_api_url,
        }
        return [
            f"{name}: production doesn't publish to a network that is played on this machine"
            for name, url in addresses.items()
            if is_this_machine(url)
        ]

    def _missing_in_production(self) -> list[str]:
        required = {
            "DATABASE_URL": (self.database_url, "production doesn't use the embedded PostgreSQL"),
            "REDIS_URL": (self.redis_url, "production doesn't use the embedded Redis"),
            "TELEGRAM_BOT_TOKEN": (self.telegram_bot_token, "production doesn't use the sandbox"),
            "WEB_PUBLIC_URL": (self.web_public_url, "links sent to users need the public address"),
            "LINK_SECRET": (self.link_secret, "all machines have to sign links with the same one"),
            "ENCRYPTION_KEYS": (self.encryption_keys, "tokens of connected accounts are kept encrypted"),
        }
        problems = [f"{name}: missing; {why}" for name, (value, why) in required.items() if not value]
        if self.allow_private_urls:
            problems.append("ALLOW_PRIVATE_URLS: not in production; it lets users reach internal addresses")
        if self.scrapecreators_api_url and is_this_machine(self.scrapecreators_api_url):
            problems.append("SCRAPECREATORS_API_URL: production doesn't show the sandbox's made-up videos")
        if self.stripe_secret_key and "_test_" in self.stripe_secret_key.get_secret_value():
            problems.append("STRIPE_SECRET_KEY: a test key; with it anybody could pay in production with a test card")
        if self.stripe_api_base and is_this_machine(self.stripe_api_base):
            problems.append("STRIPE_API_BASE: production doesn't take the sandbox's made-up money")
        problems += self._networks_played_here()
        if self.telegram_rate_per_s == 0:
            problems.append("TELEGRAM_RATE_PER_S: 0 lifts Telegram's limit; not in production")
        return problems


def is_this_machine(url: str) -> bool:
    return (urlsplit(url).hostname or "") in LOCAL_HOSTS


def _problems(exc: ValidationError) -> list[str]:
    return [line for error in exc.errors(include_input=False) for line in _told(error)]


def _told(error: Any) -> list[str]:
    """A single variable's error has its name in `loc`; the rules over several write the names themselves."""
    lines = str(error["msg"]).removeprefix("Value error, ").splitlines()
    return [f"{error['loc'][0]}: {line}" for line in lines] if error["loc"] else lines
