"""What can be asked: the declared catalogue of endpoints. Pure."""
