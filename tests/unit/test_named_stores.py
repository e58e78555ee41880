"""Which store a URI of a request names, and that it reaches nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edgecode.core.named_stores import NamedStore, find_place, roots
from edgecode.core.settings import Settings
from edgecode.core.store_url import StoreUrl

STORES = {
    "footage": NamedStore(url="s3://footage/raw?region=eu-central-1&path_style=true", uses=("import",)),
    "takes": NamedStore(url="s3://footage/raw/takes?endpoint=http://minio:9000", uses=("import",)),
    "outbox": NamedStore(url="s3://outbox", uses=("export",)),
    "folder": NamedStore(url="file:///srv/in%20box/", uses=("import", "export")),
}


@pytest.mark.parametrize(
    ("uri", "store", "key"),
    [
        ("s3://footage/raw/a b/ü%#?.mov", "footage", "a b/ü%#?.mov"),
        ("s3://footage/raw/takes/1.mov", "takes", "1.mov"),
        ("file:///srv/in%20box/a.mov", "folder", "a.mov"),
    ],
)
def test_a_uri_is_of_the_store_with_the_longest_url_it_begins_with(uri: str, store: str, key: str) -> None:
    place = find_place(STORES, "import", uri)
    assert place is not None
    assert (place.store, place.key) == (store, key)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://footage/rawest/a.mov",
        "s3://footage/raw",
        "s3://footage/raw/",
        "s3://footage/raw/../secret",
        "s3://footage/raw/a/./b",
        "s3://footage/raw//a",
        "s3://footage/raw/a\0b",
        "s3://outbox/a.mov",
        "s3://other/a.mov",
        "file:///etc/passwd",
        "file:///srv/in%20box/../../etc/passwd",
        "file:///srv/in box/a.mov",
        "http://169.254.169.254/latest/meta-data",
        "S3://footage/raw/a.mov",
        "",
    ],
)
def test_what_lies_in_no_store_configured_for_the_use_is_not_found(uri: str) -> None:
    assert find_place(STORES, "import", uri) is None


@given(st.text(alphabet="./\\%ab\0?#", max_size=24))
def test_no_key_climbs_out_of_its_store(tail: str) -> None:
    place = find_place(STORES, "import", f"s3://footage/raw/{tail}")
    assert place is None or not {"", ".", ".."} & set(place.key.split("/"))


def test_the_roots_show_no_option() -> None:
    assert roots(STORES, "import") == ["file:///srv/in%20box/", "s3://footage/raw/", "s3://footage/raw/takes/"]


def test_a_store_url_is_read() -> None:
    url = StoreUrl.parse("s3://my.bucket/a/b/?endpoint=https://minio:9000&path_style=false&sse=aws:kms")
    assert (url.bucket, url.prefix, url.root) == ("my.bucket", "a/b", "s3://my.bucket/a/b")
    assert not url.truth("path_style", default=True)
    assert url.truth("anonymous", default=False) is False
    assert StoreUrl.parse("file:///").folder == "/"
    assert StoreUrl.parse("file:///a/b?c/").folder == "/a/b?c"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory:///",
        "http://host/bucket",
        "file://relative/path",
        "s3://",
        "s3://key:SECRET@bucket/prefix",
        "s3://bucket/../prefix",
        "s3://bucket?secret_access_key=SECRET",
        "s3://bucket?path_style=SECRET",
        "s3://bucket?endpoint=ftp://SECRET",
        "s3://bucket?endpoint=https://user:SECRET@host",
        "s3://bucket?SECRET",
    ],
)
def test_a_url_that_is_none_is_refused_by_setting_and_never_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(stores={"name": {"url": url, "uses": ["import"]}})
    assert "stores.name.url" in str(refused.value)
    assert "SECRET" not in str(refused.value)
    if url:
        with pytest.raises(ValidationError, match="blobs_url"):
            Settings(blobs_url=url)


def test_stores_come_from_the_environment_and_shape_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = Settings().behaviour()
    monkeypatch.setenv("EDGECODE_STORES", json.dumps({"in": {"url": "file:///in", "uses": ["import"]}}))
    settings = Settings()
    assert settings.stores["in"].uses == ("import",)
    assert settings.behaviour() == digest
