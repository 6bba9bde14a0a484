"""Verified TLS: the server's name goes out (SNI), its certificate is checked against certifi's roots."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import certifi
from OpenSSL import SSL
from twisted.internet import ssl
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from zope.interface.declarations import implementer


@functools.cache
def _roots(file: str) -> Any:
    """The root certificates of a PEM file, read once."""
    end = "-----END CERTIFICATE-----"
    bundle = Path(file).read_text("utf-8", "ignore")
    blocks = [part[part.index("-----BEGIN") :] + end for part in bundle.split(end) if "-----BEGIN" in part]
    return ssl.trustRootFromCertificates([ssl.Certificate.loadPEM(block.encode()) for block in blocks])


def options(host: str, verify: bool | str = True) -> Any:
    """What `connectSSL` needs to reach `host`.

    Parameters:
        host: the name the certificate must be for; sent as SNI.
        verify: True checks against certifi's roots, or those that the environment variable ``SSL_CERT_FILE``
            names; a path against the roots in that PEM file. False accepts any certificate.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if verify is False:
        return _Unverified(host)
    file = (os.environ.get("SSL_CERT_FILE") or certifi.where()) if verify is True else verify
    if not Path(file).is_file():
        raise FileNotFoundError(
            f"there are no root certificates at {file!r}; name a PEM file in verify_tls= or SSL_CERT_FILE, or neither"
        )
    return ssl.optionsForClientTLS(host, trustRoot=_roots(file))


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
