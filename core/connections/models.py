"""Accounts at the networks that users have connected, and the walks through consent pages that are under way."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class ConnectionStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    """Its tokens ran out; connecting again mends it."""
    REVOKED = "revoked"
    """Its owner took the consent back, here or there."""


class Connection(Base):
    """One account of one network, of one user. Connecting it again renews the row."""

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("owner_id", "network", "account_id"),
        Index("ix_connections_renew_at", "renew_at", postgresql_where=text("status = 'active'")),
        Index("ix_connections_revoke_at", "revoke_at", postgresql_where=text("revoke_at IS NOT NULL")),
    )

    id: Mapped[ids.ConnectionId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    network: Mapped[str]
    account_id: Mapped[str]
    username: Mapped[str]
    name: Mapped[str]
    picture_url: Mapped[str | None]
    profile_url: Mapped[str | None]
    """Where everybody sees the account; None until it was looked at."""
    scopes: Mapped[list[str]]
    status: Mapped[str] = mapped_column(default=ConnectionStatus.ACTIVE)
    access_token: Mapped[str]
    """Encrypted (core/crypto.py), bound to this row; "" once it is disconnected."""
    refresh_token: Mapped[str | None]
    access_expires_at: Mapped[datetime | None]
    refresh_expires_at: Mapped[datetime | None]
    """When a new consent is needed at the latest; None when the network doesn't say."""
    renew_at: Mapped[datetime | None]
    """When the tokens are refreshed next, or its owner is told that they can't be."""
    warned_at: Mapped[datetime | None]
    """When its owner was told that its end comes near."""
    renewing: Mapped[str | None]
    """The ticket of whoever refreshes the tokens right now, and until when nobody else does."""
    renewing_until: Mapped[datetime | None]
    revoke_tokens: Mapped[str | None]
    """Of a consent that is still to be taken back there, encrypted: what is left of a connection that has ended."""
    revoke_at: Mapped[datetime | None]
    """When that is tried (again)."""
    error: Mapped[Json | None]
    connected_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class Consent(Base):
    """A one-time link to a network's consent page, and the way back from it."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_owner_id", "owner_id"), Index("ix_consents_expires_at", "expires_at"))

    id: Mapped[ids.ConsentId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    network: Mapped[str]
    state_digest: Mapped[str | None] = mapped_column(unique=True)
    """SHA-256 of what the network brings back; None until the link was opened."""
    browser_digest: Mapped[str | None]
    """SHA-256 of the cookie of the browser that opened it: nobody else's browser may come back."""
    verifier: Mapped[str | None]
    """PKCE's, encrypted."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """"connected", or the code of what went wrong."""
