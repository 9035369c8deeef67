"""`make alert-rehearsal` goes the whole way: feedback, event, rule, mail, the app's record of the alert."""

import pytest

from tests.rehearsal.__main__ import main
from tests.rehearsal.mail import MailServer
from tests.rehearsal.rehearsal import rehearse

TEXT = "They gave my seat away while I stood right there. I've never been treated so badly"


@pytest.fixture(scope="module")
def without_texts():
    return rehearse(wrong=3, with_texts=False, ALERT_EMAILS="cy@example.com,dee@example.com,eve@example.com")


def test_three_wrong_predictions_bring_one_mail_to_everybody(without_texts):
    (mail,) = without_texts.mails
    assert mail["To"] == "cy@example.com, dee@example.com, eve@example.com"
    assert mail["Subject"] == "Fired: Sev2 tweets-dev: Wrong predictions"
    assert {name for name, firings in without_texts.fired.items() if firings} == {"wrong-predictions"}


def test_the_mail_can_be_read(without_texts):
    body = without_texts.mails[0].get_content()
    assert "People marked 3 or more predictions as wrong within 5 minutes." in body.replace("\n", " ")
    assert "Value: 3 (fires when wrong >= 3)" in body
    assert "What to do: docs/RUNBOOK.md#wrong-predictions\n" in body
    assert "Dashboard: https://portal.azure.com/#resource/subscriptions/" in body


def test_texts_are_not_in_it_where_they_are_not_sent(without_texts):
    body = without_texts.mails[0].get_content()
    assert TEXT not in body
    assert len([line for line in body.splitlines() if line.startswith("    - ")]) == 3


def test_the_app_keeps_the_alert_once(without_texts):
    assert without_texts.answers == [(201, 200)]
    (kept,) = without_texts.kept
    assert kept["rule"] == "tweets-dev: Wrong predictions"
    assert (kept["severity"], kept["condition"]) == ("Sev2", "Fired")


def test_the_command_shows_rules_mails_and_alerts(capsys):
    """Twelve sure predictions in a row that were wrong are more than chance, too: a second mail."""
    assert main(["--wrong", "12", "--drift"]) == 0
    shown = capsys.readouterr().out
    assert "12 predictions were marked as wrong" in shown
    assert "FIRES   tweets-dev: Wrong predictions (every 5 min over the last 30 min)" in shown
    assert "FIRES   tweets-dev: Error rate above what the model expects" in shown
    assert "silent  tweets-dev: No drift check" in shown
    assert "FIRES   tweets-dev: Drift" in shown
    assert "action: label" in shown
    assert shown.count("Subject: Fired: Sev") == 3
    assert TEXT in shown
    assert shown.count("(POST 201, the same again 200)") == 3


def test_the_mail_server_takes_any_mail(without_texts):
    with MailServer() as server:
        server.deliver(without_texts.mails[0])
    assert server.mails[0].get_content() == without_texts.mails[0].get_content()
