"""save and load: one file format for every result.

A result is a tree of frozen dataclasses, tuples, numbers, enumerations and arrays. The tree is written as JSON into one
array of an .npz file, the arrays beside it, so NumPy alone can open it. No pickle: loading a file runs nobody's code.

The comment of the .npz, which zip readers skip, is the seal: the SHA-256 of every byte before it. One wrong bit anywhere, and
`load` refuses the file. The same result gives the same bytes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import hashlib
import importlib
import json
import os
import socket
import threading
from pathlib import Path
from typing import IO, Any

import numpy as np

from glassy.equality import Equal
from glassy.errors import InputError

FORMAT = 1
_MARK = b"glassy sha256 "
_SEAL = len(_MARK) + 64  # bytes
_END = b"PK\x05\x06"  # the last 22 bytes of a zip archive without a comment begin so, and end with the length of the comment


def encode(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    """Return a result as a tree for JSON; its arrays are added to `arrays`."""
    if hasattr(value, "to_tree"):
        return {"class": _name(type(value)), "tree": encode(value.to_tree(), arrays)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: encode(getattr(value, f.name), arrays) for f in dataclasses.fields(value) if f.init}
        return {"class": _name(type(value)), "fields": fields}
    if isinstance(value, enum.Enum):
        return {"class": _name(type(value)), "member": value.name}
    if isinstance(value, tuple | list):
        return {"tuple": [encode(v, arrays) for v in value]}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"cannot save a {type(value).__name__}")


def _decode(node: Any, arrays: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if "tuple" in node:
        return tuple(_decode(v, arrays) for v in node["tuple"])
    if "array" in node:
        return arrays[f"a{node['array']}"]
    cls = _class(node["class"])
    if "member" in node:
        return cls[node["member"]]
    if "tree" in node:
        return cls.from_tree(_decode(node["tree"], arrays))
    return cls(**{k: _decode(v, arrays) for k, v in node["fields"].items()})


def _name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _class(name: str) -> Any:
    module, _, cls = name.partition(":")
    if module.split(".")[0] != "glassy":
        raise InputError(f"the file asks for the class {name}; only classes of glassy are loaded. Is it a glassy file?")
    found = getattr(importlib.import_module(module), cls)
    if not (dataclasses.is_dataclass(found) or hasattr(found, "from_tree") or issubclass(found, enum.Enum)):
        raise InputError(f"the file asks for {name}, which is not a result of glassy. Is it a glassy file?")
    return found


def named(path: str | os.PathLike[str]) -> Path:
    """Return the path of a result: .npz is added if missing."""
    path = Path(path)
    return path if path.suffix == ".npz" else path.with_name(path.name + ".npz")


def ready(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file to be written; its folder is made if missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def save(result: Any, path: str | os.PathLike[str], *, compressed: bool = True) -> Path:
    """Write a result to `path` (.npz and the folder are made if missing) in one step: the file is whole or it is not there."""
    path = ready(named(path))
    seal(result, path, compressed=compressed)
    return path


def seal(result: Any, path: Path, *, compressed: bool = True) -> bytes:
    """Write a result as `save` does, to exactly `path`, and return what `fingerprint` of the file will."""
    write = np.savez_compressed if compressed else np.savez
    arrays: list[np.ndarray[Any, Any]] = []
    text = json.dumps({"format": FORMAT, "result": encode(result, arrays)})
    part = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with part.open("w+b") as file:
            write(file, result=np.array(text), **{f"a{i}": a for i, a in enumerate(arrays)})  # type: ignore[arg-type]
            digest = _seal(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return digest


def load(path: str | os.PathLike[str]) -> Any:
    """Read a result that `save` wrote, from the same `path` (.npz is added if missing).

    Raises
    ------
    InputError
        If the file is no result of glassy, was damaged, or is one of a newer format.
    """
    path = named(path)
    try:
        with path.open("rb") as raw:
            fingerprint(raw)
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                tree = json.loads(str(file["result"]))
                if tree["format"] > FORMAT:
                    raise InputError(f"{path} has format {tree['format']}, this glassy reads {FORMAT}. Update glassy.")
                return _decode(tree["result"], file)
    except (FileNotFoundError, InputError):
        raise
    except Exception as error:
        raise InputError(f"{path} is not a result that glassy saved ({error}). Was the file damaged?") from error


def fingerprint(file: IO[bytes]) -> bytes:
    """Return the SHA-256 of a file that `save` wrote (for one of an older version, without a seal: of all its bytes).

    Raises
    ------
    ValueError
        If the seal does not fit the bytes before it, or there is none.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _SEAL, 0))
    seal = file.read()
    sealed = seal.startswith(_MARK)
    if not sealed and not (seal[-22:].startswith(_END) and seal[-2:] == bytes(2)):
        raise ValueError("it has no end")
    file.seek(0)
    digest, left = hashlib.sha256(), size - _SEAL if sealed else size
    while left > 0 and (block := file.read(min(left, 2**20))):
        digest.update(block)
        left -= len(block)
    if sealed and seal[len(_MARK) :] != digest.hexdigest().encode():
        raise ValueError("its bytes are not those that were written")
    return digest.digest()


def _seal(file: IO[bytes]) -> bytes:
    """Make the digest of a finished zip archive its comment."""
    file.seek(-2, os.SEEK_END)
    file.write(_SEAL.to_bytes(2, "little"))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    file.seek(0, os.SEEK_END)
    file.write(_MARK + digest.hexdigest().encode())
    return digest.digest()


class Saved(Equal):
    """Mixin: every result can be saved, and compared with another."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write this result to `path`; `glassy.load` reads it back."""
        return save(self, path)
