"""The market in the box: symbols, their past, who trades there, what is pushed of it. Pure."""
