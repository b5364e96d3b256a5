"""What a person has typed and not sent yet, kept across errors and crashes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from assistant import paths


class Draft:
    """The draft of one record (or of a new one), in a file that only its owner can read."""

    def __init__(self, record: Path | None) -> None:
        name = hashlib.sha256(str(record.resolve()).encode()).hexdigest()[:24] if record else "new"
        self.file = paths.cache_dir() / "drafts" / f"{name}.txt"

    def read(self) -> str:
        """The draft, or nothing."""
        try:
            return self.file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def write(self, text: str) -> None:
        """Keep this text; an empty one removes the file. A disk that refuses loses the draft, not the session."""
        try:
            if not text:
                self.file.unlink(missing_ok=True)
                return
            paths.private_dir(self.file.parent)
            part = self.file.with_suffix(".part")
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
            os.replace(part, self.file)
        except OSError:
            return
