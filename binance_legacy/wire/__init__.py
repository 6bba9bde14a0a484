"""What crosses the wire: addresses, signatures, stream names, message shapes. Pure."""
