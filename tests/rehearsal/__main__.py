"""`make alert-rehearsal`: people mark predictions as wrong; see the mail that this brings."""

import argparse
import sys
from datetime import timedelta

from tests.rehearsal.rehearsal import Rehearsed, rehearse


def main(arguments: list[str]) -> int:
    """Rehearses and prints; the exit code is 0 when a mail came and every alert was kept."""
    parser = argparse.ArgumentParser(prog="make alert-rehearsal ARGS=…", description=__doc__)
    parser.add_argument("--wrong", type=int, default=3, help="predictions marked as wrong (default: 3)")
    parser.add_argument(
        "--no-texts", action="store_true", help="as where TELEMETRY_INCLUDE_TEXT is false, its default"
    )
    parser.add_argument("--drift", action="store_true", help="a simulated stream that drifts as well")
    parser.add_argument("--environment", choices=("dev", "prod"), default="dev")
    parser.add_argument("--emails", default="ann@example.com,bob@example.com", help="who gets the mail")
    given = parser.parse_args(arguments)
    done = rehearse(
        wrong=given.wrong,
        with_texts=not given.no_texts,
        with_drift=given.drift,
        environment=given.environment,
        ALERT_EMAILS=given.emails,
    )
    sys.stdout.write("\n".join(report(done, wrong=given.wrong)) + "\n")
    return 0 if done.mails and len(done.kept) == len(done.mails) else 1


def report(done: Rehearsed, *, wrong: int) -> list[str]:
    """What happened, line by line."""
    lines = [
        f"{wrong} predictions were marked as wrong; {len(done.events)} events arrived.",
        "",
        "The rules, as infra/ has them:",
    ]
    for name, rule in done.rules.items():
        looks = f"every {_minutes(rule.frequency)} min over the last {_minutes(rule.window)} min"
        lines.append(f"  {'FIRES' if done.fired[name] else 'silent':6}  {rule.display_name} ({looks})")
    for mail in done.mails:
        lines += ["", "=" * 100, *(f"{name}: {mail[name]}" for name in ("From", "To", "Subject")), ""]
        lines += mail.get_content().splitlines()
    lines += ["", "=" * 100, "", "The app was told as well; GET /api/alerts:"]
    for alert, (first, again) in zip(reversed(done.kept), done.answers, strict=False):
        told = f"POST {first}, the same again {again}"
        lines.append(
            f"  {alert['fired']}  {alert['severity']}  {alert['condition']}  {alert['rule']}  ({told})"
        )
    return lines


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
