"""What the sandbox's networks remember, each record one JSON document in the sandbox's storage."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar

from web.sandbox.model import Json, Record
from web.sandbox.storage import Storage


@dataclass(slots=True, kw_only=True)
class Account(Record):
    """Somebody on a network. `settings` are what they have set there; which there are says their network."""

    id: str
    network: str
    username: str
    name: str
    settings: Json
    made_at: float


@dataclass(slots=True, kw_only=True)
class Ask(Record):
    """A consent page that was opened, and how. `challenge` is PKCE's as it came, empty when there was none."""

    id: str
    network: str
    client_id: str
    redirect_uri: str
    scopes: list[str]
    state: str
    challenge: str = ""
    extra: Json = field(default_factory=dict)
    made_at: float


@dataclass(slots=True, kw_only=True)
class Code(Record):
    """What the callback got, to be redeemed once."""

    id: str
    network: str
    account_id: str
    scopes: list[str]
    """Those that were left ticked."""
    ask: Json
    """The Ask that it answers."""
    made_at: float
    expires_at: float
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Consent(Record):
    """What somebody has allowed an app; its tokens live as long as it, at most."""

    id: str
    network: str
    account_id: str
    client_id: str
    scopes: list[str]
    extra: Json = field(default_factory=dict)
    made_at: float
    revoked_at: float | None = None


@dataclass(slots=True, kw_only=True)
class Token(Record):
    """`id` is the token itself. `kind`: access, refresh, or what else a network has."""

    id: str
    network: str
    kind: str
    consent_id: str
    made_at: float
    expires_at: float | None = None
    dead: bool = False
    """Rotated away."""


@dataclass(slots=True, kw_only=True)
class Upload(Record):
    """A video on its way. Its bytes are in the file named by `id`; what it is to become is the network's `details`."""

    id: str
    network: str
    account_id: str
    client_id: str
    size_bytes: int
    """As announced."""
    received_bytes: int = 0
    made_at: float
    complete_at: float | None = None
    facts: Json = field(default_factory=dict)
    """What media.py found in the whole file."""
    video_id: str | None = None
    details: Json = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Video(Record):
    """What was published. `made_at` is when."""

    id: str
    network: str
    account_id: str
    title: str
    privacy: str
    public: bool
    """Whether everybody can see it."""
    upload_id: str
    made_at: float
    facts: Json = field(default_factory=dict)
    details: Json = field(default_factory=dict)
    removed_at: float | None = None


class Kept(Protocol):
    id: str
    made_at: float

    def to_row(self) -> Json: ...

    @classmethod
    def from_row(cls, row: Json) -> Self: ...


R = TypeVar("R", bound=Kept)


class Table(Generic[R]):
    """Records of one kind by their id, in the order of their making; read from memory, written through."""

    def __init__(self, storage: Storage, kind: type[R]) -> None:
        self._storage = storage
        self._name = f"network_{kind.__name__.lower()}"
        rows = (kind.from_row(row) for _, row in storage.documents(self._name))
        self._records = {record.id: record for record in sorted(rows, key=lambda record: record.made_at)}

    def get(self, record_id: str) -> R | None:
        return self._records.get(record_id)

    def __getitem__(self, record_id: str) -> R:
        """For ids that stand in other records."""
        return self._records[record_id]

    def put(self, record: R) -> R:
        self._records[record.id] = record
        self._storage.put(self._name, record.id, record.to_row())
        return record

    def drop(self, record: R) -> None:
        self._records.pop(record.id, None)
        self._storage.drop(self._name, record.id)

    def all(self, **wanted: object) -> Iterator[R]:
        """Oldest first; only those whose fields have the wanted values."""
        for record in list(self._records.values()):
            if all(getattr(record, name) == value for name, value in wanted.items()):
                yield record

    def clear(self) -> None:
        """Forget what is in memory; the storage is cleared by who calls this."""
        self._records.clear()
