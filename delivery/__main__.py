"""`python -m delivery VERB [MODEL ...]`."""

import sys

from delivery.running import main

sys.exit(main(sys.argv[1:]))
