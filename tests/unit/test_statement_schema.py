"""In-toto statements against the published schemas, as in-toto's own package has them."""

import copy
import json
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict, ParseError
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage

from tests.unit.test_media_statement import document


def check(found: dict[str, Any]) -> None:
    """Raises ParseError for a field the schemas do not have or of another kind, ValueError for a missing or bad one."""
    Statement.copy_from_pb(ParseDict(found, StatementMessage())).validate()
    provenance = ParseDict(found["predicate"], Provenance())
    # What SLSA calls required; a message of protobuf cannot say so.
    definition = provenance.build_definition
    if not (definition.build_type and definition.external_parameters and provenance.run_details.builder.id):
        raise ValueError("buildType, externalParameters and builder.id are required")


def test_a_statement_is_an_in_toto_statement_v1_whose_predicate_is_slsa_provenance_v1() -> None:
    found = json.loads(document())
    check(found)
    assert found["predicateType"] == "https://slsa.dev/provenance/v1"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("subject", 0, "digest"), {}),
        (("subject", 0, "size"), 5),
        (("predicate", "buildDefinition", "buildType"), ""),
        (("predicate", "buildDefinition", "externalParameters"), {}),
        (("predicate", "runDetails", "builder", "id"), ""),
        (("predicate", "runDetails", "metadata", "startedOn"), "yesterday"),
        (("predicate", "runDetails", "builder", "version", "dirty"), True),
    ],
    ids=str,
)
def test_the_schemas_refuse_what_is_no_such_statement(path: tuple[str | int, ...], value: object) -> None:
    found = copy.deepcopy(json.loads(document()))
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises((ParseError, ValueError)):
        check(found)
