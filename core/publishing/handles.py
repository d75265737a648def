"""What a network calls a publication on its way, as it is kept: encrypted, since some hold addresses that open without
more, and bound to its row."""

import json

from pydantic import SecretStr

from core import ids
from core.crypto import Cipher, place_of
from core.publishing.models import Publication
from core.publishing.networks.contract import Handle


def sealed(cipher: Cipher, publication_id: ids.PublicationId, handle: Handle) -> str:
    return cipher.encrypt(SecretStr(json.dumps(dict(handle))), place=_place(publication_id))


def opened(cipher: Cipher, publication_id: ids.PublicationId, text: str) -> Handle:
    """Raises Undecipherable."""
    handle: Handle = json.loads(cipher.decrypt(text, place=_place(publication_id)).get_secret_value())
    return handle


def _place(publication_id: ids.PublicationId) -> str:
    return place_of(Publication.__tablename__, "handle", publication_id)
