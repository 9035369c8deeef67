"""The queries behind alerts and dashboard are right, and read what the app sends."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from function_app.events import EVENTS, dimension_names
from tests.infra.deployments import INFRA, deploy_with
from tests.infra.kusto import Analysis, analyse, why_not
from tests.infra.logs import SCHEMA, Logs
from tests.infra.rules import alert_rules

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NUMBERS = {"int", "long", "real"}
UNKNOWN_COLUMN = 'customEvents\n| where nme == "feedback"'
WRONG_TYPE = "requests\n| where sqrt(name) > 1"


def rule_queries() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (INFRA / "queries").glob("*.kql")}


def workbook_queries() -> dict[str, str]:
    items = json.loads((INFRA / "workbook.json").read_text(encoding="utf-8"))["items"]
    return {f"workbook {one['name']}": one["content"]["query"] for one in items if one["type"] == 3}


def code(query: str) -> str:
    """The query without its comments."""
    return "\n".join(line for line in query.splitlines() if not line.strip().startswith("//"))


QUERIES = rule_queries() | workbook_queries()


@pytest.fixture(scope="module")
def analyses() -> Iterator[dict[str, Analysis]]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    return analyse({**QUERIES, "unknown column": UNKNOWN_COLUMN, "wrong type": WRONG_TYPE})


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_right_by_the_schema(analyses, name):
    assert analyses[name].errors == ()
    assert analyses[name].columns


def test_the_checker_sees_wrong_names_and_types(analyses):
    assert "'nme' does not refer to any known column" in analyses["unknown column"].errors[0]
    assert analyses["unknown column"].errors[0].startswith("2:9 ")
    assert analyses["wrong type"].errors


def test_a_rule_finds_the_columns_it_needs(analyses, rules):
    for rule in rules.values():
        columns = analyses[query_of(rule)].columns
        # Azure Monitor sorts the rows into windows by it.
        assert columns["timestamp"] == "datetime"
        assert rule.measure is None or columns[rule.measure] in NUMBERS
        assert {columns[name] for name in rule.split} <= {"string"}


def query_of(rule) -> str:
    return "wrong-predictions" if rule.chapter.startswith("wrong-predictions") else rule.chapter


def test_every_query_is_a_rule_s_and_every_rule_has_its_own(rules):
    assert {query_of(rule) for rule in rules.values()} == set(rule_queries())


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_starts_with_a_table_and_leaves_the_window_to_who_asks(name):
    query = code(QUERIES[name])
    assert query.split()[0] in SCHEMA
    assert not re.search(r"\b(ago|now)\(|\blet\b|\bcount\s*$", query)


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if "customEvents" in query])
def test_a_query_reads_dimensions_that_its_event_has(name):
    query = code(QUERIES[name])
    kinds = {kind.name: kind for kind in EVENTS}
    (event,) = set(re.findall(r'\bname == "(\w+)"', query))
    read = set(re.findall(r'customDimensions(?:\.|\[")(\w+)', query))
    assert read
    assert read <= set(dimension_names(kinds[event]))


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if "customDimensions" in query])
def test_a_dimension_is_text_until_it_is_converted(name):
    for before in re.findall(r"(\w+\(|[^\w(])customDimensions(?:\.|\[)", code(QUERIES[name])):
        assert before in ("tostring(", "tolong(", "todouble(", "todatetime("), before


@pytest.mark.parametrize("name", workbook_queries())
def test_the_dashboard_shows_something_of_what_the_app_sends(captured, name):
    logs = Logs()
    for sequence in range(3):
        at = NOW - timedelta(minutes=sequence)
        logs.add_envelopes(captured.event(event.name, at) for event in EVENTS)
        logs.add_request("predict", at=at, status=200, milliseconds=3.5, success=True)
    rows = logs.query(QUERIES[name], until=NOW, window=timedelta(days=1))
    assert rows
    assert all(value is not None for value in rows[0].values())


def test_the_functions_that_queries_name_are_functions_of_the_app(functions):
    named = {
        name
        for query in QUERIES.values()
        if query.startswith("requests")
        for found in re.findall(r'\bname (?:== |in \()("[^)\n]*?")(?:\)| and|\n)', query)
        for name in re.findall(r'"(\w+)"', found)
    }
    assert {"predict", "predict_batch", "feedback"} <= named <= functions


def test_the_parameters_reach_the_queries():
    deployed = deploy_with(
        {},
        wrongCount=7,
        wrongMinutes=9,
        errorRateOdds=50,
        failedPercent=11,
        slowMilliseconds=250,
        driftSilence="PT6H",
        driftWindow="PT4H",
        strictWrong=True,
    )
    rules = alert_rules(deployed)
    files = rule_queries()
    assert rules["wrong-predictions"].threshold == 7
    assert rules["wrong-predictions"].query == files["wrong-predictions"].replace("0s .. 5m", "0s .. 9m")
    assert rules["wrong-predictions-strict"].query == files["wrong-predictions"].replace(
        "0s .. 5m", "0s .. 3m"
    )
    assert rules["error-rate"].query == files["error-rate"].replace("odds = log(1000)", "odds = log(50)")
    assert rules["failures"].threshold == 11
    assert rules["slow"].threshold == 250
    assert rules["drift-silent"].window == timedelta(hours=6)
    assert rules["drift"].window == timedelta(hours=4)
    assert rules["wrong-predictions-strict"].enabled
