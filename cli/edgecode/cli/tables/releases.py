"""Releases, what differs between two of them, and deployments."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import BAD, QUIET, facts, rows, state
from edgecode.v1 import release_pb2

_MOST_FILES = 20


def release(message: release_pb2.Release) -> RenderableType:
    """One release with its notes."""
    about = facts(
        [
            ("release", message.version),
            ("state", state(words.enum_word(release_pb2.Release.State, message.state, "STATE_"))),
            ("revision", message.revision),
            ("tag", message.tag),
            ("after", message.previous_version),
            ("commits", str(message.commit_count) if message.commits_known else "not known"),
            ("committed", words.when(message.commit_time)),
            ("registered", words.when(message.register_time)),
            ("url", message.url),
            ("caller", message.caller),
            ("accepted by", words.who(message.registered_by)),
            *(("warning", Text(warning, style=BAD)) for warning in message.warnings),
        ]
    )
    return Group(about, "", Text(message.notes)) if message.notes else about


def releases(message: release_pb2.ListReleasesResponse) -> RenderableType:
    """Releases, one a line."""
    return rows(
        ("release", "revision", "after", "commits", "registered", "warnings"),
        [
            (
                each.version,
                each.revision[: words.SHORT],
                each.previous_version,
                str(each.commit_count) if each.commits_known else "?",
                words.when(each.register_time),
                Text("; ".join(each.warnings), style=BAD),
            )
            for each in message.releases
        ],
        right=("commits",),
    )


def comparison(message: release_pb2.ReleaseComparison) -> RenderableType:
    """What differs between two: how they lie to one another, commits, files, and what is not known."""
    about = facts(
        [
            ("from", _side(message.from_release)),
            ("to", _side(message.to_release)),
            ("relation", words.enum_word(release_pb2.ReleaseComparison.Relation, message.relation, "RELATION_")),
            ("common", message.common_version),
            ("added", _count(message.added_count, message.added_versions)),
            ("removed", _count(message.removed_count, message.removed_versions)),
            *(("not known", Text(sentence, style=BAD)) for sentence in message.unknown),
        ]
    )
    parts: list[RenderableType] = [about]
    if message.commits:
        parts += ["", commits(message.commits)]
    if message.files:
        parts += ["", _files(message)]
    return Group(*parts)


def commits(compared: Iterable[release_pb2.ComparedCommit]) -> RenderableType:
    """Compared commits, one a line."""
    return rows(
        ("", "commit", "release", "authored", "author", "subject"),
        [
            (
                "-" if each.removed else "+",
                each.commit.revision[: words.SHORT],
                each.version,
                words.when(each.commit.author_time),
                each.commit.author.partition(" <")[0],
                each.commit.subject,
            )
            for each in compared
        ],
    )


def _files(message: release_pb2.ReleaseComparison) -> RenderableType:
    shown = message.files[:_MOST_FILES]
    more = message.file_count - len(shown)
    table = rows(("commits", "file"), [(str(each.commit_count), each.path) for each in shown], right=("commits",))
    return Group(table, Text(f"and {more} more files", style=QUIET)) if more > 0 else table


def _side(side: release_pb2.ComparedRelease) -> str:
    about = side.revision[: words.SHORT]
    if side.contained_in:
        about = f"{about}, a commit of {side.contained_in}"
    elif not side.registered:
        about = f"{about}, never registered" if about else "never registered"
    return f"{side.name} ({about})"


def _count(count: int, versions: Iterable[str]) -> str:
    names = ", ".join(versions)
    return f"{count} commits in {names}" if names else (f"{count} commits" if count else "")


def deployment(message: release_pb2.Deployment) -> RenderableType:
    """One deployment."""
    return facts(
        [
            ("deployment", message.deployment_id),
            ("state", state(words.enum_word(release_pb2.Deployment.State, message.state, "STATE_"))),
            ("service", message.service),
            ("environment", message.environment),
            ("version", message.version),
            ("revision", message.revision),
            ("actor", message.actor),
            ("url", message.url),
            ("declared", words.when(message.declare_time)),
        ]
    )
