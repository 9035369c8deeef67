"""The web page's files as HTTP responses: typed, cached, compressed, and under a strict policy."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import azure.functions as func

from function_app.errors import NotFoundError
from function_app.http import read_address

PAGE_FOLDER = Path(__file__).parent / "page"

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""The types of what is served; a file of any other kind is not."""

ASSETS_MARK = b"{assets}"
"""What stands in a page's HTML for the folder of its assets, relative to the page's address."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Only our own files run and style, only our own API is called, and no text can become markup."""

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Vary": "Accept-Encoding",
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"


class Pages:
    """The files of a folder, read when the first of them is asked for.

    Assets live at `ui/VERSION/NAME`, where the version follows from the content of all files. So a browser
    keeps them for good, asks only for the page itself again, and never mixes files of two deployments.
    """

    def __init__(self, folder: Path = PAGE_FOLDER) -> None:
        self._folder = folder

    def page(self, req: func.HttpRequest, name: str) -> func.HttpResponse:
        """The page `name`, an HTML file at the top of the folder.

        Its addresses are relative, so the one with a slash at its end leads to the one without.
        """
        path = read_address(req.url).path
        if path.endswith("/"):
            here = path.rstrip("/").rpartition("/")[2]
            return func.HttpResponse(status_code=308, headers={"Location": f"../{here}"})
        content = self._files[name].replace(ASSETS_MARK, f"ui/{self.version}".encode())
        return _respond(req, name, content, cache="no-cache")

    def asset(self, req: func.HttpRequest, *, version: str, name: str) -> func.HttpResponse:
        """A file that a page uses. Raises `NotFoundError`.

        Another version than ours is a page of another deployment, which gets our file but must not keep it.
        """
        if name not in self._files or name.endswith(".html"):
            raise NotFoundError("The page has no such file; GET ui is the page")
        cache = _FOR_A_YEAR if version == self.version else "no-store"
        return _respond(req, name, self._files[name], cache=cache)

    @cached_property
    def version(self) -> str:
        """Twelve hex digits that change when any of the files does."""
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:12]

    @cached_property
    def _files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self._folder.rglob("*") if path.suffix in MEDIA_TYPES)
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in paths}


def _respond(req: func.HttpRequest, name: str, content: bytes, *, cache: str) -> func.HttpResponse:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    # A weak one, since the same stands for the compressed file.
    headers = {**_HEADERS, "ETag": f"W/{tag}", "Cache-Control": cache}
    if tag in {known.removeprefix("W/") for known in _listed(req, "If-None-Match")}:
        return func.HttpResponse(status_code=304, headers=headers)
    if "gzip" in {coding.partition(";")[0].strip() for coding in _listed(req, "Accept-Encoding")}:
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, mtime=0)
    # As a header, since a mimetype of the response may not hold a charset.
    headers["Content-Type"] = MEDIA_TYPES[Path(name).suffix]
    return func.HttpResponse(content, headers=headers)


def _listed(req: func.HttpRequest, header: str) -> list[str]:
    return [one.strip() for one in req.headers.get(header, "").split(",")]
