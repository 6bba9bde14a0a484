"""What ``import binance`` finds in a process started by a script under ``python -m binance_legacy run``."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (any Python may come by here)
    raise ImportError(
        "binance_legacy needs Python 3.11 or newer, and this process runs on Python "
        + sys.version.split()[0]
        + " (%s): let the script start it with sys.executable" % sys.executable  # noqa: UP031
    )

# Such a process is to have its parent's package, which may lie in a checkout or a zip, not another that is installed.
_home = __file__
for _ in range(4):
    _home = os.path.dirname(os.path.abspath(_home))  # noqa: PTH100, PTH120
sys.path.insert(0, _home)

from binance_legacy.alias import children, stand_in  # noqa: E402

sys.path.remove(_home)
if _home not in sys.path:
    sys.path.append(_home)
children.borrow()
stand_in(__name__)
