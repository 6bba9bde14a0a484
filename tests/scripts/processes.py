"""A bot that hands its work to processes of every kind, and to another script."""

import multiprocessing
import os
import socket
import subprocess
import sys

from binance.client import Client
from binance.exceptions import BinanceAPIException


class Result:
    def __init__(self, text):
        self.text = text


def work(queue):
    served = Client().get_server_time()["serverTime"] > 0
    try:
        socket.create_connection(("prices.example.com", 443), 5)
    except OSError as e:
        refused = "offline: prices.example.com was not contacted" in str(e)
    queue.put(Result("{} served: {} refused: {}".format(BinanceAPIException.__module__, served, refused)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print("another script", Client().get_server_time()["serverTime"] > 0)
    else:
        for method in multiprocessing.get_all_start_methods():
            context = multiprocessing.get_context(method)
            queue = context.Queue()
            process = context.Process(target=work, args=(queue,))
            process.start()
            print(method, queue.get(timeout=20).text)
            process.join()
        here = os.path.abspath(__file__)
        subprocess.check_call([sys.executable, here, "child"])
