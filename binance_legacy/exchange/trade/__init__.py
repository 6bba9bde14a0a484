"""Trading in the box: accounts, orders, wallets, the rules they are held to, the calls that ask for them. Pure."""
