"""What ``import binance`` finds in a process started by a script under ``python -m binance_legacy run``."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (any Python may come by here)
    raise ImportError(
        "binance_legacy needs Python 3.11 or newer, and this process runs on Python "
        + sys.version.split()[0]
        + " (%s): let the script start it with sys.executable" % sys.executable  # noqa: UP031
    )

# Such a process may not know where this package lies: its parent may have run from a checkout.
_home = __file__
for _ in range(4):
    _home = os.path.dirname(os.path.abspath(_home))  # noqa: PTH100, PTH120
if _home not in sys.path:
    sys.path.append(_home)

from binance_legacy.alias import children, stand_in  # noqa: E402

children.borrow()
stand_in(__name__)
