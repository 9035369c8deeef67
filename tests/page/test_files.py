"""How the page's files are served, and what is in them."""

import gzip
import re

import pytest

from function_app.ui import CONTENT_SECURITY_POLICY, MEDIA_TYPES, PAGE_FOLDER, Pages
from tests.function_app.running import RunningHost

MOST_BYTES = 100_000
"""What the whole page may weigh on its way."""


def asset(app: RunningHost, name: str, **kwargs: object):
    return app.get(f"ui/{Pages().version}/{name}", **kwargs)


def test_the_page_needs_no_key_and_has_a_strict_policy(app: RunningHost) -> None:
    response = app.get("ui")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert re.findall(r"https?://", response.text) == []
    assert re.findall(r"<script>|<style|style=|onclick=", response.text) == []
    for address in re.findall(r'(?:href|src)="([^"]+)"', response.text):
        assert app.get(address).status_code == 200, address


def test_an_address_with_a_slash_leads_to_the_page(app: RunningHost) -> None:
    response = app.get("ui/")
    assert (response.status_code, response.url) == (200, f"{app.base}/api/ui")


def test_files_are_kept_for_good_and_the_page_is_asked_for_again(app: RunningHost) -> None:
    kept = asset(app, "app.js")
    assert kept.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    page = app.get("ui")
    assert page.headers["Cache-Control"] == "no-cache"
    again = app.get("ui", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert app.get("ui", headers={"If-None-Match": '"other"'}).status_code == 200


def test_another_deployment_s_page_gets_files_that_it_does_not_keep(app: RunningHost) -> None:
    response = app.get("ui/000000000000/app.js")
    assert response.content == asset(app, "app.js").content
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["none.js", "../ui.py", "..%2fui.py", "%2e%2e/settings.py", "index.html", "words"]
)
def test_nothing_else_is_served(app: RunningHost, name: str) -> None:
    response = asset(app, name)
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_files_are_compressed_for_who_can_take_it(app: RunningHost) -> None:
    plain = asset(app, "app.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    packed = asset(app, "app.js", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_the_page_is_small_and_names_no_other_origin() -> None:
    files = [path for path in PAGE_FOLDER.glob("*") if path.suffix in MEDIA_TYPES]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < MOST_BYTES
    for path in files:
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", path.read_text(encoding="utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path.name


def test_both_languages_have_the_same_words() -> None:
    """The same names, and the same values to fill in."""

    def words(name: str) -> dict[str, set[str]]:
        lines = re.findall(
            r'^  "?([\w.]+)"?: "(.*)",$', (PAGE_FOLDER / name).read_text(encoding="utf-8"), re.M
        )
        return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in lines}

    english = words("words_en.js")
    assert len(english) > 200
    assert words("words_fr.js") == english
