"""The WSGI application of one sealed release: `gunicorn -c serving/gunicorn.conf.py 'serving.app:create_app()'`."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

from serving.bodies import BYTES_AT_MOST
from serving.envelope import Envelope
from serving.explain import explain_endpoint
from serving.feedback import feedback_endpoint
from serving.health import health_response, readiness_response
from serving.metrics import CONTENT_TYPE
from serving.openapi import openapi_document
from serving.page import register_page
from serving.predict import predict_endpoint
from serving.problems import register_problems
from serving.served import Served, serve
from serving.settings import Settings


def create_app(release_folder: str = ".") -> Flask:
    """Serve the release in a folder; StartRefused where it was changed or the environment makes no sense.

    The app holds its `Served` in `extensions["served"]`, for the worker that drains it.
    """
    served = serve(Path(release_folder), Settings.from_environment(os.environ))
    app = Flask("serving", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BYTES_AT_MOST
    app.extensions["served"] = served
    register_problems(app)
    _register_endpoints(app, served)
    register_page(app)
    app.wsgi_app = Envelope(app.wsgi_app, served.metrics, served.release.identity)  # type: ignore[method-assign]
    return app


def _register_endpoints(app: Flask, served: Served) -> None:
    model, release = served.release.schema.model, served.release.identity
    interface = openapi_document(served.release)
    app.add_url_rule("/predict", "predict", predict_endpoint(served), methods=["POST"])
    app.add_url_rule("/explain", "explain", explain_endpoint(served), methods=["POST"])
    app.add_url_rule("/feedback", "feedback", feedback_endpoint(served), methods=["POST"])
    app.add_url_rule("/healthz", "healthz", lambda: health_response(model, release))
    app.add_url_rule("/readyz", "readyz", lambda: readiness_response(served.readiness, model, release))
    app.add_url_rule("/metrics", "metrics", lambda: Response(served.metrics.render(), content_type=CONTENT_TYPE))
    app.add_url_rule("/openapi.json", "openapi", lambda: Response(interface, content_type="application/json"))
