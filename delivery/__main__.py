"""`python -m delivery VERB [MODEL ...]`."""

import sys

try:
    from delivery.running import main
except KeyboardInterrupt:  # nothing has begun yet
    sys.exit(130)

sys.exit(main(sys.argv[1:]))
