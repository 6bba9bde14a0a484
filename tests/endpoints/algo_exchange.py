"""A futures exchange as it is today, as far as orders go: it takes conditional ones at the algo endpoints alone."""

import itertools
import json

CONDITIONAL = {"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"}


def refusal(code, msg):
    return 400, {"code": code, "msg": msg}


NOT_HERE = refusal(
    -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
)
NO_ORDER = refusal(-2013, "Order does not exist.")
UNKNOWN = refusal(-2011, "Unknown order sent.")


class AlgoExchange:
    """Answers in place of `door` (``fapi`` or ``dapi``) on a `RestServer`; `counts` says how often each was asked."""

    def __init__(self, server, door, total):
        self.orders, self.algos, self.total = {}, {}, total
        self.order_ids, self.algo_ids = itertools.count(1000), itertools.count(7_000_000)
        self.now = itertools.count(1_700_000_000_000, 1000)
        for method, path, answer in (
            ("POST", "order", self.place),
            ("GET", "order", self.order),
            ("DELETE", "order", self.cancel),
            ("DELETE", "batchOrders", self.cancel_many),
            ("DELETE", "allOpenOrders", self.cancel_all),
            ("GET", "openOrders", lambda asked: [o for o in self.orders.values() if o["status"] == "NEW"]),
            ("GET", "allOrders", lambda asked: [*self.orders.values()]),
            ("POST", "algoOrder", self.place_algo),
            ("GET", "algoOrder", self.algo),
            ("DELETE", "algoOrder", self.cancel_algo),
            ("DELETE", "algoOpenOrders", self.cancel_all_algos),
            (
                "GET",
                "openAlgoOrders",
                lambda asked: [a for a in self.algos.values() if a["algoStatus"] == "NEW"],
            ),
            ("GET", "allAlgoOrders", lambda asked: [*self.algos.values()]),
        ):
            server.answers[f"{method} /{door}/v1/{path}"] = answer

    # -- orders --------------------------------------------------------------------------------------------

    def place(self, asked):
        params = asked.params
        return NOT_HERE if params["type"] in CONDITIONAL else self.ack(self.new_order(params))

    def new_order(self, params):
        number = next(self.order_ids)
        self.orders[number] = {
            "orderId": number,
            "symbol": params["symbol"],
            "status": "NEW",
            "clientOrderId": params.get("newClientOrderId", f"web_{number}"),
            "price": params.get("price", "0"),
            "avgPrice": "0.00000",
            "origQty": params.get("quantity", "0"),
            "executedQty": "0",
            self.total: "0",
            "type": params["type"],
            "origType": params["type"],
            "side": params["side"],
            "stopPrice": "0",
            "time": next(self.now),
        }
        return self.orders[number]

    def ack(self, order):
        """An answer to placing or cancelling: without the two sums, since 2026-06."""
        return {name: value for name, value in order.items() if name not in ("avgPrice", self.total)}

    def found(self, params):
        by_name = (o for o in self.orders.values() if o["clientOrderId"] == params.get("origClientOrderId"))
        return self.orders.get(int(params["orderId"])) if "orderId" in params else next(by_name, None)

    def order(self, asked):
        return self.found(asked.params) or NO_ORDER

    def cancel(self, asked):
        order = self.found(asked.params)
        if order is None or order["status"] != "NEW":
            return UNKNOWN
        order["status"] = "CANCELED"
        return self.ack(order)

    def cancel_many(self, asked):
        rows = []
        for number in json.loads(asked.params["orderIdList"]):
            order = self.orders.get(number)
            if order is None or order["status"] != "NEW":
                rows.append(UNKNOWN[1])
            else:
                order["status"] = "CANCELED"
                rows.append(self.ack(order))
        return rows

    def cancel_all(self, asked):
        for order in self.orders.values():
            order["status"] = "CANCELED"
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    # -- algo orders ---------------------------------------------------------------------------------------

    def place_algo(self, asked):
        params = asked.params
        assert params["algoType"] == "CONDITIONAL" and params["type"] in CONDITIONAL
        assert not {"stopPrice", "activationPrice", "newClientOrderId"} & set(params), (
            "names of the old endpoint"
        )
        number = next(self.algo_ids)
        self.algos[number] = {
            "algoId": number,
            "clientAlgoId": params.get("clientAlgoId", f"algo_{number}"),
            "algoType": "CONDITIONAL",
            "orderType": params["type"],
            "symbol": params["symbol"],
            "side": params["side"],
            "positionSide": "BOTH",
            "timeInForce": "GTC",
            "quantity": params.get("quantity", "0"),
            "algoStatus": "NEW",
            "triggerPrice": params.get("triggerPrice", ""),
            "price": params.get("price", "0"),
            "activatePrice": params.get("activatePrice", ""),
            "callbackRate": params.get("callbackRate", ""),
            "workingType": "CONTRACT_PRICE",
            "closePosition": False,
            "priceProtect": False,
            "reduceOnly": False,
            "actualOrderId": "",
            "createTime": next(self.now),
        }
        return self.algos[number]

    def found_algo(self, params):
        by_name = (a for a in self.algos.values() if a["clientAlgoId"] == params.get("clientAlgoId"))
        return self.algos.get(int(params["algoId"])) if "algoId" in params else next(by_name, None)

    def algo(self, asked):
        return self.found_algo(asked.params) or NO_ORDER

    def cancel_algo(self, asked):
        algo = self.found_algo(asked.params)
        if algo is None or algo["algoStatus"] != "NEW":
            return UNKNOWN
        algo["algoStatus"] = "CANCELED"
        return {
            "algoId": algo["algoId"],
            "clientAlgoId": algo["clientAlgoId"],
            "code": "200",
            "msg": "success",
        }

    def cancel_all_algos(self, asked):
        for algo in self.algos.values():
            algo["algoStatus"] = "CANCELED"
        return {"code": "200", "msg": "The operation of cancel all open order is done."}

    def trigger(self, number, **changed):
        """An algo order becomes a real one."""
        algo = self.algos[number]
        kind = "MARKET" if "MARKET" in algo["orderType"] else "LIMIT"
        order = self.new_order({**algo, "type": kind})
        order.update(changed)
        algo.update(algoStatus="TRIGGERED", actualOrderId=str(order["orderId"]))
        return order
