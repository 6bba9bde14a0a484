"""A box for paper trading: the market is the live one, orders and accounts are the box's own.

The bot talks to the box alone. What it asks of the public market goes on from here to the live exchange; everything
else, every order, every question about an account, is answered by the box. So bytes leave at two places, `asking` for
REST and `pipes` for streams, and both ask `gate` first: nothing that is signed, names an account or changes anything
can get out.

Orders are filled as beside a tape (`exchange.trade.paper`), which here is what the live exchange pushes now (`follow`).
"""
