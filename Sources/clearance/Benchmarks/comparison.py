"""What the comparisons with other programs have in common: a virtual environment with packages from PyPI."""

import os
import pathlib
import subprocess
import sys
import venv


def default_environment(name):
    """The folder of a comparison's environment, in the user's cache."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return cache / f"clearance-compare-{name}"


def enter_environment(folder, packages, modules):
    """Goes on in the virtual environment, which is made if there is none, and has the packages of these modules."""
    python = folder / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == folder.resolve():
        return
    if not python.exists():
        print(f"making a virtual environment in {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", f"import {', '.join(modules)}"], stderr=subprocess.DEVNULL).returncode != 0:
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True)
    os.execv(python, [str(python), *sys.argv])
