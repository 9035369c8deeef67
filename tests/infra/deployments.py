"""What `infra/` would deploy."""

from typing import Any

from tests.infra.bicep import Deployment, deploy, read_parameters
from tests.workplace import ROOT

INFRA = ROOT / "infra"


def deployment(environment: str = "dev", **variables: str) -> Deployment:
    """What `infra/main.bicep` would deploy with `infra/main.bicepparam` and these environment variables."""
    given = {"ALERT_EMAILS": "ann@example.com,bob@example.com", "CODE_DEPLOYED": "true", **variables}
    return deploy_with({"ENVIRONMENT": environment, **given})


def deploy_with(variables: dict[str, str], **parameters: Any) -> Deployment:
    """The same with nothing but these environment variables, and with some parameters instead of theirs."""
    given = read_parameters(INFRA / "main.bicepparam", variables)
    return deploy(INFRA / "main.bicep", {**given, **parameters})


def the(deployed: Deployment, type_: str) -> dict[str, Any]:
    """The only resource of a type."""
    (resource,) = deployed.of_type(type_)
    return resource.body


def settings_of(deployed: Deployment) -> dict[str, str]:
    """The settings of the app."""
    listed = the(deployed, "Microsoft.Web/sites")["properties"]["siteConfig"]["appSettings"]
    found = {one["name"]: one["value"] for one in listed}
    assert len(found) == len(listed)
    return found
