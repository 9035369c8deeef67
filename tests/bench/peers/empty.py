"""One function that does nothing, in our local host: ``python -m tests.bench.peers.empty PORT``."""

import sys

import azure.functions as func
import waitress

from function_app.contract import Limits
from function_app.localhost.invocation import functions_of
from function_app.localhost.routing import HttpHost
from function_app.localhost.timers import Timers

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="predict", methods=["POST"])
def predict(req: func.HttpRequest) -> func.HttpResponse:
    """The same answer to everybody."""
    return func.HttpResponse('{"label":"positive","probability":0.5}', mimetype="application/json")


def main() -> None:
    """Serve."""
    limits = Limits(body_bytes=262_144, text_characters=2_000, batch_texts=1_000)
    host = HttpHost(functions_of(app), prefix="api", limits=limits, timers=Timers([]))
    waitress.serve(host, host="127.0.0.1", port=int(sys.argv[1]), threads=8, ident=None, _quiet=True)


if __name__ == "__main__":
    main()
