"""`edgecode asset …`: uploaded sources."""

import uuid
from pathlib import Path
from typing import Annotated

import grpc
import typer

from edgecode.cli.exits import CommandFailed, say
from edgecode.cli.labels import LabelOption, read_labels
from edgecode.cli.pages import FilterOption, LimitOption, OrderOption, read_pages
from edgecode.cli.problem import failure, read_problem
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import jobs as tables
from edgecode.cli.transfer.bar import byte_bar
from edgecode.cli.transfer.upload import upload
from edgecode.v1 import asset_pb2

assets = typer.Typer(help="Uploaded sources.", no_args_is_help=True)

AssetId = Annotated[str, typer.Argument(metavar="ASSET")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]
UploadIdOption = Annotated[
    str, typer.Option("--upload-id", help="Resumes the upload of this id, or names a new one; default: a new UUID.")
]
RetentionOption = Annotated[int, typer.Option("--retention-days", min=0, help="At least 1; 0: the server's default.")]
DAY_SECONDS = 86_400


def send_file(session: Session, file: Path, upload_id: str, metadata: asset_pb2.UploadMetadata) -> asset_pb2.Asset:
    """Uploads with a bar.

    Raises:
        CommandFailed: with how to go on, where that helps.
    """
    upload_id = upload_id or str(uuid.uuid4())
    resume = f"\n  go on with the same command and --upload-id {upload_id}"
    try:
        with byte_bar(session.err, file.name, file.stat().st_size) as on_bytes:
            return upload(session.api, file, upload_id, metadata, on_bytes)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}{resume}") from error
    except grpc.RpcError as error:
        failed = failure(error, session.api.reach)
        # What the server refuses it refuses again.
        hint = resume if read_problem(error).code is grpc.StatusCode.UNAVAILABLE else ""
        raise CommandFailed(f"{failed}{hint}", failed.status) from error
    except KeyboardInterrupt:
        say(f"interrupted{resume}")
        raise


@assets.command("upload")
@remote
def upload_(
    session: Session,
    file: FileArgument,
    *,
    preset: Annotated[str, typer.Option(help="Starts a job with this preset when the upload ends.")] = "",
    label: LabelOption,
    name: Annotated[str, typer.Option(help="File name to show; default: the file's own.")] = "",
    upload_id: UploadIdOption = "",
    retention_days: RetentionOption = 0,
) -> None:
    """Upload a video in checked chunks; a broken upload resumes where it stopped.

    Example: edgecode asset upload holiday.mp4 --label album=2026
    """
    metadata = asset_pb2.UploadMetadata(
        file_name=name or file.name,
        labels=read_labels(label),
        preset=preset,
        retention_seconds=retention_days * DAY_SECONDS,
    )
    session.show(send_file(session, file, upload_id, metadata), tables.asset)


@assets.command("import")
@remote
def import_(
    session: Session,
    uri: Annotated[str, typer.Argument(metavar="URI")],
    *,
    preset: Annotated[str, typer.Option(help="Starts a job with this preset when the import ends.")] = "",
    label: LabelOption,
    name: Annotated[str, typer.Option(help="File name to show; default: the last part of the URI.")] = "",
    sha256: Annotated[str, typer.Option(help="What the bytes must have; known, they are read once, not twice.")] = "",
    request_id: Annotated[str, typer.Option(help="The same id again gets the same asset; default: a new UUID.")] = "",
    retention_days: RetentionOption = 0,
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Only look whether it could be done.")] = False,
) -> None:
    """Make an asset of an object in a store that the server is configured to import from.

    Example: edgecode asset import s3://footage/2026/take-1.mov --preset web
    """
    request_id = request_id or str(uuid.uuid4())
    request = asset_pb2.ImportAssetRequest(
        uri=uri,
        file_name=name,
        labels=read_labels(label),
        preset=preset,
        retention_seconds=retention_days * DAY_SECONDS,
        request_id=request_id,
        sha256=sha256,
        validate_only=validate_only,
    )
    try:
        asset = session.api.assets.ImportAsset(request)
    except KeyboardInterrupt:
        say(f"interrupted; the server goes on: wait for it with the same command and --request-id {request_id}")
        raise
    session.show(asset, tables.asset)


@assets.command("list")
@remote
def list_(session: Session, filter_: FilterOption = "", order_by: OrderOption = "", limit: LimitOption = 50) -> None:
    """List assets, newest first.

    Example: edgecode asset list --filter 'labels.album = "2026"' --limit 10
    """
    request = asset_pb2.ListAssetsRequest(filter=filter_, order_by=order_by)
    session.show_list(read_pages(session.api.assets.ListAssets, request, "assets", limit), tables.assets)


@assets.command("show")
@remote
def show(session: Session, asset_id: AssetId) -> None:
    """Show one asset.

    Example: edgecode asset show 0c6d5c1e-7a55-5d0e-9a53-6fd0e1f4a1f7
    """
    session.show(session.api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=asset_id)), tables.asset)


@assets.command("delete")
@remote
def delete(
    session: Session,
    asset_id: AssetId,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="A missing asset is no error.")] = False,
) -> None:
    """Delete an asset that no unfinished job uses; its jobs' artifacts stay.

    Example: edgecode asset delete 0c6d5c1e-7a55-5d0e-9a53-6fd0e1f4a1f7
    """
    request = asset_pb2.DeleteAssetRequest(asset_id=asset_id, allow_missing=allow_missing)
    session.show(session.api.assets.DeleteAsset(request), tables.asset)
