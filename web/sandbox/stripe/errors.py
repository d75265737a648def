"""Refusals of the sandbox's Stripe, with Stripe's types, codes and words."""

from web.sandbox.model import Json


class StripeError(Exception):
    """Becomes `{"error": {...}}` with an HTTP status."""

    def __init__(self, status: int, type_: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"type": type_, "message": message, **{key: val for key, val in more.items() if val}}

    def to_json(self) -> Json:
        return {"error": self.body}


def invalid(message: str, *, param: str = "", code: str = "") -> StripeError:
    return StripeError(400, "invalid_request_error", message, param=param, code=code)


def missing_param(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unknown_param(param: str) -> StripeError:
    return invalid(f"Received unknown parameter: {param}", param=param, code="parameter_unknown")


def no_such(kind: str, object_id: str, *, param: str = "id") -> StripeError:
    """404 for what the address names, 400 for what a parameter names."""
    message = f"No such {kind.rpartition('.')[2].replace('_', ' ')}: '{object_id}'"
    status = 404 if param == "id" else 400
    return StripeError(status, "invalid_request_error", message, param=param, code="resource_missing")


def unauthorized(message: str) -> StripeError:
    return StripeError(401, "invalid_request_error", message)


def declined(message: str, *, code: str, decline_code: str = "", **more: object) -> StripeError:
    return StripeError(402, "card_error", message, code=code, decline_code=decline_code, **more)
