"""PEM files are checked before anything is asked, and what is wrong with them is said."""

from pathlib import Path

import pytest

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.tls import Tls, choose_tls

CERTIFICATES = Path(__file__).resolve().parents[1] / "integration/api/certificates"
AUTHORITY, ALICE, KEY = (CERTIFICATES / name for name in ("authority.pem", "alice.pem", "alice.key"))


def test_tls_is_spoken_when_any_of_its_options_asks_for_it() -> None:
    assert choose_tls(wanted=False, ca=None, certificate=None, key=None) is None
    assert choose_tls(wanted=True, ca=None, certificate=None, key=None) == Tls()
    assert choose_tls(wanted=False, ca=AUTHORITY, certificate=None, key=None) == Tls(AUTHORITY)
    assert choose_tls(wanted=False, ca=None, certificate=ALICE, key=KEY) == Tls(None, ALICE, KEY)


@pytest.mark.parametrize(("certificate", "key"), [(ALICE, None), (None, KEY)])
def test_a_certificate_and_its_key_go_together(certificate: Path | None, key: Path | None) -> None:
    with pytest.raises(CommandFailed, match="--certificate and --key go together") as raised:
        choose_tls(wanted=True, ca=AUTHORITY, certificate=certificate, key=key)
    assert raised.value.status == USAGE


@pytest.mark.parametrize(
    ("tls", "says"),
    [
        (Tls(CERTIFICATES / "none.pem"), r"--ca .*none\.pem: No such file"),
        (Tls(KEY), r"--ca .*alice\.key: holds no PEM certificate"),
        (Tls(CERTIFICATES), r"--ca .*certificates: "),
        (Tls(AUTHORITY, ALICE, CERTIFICATES / "none.key"), r"--certificate .*--key .*none\.key: No such file"),
        (Tls(AUTHORITY, ALICE, CERTIFICATES / "server.key"), "the key is not that of the certificate"),
        (Tls(AUTHORITY, ALICE, CERTIFICATES / "alice_locked.key"), "the key has a passphrase"),
        (Tls(AUTHORITY, CERTIFICATES / "README.md", KEY), "not a PEM certificate"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tls: Tls, says: str) -> None:
    with pytest.raises(CommandFailed, match=says) as raised:
        tls.credentials()
    assert raised.value.status == USAGE


def test_good_files_are_good() -> None:
    Tls(AUTHORITY, ALICE, KEY).credentials()
    Tls().credentials()
