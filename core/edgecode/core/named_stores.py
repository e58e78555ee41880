"""The stores that requests may name: configured by the operator, for import, for export, or for both.

A request names an object or a prefix by its whole URI, as in `s3://footage/2026/take-1.mov`. The store is the one whose
URL the URI begins with, the longest where several do; what lies in none is reachable by nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from edgecode.core.store_url import StoreUrl

Use = Literal["import", "export"]


def _checked(url: str) -> str:
    StoreUrl.parse(url)
    return url


class NamedStore(BaseModel):
    """One store, as the setting `stores` has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_checked)]
    uses: tuple[Use, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Place:
    """What a URI names.

    Attributes:
        store: name of the store.
        configured: its URL as the setting has it, which opens it.
        url: the same, read.
        key: below the store.
    """

    store: str
    configured: str
    url: StoreUrl
    key: str


def find_place(stores: Mapping[str, NamedStore], use: Use, uri: str) -> Place | None:
    """The place of a URI in a store that is configured for this use; None where there is no such store."""
    found = None
    for name, store in sorted(stores.items()):
        url = StoreUrl.parse(store.url)
        key = url.key_of(uri) if use in store.uses else None
        if key is not None and (found is None or len(url.root) > len(found.url.root)):
            found = Place(name, store.url, url, key)
    return found


def roots(stores: Mapping[str, NamedStore], use: Use) -> list[str]:
    """What URIs for this use may begin with: for a sentence that says so."""
    return sorted(f"{StoreUrl.parse(store.url).root}/" for store in stores.values() if use in store.uses)
