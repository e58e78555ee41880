"""Where the server is, and whether TLS is why it cannot be reached: gRPC itself only says that a connection broke."""

import socket
from dataclasses import dataclass

from edgecode.cli.tls import Tls

LOOK_SECONDS = 3.0

SPEAKS_TLS = "speaks TLS: name who signed its certificate with --ca, or say --tls where that is a public authority"
SPEAKS_NO_TLS = "speaks no TLS: leave out --tls, --ca, --certificate and --key"
WANTS_CERTIFICATE = "wants a certificate of the client: --certificate and --key"
REFUSES_CERTIFICATE = "refuses the certificate of this client: --certificate must be signed by who the server trusts"


@dataclass(frozen=True, slots=True)
class Reach:
    """How a server is reached.

    Attributes:
        server: `host:port`.
        tls: None for a connection without.
    """

    server: str
    tls: Tls | None = None

    def trouble(self) -> str:
        """What a handshake shows to be wrong, after `the server at … `; empty when TLS is not what is wrong."""
        host, _, port = self.server.removeprefix("dns:///").rpartition(":")
        if not port.isdigit() or not host:
            return ""
        try:
            with socket.create_connection((host.strip("[]"), int(port)), LOOK_SECONDS) as connection:
                return _greet(connection) if self.tls is None else _meet(connection, self.tls, host.strip("[]"))
        except OSError:
            return ""


def _greet(connection: socket.socket) -> str:
    """Whether the other end of a plain connection would have liked TLS."""
    import ssl  # noqa: PLC0415 - as in tls.py

    # Only to learn whether TLS is spoken: nothing is sent over it.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.wrap_socket(connection).close()
    except ssl.SSLError as error:
        return SPEAKS_TLS if _is_alert(error) else ""
    return SPEAKS_TLS


def _meet(connection: socket.socket, tls: Tls, host: str) -> str:
    import ssl  # noqa: PLC0415 - as in tls.py

    refusal = WANTS_CERTIFICATE if tls.certificate is None else REFUSES_CERTIFICATE
    try:
        with tls.context().wrap_socket(connection, server_hostname=host) as secure:
            # A server that wants another certificate says so, or hangs up, only now; all others begin to speak.
            return "" if secure.recv(1) else refusal
    except ssl.SSLCertVerificationError as error:
        trusted = f"--ca {tls.authorities}" if tls.authorities else "the public authorities; --ca names another"
        return f"shows a certificate that is not trusted: {error.verify_message} (trusted: {trusted})"
    except ssl.SSLError as error:
        return refusal if _is_alert(error) else SPEAKS_NO_TLS
    except ConnectionError:
        return refusal


def _is_alert(error: OSError) -> bool:
    """Whether the other end spoke TLS, to refuse."""
    return "ALERT" in str(getattr(error, "reason", None) or "")
