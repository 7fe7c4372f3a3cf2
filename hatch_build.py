"""Puts web/dist into the wheel as twinbell/_web; builds it if it is not there and npm is, and else says so.

TWINBELL_BUILD_WEB=1 fails instead of leaving it out; =0 builds nothing and takes what is there.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE = "TWINBELL_BUILD_WEB"
INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
BUILD = ("npm", "run", "build")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # a checkout serves its own web/dist
        web = Path(self.root, "web")
        listed = web / "dist" / "app.json"
        wanted = os.environ.get(VARIABLE, "auto")
        if wanted != "0" and not listed.exists() and shutil.which("npm") and (web / "package.json").exists():
            for command in () if (web / "node_modules").exists() else (INSTALL,):
                subprocess.run(command, cwd=web, check=True)
            subprocess.run(BUILD, cwd=web, check=True)
        if listed.exists():
            build_data["force_include"][str(listed.parent)] = "twinbell/_web"
        elif wanted == "1":
            raise RuntimeError("web/dist is missing, and there is no npm to build it")
        else:
            self.app.display_warning(
                "The web app is left out: no web/dist and no npm. The relay will serve its API."
            )
