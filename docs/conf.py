"""Sphinx's settings, for both languages: ``-t ja`` builds the Japanese tree. `python -m docs build` gives it."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from binance_legacy import __version__  # noqa: E402  found through the line above

project = "binance_legacy"
author = "the authors of binance_legacy"
copyright = author
release = version = __version__
language = "ja" if tags.has("ja") else "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docs._ext.commands",
    "docs._ext.constants",
    "docs._ext.examples",
    "docs._ext.fates",
    "docs._ext.moved",
    "docs._ext.served",
    "docs._ext.languages",
    "docs._ext.lines_ja",
    "docs._ext.mentions",
    "docs._ext.search_ja",
    "docs._ext.signatures",
]
default_role = "mention"
highlight_language = "default"
nitpicky = True
numfig = False
smartquotes_action = "D"  # dashes alone: these pages are full of code
smartquotes_excludes = {"languages": [], "builders": ["gettext"]}
exclude_patterns = ["locale"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_custom_sections: list[str] = []
napoleon_use_ivar = True
napoleon_use_rtype = False

locale_dirs = ["locale"]
gettext_compact = "reference"  # one catalogue: docs/ja/locale/ja/LC_MESSAGES/reference.po
gettext_uuid = False

pygments_dark_style = "github-dark"
html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = [str(HERE / "_static")]
templates_path = [str(HERE / "_templates")]
html_css_files = ["pages.css"]
html_js_files = ["languages.js", *(["japanese.js"] if language == "ja" else [])]
html_favicon = str(HERE / "_static" / "icon.svg")
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_last_updated_fmt = None
html_domain_indices = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/languages.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {
    "light_css_variables": {
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Noto Sans CJK JP', "
        "'Noto Sans JP', 'Yu Gothic UI', Meiryo, sans-serif",
        "font-stack--monospace": "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', "
        "'Noto Sans Mono CJK JP', monospace",
        "color-brand-primary": "#8a5a00",
        "color-sidebar-link-text--top-level": "var(--color-foreground-primary)",
        "color-brand-content": "#0b5cad",
    },
    "dark_css_variables": {
        "color-brand-primary": "#f0b90b",
        "color-sidebar-link-text--top-level": "var(--color-foreground-primary)",
        "color-brand-content": "#7db8f5",
    },
}
