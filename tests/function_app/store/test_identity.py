"""The tables reached with a managed identity: a token from the instance's own endpoint, no key anywhere."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from function_app.errors import StoreUnavailableError
from function_app.settings import Settings
from function_app.store import open_store
from tests.azurite import ACCOUNT, Azurite, why_not
from tests.function_app.samples import prediction

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

RESOURCE = "https://storage.azure.com"


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
        now = int(time.time())
        claims = {
            "aud": RESOURCE,
            "iss": "https://sts.windows.net/t/",
            "nbf": now - 60,
            "iat": now,
            "exp": now + 600,
        }
        token = ".".join([_part({"alg": "HS256", "typ": "JWT"}), _part(claims), "c2lnbmVk"])
        answer = {
            "access_token": token,
            "expires_on": str(now + 600),
            "resource": RESOURCE,
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


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityEndpoint]:
    with IdentityEndpoint() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_port}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
        yield server
        server.shutdown()


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an account that takes tokens, over TLS with a certificate that this process trusts."""
    certificate, key = write_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    running = Azurite(tmp_path / "azurite", certificate=certificate, key=key)
    yield f"https://127.0.0.1:{running.table_port}/{ACCOUNT}"
    running.stop()


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "certificate.pem", folder / "key.pem"


def test_the_identity_opens_the_tables_when_they_are_first_used(
    account: str, endpoint: IdentityEndpoint
) -> None:
    store = open_store(Settings.from_environment({"STORE": "tables", "STORE_ACCOUNT_URL": account}))
    assert endpoint.asked == []
    kept = prediction()
    store.add_predictions([kept])
    assert store.prediction(kept.id) == kept
    store.check()
    (asked,) = endpoint.asked
    assert f"resource={RESOURCE}" in asked
    store.close()


def test_without_an_identity_the_store_is_unavailable_until_there_is_one(
    account: str, endpoint: IdentityEndpoint
) -> None:
    endpoint.refuses = True
    store = open_store(Settings.from_environment({"STORE": "tables", "STORE_ACCOUNT_URL": account}))
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        store.check()
    endpoint.refuses = False
    store.check()
    store.close()
