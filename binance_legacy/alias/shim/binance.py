"""What ``import binance`` finds in a process started by a script under ``python -m binance_legacy run``."""

import sys
from pathlib import Path

# Such a process may not know where this package lies: its parent may have run from a checkout.
_home = str(Path(__file__).resolve().parents[3])
if _home not in sys.path:
    sys.path.append(_home)

from binance_legacy.alias import stand_in  # noqa: E402

stand_in(__name__)
