"""npm age-encryption, as a process that seals and opens: see `age_files.mjs` for what it is asked."""

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent


class AgePeer:
    """One node process, for as long as the `with` lasts."""

    @staticmethod
    def here() -> bool:
        """Tell whether node and the npm package are installed."""
        return bool(shutil.which("node")) and (HERE / "node_modules" / "age-encryption").is_dir()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["node", "age_files.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()

    def ask(self, **request: Any) -> dict[str, str]:
        """Send one request and return its answer."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        return answer

    def seal(self, plain: bytes, *to: str, passphrase: str = "", armor: bool = False) -> bytes:
        """Return what the other program makes of `plain`."""
        answer = self.ask(do="seal", plain=plain.hex(), to=to, passphrase=passphrase, armor=armor)
        assert "file" in answer, answer
        return bytes.fromhex(answer["file"])

    def open(self, file: bytes, *keys: str, passphrase: str = "") -> bytes | None:
        """Return what the other program finds in `file`, None if it refuses."""
        answer = self.ask(do="open", file=file.hex(), keys=keys, passphrase=passphrase)
        return bytes.fromhex(answer["plain"]) if "plain" in answer else None
