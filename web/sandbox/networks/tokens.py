"""Codes and tokens: how they are made, found, rotated, and how they end. What a network says about it is its own."""

import secrets
from collections.abc import Iterable

from web.sandbox.networks.network import Network
from web.sandbox.networks.records import Account, Ask, Code, Consent, Token
from web.sandbox.networks.state import Networks


def make_code(networks: Networks, network: Network, ask: Ask, account: Account, scopes: list[str]) -> Code:
    """For a consent page on which `scopes` were left ticked. The page can't be answered again."""
    networks.asks.drop(ask)
    now = networks.now()
    code = Code(
        id=network.new_code(),
        network=network.name,
        account_id=account.id,
        scopes=scopes,
        ask=ask.to_row(),
        made_at=now,
        expires_at=now + networks.rules(network)["code_s"],
    )
    return networks.codes.put(code)


def take_code(networks: Networks, network: Network, code_id: str) -> Code | None:
    """The code, used up by this; None when it was never made, was used before, or is too old."""
    code = networks.codes.get(code_id)
    if code is None or code.network != network.name or code.used or code.expires_at <= networks.now():
        return None
    code.used = True
    return networks.codes.put(code)


def make_consent(networks: Networks, code: Code) -> Consent:
    ask = Ask.from_row(code.ask)
    consent = Consent(
        id=secrets.token_hex(12),
        network=code.network,
        account_id=code.account_id,
        client_id=ask.client_id,
        scopes=code.scopes,
        extra=ask.extra,
        made_at=networks.now(),
    )
    return networks.consents.put(consent)


def make_token(networks: Networks, consent: Consent, kind: str, token_id: str, *, lives_s: float | None) -> Token:
    """`lives_s` None: until its consent ends."""
    now = networks.now()
    token = Token(
        id=token_id,
        network=consent.network,
        kind=kind,
        consent_id=consent.id,
        made_at=now,
        expires_at=None if lives_s is None else now + lives_s,
    )
    return networks.tokens.put(token)


def consent_behind(networks: Networks, token: Token) -> Consent:
    return networks.consents[token.consent_id]


def is_alive(networks: Networks, token: Token) -> bool:
    """Neither rotated away, nor too old, nor without consent."""
    expired = token.expires_at is not None and token.expires_at <= networks.now()
    return not (token.dead or expired) and consent_behind(networks, token).revoked_at is None


def living_token(networks: Networks, network: Network, token_id: str, kind: str) -> Token | None:
    token = networks.tokens.get(token_id)
    if token is None or token.network != network.name or token.kind != kind or not is_alive(networks, token):
        return None
    return token


def kill_tokens(networks: Networks, tokens: Iterable[Token]) -> int:
    """They are dead at once, whatever their age; returns how many were alive."""
    alive = [token for token in tokens if is_alive(networks, token)]
    for token in alive:
        token.dead = True
        networks.tokens.put(token)
    return len(alive)


def expire_tokens(networks: Networks, tokens: Iterable[Token]) -> int:
    """As if their time had come; returns how many were alive."""
    alive = [token for token in tokens if is_alive(networks, token)]
    for token in alive:
        token.expires_at = networks.now()
        networks.tokens.put(token)
    return len(alive)


def tokens_of(networks: Networks, network: Network, *, account: Account | None, kind: str | None) -> list[Token]:
    """All of a network, or of one account, or of one kind."""
    mine = [token for token in networks.tokens.all(network=network.name) if kind in (None, token.kind)]
    if account is None:
        return mine
    return [token for token in mine if consent_behind(networks, token).account_id == account.id]


def end_consent(networks: Networks, consent: Consent) -> None:
    """All its tokens are worth nothing from now on."""
    if consent.revoked_at is None:
        consent.revoked_at = networks.now()
        networks.consents.put(consent)
