"""Where python-binance has its sockets since 1.0.23; the modules themselves lie above."""
