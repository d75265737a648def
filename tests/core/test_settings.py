import base64
import re
from pathlib import Path

import pytest

from core.settings import Settings, SettingsInvalid

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-never-shown"
ENCRYPTION_KEY = base64.b64encode(SECRET.ljust(32, "-").encode()).decode()
PRODUCTION = {
    "POSTAIFY_ENV": "production",
    "DATABASE_URL": f"postgresql://postaify:{SECRET}@db/postaify",
    "REDIS_URL": f"redis://:{SECRET}@redis/0",
    "TELEGRAM_BOT_TOKEN": f"123456789:AAE-{SECRET}",
    "WEB_PUBLIC_URL": "https://postaify.example.com/",
    "LINK_SECRET": f"{SECRET}-and-more-than-32-characters",
    "ENCRYPTION_KEYS": f"2026a:{ENCRYPTION_KEY}",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in aliases():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def aliases() -> set[str]:
    return {str(field.alias) for field in Settings.model_fields.values()}


def set_all(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def problems_of(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, str]:
    set_all(monkeypatch, **variables)
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    lines = (problem.partition(": ") for problem in caught.value.problems)
    return {name: message for name, _, message in lines}


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.load()
    assert settings.in_sandbox
    assert not settings.text_model_configured


def test_a_dotenv_file_counts_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WEB_PORT=9001\nSANDBOX_PORT=9002\nADMIN_IDS=1, 2\nLLM_MODEL=\n")
    set_all(monkeypatch, WEB_PORT="9003")
    settings = Settings.load()
    assert (settings.web_port, settings.sandbox_port, settings.admin_ids) == (9003, 9002, [1, 2])
    assert settings.llm_model is None


def test_all_problems_are_told_at_once_even_those_of_several_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = problems_of(
        monkeypatch,
        POSTAIFY_ENV="production",
        WEB_PORT="many",
        ADMIN_IDS="1,me",
        DATABASE_URL="mysql://db",
        WEB_PUBLIC_URL="postaify.example.com",
        LLM_BASE_URL="http://127.0.0.1:11434/v1",
        ALLOW_PRIVATE_URLS="true",
        TELEGRAM_RATE_PER_S="0",
    )
    assert set(problems) == {
        "WEB_PORT",
        "ADMIN_IDS",
        "DATABASE_URL",
        "WEB_PUBLIC_URL",
        "LLM_MODEL",
        "REDIS_URL",
        "TELEGRAM_BOT_TOKEN",
        "LINK_SECRET",
        "ENCRYPTION_KEYS",
        "ALLOW_PRIVATE_URLS",
        "TELEGRAM_RATE_PER_S",
    }
    assert problems["DATABASE_URL"].startswith("should look like postgresql://")
    assert problems["REDIS_URL"].startswith("missing")


def test_production_with_everything_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, **PRODUCTION)
    assert Settings.load().web_public_url == "https://postaify.example.com"


@pytest.mark.parametrize(
    "name",
    ["DATABASE_URL", "REDIS_URL", "TELEGRAM_BOT_TOKEN", "WEB_PUBLIC_URL", "LINK_SECRET", "ENCRYPTION_KEYS"],
)
def test_production_refuses_to_run_without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    problems = problems_of(monkeypatch, **PRODUCTION | {name: ""})
    assert list(problems) == [name]


@pytest.mark.parametrize(
    "variables",
    [
        {"DATABASE_URL": f"mysql://u:{SECRET}@db"},
        {"REDIS_URL": f"http://:{SECRET}@redis"},
        {"TELEGRAM_BOT_TOKEN": SECRET},
        {"LLM_BASE_URL": f"ftp://u:{SECRET}@llm"},
        {"LINK_SECRET": SECRET},
        {"ENCRYPTION_KEYS": f"2026a:{SECRET}"},
        {"ENCRYPTION_KEYS": SECRET},
        {"S3_BUCKET": "files", "S3_SECRET_ACCESS_KEY": SECRET},
        PRODUCTION | {"ALLOW_PRIVATE_URLS": "true"},
    ],
)
def test_secrets_never_stand_in_the_error(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    set_all(monkeypatch, **variables)
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.__context__!r}"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("2026a", "key 1 should look like"),
        (f"2026a:{ENCRYPTION_KEY},x:short", "key 2 should look like"),
        (f"2026a:{ENCRYPTION_KEY[:-4]}", "key 1 should look like"),
        (f"a.b:{ENCRYPTION_KEY}", "key 1 should look like"),
        (f"2026a:{ENCRYPTION_KEY},2026a:{ENCRYPTION_KEY}", "two keys are called 2026a"),
    ],
)
def test_encryption_keys_that_nobody_can_use_are_refused(monkeypatch: pytest.MonkeyPatch, keys: str, said: str) -> None:
    assert problems_of(monkeypatch, ENCRYPTION_KEYS=keys)["ENCRYPTION_KEYS"].startswith(said)


