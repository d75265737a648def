"""Refusals of the Bot API, with Telegram's own words, and those of the client and control APIs."""

from typing import Any


class ApiError(Exception):
    """A Bot API refusal: becomes `{"ok": false, "error_code": ..., "description": ...}`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class ClientError(Exception):
    """A refusal of the client or control API."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def bad_request(description: str, **parameters: int) -> ApiError:
    return ApiError(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> ApiError:
    return ApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> ApiError:
    return ApiError(409, f"Conflict: {description}")


class TooManyRequests(ApiError):
    """`limit`: which one was reached; "fault" when none was."""

    def __init__(self, retry_after: int, *, limit: str) -> None:
        super().__init__(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
        self.limit = limit


def not_found(what: str) -> ClientError:
    return ClientError(404, "not_found", f"{what} not found")


def not_allowed(why: str) -> ClientError:
    return ClientError(403, "not_allowed", why)


def invalid(why: str) -> ClientError:
    return ClientError(400, "invalid", why)
