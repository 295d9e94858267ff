"""save and load: one file format for every result.

A result is a tree of frozen dataclasses, tuples, numbers, enumerations and arrays. The tree is written as JSON into one
array of an .npz file, the arrays beside it, so NumPy alone can open it. No pickle: loading a file runs nobody's code. Types
are named by tags with a version (`glassy.core.formats`), so files outlive the code that wrote them: format 1, which named
classes by their modules, is read as well.

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
from typing import IO, Any, ClassVar, Self

import numpy as np

from glassy.core.equality import Equal
from glassy.core.errors import InputError
from glassy.core.export import Exported
from glassy.core.foreign import SAVED, arrays, foreign
from glassy.core.formats import FORMAT_1, NEWEST, READERS, TAGS, TYPES
from glassy.core.records import State, state_of

FORMAT = 2
_MARK = b"glassy sha256 "
_SEAL = len(_MARK) + 64  # bytes
_END = b"PK\x05\x06"  # the last 22 bytes of a zip archive without a comment begin so, and end with the length of the comment


class VersionError(InputError):
    """A file is whole, but of a version that this glassy does not read: it is left where it is."""


def encode(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    """Return a result as a tree for JSON; its arrays are added to `arrays`."""
    if hasattr(value, "to_tree"):
        return {"type": _tag(type(value)), "tree": encode(value.to_tree(), arrays)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: encode(getattr(value, f.name), arrays) for f in dataclasses.fields(value) if f.init}
        return {"type": _tag(type(value)), "fields": fields}
    if isinstance(value, enum.Enum):
        return {"type": _tag(type(value)), "member": value.name}
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
    tag = node["type"] if "type" in node else _tag_of_format_1(node["class"])
    if "fields" in node:
        return _make(tag, {k: _decode(v, arrays) for k, v in node["fields"].items()})
    return _make(tag, node["member"] if "member" in node else _decode(node["tree"], arrays))


def _make(tag: str, body: Any) -> Any:
    """Return what a file calls by a tag, from its fields, member or tree in the words of that version."""
    name, _, version = tag.partition("/")
    newest = NEWEST.get(name, f"no {name}")
    last = newest.partition("/")[2]
    if not last or int(version) > int(last):
        raise VersionError(f"was written by a newer glassy: it holds {tag}, this one reads {newest}. Update glassy.")
    for v in range(int(version), int(last)):
        reader = READERS[f"{name}/{v}"]
        if isinstance(reader, str):
            place, _, function = reader.partition(":")
            reader = getattr(importlib.import_module(place), function)
        body = reader(body)
    module, _, where = TYPES[newest].partition(":")
    cls = getattr(importlib.import_module(module), where)
    if hasattr(cls, "from_tree"):
        return cls.from_tree(body)
    member = issubclass(cls, enum.Enum)
    known: Any = cls.__members__ if member else {f.name: f for f in dataclasses.fields(cls) if f.init}
    unknown = sorted({body} - set(known) if member else body.keys() - known.keys())
    if unknown:
        raise VersionError(
            f"was written by a newer glassy: its {tag} holds {', '.join(unknown)}, unknown to this one. Update glassy."
        )
    if member:
        return cls[body]
    absent = [k for k, f in known.items() if k not in body and f.default is dataclasses.MISSING]  # factories make what is now
    if absent:
        raise VersionError(
            f"was written by a glassy too old for this one: its {tag} lacks {', '.join(absent)}. Read it with that version."
        )
    return cls(**body)


def _tag(cls: type) -> str:
    where = f"{cls.__module__}:{cls.__qualname__}"
    if where not in TAGS:
        raise TypeError(
            f"cannot save a {where}: only results of glassy can be, and what they hold. A new type of result needs a tag in "
            "glassy/core/formats.py."
        )
    return TAGS[where]


def _tag_of_format_1(where: str) -> str:
    if where.partition(":")[0].partition(".")[0] != "glassy":
        raise InputError(f"the file asks for the class {where}; only classes of glassy are loaded. Is it a glassy file?")
    if where not in FORMAT_1:
        raise InputError(f"the file asks for {where}, which is not a result of glassy. Is it a glassy file?")
    return FORMAT_1[where]


def named(path: str | os.PathLike[str]) -> Path:
    """Return the path of a result: .npz is added if missing."""
    path = Path(path)
    return path if path.suffix == ".npz" or not path.name else path.with_name(path.name + ".npz")


def ready(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file to be written; its folder is made if missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def save(result: Any, path: str | os.PathLike[str], *, compressed: bool = True) -> Path:
    """Write a result to a file in one step: the file is whole or it is not there.

    Parameters
    ----------
    result : any result of glassy, or a model or method
        What is written, with all that it holds.
    path : path
        Where; .npz is added and the folder made if missing.
    compressed : bool
        Whether the arrays are compressed.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import glassy, tempfile
    >>> s = glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.4)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = glassy.save(s, folder + "/new/solution")
    ...     path.name, glassy.load(path) == s
    ('solution.npz', True)
    """
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
    """Read a result that `save` wrote.

    Parameters
    ----------
    path : path
        The same as that of `save`; .npz is added if missing.

    Returns
    -------
    The result, equal to the one that was written.

    Raises
    ------
    InputError
        If path is none, or the file is no result of glassy, was damaged, or was written by a newer glassy; the message says
        which. Of a table, a folder or another file it says what reads it.

    Examples
    --------
    >>> import glassy, tempfile
    >>> s = glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.4)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = s.save(folder + "/solution")
    ...     glassy.load(path) == s
    True
    """
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise InputError(f"path must be that of a file, got {path!r}. Give the one of save().")
    given, path = Path(path), named(path)
    if not path.is_file() and (what := foreign(given)):
        raise InputError(f"{given} is not a result that glassy saved, but {what}. {SAVED}")
    try:
        with path.open("rb") as raw:
            fingerprint(raw)
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                tree = json.loads(str(file["result"]))
                if tree["format"] > FORMAT:
                    raise VersionError(f"has format {tree['format']}, this glassy reads up to {FORMAT}. Update glassy.")
                return _decode(tree["result"], file)
    except VersionError as error:
        raise VersionError(f"{path} {error}") from None
    except (FileNotFoundError, InputError):
        raise
    except Exception as error:
        if what := arrays(path):
            raise InputError(f"{path} is not a result that glassy saved, but {what}. {SAVED}") from error
        raise InputError(f"{path} is not a result that glassy saved ({error}). Was the file damaged?") from error


def part(path: Path, name: str) -> Any:
    """Return one field, without arrays, of a result that `save` wrote; other bytes of the file are neither read nor checked."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return _decode(json.loads(str(file["result"]))["result"]["fields"][name], {})
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


