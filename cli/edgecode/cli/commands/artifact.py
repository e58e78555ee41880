"""`edgecode artifact …`: verified, published results."""

from pathlib import Path
from typing import Annotated

import typer

from edgecode.cli.exits import CommandFailed
from edgecode.cli.output import message_dict, write_json
from edgecode.cli.pages import FilterOption, LimitOption, OrderOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import artifacts as tables
from edgecode.cli.transfer.bar import byte_bar
from edgecode.cli.transfer.download import download, download_statement, file_name
from edgecode.v1 import job_pb2, media_pb2

artifacts = typer.Typer(help="Verified, published results.", no_args_is_help=True)

JobOption = Annotated[str, typer.Option("--job", help="Only of this job.")]


@artifacts.command("list")
@remote
def list_(
    session: Session,
    job: JobOption = "",
    filter_: FilterOption = "",
    order_by: OrderOption = "",
    limit: LimitOption = 50,
) -> None:
    """List artifacts with their figures and the build that made them.

    Example: edgecode artifact list --job 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    session.show_list(find(session, _filter(job, filter_), order_by, limit), tables.artifacts)


@artifacts.command("download")
@remote
def download_(
    session: Session,
    artifact: Annotated[list[str], typer.Argument(metavar="[ARTIFACT]...", default_factory=list, show_default=False)],
    *,
    job: JobOption = "",
    to: Annotated[Path, typer.Option(file_okay=False, help="Folder, made when absent.")] = Path(),
    statements: Annotated[bool, typer.Option("--statements", help="Also the in-toto statement of each.")] = False,
) -> None:
    """Download artifacts, or all of a job; a file appears only when its digest is right.

    Example: edgecode artifact download --job 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa --to renditions
    """
    if bool(artifact) == bool(job):
        raise CommandFailed("name artifacts, or their job with --job", status=2)
    if job:
        found = list(find(session, _filter(job, ""), "", 0).artifacts)
    else:
        found = [session.api.jobs.GetArtifact(job_pb2.GetArtifactRequest(artifact_id=each)) for each in artifact]
    saved = save_all(session, found, to, statements=statements)
    if session.json:
        write_json([{"path": str(path), "artifact": message_dict(each)} for path, each in saved])
    else:
        session.print(tables.files([(str(path), each) for path, each in saved]))


@artifacts.command("sign")
@remote
def sign(
    session: Session,
    artifact: Annotated[str, typer.Argument(metavar="ARTIFACT")],
    *,
    expires_in: Annotated[int, typer.Option(min=1, max=604_800, help="Seconds for which the URL is good.")] = 3600,
    statement: Annotated[bool, typer.Option("--statement", help="Of its in-toto statement instead.")] = False,
) -> None:
    """Print a URL from which anybody reads the artifact out of the store, for a time.

    Example: edgecode artifact sign 7c1f3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa --expires-in 600
    """
    request = job_pb2.SignArtifactUrlRequest(artifact_id=artifact, expires_in_seconds=expires_in, statement=statement)
    signed = session.api.jobs.SignArtifactUrl(request)
    if session.json:
        write_json(message_dict(signed))
    else:
        # Bare and unbroken: it is for a pipe.
        typer.echo(signed.url)


def find(
    session: Session, filter_: str, order_by: str = "", limit: int = 0, sequence: int = 0
) -> job_pb2.ListArtifactsResponse:
    """Artifacts that match; with `sequence` not before the ledger stands there."""
    metadata = (("edgecode-sequence", str(sequence)),) if sequence else None
    request = job_pb2.ListArtifactsRequest(filter=filter_, order_by=order_by)
    return read_pages(lambda page: session.api.jobs.ListArtifacts(page, metadata=metadata), request, "artifacts", limit)


def save_all(
    session: Session, found: list[media_pb2.Artifact], folder: Path, *, statements: bool
) -> list[tuple[Path, media_pb2.Artifact]]:
    """Downloads into a folder; of two with one name the later gets its id before it."""
    folder.mkdir(parents=True, exist_ok=True)
    saved: list[tuple[Path, media_pb2.Artifact]] = []
    for each in found:
        path = folder / file_name(each)
        if path in (other for other, _ in saved):
            path = folder / f"{each.artifact_id}-{path.name}"
        with byte_bar(session.err, path.name, each.file.size_bytes) as on_bytes:
            download(session.api, each, path, on_bytes)
        if statements:
            download_statement(session.api, each, path)
        saved.append((path, each))
    return saved


def _filter(job: str, own: str) -> str:
    parts = [f'job_id = "{job}"'] if job else []
    return " AND ".join([*parts, *([own] if own else [])])
