"""What would be deployed: complete, locked, told to the right people, and without a secret."""

import json
import re
from typing import Any

import pytest

from function_app.settings import SETTINGS, Settings
from tests.infra.bicep import BicepFile, Reference, Resource, walk
from tests.infra.deployments import INFRA, deploy_with, deployment, settings_of, the
from tests.workplace import ROOT

REQUIRED: dict[str, list[str]] = {
    "Microsoft.Authorization/roleAssignments@2022-04-01": [
        "scope", "properties.principalId", "properties.principalType", "properties.roleDefinitionId",
    ],
    "Microsoft.Consumption/budgets@2023-11-01": [
        "properties.amount", "properties.category", "properties.timeGrain", "properties.timePeriod.startDate",
        "properties.notifications",
    ],
    "Microsoft.Insights/actionGroups@2023-01-01": [
        "location", "properties.enabled", "properties.groupShortName", "properties.emailReceivers",
    ],
    "Microsoft.Insights/components@2020-02-02": [
        "location", "kind", "properties.Application_Type", "properties.WorkspaceResourceId",
    ],
    "Microsoft.Insights/scheduledQueryRules@2023-12-01": [
        "location", "properties.actions.actionGroups", "properties.criteria.allOf", "properties.description",
        "properties.displayName", "properties.evaluationFrequency", "properties.scopes",
        "properties.severity", "properties.windowSize",
    ],
    "Microsoft.Insights/workbooks@2023-06-01": [
        "location", "kind", "properties.category", "properties.displayName", "properties.serializedData",
        "properties.sourceId",
    ],
    "Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31": ["location"],
    "Microsoft.OperationalInsights/workspaces@2023-09-01": ["location", "properties.sku.name"],
    "Microsoft.Storage/storageAccounts@2024-01-01": ["location", "kind", "sku.name"],
    "Microsoft.Storage/storageAccounts/blobServices@2024-01-01": ["parent"],
    "Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01": ["parent"],
    "Microsoft.Storage/storageAccounts/queueServices@2024-01-01": ["parent"],
    "Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01": ["parent"],
    "Microsoft.Web/serverfarms@2024-04-01": ["location", "sku.name", "sku.tier", "properties.reserved"],
    "Microsoft.Web/sites@2024-04-01": [
        "location", "kind", "identity.type", "properties.serverFarmId", "properties.siteConfig.appSettings",
        "properties.functionAppConfig.deployment.storage.type",
        "properties.functionAppConfig.deployment.storage.value",
        "properties.functionAppConfig.deployment.storage.authentication.type",
        "properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB",
        "properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount",
        "properties.functionAppConfig.runtime.name",
        "properties.functionAppConfig.runtime.version",
    ],
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01": ["parent", "properties.allow"],
}  # fmt: skip
"""What each type needs beside its name; a type or version that is not here is not deployed unnoticed."""

UNTAGGED = ("Authorization", "Consumption", "/blobServices", "/queueServices", "/basicPublishing")

FORBIDDEN_ON_FLEX = {
    "ENABLE_ORYX_BUILD",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_WORKER_RUNTIME_VERSION",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_TIME_ZONE",
}
NOT_IN_AZURE = {"STORE_CONNECTION", "STORE_PATH"}
"""A key, and the file of the store that one machine has to itself."""

FROM_THE_PLATFORM = {"WEBSITE_SITE_NAME"}
"""What Azure itself sets."""

ROLES = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "account",  # Storage Blob Data Owner
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "account",  # Storage Queue Data Contributor
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "account",  # Storage Table Data Contributor
    "3913510d-42f4-4e42-8a64-420c390055eb": "component",  # Monitoring Metrics Publisher
}
SECRET = re.compile(
    r"AccountKey=|SharedAccessSignature=|InstrumentationKey=|[?&](?:sig|code)=[A-Za-z0-9]|password\s*[:=]"
    r"|[A-Za-z0-9+/]{43}=",
    re.IGNORECASE,
)


