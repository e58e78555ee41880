"""The fold of presets: each event is a revision. Pure."""

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.rows import PresetRow


def fold_preset(revision: int, fact: Fact) -> PresetRow | None:
    """The revision that an event of a preset's subject makes; `revision` is the latest before it, 0 for none.

    None for an event that follows no known revision: who wrote it knew another past.
    """
    created = fact.event.preset_created
    if not fact.event.HasField("preset_created") or (created.preset, created.revision) != (fact.name, revision + 1):
        return None
    return PresetRow(
        preset=created.preset,
        revision=created.revision,
        sequence=fact.sequence,
        caller=created.caller,
        request_id=created.request_id,
        request_pb=created.request,
        created_pb=created.SerializeToString(deterministic=True),
        create_time_us=fact.time_us,
        stamp_id=fact.stamp.stamp_id,
    )
