"""A worker process without a model: answers by the words of the prompt, or breaks in the way it is told to.

Run as a script with a folder: `crash-once` in it is removed before the crash, so that the second try goes well.
"""

from __future__ import annotations

import base64
import os
import struct
import sys
import time
from pathlib import Path

from pydantic import BaseModel

from assistant.model.messages import (
    Cancel,
    Done,
    Embed,
    Failed,
    Generate,
    Load,
    Loading,
    Piece,
    Ready,
    Score,
    Scores,
    Vectors,
    encode,
    read_request,
)


def say(message: BaseModel) -> None:
    """One reply."""
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def broken(folder: Path, job_id: int) -> None:
    """Do the damage that a file in the folder asks for."""
    once = folder / "crash-once"
    if once.exists():
        once.unlink()
        os._exit(139)
    if (folder / "crash").exists():
        os._exit(139)
    if (folder / "crash-in-the-middle").exists():
        say(Piece(id=job_id, text="Half an "))
        time.sleep(0.1)
        os._exit(139)
    if (folder / "rubbish-once").exists():
        (folder / "rubbish-once").unlink()
        sys.stdout.buffer.write(b"llama_decode: \xff\xfe not a message\n")
        sys.stdout.buffer.flush()
        time.sleep(30)
    if (folder / "hang").exists():
        time.sleep(60)


def main() -> None:
    """Answer until stdin ends."""
    folder = Path(sys.argv[1])
    (folder / "pids").open("a").write(f"{os.getpid()}\n")
    for line in sys.stdin.buffer:
        match read_request(line):
            case Generate() as job:
                broken(folder, job.id)
                text = "".join(part.text for part in job.prompt.messages[-1].parts)
                for word in text.split(" "):
                    say(Piece(id=job.id, text=word + " "))
                say(Done(id=job.id, prompt_tokens=7, reused_tokens=3, generated_tokens=2))
            case Score() as job:
                broken(folder, job.id)
                say(Scores(id=job.id, values=tuple(-float(len(option)) for option in job.options)))
            case Embed() as job:
                broken(folder, job.id)
                for start, text in enumerate(job.texts):
                    data = base64.b64encode(struct.pack("<2f", float(len(text)), 0.0)).decode()
                    say(Vectors(id=job.id, start=start, count=1, data=data))
                say(Done(id=job.id))
            case Load(what=what) as job:
                say(Loading(what=what, percent=50))
                say(Ready(what=what))
                say(Done(id=job.id))
            case Cancel():
                pass
            case other:
                if getattr(other, "type", "") == "warm":
                    say(Failed(id=getattr(other, "id", 0), what="not now"))


if __name__ == "__main__":
    main()
