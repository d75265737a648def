"""Walks through a network's consent page: a one-time link from the chat, and the way back, of the same browser.

What the network brings back (`state`) and what the browser keeps (a cookie) are stored as digests only: who reads the
database can't finish anybody's walk. https://www.rfc-editor.org/rfc/rfc9700
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr
from sqlalchemy import delete, select, update

from core import ids
from core.connections.models import Consent
from core.crypto import Cipher, Undecipherable, place_of
from core.db import ReadSession
from core.errors import NotAllowed, NotFound
from core.providers.discovery import Network
from core.publishing.networks.contract import ConsentAsk
from core.tx import Tx

LIFE: Final = timedelta(minutes=10)
"""Of a link from the chat, and again from its opening to the way back."""
KEPT: Final = timedelta(days=7)
SECRET_BYTES: Final = 32
VERIFIER_BYTES: Final = 48
"""64 characters; RFC 7636 wants 43 to 128."""
CONNECTED: Final = "connected"
TAKEN, REPLACED = "taken", "replaced"


class ConsentOver(NotFound):
    """The link, or the way back, is used, out of date, replaced by a newer one, or was never there."""

    code = "connections.consent_over"


class OtherBrowser(NotAllowed):
    """Not the browser that the walk was begun in. It isn't ended by that."""

    code = "connections.other_browser"


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that is over on the network's side, to be made a connection of."""

    consent_id: ids.ConsentId
    owner_id: ids.UserId
    network: Network
    ask: ConsentAsk


async def request_consent(tx: Tx, *, owner_id: ids.UserId, network: Network) -> ids.ConsentId:
    """A new link for this network. An earlier one that wasn't used is of no use any more."""
    await tx.session.execute(
        update(Consent)
        .where(Consent.owner_id == owner_id, Consent.network == network, Consent.ended_at.is_(None))
        .values(ended_at=tx.now, outcome=REPLACED)
        .execution_options(synchronize_session=False)
    )
    consent = Consent(
        id=ids.ConsentId(ids.new()), owner_id=owner_id, network=network, created_at=tx.now, expires_at=tx.now + LIFE
    )
    tx.session.add(consent)
    await tx.session.flush()
    return consent.id


async def consent_to_begin(
    session: ReadSession, *, owner_id: ids.UserId, consent_id: ids.ConsentId, now: datetime
) -> Network:
    """Where a link leads. Raises ConsentOver when it was used, or is out of date."""
    found = await session.scalar(select(Consent).where(Consent.id == consent_id, Consent.owner_id == owner_id))
    if found is None or not _is_open(found, now) or found.opened_at is not None:
        raise ConsentOver
    return Network(found.network)


async def begin_consent(
    tx: Tx, cipher: Cipher, *, owner_id: ids.UserId, consent_id: ids.ConsentId, browser: str, redirect_uri: str
) -> ConsentAsk:
    """Use the link, in this browser: what the network is to be asked. Raises ConsentOver."""
    consent = await tx.session.scalar(
        select(Consent)
        .where(Consent.id == consent_id, Consent.owner_id == owner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if consent is None or not _is_open(consent, tx.now) or consent.opened_at is not None:
        raise ConsentOver
    ask = ConsentAsk(
        redirect_uri=redirect_uri,
        state=secrets.token_urlsafe(SECRET_BYTES),
        verifier=secrets.token_urlsafe(VERIFIER_BYTES),
    )
    consent.state_digest, consent.browser_digest = digest_of(ask.state), digest_of(browser)
    consent.verifier = cipher.encrypt(SecretStr(ask.verifier), place=_place(consent.id))
    consent.opened_at, consent.expires_at = tx.now, tx.now + LIFE
    return ask


async def take_consent(
    tx: Tx, cipher: Cipher, *, network: Network, state: str, browser: str, redirect_uri: str
) -> Walk:
    """The way back, once: a second time finds nothing. Raises ConsentOver, OtherBrowser."""
    digest = digest_of(state)
    consent = await tx.session.scalar(
        select(Consent)
        .where(Consent.state_digest == digest)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if consent is None or not _is_open(consent, tx.now) or consent.network != network:
        raise ConsentOver
    if not hmac.compare_digest(consent.state_digest or "", digest):
        raise ConsentOver
    if not hmac.compare_digest(consent.browser_digest or "", digest_of(browser)):
        raise OtherBrowser
    consent.ended_at, consent.outcome = tx.now, TAKEN
    ask = ConsentAsk(redirect_uri=redirect_uri, state=state, verifier=_verifier(cipher, consent))
    return Walk(consent.id, consent.owner_id, network, ask)


async def note_outcome(tx: Tx, *, owner_id: ids.UserId, consent_id: ids.ConsentId, outcome: str) -> None:
    """What came of a walk that was taken: CONNECTED, or the code of what went wrong."""
    await tx.session.execute(
        update(Consent).where(Consent.id == consent_id, Consent.owner_id == owner_id).values(outcome=outcome)
    )


async def forget_old_consents(tx: Tx) -> int:
    """Remove what ended a week ago. Returns how many there were."""
    gone = await tx.session.scalars(delete(Consent).where(Consent.expires_at < tx.now - KEPT).returning(Consent.id))
    return len(gone.all())


def new_browser() -> str:
    """What the cookie of a browser holds."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """Of 256 random bits nobody finds them by their digest, so it needs no salt. Headers may bring what no text has."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _is_open(consent: Consent, now: datetime) -> bool:
    return consent.ended_at is None and now < consent.expires_at


def _verifier(cipher: Cipher, consent: Consent) -> str:
    """Raises ConsentOver when its key was taken away meanwhile."""
    try:
        return cipher.decrypt(consent.verifier or "", place=_place(consent.id)).get_secret_value()
    except Undecipherable as exc:
        raise ConsentOver from exc


def _place(consent_id: ids.ConsentId) -> str:
    return place_of(Consent.__tablename__, "verifier", consent_id)
