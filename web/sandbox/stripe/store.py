"""Every object of the sandbox's Stripe by its id, written through to the sandbox's storage.

An object is what Stripe answers, as a dict; names that begin with an underscore are the sandbox's own and never shown.
"""

import secrets
import string
from collections.abc import Iterator

from web.sandbox.model import Json
from web.sandbox.storage import Storage
from web.sandbox.stripe.errors import no_such

KIND = "stripe"
_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(length))


class Store:
    """Objects in the order of their making."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        rows = sorted((row for _, row in storage.documents(KIND)), key=lambda row: int(row["_n"]))
        self._objects: dict[str, Json] = {str(row["id"]): row for row in rows}
        self._by_kind: dict[str, dict[str, Json]] = {}
        for row in rows:
            self._by_kind.setdefault(row["object"], {})[row["id"]] = row
        self._last = rows[-1]["_n"] if rows else 0

    def clear(self) -> None:
        self._objects.clear()
        self._by_kind.clear()

    def add(self, body: Json) -> Json:
        self._last += 1
        body["_n"] = self._last
        self._objects[body["id"]] = body
        self._by_kind.setdefault(body["object"], {})[body["id"]] = body
        return self.save(body)

    def save(self, body: Json) -> Json:
        self._storage.put(KIND, body["id"], body)
        return body

    def drop(self, body: Json) -> None:
        self._objects.pop(body["id"], None)
        self._by_kind.get(body["object"], {}).pop(body["id"], None)
        self._storage.drop(KIND, body["id"])

    def prune(self, kind: str, kept: int) -> None:
        """Forget the oldest of a kind."""
        bodies = self._by_kind.get(kind, {})
        while len(bodies) > kept:
            self.drop(next(iter(bodies.values())))

    def find(self, object_id: str | None) -> Json | None:
        return self._objects.get(object_id or "")

    def get(self, kind: str, object_id: str | None, *, param: str = "id") -> Json:
        """Raises resource_missing; `param` names the parameter that named the object, if it wasn't the address."""
        found = self._by_kind.get(kind, {}).get(object_id or "")
        if found is None:
            raise no_such(kind, object_id or "", param=param)
        return found

    def all(self, kind: str, **wanted: object) -> Iterator[Json]:
        """Oldest first; only those whose fields have the wanted values."""
        bodies = list(self._by_kind.get(kind, {}).values())
        for name, value in wanted.items():
            bodies = [body for body in bodies if body.get(name) == value]
        yield from bodies
