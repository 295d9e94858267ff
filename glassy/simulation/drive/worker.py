"""A worker process of `Processes`: calls what comes in, answers, and ends when its parent does, however that ended.

`processes.START` is how one begins.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
from typing import IO, Any

from glassy.numerics.jit import before_compiling


def _listen(inbox: IO[bytes], calls: queue.SimpleQueue[Any]) -> None:
    while True:
        try:
            calls.put(pickle.load(inbox))
        except BaseException:  # the parent has closed its end, or is gone
            os._exit(0)


def _answer(call: bytes) -> bytes:
    try:
        function, args, options = pickle.loads(call)
        return pickle.dumps((True, function(*args, **options)))
    except BaseException as error:
        try:
            answer = pickle.dumps((False, error))
            pickle.loads(answer)
        except Exception:
            return pickle.dumps((False, RuntimeError(repr(error))))
        return answer


def main() -> None:
    """Serve until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    before_compiling.clear()  # the parent has said it
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed goes to stderr
    calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(inbox, calls), daemon=True).start()
    while True:
        outbox.write(_answer(calls.get()))
        outbox.flush()
