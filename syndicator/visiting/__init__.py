"""Visiting: fetch feeds and pages politely and safely, and plan the next visit."""

import sys

# httpx loads its own command line where click and rich are installed, which takes as long as all the rest of it, and is
# used by nobody here. A None tells the import system that there is no such module; httpx does without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
