"""Metadata of binance_legacy; build and tool settings are in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(
    r'^__version__ = "(.+)"$', (HERE / "binance_legacy" / "__init__.py").read_text("utf-8"), re.M
)
assert VERSION, "binance_legacy/__init__.py names no __version__"

TEST = ["pytest>=8", "pytest-timeout", "pytest-xdist>=3", "hypothesis>=6.100", "websockets>=13"]

setup(
    name="binance-legacy",
    version=VERSION[1],
    description="Runs old python-binance 0.7 bots unchanged: on today's Binance, or offline on an exchange in a box.",
    long_description=(HERE / "README.rst").read_text("utf-8"),
    long_description_content_type="text/x-rst",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["binance_legacy", "binance_legacy.*"]),
    package_data={
        "binance_legacy": ["py.typed", "examples/*.py"],
        "binance_legacy.alias": ["shim/*.py"],
        "binance_legacy.check": ["*.tsv"],
        "binance_legacy.exchange.market": ["*.tsv"],
    },
    install_requires=[
        "Twisted>=24.10",
        "treq>=24.9",
        "autobahn>=24.4.2",
        "pyOpenSSL>=24",
        "service_identity>=24",
        "certifi",
        "requests>=2.31",
        "orjson>=3.10",
        "dateparser>=1.2",
        "sortedcontainers>=2.4",
    ],
    extras_require={
        "test": TEST,
        "docs": ["sphinx>=8.1", "furo"],
        "browser": ["playwright"],
        "peers": ["python-binance==1.0.37", "ccxt>=4.5"],
        "connector": ["binance-connector==3.13.0"],  # its package is named binance too: not beside the peers
        "lint": ["ruff", "mypy", "types-requests", "types-dateparser", "types-pytz"],
    },
    entry_points={
        "console_scripts": ["binance-legacy = binance_legacy.__main__:main"],
        "pytest11": ["binance_legacy = binance_legacy.exchange.fixture"],
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Framework :: Twisted",
        "Intended Audience :: Developers",
        "Intended Audience :: Financial and Insurance Industry",
        "Natural Language :: English",
        "Natural Language :: Japanese",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Office/Business :: Financial :: Investment",
        "Typing :: Typed",
    ],
)
