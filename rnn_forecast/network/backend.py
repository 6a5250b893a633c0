"""TensorFlow and Keras, imported once: silent, on the CPU, one thread for each program.

Programs this small run fastest on one thread (`benchmarks/threads.py`); several networks use several cores by
running several programs. Environment variables must stand before the first import: the C++ side reads
them then, and writes to file descriptor 2, where no Python redirect sees it.
"""

import functools
import os
from types import ModuleType
from typing import NamedTuple


class Backend(NamedTuple):
    tf: ModuleType
    keras: ModuleType


@functools.cache
def backend() -> Backend:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault(
        "TF_ENABLE_ONEDNN_OPTS", "0"
    )  # else sums may differ between machines and say so on fd 2
    import tensorflow as tf  # noqa: PLC0415

    tf.config.set_visible_devices([], "GPU")  # a kernel launch costs more than a step of these networks
    tf.config.threading.set_intra_op_parallelism_threads(1)
    import keras  # noqa: PLC0415

    return Backend(tf, keras)
