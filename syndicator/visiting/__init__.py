"""Visiting: fetch feeds and pages politely and safely, and plan the next visit."""

import sys

# httpx loads its command line if click and rich are installed, in twice the time. None: there is no
# such module.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