def test_encryption_keys_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, ENCRYPTION_KEYS=f"2026b:{ENCRYPTION_KEY}, 2026a:{ENCRYPTION_KEY}")
    assert list(Settings.load().encryption_keys) == ["2026b", "2026a"]


def test_secrets_never_stand_in_a_printed_settings_object(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, **PRODUCTION, OPENROUTER_API_KEY=SECRET, LLM_API_KEY=SECRET)
    settings = Settings.load()
    printed = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert SECRET not in printed
    assert ENCRYPTION_KEY not in printed


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p%40@h/d", "postgresql+asyncpg://u:p%40@h/d"),
        ("postgresql://h/d?sslmode=require&channel_binding=require", "postgresql+asyncpg://h/d?ssl=require"),
        ("postgresql+asyncpg://h:1/d", "postgresql+asyncpg://h:1/d"),
    ],
)
def test_database_addresses_as_hosting_companies_show_them(
    monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    set_all(monkeypatch, DATABASE_URL=given)
    address = Settings.load().database_url
    assert address is not None
    assert address.get_secret_value() == used


def test_the_example_file_documents_every_variable_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z0-9_]+)=", example, flags=re.MULTILINE)) == aliases()
    for block in re.findall(r"(.*\n.*\n)[A-Z0-9_]+=", example):
        assert "\n#" in f"\n{block}", f"no comment before: {block}"


def test_the_example_file_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    defaults = Settings.load()
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert Settings.load() == defaults


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"SPEECH_PROVIDER": "elevenlabs"}, ("SPEECH_PROVIDER", "elevenlabs needs ELEVENLABS_API_KEY")),
        ({"SPEECH_PROVIDER": "openai"}, ("SPEECH_PROVIDER", "openai needs SPEECH_BASE_URL")),
        (
            {"SPEECH_BASE_URL": "http://127.0.0.1:8880/v1"},
            ("SPEECH_MODEL", "name the model that SPEECH_BASE_URL serves"),
        ),
    ],
)
def test_speech_that_is_half_configured_is_told(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], problem: tuple[str, str]
) -> None:
    assert problems_of(monkeypatch, **variables) == dict([problem])


@pytest.mark.parametrize(
    ("variables", "missing", "pair"),
    [
        ({"TIKTOK_CLIENT_KEY": "a-key"}, "TIKTOK_CLIENT_SECRET", "TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET"),
        ({"INSTAGRAM_CLIENT_SECRET": "x"}, "INSTAGRAM_CLIENT_ID", "INSTAGRAM_CLIENT_ID and INSTAGRAM_CLIENT_SECRET"),
        ({"GOOGLE_CLIENT_ID": "an-id"}, "GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET"),
    ],
)
def test_half_of_a_networks_app_is_told(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], missing: str, pair: str
) -> None:
    assert problems_of(monkeypatch, **variables) == {missing: f"missing; {pair} belong together"}


