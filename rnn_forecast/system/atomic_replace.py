"""Two folders exchange their names in one system call, so that both names exist at every moment."""

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def swap_folders(first: Path, second: Path) -> bool:
    """Swap two existing names atomically; False where this system or file system has no such call.

    Raises OSError when the call exists and fails. See renameat2(2) and renamex_np(2).
    """
    call = _system_call()
    if call is None:
        return False
    if call(os.fsencode(first), os.fsencode(second)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(first), None, str(second))


def _system_call() -> Callable[[bytes, bytes], int] | None:
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        return lambda first, second: int(libc.renamex_np(first, second, ctypes.c_uint(_EXCHANGE)))
    if hasattr(libc, "renameat2"):
        return lambda first, second: int(
            libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, ctypes.c_uint(_EXCHANGE))
        )
    return None
