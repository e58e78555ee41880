"""`edgecode release …`: the release contract, and releases as a server knows them."""

import functools
import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import grpc
import typer

from edgecode.cli.commands.release_changes import changes, deployments
from edgecode.cli.exits import FAILED, CommandFailed, status_tells_the_truth
from edgecode.cli.output import OutputFormat, OutputOption, write_json
from edgecode.cli.pages import FilterOption, LimitOption, read_pages
from edgecode.cli.problem import read_problem
from edgecode.cli.releases.changelog import section
from edgecode.cli.releases.check import Findings
from edgecode.cli.releases.check import check as check_checkout
from edgecode.cli.releases.checkout import Checkout
from edgecode.cli.releases.told import messages, read_release
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import releases as tables
from edgecode.v1 import release_pb2

releases = typer.Typer(help="Releases: what they hold, and whether they are what they say.", no_args_is_help=True)
releases.command("changes")(changes)
releases.command("deployments")(deployments)

FolderOption = Annotated[Path, typer.Option("--folder", help="A checkout.", file_okay=False, exists=True)]
Name = Annotated[str, typer.Argument(metavar="RELEASE", help="A version, tag, revision or build.")]


class DeploymentState(StrEnum):
    """Of `--state`."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@releases.command("check")
@functools.partial(remote, default_server="")
def check(
    session: Session,
    folder: FolderOption = Path(),
    dist: Annotated[Path | None, typer.Option("--dist", help="Folder of wheel and sdist.", file_okay=False)] = None,
) -> None:
    """Check that a checkout, and what was built of it, is a release: one line per fault, and status 1.

    With --server also that no other revision was registered under its version.

    Example: edgecode release check --dist dist --server edgecode.example.com:50051
    """
    found = check_checkout(Checkout(folder), dist)
    if session.has_server and found.version:
        found.faults += _registered_fault(session, found)
    elif not session.has_server:
        found.unchecked.append("whether the version was registered before: name a server with --server")
    if session.json:
        write_json(
            {
                "version": found.version,
                "revision": found.revision,
                "faults": list(found.faults),
                "unchecked": list(found.unchecked),
            }
        )
    else:
        for fault in found.faults:
            typer.echo(fault)
        for what in found.unchecked:
            session.err.print(f"not checked: {what}", markup=False)
        if not found.faults:
            typer.echo(f"{found.version} of {found.revision[:12]} is a release")
    if found.faults:
        raise typer.Exit(FAILED)


def _registered_fault(session: Session, found: Findings) -> list[str]:
    try:
        release = session.api.releases.GetRelease(release_pb2.GetReleaseRequest(release=found.version))
    except grpc.RpcError as error:
        if read_problem(error).reason == "RELEASE_NOT_FOUND":
            return []
        raise
    if release.revision == found.revision:
        return []
    return [f"{found.version}: was registered of revision {release.revision}, and HEAD is {found.revision}"]


@releases.command("register")
@remote
def register(
    session: Session,
    *,
    folder: FolderOption = Path(),
    revision: Annotated[str, typer.Option("--revision", help="Commit or tag of the release.")] = "HEAD",
    previous: Annotated[
        str | None, typer.Option("--previous", help="The release before; default: the nearest tag behind it.")
    ] = None,
    url: Annotated[str, typer.Option("--url", help="Where it was made, such as a run of CI.")] = "",
) -> None:
    """Tell a server of a release: version, revision, tag, notes, and the commits since the release before.

    The same again changes nothing. Where a shallow clone lacks commits it says that they are not known; a later
    registration from a whole clone adds them.

    Example: edgecode release register --revision v1.4.2 --url https://ci.example.com/runs/7
    """
    checkout = Checkout(folder)
    release = read_release(checkout, checkout.revision(revision), previous)
    if not release.tag:
        session.err.print(f"there is no tag v{release.version} at {release.revision[:12]}", markup=False)
    if not release.commits_known:
        session.err.print("its commits are not known here: git fetch --unshallow --tags, then register it again")
    commits = checkout.commits(release.previous, release.revision) if release.commits_known else ()
    session.show(session.api.releases.RegisterRelease(messages(release, commits, url)), tables.release)


@releases.command("notes")
def notes(
    version: Annotated[str, typer.Argument(metavar="[VERSION]", help="Default: what VERSION says.")] = "",
    *,
    folder: FolderOption = Path(),
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Print a version's section of the CHANGELOG.

    Example: edgecode release notes 1.4.2
    """
    with status_tells_the_truth():
        try:
            wanted = version.removeprefix("v") or (folder / "VERSION").read_text(encoding="utf-8").strip()
            found = section((folder / "CHANGELOG.md").read_text(encoding="utf-8"), wanted)
        except OSError as error:
            raise CommandFailed(f"{error.filename}: {error.strerror}; name a checkout with --folder") from error
        if found is None:
            raise CommandFailed(f"CHANGELOG.md has no section of {wanted}")
        if output is OutputFormat.JSON:
            write_json({"version": wanted, "date": str(found.date or ""), "notes": found.text})
        else:
            typer.echo(found.text)


@releases.command("list")
@remote
def list_(session: Session, filter_: FilterOption = "", limit: LimitOption = 50) -> None:
    """List releases by ancestry, then by precedence: what has the others behind it first.

    Example: edgecode release list --filter 'previous_version = "1.4.2"'
    """
    request = release_pb2.ListReleasesRequest(filter=filter_)
    session.show_list(read_pages(session.api.releases.ListReleases, request, "releases", limit), tables.releases)


@releases.command("show")
@remote
def show(session: Session, release: Name) -> None:
    """Show one release with its notes.

    Example: edgecode release show 1.4.2
    """
    request = release_pb2.GetReleaseRequest(release=release)
    session.show(session.api.releases.GetRelease(request), tables.release)


@releases.command("compare")
@remote
def compare(
    session: Session,
    from_release: Annotated[str, typer.Argument(metavar="FROM", help="A version, tag, revision or build.")],
    to_release: Annotated[str, typer.Argument(metavar="TO")],
    limit: LimitOption = 50,
) -> None:
    """Show what one release has that another has not: commits and files, in either direction.

    Example: edgecode release compare 1.4.2 1.5.0
    """
    request = release_pb2.CompareReleasesRequest(from_release=from_release, to_release=to_release)
    session.show_list(read_pages(session.api.releases.CompareReleases, request, "commits", limit), tables.comparison)


@releases.command("record")
@remote
def record(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="VERSION")],
    *,
    service: Annotated[str, typer.Option("--service", help="Such as worker.")],
    environment: Annotated[str, typer.Option("--environment", help="Such as production.")],
    state: Annotated[DeploymentState, typer.Option("--state", help="How far it is.")] = DeploymentState.SUCCEEDED,
    deployment_id: Annotated[str, typer.Option("--id", help="Your own, to say more of it later.")] = "",
    revision: Annotated[str, typer.Option("--revision", help="Default: the release's.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Who deploys.")] = "",
    url: Annotated[str, typer.Option("--url", help="Such as the run of CI that deploys.")] = "",
) -> None:
    """Declare a deployment, or say how a declared one goes on.

    Example: edgecode release record 1.4.2 --service worker --environment production --id run-7 --state started
    """
    request = release_pb2.RecordDeploymentRequest(
        deployment_id=deployment_id,
        service=service,
        environment=environment,
        version=version.removeprefix("v"),
        revision=revision,
        state=f"STATE_{state.upper()}",
        actor=actor,
        url=url,
        request_id=str(uuid.uuid4()),
    )
    session.show(session.api.releases.RecordDeployment(request), tables.deployment)
