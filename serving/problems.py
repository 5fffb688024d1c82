"""Everything that can be wrong with a request, and how it is told: application/problem+json (RFC 9457).

HttpProblem
├── NotJson             400  the body is no JSON
├── TooLarge            413  too many bytes or instances
├── WrongMediaType      415  the body does not say that it is JSON
├── WrongFields         422  JSON, but not what this release reads
├── ScorerFailed        500  the model gave no answer; the log says why
├── NotReady            503  loading or draining
└── StoreUnavailable    503  feedback cannot be remembered, so none was counted
StartRefused                 the server does not start; gunicorn prints the sentence and exits 1
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from model.release.errors import Problem

MEDIA_TYPE = "application/problem+json"


class StartRefused(RuntimeError):
    """The server must not start. A RuntimeError, because gunicorn prints those without a traceback."""


class HttpProblem(Exception):
    """A request that is not answered as asked; `errors` names the fields by JSON pointer (RFC 6901)."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "The server failed"

    def __init__(self, detail: str, errors: Sequence[Problem] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors


class NotJson(HttpProblem):
    """The body cannot be read as JSON."""

    status = HTTPStatus.BAD_REQUEST
    title = "The body is not JSON"


class TooLarge(HttpProblem):
    """The request holds more than one answer may cost."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "The request is too large"


class WrongMediaType(HttpProblem):
    """The Content-Type is not JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "The body must be application/json"


class WrongFields(HttpProblem):
    """The JSON does not fit the interface of this release."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The request does not fit the schema"

    def __init__(self, errors: Sequence[Problem]) -> None:
        count = "one problem" if len(errors) == 1 else f"{len(errors)} problems"
        super().__init__(f"{count}, the first at {errors[0].pointer or '/'}: {errors[0].detail}", errors)


class ScorerFailed(HttpProblem):
    """The model gave no answer."""

    title = "The model could not answer"

    def __init__(self) -> None:
        super().__init__("The failure is in the server's log.")


class NotReady(HttpProblem):
    """This server wants no new requests."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Not ready"


class StoreUnavailable(HttpProblem):
    """The memory of used ids cannot be written."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Feedback cannot be taken now"

    def __init__(self) -> None:
        super().__init__("Nothing of this request was counted: send it again later.")


def problem_response(status: int, title: str, detail: str, errors: Sequence[Problem] = ()) -> Response:
    """A problem as an answer."""
    document: dict[str, object] = {"title": title, "status": int(status), "detail": detail}
    if errors:
        document["errors"] = [{"pointer": each.pointer, "detail": each.detail} for each in errors]
    return Response(orjson.dumps(document), status=int(status), content_type=MEDIA_TYPE)


def register_problems(app: Flask) -> None:
    """Let every error of the app, its own or Flask's, be answered as a problem."""

    @app.errorhandler(HttpProblem)
    def _ours(problem: HttpProblem) -> Response:
        response = problem_response(problem.status, problem.title, problem.detail, problem.errors)
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "1"
        return response

    @app.errorhandler(HTTPException)
    def _of_flask(error: HTTPException) -> Response:
        response = problem_response(error.code or 500, error.name, error.description or error.name)
        # A 405 says in Allow what would have been right.
        response.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
        return response

    @app.errorhandler(Exception)
    def _unforeseen(error: Exception) -> Response:
        app.logger.exception("unforeseen %s", type(error).__name__)
        return problem_response(500, HttpProblem.title, "The failure is in the server's log.")
