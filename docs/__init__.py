"""The documentation: two trees of pages, English and Japanese, and the checks that keep both true.

``python -m docs`` is its command line. Pages are in `docs/en` and `docs/ja`, what both include in `docs/shared`.
"""

from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
BUILT: Final = HERE / "build"
EXAMPLES: Final = HERE / "shared" / "examples"
LANGUAGES: Final = ("en", "ja")
