from binance.client import Client
from binance.websockets import BinanceSocketManager

client = Client()
bm = BinanceSocketManager(client)
waiting = []
book = None


def load():
    global book
    answer = client.get_order_book(symbol="BTCUSDT", limit=1000)
    book = {
        "id": answer["lastUpdateId"],
        "bids": {level[0]: level[1] for level in answer["bids"]},
        "asks": {level[0]: level[1] for level in answer["asks"]},
    }


def apply(msg):
    # en: Old news is passed over; a hole means that the book must be loaded anew.
    # ja: 古い差分は読み飛ばします。抜けがあれば、板を読み込み直します。
    if msg["u"] <= book["id"]:
        return
    if msg["U"] > book["id"] + 1:
        load()
        return
    for side, levels in (("bids", msg["b"]), ("asks", msg["a"])):
        for price, quantity in levels:
            if float(quantity):
                book[side][price] = quantity
            else:
                book[side].pop(price, None)
    book["id"] = msg["u"]


def process_message(msg):
    if msg["e"] == "error":
        return
    waiting.append(msg)
    if book is None:
        load()
    while waiting:
        apply(waiting.pop(0))
    print(max(map(float, book["bids"])), min(map(float, book["asks"])))


bm.start_depth_socket("BTCUSDT", process_message, interval=100)
bm.start()
