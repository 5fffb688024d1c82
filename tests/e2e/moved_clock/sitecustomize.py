"""Moves the clock of a server under test by MOVED_SECONDS: Python imports this by itself where it is on the path.

Only what asks for the time of day sees it; what measures time goes on as ever, and nothing of it is in the product.
"""

import os
import time

_now, _moved = time.time, float(os.environ.get("MOVED_SECONDS", "0"))
time.time = lambda: _now() + _moved
