"""``python -m binance_legacy``: see `binance_legacy.command`."""

import sys

from binance_legacy.command import main

if __name__ == "__main__":
    sys.exit(main())