def test_an_address_of_scrapecreators_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = problems_of(monkeypatch, SCRAPECREATORS_API_URL="https://api.example.com")
    assert problems == {"SCRAPECREATORS_API_KEY": "missing; SCRAPECREATORS_API_URL needs a key"}


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost", "[::1]:9"])
def test_production_refuses_made_up_videos(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    variables = {"SCRAPECREATORS_API_URL": f"http://{host}", "SCRAPECREATORS_API_KEY": "any"}
    problems = problems_of(monkeypatch, **PRODUCTION | variables)
    assert problems == {"SCRAPECREATORS_API_URL": "production doesn't show the sandbox's made-up videos"}


@pytest.mark.parametrize(
    "name",
    [
        "TIKTOK_AUTH_URL",
        "TIKTOK_API_URL",
        "INSTAGRAM_AUTH_URL",
        "INSTAGRAM_TOKEN_URL",
        "INSTAGRAM_API_URL",
        "GOOGLE_AUTH_URL",
        "GOOGLE_TOKEN_URL",
        "GOOGLE_API_URL",
    ],
)
def test_production_publishes_to_no_network_of_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    problems = problems_of(monkeypatch, **PRODUCTION, **{name: "http://127.0.0.1:8081/tiktok"})
    assert problems == {name: "production doesn't publish to a network that is played on this machine"}


def test_the_sandbox_has_an_address_only_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load(SANDBOX_PORT=9).sandbox_url == "http://127.0.0.1:9"
    assert Settings.load(TELEGRAM_API_URL="http://127.0.0.1:7").sandbox_url == "http://127.0.0.1:7"
    set_all(monkeypatch, **PRODUCTION)
    assert Settings.load().sandbox_url is None


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"RESEND_API_KEY": SECRET}, ["EMAIL_FROM"]),
        ({"SMTP_URL": f"smtp://u:{SECRET}@mail.example.com"}, ["EMAIL_FROM"]),
        ({"RESEND_API_KEY": SECRET, "SMTP_URL": "smtp://h", "EMAIL_FROM": "post@example.com"}, ["SMTP_URL"]),
        ({"SMTP_URL": f"http://u:{SECRET}@h", "EMAIL_FROM": "post@example.com"}, ["SMTP_URL"]),
        ({"SMTP_URL": f"smtp://u:{SECRET}@h?tls=none", "EMAIL_FROM": "post@example.com"}, ["SMTP_URL"]),
        ({"EMAIL_FROM": "Postaify"}, ["EMAIL_FROM"]),
        ({"EMAIL_FROM": "a@example.com, b@example.com"}, ["EMAIL_FROM"]),
        ({"EMAIL_FROM": "post@example.com\nBcc: eve@example.com"}, ["EMAIL_FROM"]),
        ({"EMAIL_REPLY_TO": "help"}, ["EMAIL_REPLY_TO"]),
        (PRODUCTION | {"EMAIL_FROM": "post@example.com"}, ["RESEND_API_KEY"]),
        (PRODUCTION | {"EMAIL_REPLY_TO": "post@example.com"}, ["RESEND_API_KEY"]),
    ],
)
def test_mail_that_is_half_configured_is_told(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: list[str]
) -> None:
    problems = problems_of(monkeypatch, **variables)
    assert list(problems) == named
    assert SECRET not in str(problems)


@pytest.mark.parametrize(
    "variables",
    [
        {"EMAIL_FROM": "Postaify <post@example.com>"},
        {"EMAIL_FROM": "Café Ü <post@example.com>", "RESEND_API_KEY": SECRET},
        {"EMAIL_FROM": "post@example.com", "SMTP_URL": f"smtps://u:{SECRET}@mail.example.com"},
        {"EMAIL_FROM": "post@example.com", "SMTP_URL": f"smtp://u:{SECRET}@127.0.0.1:1025?tls=none"},
        PRODUCTION | {"EMAIL_FROM": "post@example.com", "SMTP_URL": f"smtp://u:{SECRET}@mail.example.com:587"},
    ],
)
def test_mail_that_is_configured_is_accepted(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    set_all(monkeypatch, **variables)
    settings = Settings.load()
    assert settings.email_from == variables["EMAIL_FROM"]
    assert SECRET not in f"{settings!r} {settings.model_dump()}"


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"STRIPE_SECRET_KEY": f"pk_test_{SECRET}"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": SECRET}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_WEBHOOK_SECRET": f"whsec_a,{SECRET}"}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_PRICES": "starter"}, "STRIPE_PRICES"),
        ({"STRIPE_API_BASE": "https://stripe.example.com"}, "STRIPE_SECRET_KEY"),
    ],
)
def test_what_cant_be_stripes_is_told_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    problems = problems_of(monkeypatch, **variables)
    assert list(problems) == [name]
    assert SECRET not in problems[name]


def test_secrets_and_prices_of_stripe_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, STRIPE_WEBHOOK_SECRET="whsec_new, whsec_old", STRIPE_PRICES="starter=price_1, pro=price_2")
    settings = Settings.load()
    assert [secret.get_secret_value() for secret in settings.stripe_webhook_secrets] == ["whsec_new", "whsec_old"]
    assert settings.stripe_prices == {"starter": "price_1", "pro": "price_2"}
    assert settings.stripe_in_sandbox


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"STRIPE_SECRET_KEY": f"sk_test_{'x' * 20}"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": f"rk_live_{'x' * 20}", "STRIPE_API_BASE": "http://127.0.0.1:9"}, "STRIPE_API_BASE"),
    ],
)
def test_production_takes_no_made_up_money(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    assert list(problems_of(monkeypatch, **PRODUCTION, **variables)) == [name]


def test_production_takes_a_live_key(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, **PRODUCTION, STRIPE_SECRET_KEY=f"sk_live_{'x' * 20}")
    assert not Settings.load().stripe_in_sandbox
