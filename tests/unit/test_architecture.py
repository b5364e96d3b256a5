"""The rooms keep to themselves: what a fresh interpreter has loaded, file sizes, pinned packages.

Import-linter holds the directions of the import graph; this holds what happens when the modules really load.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parents[2]
ROOMS = {"flow", "record", "handbook", "model", "coach", "report", "evaluate", "tui", "line", "cli"}
HEAVY = {"textual", "chromadb", "llama_cpp", "numpy", "openai", "huggingface_hub", "gguf", "bm25s"}
LONGEST_FILE = {"assistant": 420, "scripts": 420, "tests": 500}  # lines; tests are flat lists of stories

IMPORT_ROOMS = """
import importlib, pkgutil
for room in {rooms!r}:
    package = importlib.import_module(f"assistant.{{room}}")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""
ASK_FOR_HELP = """
import sys
sys.argv = ["coach", "--help"]
from assistant.cli.main import main
try:
    code = main()
except SystemExit as end:
    code = end.code
assert not code, code
"""
REPORT = """
import json, sys
sys.__stdout__.write("\\n" + json.dumps(sorted(sys.modules)) + "\\n")
"""


def loaded_after(code: str) -> set[str]:
    """The names of all modules that a fresh interpreter has loaded once it has run `code`."""
    run = subprocess.run(
        [sys.executable, "-c", code + REPORT], capture_output=True, text=True, cwd=CHECKOUT, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def rooms(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("assistant.")} & ROOMS


def test_the_rooms_are_the_ones_in_the_plan() -> None:
    folders = {path.parent.name for path in (CHECKOUT / "assistant").glob("*/__init__.py")}
    assert folders == ROOMS


@pytest.mark.parametrize("room", sorted(ROOMS - {"tui", "cli"}))
def test_no_room_but_the_screen_loads_textual(room: str) -> None:
    modules = loaded_after(IMPORT_ROOMS.format(rooms=[room]))
    assert f"assistant.{room}" in modules
    assert "textual" not in packages(modules)


def test_flow_knows_of_no_room_but_the_record() -> None:
    assert rooms(loaded_after(IMPORT_ROOMS.format(rooms=["flow"]))) <= {"flow", "record"}


def test_record_knows_of_no_other_room() -> None:
    assert rooms(loaded_after(IMPORT_ROOMS.format(rooms=["record"]))) == {"record"}


def test_asking_for_help_loads_nothing_heavy() -> None:
    modules = loaded_after(ASK_FOR_HELP)
    assert "assistant.cli.main" in modules
    assert packages(modules) & HEAVY == set()


def test_the_first_frame_needs_no_model_and_no_index() -> None:
    modules = loaded_after("import assistant.tui.app")
    assert "assistant.tui.app" in modules
    assert packages(modules) & HEAVY == {"textual"}


def test_no_source_file_has_grown_too_long() -> None:
    lengths = {
        path.relative_to(CHECKOUT): len(path.read_text("utf-8").splitlines())
        for folder in LONGEST_FILE
        for path in (CHECKOUT / folder).rglob("*.py")
    }
    assert len(lengths) > len(ROOMS)
    assert {str(path): lines for path, lines in lengths.items() if lines > LONGEST_FILE[path.parts[0]]} == {}


def test_every_package_that_the_project_asks_for_is_pinned_to_a_version_that_fits() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
    ]
    lines = (CHECKOUT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    assert all(str(pin.specifier).startswith("==") and pin.url is None for pin in pins)
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement
