"""How the command trusts a server, and proves who calls."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from edgecode.cli.exits import USAGE, CommandFailed

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of a client.

    Attributes:
        authorities: who may have signed the server's certificate; None for those that gRPC trusts by itself.
        certificate: with its chain, which proves who calls; None when nothing does.
        key: of the certificate, without a passphrase.
    """

    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """For a channel.

        Raises:
            CommandFailed: a file cannot be read or is not what it should be; the message names it.
        """
        self.context()
        return grpc.ssl_channel_credentials(
            *(None if file is None else file.read_bytes() for file in (self.authorities, self.key, self.certificate))
        )

    def context(self) -> "ssl.SSLContext":
        """The same for Python's own TLS, which says what is wrong with a file, and what with a server."""
        # A tenth of the start of a command, which only those with TLS pay.
        import ssl  # noqa: PLC0415

        # No default context: its demands on certificates are stricter than gRPC's.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_alpn_protocols(["h2"])
        try:
            if self.authorities is None:
                context.load_default_certs()
            else:
                context.load_verify_locations(self.authorities)
        except OSError as error:
            raise CommandFailed(f"--ca {self.authorities}: {_why(error)}", USAGE) from error
        if self.certificate is not None and self.key is not None:
            try:
                # Without an answer to it OpenSSL would ask for a passphrase on the terminal.
                context.load_cert_chain(self.certificate, self.key, password="")
            except OSError as error:
                both = f"--certificate {self.certificate}, --key {self.key}"
                raise CommandFailed(f"{both}: {_why(error)}", USAGE) from error
        return context


def _why(error: OSError) -> str:
    """In words; what OpenSSL says has a `reason`, what the system says has none."""
    if not hasattr(error, "reason"):
        return error.strerror or str(error)
    return {
        "KEY_VALUES_MISMATCH": "the key is not that of the certificate",
        "NO_CERTIFICATE_OR_CRL_FOUND": "holds no PEM certificate",
    }.get(str(error.reason), "not a PEM certificate with a PEM key, or the key has a passphrase")


def choose_tls(*, wanted: bool, ca: Path | None, certificate: Path | None, key: Path | None) -> Tls | None:
    """What the options ask for; None for a connection without TLS.

    Raises:
        CommandFailed: a certificate without its key, or the other way round.
    """
    if (certificate is None) != (key is None):
        raise CommandFailed("--certificate and --key go together: give both or none", USAGE)
    if not wanted and ca is None and certificate is None:
        return None
    return Tls(ca, certificate, key)
