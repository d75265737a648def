"""Answers that are kept by their Idempotency-Key: the same call again gets the first answer."""

from web.sandbox.model import Json
from web.sandbox.storage import Storage
from web.sandbox.stripe.errors import StripeError, invalid

KIND = "stripe_answer"
KEY_LENGTH = 255
KEPT_S = 24 * 3_600
UNKEPT = frozenset({400, 401, 409, 429})
"""What was refused before it began may be tried again with the same key."""


class Answers:
    """Kept for a day. Says 409 while the first call with a key is still on its way."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        rows = sorted(storage.documents(KIND), key=lambda row: float(row[1]["at"]))
        self._answers: dict[str, Json] = dict(rows)
        self._underway: set[str] = set()

    def first(self, key: str, fingerprint: str, now: float) -> Json | None:
        """What was answered before. Raises StripeError when the key was used for something else."""
        if len(key) > KEY_LENGTH:
            raise invalid(f"Idempotency keys may have up to {KEY_LENGTH} characters.")
        if key in self._underway:
            raise StripeError(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this idempotency key.",
                code="idempotency_key_in_use",
            )
        found = self._answers.get(key)
        if found is None or found["at"] < now - KEPT_S:
            return None
        if found["of"] != fingerprint:
            raise StripeError(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
            )
        return found

    def begin(self, key: str) -> None:
        self._underway.add(key)

    def end(self, key: str) -> None:
        self._underway.discard(key)

    def keep(self, key: str, fingerprint: str, now: float, *, status: int, body: Json) -> None:
        if status not in UNKEPT:
            self._forget(now - KEPT_S)
            self._answers[key] = {"of": fingerprint, "at": now, "status": status, "body": body}
            self._storage.put(KIND, key, self._answers[key])

    def _forget(self, before: float) -> None:
        """The oldest stand first."""
        while (oldest := next(iter(self._answers), None)) is not None and self._answers[oldest]["at"] < before:
            del self._answers[oldest]
            self._storage.drop(KIND, oldest)

    def clear(self) -> None:
        self._answers.clear()
        self._underway.clear()
