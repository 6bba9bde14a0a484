"""Certificates are verified, the server's name is sent: held against a real TLS server on this machine."""

import datetime
import queue

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.websockets import BinanceSocketManager

from .stream_server import StreamServer

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Authority:
    """Issues certificates; a test trusts the one and not the other."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.subject = subject
        certificate = self._builder(subject, self.key).add_extension(x509.BasicConstraints(True, None), True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(certificate.sign(self.key, hashes.SHA256())))

    def _builder(self, subject, key, begin=NOW - DAY, end=NOW + DAY):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    def issue(self, label, host="localhost", usage=ExtendedKeyUsageOID.SERVER_AUTH, **dates):
        """A file with a certificate for `host` and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        builder = self._builder(subject, key, **dates)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
        file = self.folder / f"{label}.pem"
        pkcs8 = serialization.PrivateFormat.PKCS8
        private = key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())
        file.write_bytes(_pem(builder.sign(self.key, hashes.SHA256())) + private)
        return file


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "Trusted")


@pytest.fixture(autouse=True)
def fast_times():
    before = times()
    use_times(Times().faster(20))
    yield
    use_times(before)


def stream_from(certificate, verify):
    """Connects to a server with that certificate: ('message', ...) or ('lost', why), and the names it was sent."""
    server = StreamServer(certificate)
    server.greeting = lambda path: [{"e": "trade", "t": 1}]
    heard = queue.Queue()
    bm = BinanceSocketManager(
        type("Client", (), {"testnet": False})(),
        on_notice=lambda notice: heard.put((notice["type"], notice.get("reason"))),
        verify_tls=verify,
    )
    bm.STREAM_URL = server.url
    bm.start_trade_socket("BNBBTC", lambda message: heard.put(("message", message)))
    bm.start()
    try:
        return heard.get(timeout=10), server.sni
    finally:
        bm.close()
        bm.join(5)
        server.close()


def test_a_good_certificate_connects_and_the_server_is_told_its_name(authority):
    heard, names = stream_from(authority.issue("good"), str(authority.file))
    assert heard == ("message", {"e": "trade", "t": 1})
    assert names == ["localhost"]


@pytest.mark.parametrize(
    "fault", ["self-signed", "untrusted", "expired", "not yet", "wrong host", "client only"]
)
def test_no_bad_certificate_is_accepted(authority, tmp_path, fault):
    stranger = Authority(tmp_path, "Stranger")
    certificate = {
        "self-signed": lambda: stranger.issue("self"),
        "untrusted": lambda: stranger.issue("stranger"),
        "expired": lambda: authority.issue("old", begin=NOW - 3 * DAY, end=NOW - 2 * DAY),
        "not yet": lambda: authority.issue("early", begin=NOW + DAY, end=NOW + 2 * DAY),
        "wrong host": lambda: authority.issue("other", host="example.org"),
        "client only": lambda: authority.issue("client", usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    }[fault]()
    trusted = True if fault == "self-signed" else str(authority.file)
    (kind, _), _ = stream_from(certificate, trusted)
    assert kind == "lost"


def test_verification_is_left_out_only_where_asked_and_the_name_is_still_sent(tmp_path):
    heard, names = stream_from(Authority(tmp_path, "Stranger").issue("any"), False)
    assert heard[0] == "message" and names == ["localhost"]


def test_the_roots_that_ssl_cert_file_names_are_trusted(authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    heard, _ = stream_from(authority.issue("good"), True)
    assert heard[0] == "message"


def test_roots_that_are_not_there_are_named_at_the_call(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    bm = BinanceSocketManager(type("Client", (), {"testnet": False})())
    with pytest.raises(FileNotFoundError, match=r"no root certificates at '/no/such/file\.pem'"):
        bm.start_trade_socket("BNBBTC", print)
    assert bm._conns == {}
