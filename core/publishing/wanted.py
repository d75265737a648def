"""What was chosen for one network, between its row and the network's client."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from core.db import Json
from core.publishing.models import Publication
from core.publishing.networks.contract import Wanted

_NAMES = frozenset(each.name for each in fields(Wanted))


def wanted_json(wanted: Wanted) -> Json:
    """As it is stored."""
    return {**asdict(wanted), "tags": list(wanted.tags)}


def wanted_of(publication: Publication, *, caption: str) -> Wanted:
    """What it is to look like. `caption`: the video post's, for a network that has no words of its own."""
    return wanted_from({"caption": caption, **publication.wanted})


def wanted_from(stored: Mapping[str, Any]) -> Wanted:
    """What a later version may have stored besides is left out."""
    known = {name: value for name, value in stored.items() if name in _NAMES}
    return Wanted(**{**known, "tags": tuple(known.get("tags", ()))})
