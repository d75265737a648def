"""What mails say: in text and HTML alike, with nothing of a user's words taken for markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from core import ids
from core.db import Json
from core.emails.composing import Composer
from core.emails.kinds import CATEGORIES, DATA, OPTIONAL, EmailKind, checked_data
from core.emails.links import EmailLinks
from core.emails.rendering import Letter, Reader, Ways, render
from core.emails.service import Outgoing

AT = "2026-11-28T18:30:00Z"
EVIL = '<script>alert(1)</script> & "quotes"\r\nBcc: eve@example.com {amount} %(x)s'
LINKS = EmailLinks("https://p.example.com", b"a key of thirty-two bytes exactly")
SAMPLES: dict[EmailKind, Json] = {
    EmailKind.VERIFY: {"link_id": str(UUID(int=7)), "expires_at": AT},
    EmailKind.TRIAL_STARTED: {"plan": "pro", "ends_at": AT},
    EmailKind.TRIAL_ENDING: {"plan": "pro", "ends_at": AT, "amount": 1900, "currency": "USD"},
    EmailKind.TRIAL_ENDED: {"plan": "pro", "ended_at": AT},
    EmailKind.PAYMENT_FAILED: {
        "plan": "pro",
        "amount": 1900,
        "currency": "usd",
        "grace_until": AT,
        "fix_url": "https://pay.example.com/i?a=1&b=2",
    },
    EmailKind.RECEIPT: {
        "plan": "starter",
        "amount": 500,
        "currency": "XTR",
        "paid_at": AT,
        "period_end": AT,
        "reference": EVIL,
    },
    EmailKind.POST_PUBLISHED: {"excerpt": EVIL, "target": EVIL, "published_at": AT, "url": "https://t.me/c/1/2"},
}


class Links(HTMLParser):
    """Where a page's links lead, and which elements it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.hrefs += [value or "" for name, value in attrs if name == "href"]


def outgoing(kind: EmailKind, **changed: Any) -> Outgoing:
    made = Outgoing(
        id=ids.EmailId(UUID(int=1)),
        owner_id=ids.UserId(UUID(int=2)),
        kind=kind,
        data=SAMPLES[kind],
        address="ann@example.com",
        language="en",
        time_zone="Europe/Lisbon",
        created_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    )
    return replace(made, **changed)


def composer(chat_url: str | None = "https://t.me/a_bot") -> Composer:
    return Composer(LINKS, sender="Postaify <post@example.com>", reply_to="help@example.com", chat_url=chat_url)


def letter(kind: EmailKind, reader: Reader | None = None) -> Letter:
    return render(kind, checked_data(kind, SAMPLES[kind]), reader or Reader("en", "Europe/Lisbon"), Ways())


def test_every_kind_has_its_data_and_a_sample_here() -> None:
    assert set(SAMPLES) == set(DATA) == set(CATEGORIES) == set(EmailKind)


@pytest.mark.parametrize("kind", EmailKind)
@pytest.mark.parametrize("chat_url", [None, "https://t.me/a_bot"])
def test_every_mail_says_the_same_in_text_and_html(kind: EmailKind, chat_url: str | None) -> None:
    mail = composer(chat_url).mail(outgoing(kind))
    in_html = {href for href in Links(mail.html).hrefs if href}
    in_text = set(re.findall(r"^https?://\S+", mail.text, re.MULTILINE))
    assert in_html <= in_text
    assert {"{", "}"}.isdisjoint(mail.subject.replace("{amount}", ""))
    assert "None" not in mail.text + mail.subject
    assert not re.search(r"\n{3}", mail.text)


@pytest.mark.parametrize("kind", EmailKind)
def test_mails_that_can_be_refused_say_where_and_the_others_dont(kind: EmailKind) -> None:
    mail = composer().mail(outgoing(kind))
    link = LINKS.unsubscribing(owner_id=ids.UserId(UUID(int=2)), category=CATEGORIES[kind])
    can = CATEGORIES[kind] in OPTIONAL
    assert (link in mail.text, link in Links(mail.html).hrefs) == (can, can)
    assert mail.headers.get("List-Unsubscribe") == (f"<{link}>" if can else None)
    assert ("List-Unsubscribe-Post" in mail.headers) is can


@pytest.mark.parametrize("kind", [EmailKind.RECEIPT, EmailKind.POST_PUBLISHED])
def test_what_users_wrote_stays_words(kind: EmailKind) -> None:
    mail = composer().mail(outgoing(kind))
    assert "script" not in Links(mail.html).tags
    assert "<script>alert(1)</script>" in mail.text
    assert "{amount} %(x)s" in mail.text
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_a_subject_is_one_short_line() -> None:
    data = {**SAMPLES[EmailKind.POST_PUBLISHED], "excerpt": "many words " * 60, "target": None}
    subject = render(EmailKind.POST_PUBLISHED, checked_data(EmailKind.POST_PUBLISHED, data), Reader("en", None), Ways())
    assert len(subject.subject) <= 120
    assert subject.subject.endswith("…")


def test_the_same_row_gives_the_same_mail_and_another_address_another_key() -> None:
    one, again = composer().mail(outgoing(EmailKind.RECEIPT)), composer().mail(outgoing(EmailKind.RECEIPT))
    assert one == again
    assert one.key == again.key
    other = composer().mail(outgoing(EmailKind.RECEIPT, address="new@example.com"))
    assert other.message_id == one.message_id
    assert other.key != one.key
    assert len(other.key) <= 256


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Lisbon", "28 November 2026, 18:30 (Lisbon)"),
        ("America/New_York", "November 28, 2026, 1:30\u202fPM (New York)"),
        ("Asia/Tokyo", "29 November 2026, 03:30 (Tokyo)"),
        (None, "28 November 2026, 18:30 (UTC)"),
    ],
)
def test_instants_are_told_by_the_readers_clock(zone: str | None, said: str) -> None:
    assert said in letter(EmailKind.TRIAL_ENDED, Reader("en", zone)).text


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (1900, "usd", "US$19.00"),
        (1999, "EUR", "€19.99"),
        (1900, "JPY", "¥1,900"),
        (2500, "XTR", "2,500 ⭐"),
        (0, "USD", "US$0.00"),
    ],
)
def test_amounts_are_in_the_smallest_unit_of_their_currency(amount: int, currency: str, said: str) -> None:
    assert said in Reader("en", None).money(amount, currency)
