"""Signing a request, and verifying one: percent-encode first, then sign what is sent.

A REST call signs its parameters as they are sent, percent-encoded; a request of the WebSocket API signs them raw and
sorted by name. The key is a secret (HMAC-SHA256, in hexadecimal) or a private key in PEM (RSA or Ed25519, in base64);
what verifies is the same secret, or the public key in PEM.

(Binance, *REST API: Request security*, percent-encoding enforced since 2026-01-15; *WebSocket API: Request security*.)
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Parameter = tuple[str, Any]


class Repeated(list[Any]):
    """A parameter that is sent once for each of its values, ``asset=BTC&asset=USDT``; another list is sent as JSON."""


# -- what is sent ------------------------------------------------------------------------------------------


def text(value: Any) -> str:
    """A parameter's value as it is sent: numbers exact and never in exponent form, lists as JSON arrays."""
    if isinstance(value, str):
        return str.__str__(value) if not isinstance(value, Enum) else str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(float(value))), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple | dict):
        return _json(value)
    return text(value.value) if isinstance(value, Enum) else str(value)


def _json(value: Any) -> str:
    """As `json.dumps`, with numbers as `text` writes them."""
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(str(k), ensure_ascii=False)}:{_json(v)}' for k, v in value.items())}}}"
    if isinstance(value, str):
        return json.dumps(text(value), ensure_ascii=False)
    return "null" if value is None else text(value)


def encode(parameters: Iterable[Parameter]) -> str:
    """``a=1&b=2`` in the given order, percent-encoded; parameters that are None are left out."""
    parts = []
    for name, value in parameters:
        if value is None:
            continue
        kind = type(value)
        if kind is int or (kind is str and value.isalnum() and value.isascii()):
            parts.append(f"{_name(name)}={value}")  # most are
        elif isinstance(value, Repeated):
            parts += [f"{_name(name)}={quote(text(one), safe='')}" for one in value]
        else:
            parts.append(f"{_name(name)}={quote(text(value), safe='')}")
    return "&".join(parts)


@functools.lru_cache(maxsize=512)
def _name(plain: str) -> str:
    return quote(plain, safe="")


# -- keys --------------------------------------------------------------------------------------------------


class Key(Protocol):
    """What signs: its `sign` gives the signature of a text, in Binance's writing.

    `public` is what verifies that: the public half in PEM, or the secret itself, which both sides know.
    """

    @property
    def public(self) -> str: ...
    def sign(self, payload: str) -> str: ...


class Secret:
    """A secret that the exchange knows too: HMAC-SHA256 in hexadecimal."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self.public = secret

    def sign(self, payload: str) -> str:
        return hmac.new(self._secret, payload.encode(), hashlib.sha256).hexdigest()


class PrivateKey:
    """An RSA or Ed25519 key whose public half the exchange knows: its signature in base64.

    Parameters:
        pem: the key as PEM text or its bytes, or the path of a file that holds it.
        password: of an encrypted key.

    Raises:
        ValueError: it is no such key, or the password is not its.
    """

    def __init__(self, pem: str | bytes | Path, password: str | bytes | None = None) -> None:
        self._key = _private_key(
            _pem_bytes(pem), password.encode() if isinstance(password, str) else password
        )

    @property
    def public(self) -> str:
        """The public half in PEM, which verifies what this key signs."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, payload: str) -> str:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        if isinstance(self._key, Ed25519PrivateKey):
            signature = self._key.sign(payload.encode())
        else:
            signature = self._key.sign(payload.encode(), PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()


def _pem_bytes(pem: str | bytes | Path) -> bytes:
    if isinstance(pem, bytes):
        return pem
    if isinstance(pem, str) and "-----BEGIN" in pem:
        return pem.encode()
    return Path(pem).expanduser().read_bytes()


def _private_key(pem: bytes, password: bytes | None) -> Ed25519PrivateKey | RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password)
    except TypeError as error:  # a password is missing, or there is one too many
        raise ValueError(f"the private key could not be read: {error}") from None
    except ValueError:
        raise ValueError(
            "the private key could not be read: it is no PEM, or its password is another"
        ) from None
    if not isinstance(key, Ed25519PrivateKey | RSAPrivateKey):
        raise ValueError(f"Binance takes RSA and Ed25519 keys; this is {type(key).__name__}")
    return key


# -- a REST call -------------------------------------------------------------------------------------------


def sign(secret: str, encoded: str) -> str:
    """HMAC-SHA256 in hexadecimal of the bytes that are sent."""
    return Secret(secret).sign(encoded)


def signed(key: str | Key, parameters: Iterable[Parameter]) -> str:
    """The encoded parameters with their signature as the last; `key` is a secret or a `Key`."""
    encoded = encode(parameters)
    signature = (Secret(key) if isinstance(key, str) else key).sign(encoded)
    return f"{encoded}{'&' if encoded else ''}signature={quote(signature, safe='')}"


def verify(secret: str, query: str, body: str = "") -> bool:
    """Whether what was received carries the signature of the rest of it; inverse of `signed`.

    Parameters:
        secret: the secret that signs, or the public key in PEM of the key that does.
        query, body: as received, percent-encoded; the signature may stand in either.
    """
    query_rest, in_query = _without_signature(query)
    body_rest, in_body = _without_signature(body)
    signature = in_body if in_query is None else in_query
    return signature is not None and _is_signature(secret, query_rest + body_rest, unquote(signature))


def _without_signature(encoded: str) -> tuple[str, str | None]:
    parts = encoded.split("&") if encoded else []
    found = [part for part in parts if part.startswith("signature=")]
    rest = "&".join(part for part in parts if not part.startswith("signature="))
    return rest, found[-1].removeprefix("signature=") if found else None


# -- a request of the WebSocket API ------------------------------------------------------------------------


def raw(parameters: Mapping[str, Any]) -> str:
    """What a request of the WebSocket API signs: ``a=1&b=2`` sorted by name, not encoded, without the signature."""
    named = sorted((name, value) for name, value in parameters.items() if name != "signature")
    return "&".join(f"{name}={text(value)}" for name, value in named if value is not None)


def signed_request(key: str | Key, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a request, ``apiKey`` and ``timestamp`` among them, with their signature."""
    signature = (Secret(key) if isinstance(key, str) else key).sign(raw(parameters))
    return {**parameters, "signature": signature}


def verify_request(secret: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a request carries the signature of its parameters; inverse of `signed_request`."""
    return _is_signature(secret, raw(parameters), str(parameters.get("signature", "")))


# -- both --------------------------------------------------------------------------------------------------


def _is_signature(secret: str, payload: str, signature: str) -> bool:
    if "-----BEGIN" in secret:
        return _is_public_keys(secret, payload, signature)
    return hmac.compare_digest(sign(secret, payload).encode(), signature.lower().encode())


def _is_public_keys(pem: str, payload: str, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(pem.encode())
    try:
        given = base64.b64decode(signature, validate=True)
        if isinstance(key, Ed25519PublicKey):
            key.verify(given, payload.encode())
        elif isinstance(key, RSAPublicKey):
            key.verify(given, payload.encode(), PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
