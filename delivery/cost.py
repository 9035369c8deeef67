"""What a month costs, from list prices and a few assumptions; every line shows its arithmetic.

Prices are assumptions: US dollars in East US as of 2025, without discounts or taxes. They change: compare
them with https://azure.microsoft.com/pricing/details/functions/, …/monitor/ and …/storage/tables/ before you
rely on them. One instance is taken to be enough.
"""

from dataclasses import dataclass

DAYS = 30
SECONDS = DAYS * 86_400


@dataclass(frozen=True, kw_only=True)
class Prices:
    """List prices in US dollars."""

    gb_second: float = 0.000026
    free_gb_seconds: float = 100_000
    million_executions: float = 0.40
    free_executions: float = 250_000
    ready_gb_second: float = 0.000004
    ready_working_gb_second: float = 0.000016
    log_gb: float = 2.30
    free_log_gb: float = 5
    rule_each_5_minutes: float = 1.50
    rule_each_15_minutes: float = 0.50
    table_gb: float = 0.045
    ten_thousand_operations: float = 0.00036


@dataclass(frozen=True, kw_only=True)
class Use:
    """How much the app is used, and how it is set up.

    `ready`: instances kept warm. `memory_gb`: of an instance. An instance is billed while it works, in pieces
    of one second at least, so requests that come one by one cost most. `log_kb`: telemetry of a request;
    `record_kb`: what the store keeps of a prediction.
    """

    requests_a_day: int
    ready: int = 0
    memory_gb: float = 2.0
    log_kb: float = 1.5
    record_kb: float = 1.0
    retention_days: int = 90
    sample: float = 1.0
    rules_each_5_minutes: int = 3
    rules_each_15_minutes: int = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """One position of the bill."""

    what: str
    how: str
    dollars: float


def month(use: Use, prices: Prices | None = None) -> list[Line]:
    """The positions of a month's bill."""
    price = prices or Prices()
    requests = use.requests_a_day * DAYS
    busy = min(requests, SECONDS)
    used = busy * use.memory_gb
    rate = price.ready_working_gb_second if use.ready else price.gb_second
    free = 0 if use.ready else price.free_gb_seconds
    grant = 0 if use.ready else price.free_executions
    logs = requests * use.log_kb / 1e6
    kept = use.requests_a_day * use.retention_days * use.sample * use.record_kb / 1e6
    operations = requests * use.sample
    return [
        Line(
            what="working",
            how=f"({busy:,.0f} s x {use.memory_gb:g} GB - {free:,.0f}) x {rate:.6f}",
            dollars=max(used - free, 0) * rate,
        ),
        Line(
            what="kept ready",
            how=f"{use.ready} x {SECONDS:,} s x {use.memory_gb:g} GB x {price.ready_gb_second:.6f}",
            dollars=use.ready * SECONDS * use.memory_gb * price.ready_gb_second,
        ),
        Line(
            what="executions",
            how=f"({requests:,} - {grant:,.0f}) / 1,000,000 x {price.million_executions:.2f}",
            dollars=max(requests - grant, 0) / 1e6 * price.million_executions,
        ),
        Line(
            what="telemetry",
            how=f"({logs:.1f} GB - {price.free_log_gb:g}) x {price.log_gb:.2f}",
            dollars=max(logs - price.free_log_gb, 0) * price.log_gb,
        ),
        Line(
            what="alert rules",
            how=f"{use.rules_each_5_minutes} x {price.rule_each_5_minutes:.2f}"
            f" + {use.rules_each_15_minutes} x {price.rule_each_15_minutes:.2f}",
            dollars=use.rules_each_5_minutes * price.rule_each_5_minutes
            + use.rules_each_15_minutes * price.rule_each_15_minutes,
        ),
        Line(
            what="store",
            how=f"{kept:.1f} GB x {price.table_gb:.3f}"
            f" + {operations:,.0f} / 10,000 x {price.ten_thousand_operations:.5f}",
            dollars=kept * price.table_gb + operations / 1e4 * price.ten_thousand_operations,
        ),
    ]


def table(use: Use) -> str:
    """The bill as lines of text, with its sum."""
    lines = month(use)
    total = sum(line.dollars for line in lines)
    rows = [f"{line.what:<12}{line.dollars:>9.2f}   {line.how}" for line in lines]
    return "\n".join([*rows, f"{'a month':<12}{total:>9.2f}   US dollars"])
