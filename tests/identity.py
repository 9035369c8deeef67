"""An instance's identity endpoint on loopback: the edge that is not ours."""

import base64
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class IdentityEndpoint(ThreadingHTTPServer):
    """Gives tokens as an instance's endpoint does, the edge that is not ours; none while it `refuses`."""

    refuses = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _IdentityHandler)
        self.asked: list[str] = []


class _IdentityHandler(BaseHTTPRequestHandler):
    server: IdentityEndpoint

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        (resource,) = parse_qs(urlsplit(self.path).query)["resource"]
        now = int(time.time())
        claims = {
            "aud": resource,
            "iss": "https://sts.windows.net/t/",
            "nbf": now - 60,
            "iat": now,
            "exp": now + 600,
        }
        token = ".".join([_part({"alg": "HS256", "typ": "JWT"}), _part(claims), "c2lnbmVk"])
        answer = {
            "access_token": token,
            "expires_on": str(now + 600),
            "resource": resource,
            "token_type": "Bearer",
        }
        body = json.dumps({"error": "no identity"} if self.server.refuses else answer).encode()
        self.send_response(400 if self.server.refuses else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


def _part(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
