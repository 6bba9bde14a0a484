import tempfile
import time
from pathlib import Path

from binance_legacy.exchange import Exchange
from binance_legacy.recorder import Recorder

file = Path(tempfile.mkdtemp()) / "btcusdt.gz"

# en: Without the exchange these would be Binance's own streams.
# ja: この取引所がなければ、Binance 本物のストリームです。
with Exchange() as exchange:
    exchange.use()
    with Recorder(["btcusdt@trade", "btcusdt@depth@100ms"], file) as recorder:
        while recorder.status.messages["btcusdt@trade"] < 3:
            time.sleep(0.1)

print(recorder.status.messages, file.stat().st_size)
assert recorder.status.missing == 0
