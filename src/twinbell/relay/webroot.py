"""Where the built web app lies: in the wheel, in a checkout, or where the operator says.

Apart from `web.py`, since `twinbell verify-web` looks for the same folder and serves nothing.
"""

from pathlib import Path

from twinbell.errors import Mistaken
from twinbell.wire.web import LIST

NONE = "none"  # as the setting: an API alone, for whoever serves the app elsewhere
_PACKAGE = Path(__file__).parent.parent
CARRIED = (_PACKAGE / "_web", _PACKAGE.parent.parent / "web" / "dist")


def find_root(setting: str = "") -> Path | None:
    """Return the folder with the built app: the one that was set, else the one that came along, else None."""
    if setting == NONE:
        return None
    if setting:
        root = Path(setting).expanduser()
        if not (root / LIST).is_file():
            raise Mistaken(f"There is no built web app in {root}.", hint="`npm run build` in web/ makes one.")
        return root
    return next((root for root in CARRIED if (root / LIST).is_file()), None)
