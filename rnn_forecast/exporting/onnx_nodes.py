"""Nodes and constants of a graph under construction → the bytes of a model of ONNX."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import UsageError

OPSET, IR = 17, 9
INSTALL = 'pip install "rnn-forecast[onnx]"'
LARGEST = 2**31 - 2**20  # bytes: what one message of protobuf may hold, and some room for the nodes

Value = str  # the name of what a node, an input or a constant gives
Given = Value | NDArray[Any] | float  # an array or a number is a constant


class Graph:
    """What has been added so far; every value is known by its name."""

    def __init__(self) -> None:
        self._onnx = require_onnx()
        self._nodes: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Any] = {}

    def add(
        self, operator: str, *inputs: Given, name: Value = "", outputs: int = 1, **settings: Any
    ) -> Value:
        """A node with these inputs; its last output, which is called `name`. Those before it have no name."""
        found = name or f"{operator.lower()}_{len(self._nodes)}"
        names = [self._value(given) for given in inputs]
        every = [""] * (outputs - 1) + [found]
        self._nodes.append(self._onnx.helper.make_node(operator, names, every, name=found, **settings))
        return found

    def cast(self, value: Value, kind: Any) -> Value:
        return self.add("Cast", value, to=self._type(kind))

    def slice(self, value: Value, start: int, stop: int, axis: int = 1, step: int = 1) -> Value:
        """`value[start:stop:step]` of an axis."""
        ends = (np.array([number]) for number in (start, stop, axis, step))
        return self.add("Slice", value, *ends)

    def model(self, inputs: Mapping[str, Any], output: Value, shape: Sequence[Any], doc: str) -> bytes:
        """The graph as a file. `inputs`: type and shape by name. Raises UsageError for more than 2 GB."""
        helper = self._onnx.helper
        if sum(constant.ByteSize() for constant in self._constants.values()) > LARGEST:
            raise UsageError("one file of ONNX holds 2 GB, and this model has more.", "Use --to keras.")
        given = [
            helper.make_tensor_value_info(name, self._type(kind), dims)
            for name, (kind, dims) in inputs.items()
        ]
        made = helper.make_tensor_value_info(output, self._type(np.float64), shape)
        graph = helper.make_graph(
            self._nodes, "forecast", given, [made], [*self._constants.values()], doc_string=doc
        )
        whole = helper.make_model(
            graph, producer_name="rnn-forecast", ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)]
        )
        return bytes(whole.SerializeToString())

    def _type(self, kind: Any) -> int:
        return int(self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind)))

    def _value(self, given: Given) -> Value:
        return given if isinstance(given, str) else self._constant(np.asarray(given))

    def _constant(self, array: NDArray[Any]) -> Value:
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = f"constant_{len(self._constants)}"
            self._constants[key] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        return str(self._constants[key].name)


def require_onnx() -> Any:
    """The library. Raises UsageError with the line that installs it where it is missing."""
    try:
        import onnx
    except ImportError as error:
        raise UsageError(
            "--to onnx needs the package onnx, which is not installed.", f"Install it: {INSTALL}"
        ) from error
    return onnx