@pytest.fixture(scope="module", params=["dev", "prod"])
def deployed(request):
    return deployment(request.param)


def missing(resource: Resource) -> list[str]:
    """Required properties that are not there."""
    absent = []
    for path in ["name", *REQUIRED[resource.type]]:
        value: Any = resource.body
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is None or value == "":
            absent.append(path)
    return absent


def test_every_resource_has_what_its_type_needs(deployed):
    assert {resource.type for resource in deployed.resources} == set(REQUIRED)
    assert {resource.symbol: missing(resource) for resource in deployed.resources if missing(resource)} == {}


def test_a_property_that_is_not_there_is_noticed():
    body = {"name": "plan", "location": "here", "sku": {"name": "FC1"}, "properties": {"reserved": True}}
    assert missing(Resource("plan", "Microsoft.Web/serverfarms@2024-04-01", body)) == ["sku.tier"]


def test_everything_that_can_be_tagged_is(deployed):
    for resource in deployed.resources:
        if not any(part in resource.type for part in UNTAGGED):
            assert {"workload", "environment"} <= set(resource.body["tags"]), resource.type


def test_storage_has_no_keys_no_public_blobs_and_new_tls_only(deployed):
    properties = the(deployed, "Microsoft.Storage/storageAccounts")["properties"]
    assert properties["allowSharedKeyAccess"] is False
    assert properties["allowBlobPublicAccess"] is False
    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert properties["supportsHttpsTrafficOnly"] is True


def test_telemetry_is_taken_from_identities_only(deployed):
    assert the(deployed, "Microsoft.Insights/components")["properties"]["DisableLocalAuth"] is True
    assert settings_of(deployed)["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"].endswith("Authorization=AAD")


def test_the_app_s_identity_has_these_roles_and_no_other(deployed):
    assignments = deployed.of_type("Microsoft.Authorization/roleAssignments")
    found = {
        str(one.body["properties"]["roleDefinitionId"]).rsplit("/", 1)[1]: one.body["scope"].expression
        for one in assignments
    }
    assert len(found) == len(assignments)
    assert found == ROLES


