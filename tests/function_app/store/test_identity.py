"""The tables reached with a managed identity: a token from the instance's own endpoint, no key anywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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
from tests.identity import IdentityEndpoint

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

RESOURCE = "https://storage.azure.com"


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
    account: str, identity_endpoint: IdentityEndpoint
) -> None:
    store = open_store(Settings.from_environment({"STORE": "tables", "STORE_ACCOUNT_URL": account}))
    assert identity_endpoint.asked == []
    kept = prediction()
    store.add_predictions([kept])
    assert store.prediction(kept.id) == kept
    store.check()
    (asked,) = identity_endpoint.asked
    assert f"resource={RESOURCE}" in asked
    store.close()


def test_without_an_identity_the_store_is_unavailable_until_there_is_one(
    account: str, identity_endpoint: IdentityEndpoint
) -> None:
    identity_endpoint.refuses = True
    store = open_store(Settings.from_environment({"STORE": "tables", "STORE_ACCOUNT_URL": account}))
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        store.check()
    identity_endpoint.refuses = False
    store.check()
    store.close()