class Saved(Equal, Exported):
    """Mixin: every result can be saved, compared with another, and exported."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write this result to `path`; `glassy.load` reads it back."""
        return save(self, path)


@dataclasses.dataclass(frozen=True)
class Placed(Saved):
    """Mixin: a result that was made of another, and says of which state point it is.

    Parameters
    ----------
    state_point : tuple of (str, object)
        Network, N, K, load, T, ... by name: columns of every export. Empty in files of older versions.
    """

    state_point: State = dataclasses.field(default=(), kw_only=True, repr=False)

    unplaced: ClassVar[tuple[str, ...]] = ()  # names that it has itself, or is of no single one

    def placed(self, result: Any, *more: str) -> Self:
        """Return the same numbers, with the state point of a result.

        Parameters
        ----------
        result : Solution, Samples, ...
            What they are of.
        *more : str
            Attributes of it to be said as well, as "phase".

        Examples
        --------
        >>> import glassy
        >>> values = [glassy.Estimate(0.9 + 1 / N, 0.001) for N in (50, 100, 200)]
        >>> limit = glassy.extrapolate([50, 100, 200], values).placed(glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.3))
        >>> limit.to_dict()["load"], limit.to_dict()["ansatz"]
        (0.1, {'type': 'RS'})
        """
        found = tuple((name, x) for name, x in state_of(result, *more) if name not in self.unplaced)
        return dataclasses.replace(self, state_point=found)
