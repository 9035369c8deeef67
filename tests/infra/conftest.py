"""What tests of the alert rules and queries share."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.infra.captured import Captured, capture
from tests.infra.deployments import deployment
from tests.infra.rules import AlertRule, alert_rules
from tests.workplace import ROOT

LIST_FUNCTIONS = """
from function_app.app import app

print(*(one.get_function_name() for one in app.get_functions()))
"""


@pytest.fixture(scope="session")
def captured() -> Captured:
    """Events as the real exporter sends them."""
    return capture()


@pytest.fixture(scope="session")
def rules() -> Mapping[str, AlertRule]:
    """The alert rules of production."""
    return alert_rules(deployment("prod"))


@pytest.fixture(scope="session")
def functions() -> set[str]:
    """Names of the app's functions. From a process of its own: an app can be asked only once."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_FUNCTIONS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.split())
