"""A wheel built from the checkout works by itself: installed elsewhere, run elsewhere, with its own data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
DATA = ("knowledge", "flows", "prompts")

pytestmark = pytest.mark.slow


class Installed:
    """The coach as installed from a wheel into an environment of its own, run in an empty folder with an empty home."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.wheel = wheel
        self._environment, self._elsewhere = folder / "environment", folder / "elsewhere"
        self._elsewhere.mkdir()
        must_run([sys.executable, "-m", "venv", "--without-pip", str(self._environment)])
        scripts = self._environment / ("Scripts" if os.name == "nt" else "bin")
        self._python, self._coach = scripts / "python", scripts / "coach"
        pip = [sys.executable, "-m", "pip", "--python", str(self._python), "--disable-pip-version-check"]
        must_run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)])
        # The dependencies come from the environment that runs the tests. Python reads no .pth files in a folder that a
        # .pth file names, so the editable install of the checkout over there stays out of sight.
        packages = Path(self.says([str(self._python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]))
        (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    def says(self, command: list[str]) -> str:
        """What a command prints when it is run outside the checkout."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "PYTHON"))}
        environment["COACH_HOME"] = str(self._elsewhere / "home")
        return must_run(command, cwd=self._elsewhere, env=environment)

    def python(self, code: str) -> str:
        return self.says([str(self._python), "-c", code])

    def coach(self, *arguments: str) -> str:
        return self.says([str(self._coach), *arguments])


def must_run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    run = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False, timeout=300)
    assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
    return run.stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    must_run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(CHECKOUT)]
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    return Installed(folder, wheel)


def test_the_wheel_carries_all_data_and_nothing_of_the_workshop(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    for kind in DATA:
        here = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / kind).rglob("*.*") if path.is_file()}
        assert here
        assert {f"assistant/_data/{name}" for name in here} <= names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"assistant"}


def test_the_installed_coach_is_the_one_from_the_wheel(installed: Installed) -> None:
    where = json.loads(
        installed.python(
            "import json, assistant; from assistant.paths import shipped; "
            f"print(json.dumps([assistant.__file__, *(str(shipped(kind)) for kind in {DATA!r})]))"
        )
    )
    assert [path for path in where if Path(path).is_relative_to(CHECKOUT) or not Path(path).exists()] == []


def test_it_explains_itself(installed: Installed) -> None:
    assert "ask" in installed.coach("--help")


def test_it_finds_its_flows(installed: Installed) -> None:
    listed = json.dumps(json.loads(installed.coach("flow", "list", "--json")))
    for flow in ("step-1", "step-2", "utilise-funding"):
        assert flow in listed


def test_its_handbook_content_is_whole(installed: Installed) -> None:
    installed.coach("knowledge", "check")
