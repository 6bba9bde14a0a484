import logging

from binance.client import Client
from binance.websockets import BinanceSocketManager

# part: setup
logging.basicConfig(
    filename="bot.log",
    level=logging.INFO,
    format="%(asctime)s %(levelname)s %(name)s: %(message)s",
)
# en: only what our connections have to say, and only from warnings up
# ja: 接続に関する記録だけを、警告以上に絞る
logging.getLogger("binance_legacy.engine").setLevel(logging.WARNING)
# end


# part: notices
def on_notice(notice):
    if notice["type"] in ("lost", "restored"):
        print(notice["socket"], notice["type"])


bm = BinanceSocketManager(Client(), on_notice=on_notice)
# end
bm.start_trade_socket("BNBBTC", print)
bm.start()
