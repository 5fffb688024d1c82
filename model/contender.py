"""From a trained winner to a contender folder, and from a contender that passed its gates to a sealed release."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.asking import Answering
