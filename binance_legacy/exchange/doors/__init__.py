"""The doors of the box: REST, streams, the WebSocket API, and the process around them."""
