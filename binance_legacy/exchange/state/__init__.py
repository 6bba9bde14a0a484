"""What the box keeps in a file: accounts, orders and the users' side of its books, across restarts and crashes."""
