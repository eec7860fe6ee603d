"""Each distribution builds a wheel with everything in it, and the wheels run without the checkout.

The tests share the wheels and one environment, so they stay together in one process.
"""

import html
import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheels")

ROOT = Path(__file__).parents[2]
PROJECTS = [
    ROOT,
    ROOT / "hookspecs",
    *sorted(p.parent for p in ROOT.glob("plugins/*/pyproject.toml")),
]
PLUGINS = PROJECTS[2:]
DOCUMENTED = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))["paths"]
UV = Path(sys.executable).parent / "uv"
SECONDS_TO_START = 30
EMAIL = "a@example.com"
PASSWORD = "wheels-need-no-checkout"


@dataclass(frozen=True)
class Installed:
    """An environment with the third-party packages of run.lock and some of our wheels."""

    folder: Path

    def uv(self, *arguments: str | Path) -> None:
        """Run `uv pip` on the environment."""
        run(UV, "pip", *arguments, "--quiet", "--python", self.folder)

    @property
    def salesman(self) -> Path:
        return self.folder / "bin" / "salesman"


class Wheels(dict[Path, Path]):
    """The wheels of projects by their folders, each built when it is first asked for."""

    def __init__(self, target: Path) -> None:
        super().__init__()
        self._target = target

    def __missing__(self, project: Path) -> Path:
        """Build it."""
        self[project] = build_wheel(project, self._target / str(len(self)))
        return self[project]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    """Each project's wheel, by the folder of the project."""
    return Wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def core(wheels: Wheels, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The core alone, installed from its wheel and that of the contract."""
    installed = Installed(tmp_path_factory.mktemp("environment") / "venv")
    run(UV, "venv", "--quiet", "--python", sys.executable, installed.folder)
    installed.uv("install", "--require-hashes", "--requirement", ROOT / "requirements/run.lock")
    installed.uv("install", "--offline", "--no-deps", wheels[ROOT], wheels[ROOT / "hookspecs"])
    return installed


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
@pytest.mark.turns(5)
def test_wheel_holds_every_file_of_its_package_and_no_other(project: Path, wheels: Wheels) -> None:
    with zipfile.ZipFile(wheels[project]) as archive:
        names = {Path(name) for name in archive.namelist()}

    packaged = {name for name in names if not name.parts[0].endswith(".dist-info")}
    assert packaged == files_of_package(project)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
@pytest.mark.turns(5)
def test_wheel_tells_type_checkers_that_it_is_typed(project: Path, wheels: Wheels) -> None:
    with zipfile.ZipFile(wheels[project]) as archive:
        assert f"{package_of(project)}/py.typed" in archive.namelist()


def test_wheel_of_the_core_holds_the_built_front_end(wheels: Wheels) -> None:
    with zipfile.ZipFile(wheels[ROOT]) as archive:
        assert "salesman_core/web/static/dist/manifest.json" in archive.namelist()


def test_core_alone_works_from_its_wheels(core: Installed, tmp_path: Path) -> None:
    set_up(core, tmp_path)

    with serving(core, tmp_path) as address:
        visitor = signed_in(address)
        assert_dressed(visitor, "/")
        assert "/api/v1/deals" in documented_paths(core, tmp_path, address)
    assert run(core.salesman, "plugins", "list", folder=tmp_path) == ""


@pytest.mark.turns(5)
@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_plugin_works_from_its_wheel(
    plugin: Path, core: Installed, wheels: Wheels, tmp_path: Path
) -> None:
    needed = with_required_plugins(plugin)
    core.uv("install", "--offline", "--no-deps", *(wheels[project] for project in needed))
    try:
        set_up(core, tmp_path)
        listed = run(core.salesman, "plugins", "list", folder=tmp_path).splitlines()
        assert listed == [line_of(project) for project in sorted(needed)]
        with serving(core, tmp_path) as address:
            visitor = signed_in(address)
            assert_dressed(visitor, "/")
            assert_dressed(visitor, f"/{plugin.name}")
            documented = documented_paths(core, tmp_path, address)
            assert of_plugin(plugin.name, documented) == of_plugin(plugin.name, DOCUMENTED)
    finally:
        core.uv("uninstall", *(name_of(project) for project in needed))


def of_plugin(name: str, paths: Iterable[str]) -> set[str]:
    """Give those paths that are a plugin's own; one without an API has none."""
    return {path for path in paths if f"{path}/".startswith(f"/api/v1/{name}/")}


def build_wheel(project: Path, target: Path) -> Path:
    run(
        UV, "build", "--quiet", "--offline", "--wheel", "--no-build-isolation",
        "--python", sys.executable, "--out-dir", target, project,
    )  # fmt: skip
    (wheel,) = target.glob("*.whl")
    return wheel


def files_of_package(project: Path) -> set[Path]:
    folder = project / package_of(project)
    found = {
        file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    }
    sources = {file for file in found if folder / "web/frontend" in file.parents}
    compiled = {file.with_suffix(".mo") for file in found if file.suffix == ".po"}
    return {file.relative_to(project) for file in (found - sources) | compiled}


def with_required_plugins(plugin: Path) -> list[Path]:
    """Give the plugin's folder, and those of all plugins that it depends on."""
    by_name = {name_of(project): project for project in PLUGINS}
    needed: list[Path] = []
    waiting = [plugin]
    while waiting:
        project = waiting.pop()
        if project not in needed:
            needed.append(project)
            waiting += [by_name[name] for name in required_names(project) if name in by_name]
    return needed


def required_names(project: Path) -> list[str]:
    requirements: list[str] = metadata_of(project)["dependencies"]
    return [requirement.partition(">")[0].strip() for requirement in requirements]


def name_of(project: Path) -> str:
    return str(metadata_of(project)["name"])


def package_of(project: Path) -> str:
    return name_of(project).replace("-", "_")


def metadata_of(project: Path) -> dict[str, list[str]]:
    metadata: dict[str, list[str]] = tomllib.loads((project / "pyproject.toml").read_text())[
        "project"
    ]
    return metadata


def line_of(plugin: Path) -> str:
    """Give what `salesman plugins list` says of a plugin that works."""
    return f"{plugin.name} {metadata_of(plugin)['version']} active"


def set_up(installed: Installed, folder: Path) -> None:
    """Make a database in the folder, with an administrator."""
    run(
        installed.salesman, "init", "--admin-email", EMAIL, "--admin-password", PASSWORD,
        folder=folder,
    )  # fmt: skip


class Visitor:
    """A browser without a screen: it keeps cookies, and fails where an answer is an error."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def read(self, path: str, **sent: str) -> str:
        """Give what is at a path; where something is *sent*, what a form leads to."""
        data = urllib.parse.urlencode(sent).encode() if sent else None
        with self._opener.open(f"{self._address}{path}", data, timeout=10) as answer:
            return str(answer.read().decode())


def signed_in(address: str) -> Visitor:
    """Give a visitor who came in by the page for signing in."""
    visitor = Visitor(address)
    (proof, *_same) = re.findall(r'name="csrf_token" value="([^"]+)"', visitor.read("/sign/in"))
    visitor.read("/sign/in", csrf_token=proof, login=EMAIL, password=PASSWORD)
    return visitor


def assert_dressed(visitor: Visitor, path: str) -> None:
    """Check that a page comes to whoever is signed in, with all its style sheets."""
    page = visitor.read(path)
    assert "data-problem" not in page
    assert '"/sign/out"' in page
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert sheets
    assert all(visitor.read(html.unescape(sheet)) for sheet in sheets)


def documented_paths(installed: Installed, folder: Path, address: str) -> set[str]:
    """Give the paths of the merged OpenAPI document, read with a token."""
    token = run(installed.salesman, "token", "add", "--user", EMAIL, folder=folder).strip()
    request = urllib.request.Request(
        f"{address}/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return set(json.load(answer)["paths"])


@contextmanager
def serving(installed: Installed, folder: Path) -> Iterator[str]:
    port = str(free_port())
    log = folder / "serve.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [installed.salesman, "serve", "--port", port],
            cwd=folder, env=environment(folder), stdout=output, stderr=output,
        )  # fmt: skip
    try:
        wait_until_open(int(port), server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(SECONDS_TO_START)


def wait_until_open(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path) -> dict[str, str]:
    """Give the environment for programs of ours, without anything that leads back here."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SALESMAN_", "PYTHON"))
    }
    return kept | {"SALESMAN_DATABASE_URL": f"sqlite:///{folder / 'salesman.db'}"}


def run(*command: str | Path, folder: Path | None = None) -> str:
    """Run a command, give its output, and fail with all that it said if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=environment(folder) if folder else None,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout
