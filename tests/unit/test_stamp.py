import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.stamp import (
    Stamp,
    build_info,
    build_key,
    config_digest,
    make_stamp,
    parse_build,
    stamp_from_proto,
    stamp_to_proto,
    toolchain_digest,
)
from edgecode.v1 import stamp_pb2

REVISION = "9f1c2ab3d4e5f60718293a4b5c6d7e8f90a1b2c3"
CLEAN = Stamp("worker", "1.4.2", REVISION, "", "a1b2c3d4e5f60718", "production")
DIRTY = dataclasses.replace(CLEAN, dirty="0a1b2c3d")
STAMPS = st.builds(
    Stamp,
    service=st.sampled_from(["server", "worker", "cli"]),
    version=st.sampled_from(["0.1.0", "1.4.2", "1.4.2-rc.1", "10.20.30-alpha.0"]),
    revision=st.text("0123456789abcdef", min_size=40, max_size=40),
    dirty=st.just("") | st.text("0123456789abcdef", min_size=8, max_size=8),
    instance=st.text("0123456789abcdef", min_size=16, max_size=16),
    environment=st.sampled_from(["development", "production"]),
)


def test_a_build_has_one_name_in_three_spellings() -> None:
    assert (CLEAN.build, CLEAN.build_key, CLEAN.image_tag) == (
        "1.4.2+g9f1c2ab3d4e5",
        "1_4_2-g9f1c2ab3d4e5",
        "1.4.2-g9f1c2ab3d4e5",
    )
    assert (DIRTY.build, DIRTY.build_key, DIRTY.image_tag) == (
        "1.4.2+g9f1c2ab3d4e5.dirty.0a1b2c3d",
        "1_4_2-g9f1c2ab3d4e5-dirty-0a1b2c3d",
        "1.4.2-g9f1c2ab3d4e5-dirty-0a1b2c3d",
    )


@given(STAMPS)
def test_a_build_key_is_one_nats_token_and_an_image_tag_is_legal(stamp: Stamp) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", stamp.build_key)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,62}", stamp.image_tag)
    assert build_key(stamp.build) == stamp.build_key


@given(STAMPS, STAMPS)
def test_two_builds_share_a_key_only_when_they_share_the_name(one: Stamp, other: Stamp) -> None:
    assert (one.build == other.build) == (one.build_key == other.build_key)


@given(STAMPS)
def test_a_build_taken_apart_and_put_together_is_the_same(stamp: Stamp) -> None:
    build = parse_build(stamp.build)
    assert str(build) == stamp.build
    assert (str(build.version), build.revision, build.dirty) == (stamp.version, stamp.revision[:12], stamp.dirty)


@pytest.mark.parametrize(
    "build",
    [
        "",
        "1.4.2",
        "1.4.2+9f1c2ab3d4e5",
        "1.4.2+g9f1c2ab3d4e",
        "1.4.2+g9f1c2ab3d4e5.dirty",
        "v1.4.2+g9f1c2ab3d4e5",
        "1.4.2+g9F1C2AB3D4E5",
        "1.4.2+g9f1c2ab3d4e5.dirty.0a1b2c3",
        "1.4.2+g9f1c2ab3d4e5 ",
        "1.4.2+g9f1c2ab3d4e5\n",
    ],
)
def test_what_is_no_build_is_refused(build: str) -> None:
    with pytest.raises(ValueError, match=r"neither X|is not VERSION"):
        parse_build(build)


@given(STAMPS)
def test_a_stamp_crosses_the_wire_unchanged(stamp: Stamp) -> None:
    wire = stamp_to_proto(stamp).SerializeToString()
    assert stamp_from_proto(stamp_pb2.Stamp.FromString(wire)) == stamp


CONTRADICTIONS: list[tuple[str, str | bool]] = [
    ("version", "1.4.3"),
    ("revision", "0" * 40),
    ("revision", REVISION[:12]),
    ("dirty", True),
    ("build", ""),
    ("build", DIRTY.build),
    ("service", ""),
    ("instance", ""),
    ("environment", ""),
]


@pytest.mark.parametrize(("field", "value"), CONTRADICTIONS)
def test_a_stamp_that_contradicts_itself_or_lacks_a_part_is_refused(field: str, value: str | bool) -> None:
    message = stamp_to_proto(CLEAN)
    setattr(message, field, value)
    with pytest.raises(ValueError, match=r"stamp|is not VERSION"):
        stamp_from_proto(message)


def test_this_process_is_stamped_with_what_the_tree_says_and_each_start_is_another_instance() -> None:
    info = build_info()
    one, other = make_stamp("server", "development"), make_stamp("server", "development")
    assert (one.version, one.revision, one.environment) == (info.version, info.revision, "development")
    assert re.fullmatch("[0-9a-f]{40}", one.revision)
    assert re.fullmatch("[0-9a-f]{16}", one.instance)
    assert one.instance != other.instance
    assert parse_build(info.build).revision == info.revision[:12]


def test_digests_depend_on_every_part_and_not_on_their_order() -> None:
    parts = {"ffmpeg": "9.0.2", "av": "18.1.0"}
    digest = toolchain_digest(parts)
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert toolchain_digest(dict(reversed(parts.items()))) == digest
    assert toolchain_digest(parts | {"av": "18.1.1"}) != digest
    assert toolchain_digest(parts | {"python": "3.11.7"}) != digest
    assert config_digest({"slots": 2, "paths": ["a"]}) != config_digest({"slots": "2", "paths": ["a"]})
