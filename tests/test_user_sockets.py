"""Account sockets of the 0.7 manager, against an exchange in a box and against servers of a test's own.

A `Bot` reaches the box through a `Pipe` that can be cut; a trader beside it hears the same account over a line that is
never cut, which is the truth.
"""

import contextlib
import logging
import queue
import random
import socket
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from binance_legacy.client import Client
from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.exchange import Exchange
from binance_legacy.websockets import BinanceClientFactory, BinanceSocketManager, connectWS

from .engine.api_server import ApiServer, refused
from .exchange.trader import trading
from .rest_server import RestServer

SPEED = 20
WAIT = 5


@pytest.fixture(autouse=True)
def fast_times():
    before = times()
    use_times(Times().faster(SPEED))
    yield
    use_times(before)


@pytest.fixture(scope="module")
def boxes():
    """Gives an exchange, a new one each few times: there is a limit to what is asked of one in a minute."""
    with contextlib.ExitStack() as running:

        def another():
            while True:
                box = Exchange(seed=1, balances={"USDT": "100000", "BTC": "1"})
                yield from [running.enter_context(box)] * 10

        endless = another()
        yield lambda: next(endless)


@pytest.fixture
def exchange(boxes):
    return boxes().use()


class Pipe:
    """Carries bytes to the box and back.

    Attributes:
        trap: looks at what comes back and over which line (1, 2, ...), and says whether to cut there; what it looked
            at is lost.
        gate: while it is not set, new lines are not carried on.
    """

    def __init__(self, port):
        self._port = port
        self._pairs = []
        self.trap = lambda data, line: False
        self.gate = threading.Event()
        self.gate.set()
        self.accepted = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._begin(self._accept)

    def _begin(self, target, *arguments):
        threading.Thread(target=target, args=arguments, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                self.accepted += 1
                self._begin(self._carry_line, near, self.accepted)

    def _carry_line(self, near, line):
        self.gate.wait()
        far = socket.create_connection(("127.0.0.1", self._port))
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.append((near, far))
        self._begin(self._carry, near, far, lambda data: False)
        self._carry(far, near, lambda data: self.trap(data, line))

    def _carry(self, source, target, trap):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if trap(data):
                    break
                target.sendall(data)
        _cut(source, target)

    def cut(self):
        """End the lines that there are."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _cut(*pair)

    def close(self):
        self.gate.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()


def _cut(*ends):
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class Bot:
    """A user socket of a key of its own, and the truth beside it."""

    def __init__(self, exchange, trader, pipe, client):
        self.exchange, self.me, self.pipe, self.client = exchange, trader, pipe, client
        self.events, self.notices = [], queue.Queue()
        self.on = {}  # what to do at a notice, by its type
        self._heard = threading.Condition()
        self.bm = BinanceSocketManager(client, on_notice=self._noticed)

    def start(self):
        self.conn_key = self.bm.start_user_socket(self._hear)
        self.bm.start()
        while not self.events:
            self.order("LIMIT", price=0.7, quantity="0.001")
            with self._heard:
                self._heard.wait_for(lambda: self.events, 0.05)
        self.settle()
        self.me.ask("time")
        self.me.events.clear()
        self.events.clear()
        with self.notices.mutex:  # a busy machine may have lost and restored the first line meanwhile
            self.notices.queue.clear()

    def _hear(self, event):
        with self._heard:
            self.events.append(event)
            self._heard.notify_all()

    def _noticed(self, notice):
        self.on.pop(notice["type"], lambda: None)()
        self.notices.put(notice)

    def next_notice(self, kind):
        while (notice := self.notices.get(timeout=WAIT))["type"] != kind:
            pass
        return notice

    def lose(self, deed, cut=None):
        """The line is cut; before another one is made there is the deed."""
        self.on["lost"] = deed
        (cut or self.pipe.cut)()
        self.next_notice("restored")

    def shut_down(self):
        """The exchange says that it is about to end the lines."""
        self.exchange.announce_shutdown(None)
        self.next_notice("server shutdown")

    # -- what it does

    def order(self, kind="MARKET", side="BUY", quantity="0.01", price=None, symbol="BTCUSDT", **more):
        params = {"symbol": symbol, "side": side, "type": kind, "quantity": quantity, **more}
        if price is not None:
            params["price"] = self.price(price, symbol)
        if "LIMIT" in kind and kind != "LIMIT_MAKER":
            params["timeInForce"] = "GTC"
        return self.do("order.place", **params)

    def price(self, factor, symbol="BTCUSDT"):
        """The last price times a factor, on a tick of both symbols that are traded here."""
        return f"{float(self.me.get('ticker/price', symbol=symbol)['price']) * factor:.2f}"

    def cancel(self, order):
        self.do("order.cancel", symbol=order["symbol"], orderId=order["orderId"])

    def do(self, name, **params):
        status, answer = self.me.rest(name, **params)
        assert status == 200, (name, params, answer)
        return answer

    def pair(self):
        return self.do(
            "orderList.place", symbol="BTCUSDT", side="SELL", quantity="0.01", price=self.price(1.2),
            stopPrice=self.price(0.8), stopLimitPrice=self.price(0.79),
            stopLimitTimeInForce="GTC",
        )  # fmt: skip

    # -- what it was told

    def settle(self):
        """Wait until an order that is placed now is heard of."""
        last = self.order("LIMIT", price=0.7, quantity="0.001")
        with self._heard:
            done = self._heard.wait_for(
                lambda: any(event.get("i") == last["orderId"] for event in self.events), WAIT
            )
        assert done, "the socket does not hear of a new order"

    def next_order_reaches(self, inbox, wanted=lambda message: True):
        """Orders are placed until one is told to `inbox`; what tells it."""
        for _ in range(100):
            self.order("LIMIT", price=0.7, quantity="0.001")
            with contextlib.suppress(queue.Empty):
                return self.next_of(inbox, wanted, 0.05)
        raise AssertionError("no order is heard of")

    @staticmethod
    def next_of(inbox, wanted, timeout=WAIT):
        while not wanted(message := inbox.get(timeout=timeout)):
            pass
        return message

    def check(self):
        """The socket has told the truth: each event of orders and lists once, in order, field by field."""
        self.settle()
        self.me.ask("time")
        told, truth = of_orders(self.events), of_orders(one["event"] for one in self.me.events)
        assert [name(event) for event in told] == [name(event) for event in truth]
        for mine, real in zip(told, truth, strict=True):
            assert list(mine) == list(real), "Binance's keys in Binance's order"
            assert known(mine, mine) == known(real, mine)
        return [mine for mine, real in zip(told, truth, strict=True) if mine != real]


def of_orders(events):
    return [event for event in events if event["e"] in ("executionReport", "listStatus")]


def name(event):
    return tuple(event.get(key) for key in ("e", "T", "s", "i", "x", "X", "t", "g", "L"))


def known(event, told):
    """An event without what a recovered one cannot know: its number, and what a cancelation was called."""
    hidden = {"I", "c"} if told.get("x") == "CANCELED" else {"I"}
    return {key: value for key, value in event.items() if told.get("I") != -1 or key not in hidden}


@pytest.fixture
def bot(exchange):
    key = "".join(random.Random(time.perf_counter_ns()).choices("abcdefgh", k=64))
    exchange.register(key, "s" * 64)
    pipe = Pipe(int(exchange.rest_url.rpartition(":")[2]))
    client = Client(key, "s" * 64)
    client.WS_API_URL = f"ws://127.0.0.1:{pipe.port}/ws-api/v3"
    with trading(exchange, key) as trader:
        trader.ws("userDataStream.subscribe.signature")
        made = Bot(exchange, trader, pipe, client)
        yield made
        close(made.bm)
    pipe.close()


def close(manager):
    manager.close()
    if manager.is_alive():
        manager.join(5)


# -- nothing is lost ----------------------------------------------------------------------------------------


def test_orders_of_the_gap_are_told_once_in_order_field_by_field(bot):
    bot.start()
    resting = bot.order("LIMIT", price=0.9)
    waiting = bot.order("STOP_LOSS_LIMIT", "SELL", price=0.85, stopPrice=bot.price(0.86))
    bot.pair()
    bot.settle()

    def meanwhile():
        bot.order()
        bot.order("LIMIT", price=1.001)
        bot.do(
            "order.amend.keepPriority", symbol="BTCUSDT", orderId=resting["orderId"], newQty="0.006",
            newClientOrderId="smaller",
        )  # fmt: skip
        bot.cancel(resting)
        bot.cancel(waiting)
        bot.cancel(bot.order("LIMIT", price=0.9))
        bot.do("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quoteOrderQty="500")
        bot.order("LIMIT", "SELL", price=1.1, icebergQty="0.001", strategyId=7, strategyType=1000001)
        bot.pair()
        bot.order("LIMIT", price=0.9, symbol="ETHUSDT", quantity="0.1")
        bot.exchange.move_price("BTCUSDT", bot.price(1.3))

    bot.lose(meanwhile)
    recovered = bot.check()
    kinds = {(event["x"], event["X"]) for event in recovered}
    assert {("NEW", "NEW"), ("TRADE", "FILLED"), ("CANCELED", "CANCELED")} <= kinds
    assert [event["q"] for event in bot.events if event.get("x") == "REPLACED"] == ["0.00600000"]
    assert ("EXPIRED", "EXPIRED") in kinds, "of a list whose other leg was filled"


def test_a_position_follows_what_was_missed(bot):
    bot.start()
    bot.lose(bot.order)
    bot.settle()
    after = [event["e"] for event in bot.events].index("outboundAccountPosition", bot.events.index(
        next(event for event in bot.events if event.get("I") == -1)
    ))  # fmt: skip
    position = bot.events[after]
    bot.me.ask("time")
    truth = [one["event"] for one in bot.me.events if one["event"]["e"] == "outboundAccountPosition"]
    assert position["B"] == [row for row in truth[-2]["B"] if row["a"] != "BNB"], "before the settling order"


@pytest.mark.parametrize("seed", range(3))
def test_every_order_event_is_told_exactly_once_in_order_over_random_closes(bot, seed):
    bot.start()
    chance = random.Random(seed)
    standing = [bot.order("LIMIT", price=0.9)]

    def deed():
        kind = chance.choice(["buy", "sell", "rest", "cancel", "hit", "pair"])
        if kind in ("buy", "sell"):
            bot.order("MARKET", kind.upper(), quantity="0.003")
        elif kind == "rest":
            standing.append(bot.order("LIMIT", price=0.999, quantity="0.02"))
        elif kind == "hit":
            bot.exchange.trade("BTCUSDT", "SELL", "0.004")
        elif kind == "pair":
            bot.pair()
        else:
            open_ones = bot.do("openOrders.status", symbol="BTCUSDT")
            for row in chance.sample(open_ones, min(1, len(open_ones))):
                bot.cancel(row)

    for _ in range(5):
        for _ in range(chance.randrange(4)):
            deed()
        bot.lose(lambda: [deed() for _ in range(chance.randrange(6))])
    bot.check()


def test_closes_of_every_line_of_the_exchange_lose_nothing_either(exchange, bot):
    bot.start()
    placed = []
    for _ in range(3):
        bot.lose(lambda: placed.append(bot.order()["orderId"]), exchange.disconnect)
    bot.events, before = [], bot.events
    told = [(e["i"], e["x"], e["t"]) for e in of_orders(before) if e["o"] == "MARKET"]
    assert len(set(told)) == len(told)
    assert [*dict.fromkeys(each[:2] for each in told)] == [(i, x) for i in placed for x in ("NEW", "TRADE")]


@pytest.mark.parametrize("stage", [b'"subscriptionId"', b'"isWorking"', b'"isMaker"', b'"balances"'])
def test_a_cut_while_the_missed_events_are_asked_for_loses_and_repeats_nothing(bot, stage):
    bot.start()

    def cut_there(data, line):
        if stage not in data:
            return False
        bot.pipe.trap = lambda data, line: False
        bot.order()
        return True

    def meanwhile():
        bot.order()
        bot.pipe.trap = cut_there

    bot.lose(meanwhile)
    assert len({event["i"] for event in bot.check()}) == 2 and bot.pipe.accepted == 3


def test_orders_placed_while_the_missed_ones_are_asked_for_come_after_them(bot):
    bot.start()
    answers = []

    def look(data, line):
        if b'"isWorking"' in data:
            bot.order()
            answers.append(data)
        return False

    bot.pipe.trap = look
    bot.lose(bot.order)
    bot.pipe.trap = lambda data, line: False
    assert len(answers) >= 2 and bot.check()


def test_a_hand_over_neither_loses_nor_repeats_an_event(bot):
    use_times(replace(times(), overlap=0.2))
    bot.start()
    bot.on["server shutdown"] = bot.on["replaced"] = bot.order
    subscribed = threading.Event()
    bot.pipe.trap = lambda data, line: line == 2 and b"subscriptionId" in data and subscribed.set()
    bot.shut_down()
    bot.order()
    assert subscribed.wait(WAIT)
    for _ in range(3):
        bot.order()
    bot.next_notice("replaced")
    assert bot.check() == [], "nothing had to be asked for"
    bot.lose(bot.order)
    assert bot.check(), "and a loss after it is one"


def test_an_event_that_the_new_line_brings_late_is_told_once(bot):
    bot.start()
    use_times(replace(times(), overlap=0.2))
    subscribed, replaced = threading.Event(), threading.Event()

    def hold_back(data, line):
        if line == 2 and b"subscriptionId" in data:
            subscribed.set()
        return line == 2 and b"executionReport" in data and not replaced.wait(WAIT)

    bot.pipe.trap = hold_back
    bot.on["replaced"] = replaced.set
    bot.shut_down()
    assert subscribed.wait(WAIT)
    bot.order()
    bot.next_notice("replaced")
    bot.check()


def test_a_line_that_dies_before_its_successor_is_subscribed_loses_nothing(bot):
    bot.start()
    bot.pipe.gate.clear()
    bot.shut_down()
    bot.on["lost"] = lambda: (bot.order(), bot.pipe.gate.set())
    bot.pipe.cut()
    bot.next_notice("restored")
    assert bot.check()


def test_a_recovery_that_is_refused_does_not_stop_the_stream_and_the_log_says_so(exchange, bot, caplog):
    bot.start()
    with caplog.at_level(logging.WARNING, "binance_legacy"):
        bot.lose(lambda: (bot.order(), exchange.fail(503, path="allOrders", times=1)))
        bot.settle()
    (told,) = [record.getMessage() for record in caplog.records if "may be missing" in record.getMessage()]
    assert f"{bot.conn_key}: events of the spot account since 20" in told and "get_open_orders()" in told
    assert "APIError(code=" in told


# -- what old bots do with it -------------------------------------------------------------------------------


def test_a_user_socket_has_a_key_of_60_characters_that_the_client_takes(bot):
    bot.start()
    assert len(bot.conn_key) == 60 and bot.bm._listen_keys["user"] == bot.conn_key
    assert list(bot.bm._conns) == [bot.conn_key]
    assert bot.client.stream_keepalive(bot.conn_key) == {}
    bot.bm.stop_socket(bot.conn_key)
    assert bot.bm._listen_keys["user"] is None and bot.bm._conns == {}
    assert bot.client.stream_close(bot.conn_key) == {}


def test_a_second_user_socket_replaces_the_callback(bot):
    bot.start()
    second = queue.Queue()
    assert bot.bm.start_user_socket(second.put) == bot.conn_key
    bot.next_order_reaches(second)
    assert len(bot.bm._conns) == 1


def test_a_listen_key_opens_the_account_where_a_script_puts_it_itself(bot):
    inbox = queue.Queue()
    key = bot.client.stream_get_listen_key()
    assert bot.bm._start_socket(key, inbox.put) == key
    bot.bm.start()
    assert bot.next_order_reaches(inbox)["e"] == "executionReport"


def test_a_listen_key_among_other_streams_gives_its_events_wrapped(bot):
    inbox = queue.Queue()
    key = bot.client.stream_get_listen_key()
    bot.bm.start_multiplex_socket([key, "btcusdt@kline_1M"], inbox.put)
    bot.bm.start()
    message = bot.next_order_reaches(inbox, lambda message: message["stream"] == key)
    assert set(message) == {"stream", "data"} and message["data"]["e"] == "executionReport"


def test_a_raw_connection_to_a_listen_key_hears_of_the_account_and_recovers_too(bot):
    inbox = queue.Queue()
    bot.bm.start()
    factory = BinanceClientFactory(bot.bm.STREAM_URL + "ws/" + bot.client.stream_get_listen_key())
    factory.callback = inbox.put
    bot.bm._conns["raw"] = connectWS(factory)
    bot.next_order_reaches(inbox)
    bot.pipe.gate.clear()
    bot.pipe.cut()
    missed = bot.order()
    bot.pipe.gate.set()
    told = [bot.next_of(inbox, lambda event: event.get("i") == missed["orderId"]) for _ in range(2)]
    assert [(event["x"], event["I"]) for event in told] == [("NEW", -1), ("TRADE", -1)]


def test_a_wrong_secret_is_told_with_the_exchanges_own_words(exchange, bot):
    notices = queue.Queue()
    client = Client(bot.client.API_KEY, "wrong" * 8)
    manager = BinanceSocketManager(client, on_notice=notices.put)
    manager.start_user_socket(print)
    manager.start()
    lost = notices.get(timeout=WAIT)
    close(manager)
    assert (lost["type"], lost["status"]) == ("lost", 400)
    assert lost["reason"] == "APIError(code=-1022): Signature for this request is not valid."


def test_an_account_socket_without_a_key_is_refused_at_the_call(exchange):
    manager = BinanceSocketManager(Client())
    for start in (manager.start_user_socket, manager.start_margin_socket):
        with pytest.raises(ValueError, match="an account socket needs a key"):
            start(print)


# -- margin, against a server of our own --------------------------------------------------------------------


@pytest.fixture
def venue(exchange):
    """Gives out listen tokens that last `lasting` seconds, and takes subscriptions with them."""
    rest, api = RestServer(), ApiServer()
    made = SimpleNamespace(
        rest=rest, api=api, lasting=24 * 3600, tokens=0, subscriptions=0, notices=queue.Queue()
    )

    def token(asked):
        made.tokens += 1
        return {"token": f"token{made.tokens}", "expirationTime": int((time.time() + made.lasting) * 1000)}

    def subscribe(line, request):
        number = made.subscriptions
        made.subscriptions += 1
        return {"subscriptionId": number, "expirationTime": 0}

    rest.answers["POST /sapi/v1/userListenToken"] = token
    api.answers["userDataStream.subscribe.listenToken"] = subscribe
    client = Client("k" * 64, "s" * 64)
    client.MARGIN_API_URL, client.WS_API_URL = f"{rest.url}/sapi", f"{api.url}ws-api/v3"
    made.bm = BinanceSocketManager(client, on_notice=made.notices.put)
    made.inbox = queue.Queue()
    made.bm.start()
    yield made
    close(made.bm)
    api.close()
    rest.shutdown()
    rest.server_close()


def asked(venue, method):
    return [
        (line, request["params"]) for line, request in venue.api.asked if request["method"].endswith(method)
    ]


def test_a_margin_socket_subscribes_with_a_token_and_hands_over_bare_events(venue):
    key = venue.bm.start_margin_socket(venue.inbox.put)
    assert len(key) == 60 and venue.bm._listen_keys["margin"] == key
    venue.api.wait(lambda: asked(venue, "listenToken"))
    ((line, params),) = asked(venue, "listenToken")
    assert params == {"listenToken": "token1"}
    line.send({"subscriptionId": 0, "event": {"e": "balanceUpdate", "E": 1}})
    assert venue.inbox.get(timeout=WAIT) == {"e": "balanceUpdate", "E": 1}


def test_an_isolated_margin_socket_asks_for_the_token_of_its_symbol(venue):
    key = venue.bm.start_isolated_margin_socket("BTCUSDT", venue.inbox.put)
    venue.api.wait(lambda: asked(venue, "listenToken"))
    assert venue.rest.last.params == {"symbol": "BTCUSDT", "isIsolated": "true"}
    assert venue.bm._listen_keys["BTCUSDT"] == key


def test_a_token_is_renewed_before_it_ends_on_the_same_line_and_each_event_comes_once(venue):
    venue.lasting = 0.4
    venue.bm.start_margin_socket(venue.inbox.put)
    venue.api.wait(lambda: len(asked(venue, "listenToken")) == 3)
    (first, _), *others = asked(venue, "listenToken")
    assert all(line is first for line, _ in others), "on the same line"
    assert [params["listenToken"] for _, params in asked(venue, "listenToken")] == [
        "token1",
        "token2",
        "token3",
    ]
    venue.api.wait(lambda: len(asked(venue, "unsubscribe")) == 2)
    assert [params for _, params in asked(venue, "unsubscribe")] == [
        {"subscriptionId": 0},
        {"subscriptionId": 1},
    ]
    for number in (1, 2):  # both subscriptions bring it, for a moment
        first.send({"subscriptionId": number, "event": {"e": "balanceUpdate", "E": 7}})
    first.send({"subscriptionId": 2, "event": {"e": "balanceUpdate", "E": 8}})
    assert [venue.inbox.get(timeout=WAIT)["E"] for _ in range(2)] == [7, 8]


def test_a_margin_socket_is_subscribed_to_again_after_a_loss_and_the_log_says_what_that_means(venue, caplog):
    venue.bm.start_margin_socket(venue.inbox.put)
    venue.api.wait(lambda: asked(venue, "listenToken"))
    (line, _), *_ = asked(venue, "listenToken")
    line.send({"subscriptionId": 0, "event": {"e": "balanceUpdate", "E": 1}})
    venue.inbox.get(timeout=WAIT)
    with caplog.at_level(logging.WARNING, "binance_legacy"):
        line.drop()
        venue.api.wait(lambda: len(asked(venue, "listenToken")) == 2)
        line, params = asked(venue, "listenToken")[1]
        assert params == {"listenToken": "token1"}, "which lasts still"
        line.send({"subscriptionId": 1, "event": {"e": "balanceUpdate", "E": 2}})
        assert venue.inbox.get(timeout=WAIT)["E"] == 2
    assert "events of the margin account since" in caplog.text and "may be missing" in caplog.text


def test_a_recovery_that_is_not_answered_does_not_stop_the_stream(venue, caplog):
    """A server of our own answers the subscriptions of a spot account, and nothing else."""
    venue.api.answers["userDataStream.subscribe.signature"] = {"subscriptionId": 0}
    for method in ("time", "openOrders.status"):
        venue.api.answers[method] = ApiServer.SILENCE
    venue.bm.start_user_socket(venue.inbox.put)
    venue.api.wait(lambda: asked(venue, "openOrders.status"))
    event = {"e": "balanceUpdate", "E": 1}
    with caplog.at_level(logging.WARNING, "binance_legacy"):
        venue.api.lines[0].drop()
        venue.api.wait(lambda: len(asked(venue, "openOrders.status")) == 2)
        asked(venue, "openOrders.status")[1][0].send({"subscriptionId": 0, "event": event})
        assert venue.inbox.get(timeout=WAIT) == event
    assert "was not answered" in caplog.text and "may be missing" in caplog.text
    assert venue.notices.get(timeout=WAIT)["type"] == "lost"
    assert venue.notices.get(timeout=WAIT)["type"] == "restored"


def test_a_subscription_that_the_exchange_ends_is_made_anew_on_the_same_line(venue):
    venue.api.answers["userDataStream.subscribe.signature"] = {"subscriptionId": 0}
    venue.api.answers["time"] = {"serverTime": 1}
    venue.api.answers["openOrders.status"] = refused(503, -1000, "not now")
    venue.bm.start_user_socket(venue.inbox.put)
    venue.api.wait(lambda: asked(venue, "openOrders.status"))
    (line, _), *_ = asked(venue, "subscribe.signature")
    line.send({"subscriptionId": 0, "event": {"e": "eventStreamTerminated", "E": 1}})
    venue.api.wait(lambda: len(asked(venue, "openOrders.status")) == 2)
    line.send({"subscriptionId": 0, "event": {"e": "balanceUpdate", "E": 2}})
    assert venue.inbox.get(timeout=WAIT)["E"] == 2
    assert [each for each, _ in asked(venue, "subscribe.signature")] == [line, line]
