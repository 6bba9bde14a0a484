"""Building the site: both trees, next to one another, and a page in front that sends visitors to their language."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from . import BUILT, HERE, LANGUAGES

SITE: Final = BUILT / "html"

_FRONT: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>binance_legacy</title>
<link rel="icon" href="en/_static/icon.svg">
<script>
  const japanese = (navigator.languages || [navigator.language]).find((each) => /^(ja|en)/.test(each));
  location.replace((japanese || "en").slice(0, 2) + "/index.html");
</script>
</head>
<body><p><a href="en/index.html">English</a> <a href="ja/index.html" lang="ja">日本語</a></p></body>
</html>
"""


class BuildFailed(RuntimeError):
    """Sphinx found something wrong; the text is what it said."""


def doctrees(language: str, built: Path = BUILT) -> Path:
    """Where Sphinx leaves the read pages of a language."""
    return built / "doctrees" / language


def build(languages: Iterable[str] = LANGUAGES, built: Path = BUILT) -> Path:
    """Build the site from nothing, with warnings and broken references as errors, and return its folder.

    Raises:
        BuildFailed: says what Sphinx said of each language that failed.
    """
    started = {language: _start(language, "html", built / "html" / language, built) for language in languages}
    _finish(started)
    (built / "html" / "index.html").write_text(_FRONT, "utf-8")
    return built / "html"


def extract_messages(folder: Path, built: Path = BUILT) -> Path:
    """Write what can be translated in the Japanese tree to a template, and return its path."""
    _finish({"ja": _start("ja", "gettext", folder, built / "gettext")})
    return folder / "reference.pot"


def _start(language: str, builder: str, output: Path, built: Path) -> subprocess.Popen[str]:
    strict = ["-W", "-n"] if builder == "html" else []
    options = [*strict, "-q", "-E", "-b", builder, "-t", language, "-c", str(HERE)]
    folders = ["-d", str(doctrees(language, built)), str(HERE / language), str(output)]
    return subprocess.Popen(
        [sys.executable, "-m", "sphinx", *options, *folders],
        cwd=HERE.parent,
        env={**os.environ, "PYTHONPATH": _path()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def _path() -> str:
    return os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))


def _finish(started: Mapping[str, subprocess.Popen[str]]) -> None:
    said = {language: process.communicate()[0] for language, process in started.items()}
    wrong = [f"{language}:\n{said[language]}" for language, process in started.items() if process.returncode]
    if wrong:
        raise BuildFailed("\n".join(wrong))
