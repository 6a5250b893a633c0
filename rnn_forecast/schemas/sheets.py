"""The types of the sheet that `export` writes beside a file."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict


class SheetFile(TypedDict):
    name: str
    format: Literal["onnx", "keras"]
    bytes: int
    sha256: str


class SheetModel(TypedDict):
    name: str  # of its folder
    sha256: str  # of its MANIFEST.json
    price_column: str | None
    frequency: str
    tickers: int
    unseen_from: str | int  # the first date, or row, that nothing was learnt from


class Tensor(TypedDict):
    type: str
    shape: list[str | int]  # "n": any number
    what: str
    unit: NotRequired[str]


class SheetTrust(TypedDict):
    shrinkage: list[float]  # by step
    toward: Literal["last_value", "drift"]
    drift: list[float]
    verdict: str | None  # of the model's own test, in words


class Sheet(TypedDict):
    """What FILE.json holds: what goes into FILE and comes out, how it was scaled, how far to trust it."""

    schema: int
    file: SheetFile
    model: SheetModel
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]
    channels: NotRequired[list[str]]  # of keras: what each number of a row is
    tickers: NotRequired[list[str]]  # by the places that the input `ticker` counts
    fewest: int  # prices that a forecast needs
    window: dict[str, Any]
    scaling: dict[str, Any]
    trust: SheetTrust
    not_in_file: list[str]
    versions: dict[str, str]


class ExportResult(Sheet):
    out: str
    described: str  # where the sheet is
