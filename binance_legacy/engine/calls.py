"""What an awaited REST call sends and what comes back, and how its host is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson


class Way(NamedTuple):
    """How a host is reached: what its certificate is held against (`tls.options`), and through which proxy."""

    verify: bool | str = True
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        method: ``GET``.
        url: with the query.
        headers: by name.
        body: the bytes, or None.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: bytes | None = field(repr=False, default=None)

    @property
    def place(self) -> tuple[str, str, int | None]:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return parts.scheme, parts.hostname or "", parts.port

    def __str__(self) -> str:
        return f"{self.method} {urlsplit(self.url).path}"  # the query bears the signature


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole.

    Attributes:
        status_code: of HTTP; also as `status`.
        headers: by name, in whatever case.
        content: the body's bytes.
        reason: the text beside the status.
        request: what was sent.
    """

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    reason: str
    request: Request = field(repr=False)

    @property
    def status(self) -> int:
        return self.status_code

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 in it is shown as such."""
        return self.content.decode("utf-8", "replace")

    @property
    def url(self) -> str:
        return self.request.url

    def json(self) -> Any:
        """The body's JSON value; ValueError where it is none."""
        return orjson.loads(self.content)
