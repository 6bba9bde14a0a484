"""``python -m binance_legacy.exchange``: the exchange in a box by itself."""

import sys

from .doors.serve import main

sys.exit(main())
