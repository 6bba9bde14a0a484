"""The catalogue against what Binance has today, and against what became of each endpoint of 0.7.11."""

import csv
import inspect
import json
from pathlib import Path

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.endpoints.declare import catalogue, methods
from binance_legacy.endpoints.later_parameters import LaterParameters
from binance_legacy.endpoints.legacy import LegacyEndpoints

DATA = Path(__file__).parent / "data"


def lines(name):
    return (DATA / name).read_text("utf-8").splitlines()


TODAY = {tuple(line.split("\t")) for line in lines("endpoints_today.tsv")}
FATES = {row["client_method"]: row for row in csv.DictReader(lines("legacy_endpoints.tsv"), delimiter="\t")}
SURFACE_1X = json.loads((DATA / "surface_1_0_37.json").read_text("utf-8"))

ELSEWHERE = {
    ("POST", "/sapi/v1/userListenToken"): "Binance's page of the listen token; no SDK lists it",
    (
        "POST",
        "/dapi/v1/algoOrder",
    ): "a client of Binance's broker programme calls it since 2026-07; no SDK lists it",
    ("GET", "/dapi/v1/algoOrder"): "as above",
    ("DELETE", "/dapi/v1/algoOrder"): "as above",
    ("GET", "/dapi/v1/openAlgoOrders"): "as above",
    ("GET", "/dapi/v1/allAlgoOrders"): "as above",
    ("DELETE", "/dapi/v1/algoOpenOrders"): "as above",
}
"""Endpoints that are called and that no SDK of Binance lists, and where they are known from."""

NOT_ENDPOINTS = {"call", "close_connection", "create", "limits", "listen_key"}
"""Public names of the clients that are no endpoints."""

UNKNOWN = {"get_products"}
"""Of these nobody promises anything; ours are put together from what is alive."""


def rows():
    return catalogue().values()


def own(row):
    """Whether a row is one of the clients', not one that a test declared."""
    return hasattr(Client, row.name)


@pytest.mark.parametrize("row", [row for row in rows() if own(row)], ids=lambda row: row.name)
def test_every_row_is_an_endpoint_that_binance_has_today_or_its_evidence_is_named(row):
    assert (row.method, row.path) in TODAY or (row.method, row.path) in ELSEWHERE
    assert row.weight >= 0 and row.pool in ("ip", "uid") and row.host in ("api", "fapi", "dapi", "eapi")


@pytest.mark.parametrize("name", FATES)
def test_every_endpoint_of_0_7_11_has_the_status_that_the_record_says(name):
    method, fate = methods()[name], FATES[name]
    wanted = "moved" if name in UNKNOWN else fate["status_today"]
    assert method.status == wanted
    if wanted == "moved" and name not in UNKNOWN:
        assert method.moved.was == f"{fate['http_method']} {fate['legacy_url_path'].split(':', 1)[1]}"
    if wanted == "retired":
        assert method.retired.nearest and method.retired.since
        assert method.retired.was == f"{fate['http_method']} {fate['legacy_url_path'].split(':', 1)[1]}"


@pytest.mark.parametrize("name", FATES)
def test_what_is_not_gone_ends_in_rows_of_today(name):
    method = methods()[name]
    if method.retired is None:
        known = catalogue()
        assert set(method.asks) <= set(known), "each is a row"
        fate = FATES[name]
        if fate["today_http_method"] in ("GET", "POST", "PUT", "DELETE") and name not in UNKNOWN:
            paths = {f"{known[ask].method} {known[ask].path}" for ask in method.asks}
            today = fate["today_path"].split()[0].replace("flexible|locked", "flexible")
            assert f"{fate['today_http_method']} {today}" in paths


def test_there_are_the_230_methods_and_the_one_of_0_7_2():
    assert len(FATES) == 230 and set(FATES) <= set(methods())
    assert methods()["get_withdraw_fee"].status == "moved"


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_every_method_of_a_client_is_in_the_catalogue_and_says_what_it_does(client):
    for name, function in inspect.getmembers(client, callable):
        if name.startswith("_") or name in NOT_ENDPOINTS or inspect.isclass(function):
            continue
        assert name in methods(), name
        assert len((function.__doc__ or "").strip()) > 10, name


def test_both_clients_have_every_method_with_the_same_parameters():
    of_1_x = {name for name in vars(LaterParameters) if not name.startswith("_")}
    for name in methods():
        if hasattr(LegacyEndpoints, name) and name not in of_1_x:
            assert inspect.signature(getattr(Client, name)) == inspect.signature(getattr(AsyncClient, name))


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_names_of_1_x_take_at_least_the_parameters_that_they_took_there(client):
    recorded = SURFACE_1X[client.__name__]
    shared = [name for name in methods() if name in recorded and hasattr(client, name)]
    assert len(shared) > 280
    for name in shared:
        ours = inspect.signature(getattr(client, name)).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in ours.values())
        for parameter in recorded[name]:
            if client is AsyncClient or name not in FATES:
                assert takes_any or parameter in ours, (name, parameter)