def test_the_app_runs_python_on_flex_consumption(deployed):
    plan, app = the(deployed, "Microsoft.Web/serverfarms"), the(deployed, "Microsoft.Web/sites")
    assert plan["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    config = app["properties"]["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": "3.11"}
    assert config["deployment"]["storage"]["authentication"]["type"] == "UserAssignedIdentity"
    assert app["identity"]["type"] == "UserAssigned"
    assert app["properties"]["httpsOnly"] is True


def test_the_worker_has_a_thread_for_each_request_that_an_instance_takes(deployed):
    scale = the(deployed, "Microsoft.Web/sites")["properties"]["functionAppConfig"]["scaleAndConcurrency"]
    concurrency = scale["triggers"]["http"]["perInstanceConcurrency"]
    assert settings_of(deployed)["PYTHON_THREADPOOL_THREAD_COUNT"] == str(concurrency)


def test_production_keeps_an_instance_warm_and_development_costs_nothing_at_rest():
    def warm(environment: str) -> list[dict[str, Any]]:
        app = the(deployment(environment), "Microsoft.Web/sites")
        return app["properties"]["functionAppConfig"]["scaleAndConcurrency"]["alwaysReady"]

    assert warm("dev") == []
    assert warm("prod") == [{"name": "http", "instanceCount": 1}]


def test_every_setting_of_the_app_is_set_and_none_that_flex_forbids(deployed):
    found = settings_of(deployed)
    assert {setting.name for setting in SETTINGS} - set(found) == NOT_IN_AZURE
    assert set(found) & (FORBIDDEN_ON_FLEX | NOT_IN_AZURE) == set()
    assert found["PYTHON_SCRIPT_FILE_NAME"] == "main.py"
    assert "AzureWebJobsStorage" not in found
    assert found["AzureWebJobsStorage__credential"] == "managedidentity"


def test_the_sample_has_every_setting_and_the_code_reads_no_other():
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    known = {setting.name for setting in SETTINGS}
    assert known <= set(sample)
    served = [
        path
        for path in (ROOT / "function_app").rglob("*.py")
        if not {"client", "localhost"} & set(path.relative_to(ROOT).parts)
    ]
    read = {
        name
        for path in served
        for name in re.findall(r'(?:environ(?:\.get\(|\[)|getenv\()"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert read - known <= FROM_THE_PLATFORM


def test_the_app_understands_its_settings(deployed):
    known = {
        "<account.properties.primaryEndpoints.table>": "https://account.table.core.windows.net/",
        "<identity.properties.clientId>": "6f0d3f4e-4a11-4f4e-9d0a-6c2f5f1c9b11",
        "<component.properties.ConnectionString>": "InstrumentationKey=6f0d3f4e-4a11-4f4e-9d0a-6c2f5f1c9b11;"
        "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/",
    }
    environment = {}
    for name, value in settings_of(deployed).items():
        text = str(value)
        for unknown, real in known.items():
            text = text.replace(unknown, real)
        environment[name] = text
    settings = Settings.from_environment(environment)
    assert settings.store == "tables"
    assert settings.store_account_url == "https://account.table.core.windows.net/"
    assert settings.telemetry == "appinsights"


def test_a_setting_can_be_given_and_the_queues_follow_it():
    deployed = deploy_with({}, appSettings={"STREAM_QUEUE": "posts", "RETENTION_DAYS": "30"})
    assert settings_of(deployed)["RETENTION_DAYS"] == "30"
    queues = {
        one.body["name"] for one in deployed.of_type("Microsoft.Storage/storageAccounts/queueServices/queues")
    }
    assert queues == {"posts", "posts-poison", "tweet-sentiments"}


@pytest.mark.parametrize("emails", ["", "ann@example.com", "ann@example.com,bob@example.com,cy@example.com"])
def test_any_number_of_people_get_mails(emails):
    deployed = deployment(ALERT_EMAILS=emails)
    receivers = the(deployed, "Microsoft.Insights/actionGroups")["properties"]["emailReceivers"]
    assert [one["emailAddress"] for one in receivers] == [email for email in emails.split(",") if email]
    assert all(one["useCommonAlertSchema"] for one in receivers)
    # A budget must have somebody to tell.
    assert len(deployed.of_type("Microsoft.Consumption/budgets")) == bool(emails)


def test_the_app_is_told_of_every_alert_once_its_code_is_there(functions):
    def receivers(deployed) -> list[dict[str, Any]]:
        return the(deployed, "Microsoft.Insights/actionGroups")["properties"]["azureFunctionReceivers"]

    (receiver,) = receivers(deployment())
    assert receiver["functionName"] == "alerts"
    assert "alerts" in functions
    assert receiver["useCommonAlertSchema"] is True
    assert "/api/alerts?code=<listKeys(" in receiver["httpTriggerUrl"]
    assert receivers(deployment(CODE_DEPLOYED="false")) == []


def test_no_output_holds_a_key():
    for path in INFRA.rglob("*.bicep"):
        for output in BicepFile(path).of_kind("output"):
            called = {
                one.named_children[0].text.decode()
                for one in walk(output.node)
                if one.type == "call_expression"
            }
            assert not any(name.startswith("list") for name in called), output.name
    for value in deployment().outputs.values():
        assert "listKeys" not in (value.expression if isinstance(value, Reference) else value)


def test_no_file_holds_a_secret():
    for path in INFRA.rglob("*"):
        if path.is_file():
            assert not SECRET.search(path.read_text(encoding="utf-8")), path.name
    assert SECRET.search("AccountKey=abc")
    assert SECRET.search("https://app/api/alerts?code=abc")
