"""What a network allows an account right now. TikTok's rules want its present word on the page where people decide, so
it is asked for each look at the options; while they are being changed there, its last word counts for a minute, since
TikTok answers only 20 times a minute.
https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info
"""

import json
from dataclasses import asdict
from typing import Final

from core import ids
from core.connections.service import access_instead_of, access_of, lose_connection
from core.deps import Deps
from core.errors import InvalidInput, ProviderError
from core.publishing.models import Manner
from core.publishing.networks.contract import NetworkErrorCode, Publisher, Terms
from core.publishing.queries import PublicationView

COUNTS_FOR_S: Final = 60


async def terms_of(
    deps: Deps, publication: PublicationView, *, owner_id: ids.UserId, fresh: bool = True
) -> Terms | None:
    """None for what goes by hand: nobody is asked. Not to be called in a transaction.

    Raises InvalidInput "publishing.no_connection", and ProviderError with a NetworkErrorCode.
    """
    if publication.manner is Manner.BY_HAND:
        return None
    publisher = deps.publishers.get(publication.network)
    if publisher is None or publication.connection_id is None:
        raise InvalidInput("publishing.no_connection", network=str(publication.network))
    key = f"publishing:terms:{publication.connection_id}"
    kept = None if fresh else await deps.redis.get(key)
    if kept is not None:
        return _read(kept)
    terms = await _asked(deps, publisher, publication.connection_id, owner_id)
    await deps.redis.set(key, json.dumps(asdict(terms)), ex=COUNTS_FOR_S)
    return terms


async def _asked(deps: Deps, publisher: Publisher, connection_id: ids.ConnectionId, owner_id: ids.UserId) -> Terms:
    access = await access_of(deps, connection_id=connection_id, owner_id=owner_id)
    try:
        try:
            return await publisher.terms(access)
        except ProviderError as error:
            if error.error_code != NetworkErrorCode.TOKEN_EXPIRED:
                raise
            access = await access_instead_of(deps, access.token, connection_id=connection_id, owner_id=owner_id)
            return await publisher.terms(access)
    except ProviderError as error:
        if error.error_code == NetworkErrorCode.RECONNECT:
            async with deps.tx() as tx:
                await lose_connection(tx, connection_id=connection_id, owner_id=owner_id, error=error)
        raise


def _read(kept: bytes | str) -> Terms:
    said = json.loads(kept)
    return Terms(**{**said, "privacy_options": tuple(said["privacy_options"])})
