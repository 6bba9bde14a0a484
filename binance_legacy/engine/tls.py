"""Verified TLS: the server's name goes out (SNI), its certificate is checked against certifi's roots."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import certifi
from OpenSSL import SSL
from twisted.internet import ssl
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from zope.interface import implementer


@functools.cache
def _roots(file: str) -> Any:
    """The root certificates of a PEM file, read once."""
    end = "-----END CERTIFICATE-----"
    bundle = Path(file).read_text("utf-8", "ignore")
    blocks = [part[part.index("-----BEGIN") :] + end for part in bundle.split(end) if "-----BEGIN" in part]
    return ssl.trustRootFromCertificates([ssl.Certificate.loadPEM(block) for block in blocks])


def options(host: str, verify: bool | str = True) -> Any:
    """What `connectSSL` needs to reach `host`.

    Parameters:
        host: the name the certificate must be for; sent as SNI.
        verify: True checks against certifi's roots, a path against the roots in that PEM file; False accepts any
            certificate, which only who asks for it by name gets.
    """
    if verify is False:
        return _Unverified(host)
    roots = _roots(certifi.where() if verify is True else verify)
    return ssl.optionsForClientTLS(host, trustRoot=roots)


@implementer(IOpenSSLClientConnectionCreator)
class _Unverified:
    """TLS that sends SNI and checks nothing."""

    def __init__(self, host: str) -> None:
        self._host = host.encode("idna")
        self._context = ssl.CertificateOptions(verify=False).getContext()

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        connection = SSL.Connection(self._context, None)
        connection.set_tlsext_host_name(self._host)
        return connection
