"""What is stored of a connection: its tokens, together and encrypted, each bound to its column and row; its name."""

import json
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from core import ids
from core.connections.models import Connection, ConnectionStatus
from core.connections.queries import warned_from
from core.crypto import Cipher, place_of
from core.publishing.networks.contract import Account, Grant, Tokens

LOOKED_AFTER_EVERY: Final = timedelta(days=1)
"""Between uses, tokens with a refresh token are refreshed no more often: each time a rotated one may get lost on the
way. It keeps the consent alive, and shows within a day that it was taken back."""
LONG_LIVED_EVERY: Final = timedelta(days=7)
"""Of a token that is refreshed by itself: Instagram's lives for 60 days, and is too young in its first 24 hours.
https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token"""


def store_grant(connection: Connection, grant: Grant, cipher: Cipher, *, refreshes: bool, asked_at: datetime) -> None:
    """Access and refresh token of one answer, together. A refresh token that didn't come leaves the kept one alone.

    An earlier consent that was still to be taken back isn't any more: networks know one for each person and app.
    """
    connection.access_token = cipher.encrypt(grant.access_token, place=_place(connection.id, "access_token"))
    connection.access_expires_at = asked_at + grant.expires_in if grant.expires_in is not None else None
    ends_at = asked_at + grant.refresh_expires_in if grant.refresh_expires_in is not None else None
    if grant.refresh_token is not None and grant.refresh_token.get_secret_value():
        connection.refresh_token = cipher.encrypt(grant.refresh_token, place=_place(connection.id, "refresh_token"))
        connection.refresh_expires_at = ends_at
    elif ends_at is not None:
        connection.refresh_expires_at = ends_at
    if grant.scopes:
        connection.scopes = sorted(grant.scopes)
    connection.status, connection.error = ConnectionStatus.ACTIVE, None
    connection.refreshed_at = asked_at
    connection.renewing, connection.renewing_until = None, None
    connection.revoke_tokens, connection.revoke_at = None, None
    connection.renew_at = _next_look(connection, refreshes=refreshes, now=asked_at)
    near_from = warned_from(connection)
    if near_from is None or near_from > asked_at:
        connection.warned_at = None


def _next_look(connection: Connection, *, refreshes: bool, now: datetime) -> datetime | None:
    """When the connection is to be looked after next."""
    if not refreshes:
        return warned_from(connection)
    if connection.refresh_token is not None:
        return now + LOOKED_AFTER_EVERY
    life = connection.access_expires_at - now if connection.access_expires_at is not None else LONG_LIVED_EVERY * 2
    return now + min(LONG_LIVED_EVERY, life / 2)


def opened_tokens(cipher: Cipher, connection: Connection) -> Tokens:
    """Raises Undecipherable."""
    sealed = connection.refresh_token
    return Tokens(
        access_token=opened_access(cipher, connection),
        refresh_token=cipher.decrypt(sealed, place=_place(connection.id, "refresh_token")) if sealed else None,
    )


def opened_access(cipher: Cipher, connection: Connection) -> SecretStr:
    """Raises Undecipherable."""
    return cipher.decrypt(connection.access_token, place=_place(connection.id, "access_token"))


def seal_for_revoking(connection: Connection, tokens: Tokens, cipher: Cipher) -> None:
    """Keep them for nothing but taking the consent back."""
    said = [token.get_secret_value() if token else None for token in (tokens.access_token, tokens.refresh_token)]
    connection.revoke_tokens = cipher.encrypt(SecretStr(json.dumps(said)), place=_place(connection.id, "revoke_tokens"))


def opened_for_revoking(cipher: Cipher, connection: Connection) -> Tokens:
    """Raises Undecipherable."""
    kept = cipher.decrypt(connection.revoke_tokens or "", place=_place(connection.id, "revoke_tokens"))
    access, refresh = json.loads(kept.get_secret_value())
    return Tokens(SecretStr(access), SecretStr(refresh) if refresh else None)


def name_connection(connection: Connection, account: Account) -> None:
    """As the account is called now, and where it is seen."""
    connection.username, connection.name = account.username, account.name
    connection.picture_url, connection.profile_url = account.picture_url, account.url


def _place(connection_id: ids.ConnectionId, column: str) -> str:
    return place_of(Connection.__tablename__, column, connection_id)
